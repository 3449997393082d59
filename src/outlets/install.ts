import { chmod, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writePrivately } from './folder.ts';
import type { HelperFolder } from './folder.ts';
import { usesName } from './lastUse.ts';
import { noteNames } from './noteFile.ts';

/** Name in the folder, name among the extension's files, mode. */
const POSIX_FILES = [
  ['fetch', 'fetch.sh', 0o700],
  ['fetch.cjs', 'fetch.cjs', 0o600],
] as const;
/** The sh script comes along for the version in it. */
const WINDOWS_FILES = [...POSIX_FILES, ['fetch.cmd', 'fetch.cmd', 0o700]] as const;

/**
 * Puts the helper into the folder, and the path of the Node that can run its script. The folder is shared by every
 * editor of the family, each perhaps with another version of the extension, so a newer helper is left alone. Throws
 * Node's error.
 */
export async function installHelper(
  folder: HelperFolder,
  options: {
    /** The folder with the extension's helper files (`dist/helper`). */
    readonly from: string;
    /** The extension host's `process.execPath`. */
    readonly executable: string;
    readonly platform: NodeJS.Platform;
    /** Windows: %LOCALAPPDATA%. */
    readonly localAppData: string | undefined;
  },
): Promise<void> {
  const ours = await readFile(join(options.from, 'fetch.sh'), 'utf8');
  const theirs = await readOptional(join(folder.path, 'fetch'));
  if (theirs === undefined || versionOf(theirs) <= versionOf(ours)) {
    for (const [name, source, mode] of options.platform === 'win32' ? WINDOWS_FILES : POSIX_FILES) {
      await place(join(folder.path, name), await readFile(join(options.from, source), 'utf8'), mode);
    }
  }
  await place(join(folder.path, 'node'), `${portable(options.executable, options)}\n`, 0o600);
}

/**
 * Takes the helper out of the folder again, with what windows have told each other, unless another window of whatever
 * editor is there. What this window listens at stays. False when it was left. Throws Node's error.
 */
export async function removeHelper({ path, windows }: HelperFolder): Promise<boolean> {
  const there = (await readdir(windows)).filter((name) => !name.startsWith('.'));
  if (there.length > 1) {
    return false;
  }
  for (const name of [...WINDOWS_FILES.map(([file]) => file), 'node', ...noteNames]) {
    await rm(join(path, name), { force: true });
  }
  await rm(join(path, usesName), { recursive: true, force: true });
  return true;
}

/**
 * The command that a managed profile names. It must mean the same to botocore (shlex, no shell), to `sh -c` (Go, Rust,
 * JavaScript) and, on Windows, to `cmd` and to botocore's own splitting: single quotes on POSIX, double quotes on
 * Windows, only when the path needs them. `/bin/sh` in front, because some homes are mounted noexec.
 */
export function helperCommand(folder: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') {
    const path = `${folder}\\fetch.cmd`;
    return /^[\w:\\.~-]+$/.test(path) ? path : `"${path}"`;
  }
  const path = `${folder}/fetch`;
  return `/bin/sh ${/^[\w/.@%+,:=-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`}`;
}

async function place(path: string, text: string, mode: number): Promise<void> {
  if ((await readOptional(path)) === text) {
    await chmod(path, mode);
  } else {
    await writePrivately(path, text, mode);
  }
}

function versionOf(script: string): number {
  return Number(/^# sts-sessions-helper (\d+)$/m.exec(script)?.[1] ?? 0);
}

/** See fetch.cmd: `set /p` reads in the code page of the console, which spells a person's name differently. */
function portable(
  executable: string,
  { platform, localAppData }: { platform: NodeJS.Platform; localAppData: string | undefined },
): string {
  const inside = localAppData && executable.toLowerCase().startsWith(`${localAppData.toLowerCase()}\\`);
  return platform === 'win32' && inside
    ? `%LOCALAPPDATA%${executable.slice(localAppData.length)}`
    : executable;
}

async function readOptional(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
