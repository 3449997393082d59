import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../support/rig.ts';
import { median, ms } from './measure.ts';
import type { BenchRow } from './row.ts';

const execute = promisify(execFile);
const rounds = 9;
const limit = 60;

/** Loads the bundle with `vscode` as an object that answers everything; prints the milliseconds. */
const script = `
const { Module } = require('node:module');
const anything = new Proxy(function () {}, {
  get: (target, name) =>
    name === 'prototype' ? target.prototype : name === Symbol.toPrimitive ? () => '' : anything,
  apply: () => anything,
  construct: () => anything,
});
const vscode = Object.fromEntries(JSON.parse(process.argv[2]).map((name) => [name, anything]));
const load = Module._load;
Module._load = (name, ...rest) => (name === 'vscode' ? vscode : load(name, ...rest));
const begun = performance.now();
require(process.argv[1]);
console.log(performance.now() - begun);
`;

/**
 * What the first command, or the quiet moment after activation, pays for loading all that the extension does: core.cjs read,
 * compiled and run to its end in a fresh Node each time, the editor's own interface replaced by nothing.
 */
export async function benchLoad(bundle = join(root, 'dist/core.cjs')): Promise<readonly BenchRow[]> {
  if (!existsSync(bundle)) {
    throw new Error(`${bundle} is missing: npm run build`);
  }
  const api = readFileSync(join(root, 'node_modules/@types/vscode/index.d.ts'), 'utf8');
  const names = [...api.matchAll(/^\texport (?:class|enum|namespace|const|function) (\w+)/gm)].map(
    (match) => match[1],
  );
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { stdout } = await execute(process.execPath, ['-e', script, bundle, JSON.stringify(names)]);
    times.push(Number(stdout));
  }
  const kb = (statSync(bundle).size / 1000).toFixed(0);
  return [
    {
      what: `loading core.cjs (${kb} kB) in a fresh process, after activation, median of ${rounds}`,
      ours: ms(median(times)),
      limit: `${limit} ms`,
      ok: median(times) <= limit,
    },
  ];
}
