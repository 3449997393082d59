import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { run } from '../support/processes.ts';
import { findRig, resultsFolder, root } from '../support/rig.ts';
import { runHostSuite } from './hostSuite.ts';
import { readMochaReport, type Report } from './report.ts';

/** Far longer than any part takes on two slow cores: it is there for a part that hangs. */
const PART_LIMIT_MS = 40 * 60_000;

const bin = (name: string): string => join(root, 'node_modules/.bin', name);

/** Types, lint and format count as one test each. */
export const checkTypes = (): Promise<Report> => checkWith('types', bin('tsc'), ['--noEmit']);
export const checkLint = (): Promise<Report> => checkWith('lint', bin('oxlint'), ['--type-aware']);
export const checkFormat = (): Promise<Report> => checkWith('format', bin('prettier'), ['--check', '.']);

/** mocha on the sources as they are. */
export const runUnit = (): Promise<Report> => runMocha('unit', ['test/unit/**/*.test.ts']);

/** A browser drives the workbench with the packaged extension installed. */
export async function runE2e(files: readonly string[] = ['test/e2e/**/*.test.ts']): Promise<Report> {
  const rig = findRig();
  return 'missing' in rig
    ? { part: 'e2e', passed: 0, failures: [], skipped: [`all of it: ${rig.missing}`], seconds: 0 }
    : runMocha('e2e', ['--timeout', '120000', ...files]);
}

/** mocha inside the extension host of a real workbench. */
export async function runHost(): Promise<Report> {
  const rig = findRig();
  return 'missing' in rig
    ? { part: 'host', passed: 0, failures: [], skipped: [`all of it: ${rig.missing}`], seconds: 0 }
    : timed('host', async () => {
        const results = await resultsFile('host');
        const problem = await runHostSuite(results);
        return (
          (await readMochaReport(results)) ?? oneFailure('the suite never reported', problem ?? 'no output')
        );
      });
}

async function checkWith(part: string, command: string, args: readonly string[]): Promise<Report> {
  return timed(part, async () => {
    const { code, stdout, stderr } = await run(command, args, { cwd: root, timeoutMs: PART_LIMIT_MS });
    return code === 0
      ? { passed: 1, failures: [], skipped: [] }
      : oneFailure([command.split('/').at(-1) ?? '', ...args].join(' '), `${stdout}${stderr}`);
  });
}

async function runMocha(part: string, args: readonly string[]): Promise<Report> {
  return timed(part, async () => {
    const results = await resultsFile(part);
    const report = ['--reporter', 'json', '--reporter-option', `output=${results}`];
    const { code, stdout, stderr } = await run(bin('mocha'), [...report, ...args], {
      cwd: root,
      timeoutMs: PART_LIMIT_MS,
    });
    const found = await readMochaReport(results);
    if (found === undefined) {
      return oneFailure(`mocha ended with ${String(code)} before it reported`, `${stdout}${stderr}`);
    }
    // A suite that fails outside its tests (a rejection nobody waits for) ends with a code and no failure.
    return code === 0 || found.failures.length > 0
      ? found
      : { ...found, ...oneFailure(`mocha ended with ${String(code)}`, `${stdout}${stderr}`) };
  });
}

function oneFailure(title: string, message: string): Omit<Report, 'part' | 'seconds'> {
  return { passed: 0, failures: [{ title, message }], skipped: [] };
}

/** Runs a part; whatever it throws is its failure. */
export async function timed(
  part: string,
  work: () => Promise<Omit<Report, 'part' | 'seconds'>>,
): Promise<Report> {
  const start = performance.now();
  const found = await work().catch((error: unknown) => oneFailure('did not run', inspect(error)));
  return { part, ...found, seconds: (performance.now() - start) / 1000 };
}

async function resultsFile(part: string): Promise<string> {
  await mkdir(resultsFolder, { recursive: true });
  const file = join(resultsFolder, `${part}.json`);
  await rm(file, { force: true });
  return file;
}
