import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

/** The project's root folder. */
export const root = join(import.meta.dirname, '..', '..');

/** Where the tests leave screenshots and logs; git ignores it. */
export const resultsFolder = join(root, 'test-results');

/** The npm package that brings a real workbench and extension host: VS Code 1.139.1. */
export const CODE_SERVER = '4.139.1';

/** Installed once per user, not once per clone: it takes two minutes and 740 MB. */
export const codeServerFolder = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'sts-sessions-rig',
  `code-server-${CODE_SERVER}-${process.platform}-${process.arch}`,
);

/** Written last by the installer: without it, what is in the folder is half an install. */
export const codeServerMarker = join(codeServerFolder, 'complete');

/** What the tests in a browser run with. */
export interface Rig {
  /** code-server's entry file, for Node 24. */
  readonly codeServer: string;
  /** The browser's executable. */
  readonly browser: string;
}

/** The rig as it is installed on this machine, or the reason why there is none. Installs nothing. */
export function findRig(): Rig | { readonly missing: string } {
  const browser = findBrowser();
  if (browser === undefined) {
    return { missing: 'no Chromium found; set CHROMIUM to its path' };
  }
  if (!existsSync(codeServerMarker)) {
    return { missing: `code-server ${CODE_SERVER} is not installed` };
  }
  return { codeServer: join(codeServerFolder, 'node_modules/code-server/out/node/entry.js'), browser };
}

/** The rig, or an error with the reason why there is none. */
export function requireRig(): Rig {
  const rig = findRig();
  if ('missing' in rig) {
    throw new Error(`The workbench cannot be started: ${rig.missing}`);
  }
  return rig;
}

/** A Chromium or Chrome: `CHROMIUM`, the PATH, the Mac's usual place, or playwright's own download. */
export function findBrowser(): string | undefined {
  return [
    process.env['CHROMIUM'],
    ...['chromium', 'chromium-browser', 'google-chrome'].map(findProgram),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    chromium.executablePath(),
  ].find((path) => path !== undefined && path !== '' && existsSync(path));
}

/** The full path of a program on the PATH; undefined when it is not there. */
export function findProgram(name: string): string | undefined {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const candidate of names.map((file) => join(folder, file))) {
      try {
        accessSync(candidate, constants.X_OK);
        return candidate;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}
