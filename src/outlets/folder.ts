import { createHash, randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rmdir,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { errorCode } from './liveness.ts';

/** The folder in which the windows, helpers and editors of one person on one host find each other. */
export interface HelperFolder {
  readonly path: string;
  /** 32 hex digits, made once and kept in the folder: the same wherever this very folder is seen. */
  readonly folderId: string;
  /** 16 hex digits: this folder on this host. Two hosts that share a home over NFS differ. */
  readonly hostId: string;
  /** 12 hex digits: where process numbers mean the same. A container that mounts the host's home differs from it. */
  readonly processSpace: string;
  /** Registration files of windows. */
  readonly windows: string;
  /** Lock files of this process space. */
  readonly locks: string;
  /** Token files for AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE. */
  readonly tokens: string;
}

/** Why there is no folder that can be trusted. */
export type FolderProblem =
  /** Something else has that name, or a link leads elsewhere. */
  | { readonly kind: 'notAFolder'; readonly path: string }
  /** It belongs to somebody else, or others may write into it. */
  | { readonly kind: 'notPrivate'; readonly path: string }
  /** The path cannot be written into the AWS config file (a line break, ` #`, ` ;`). */
  | { readonly kind: 'unusablePath'; readonly path: string }
  | { readonly kind: 'failed'; readonly path: string; readonly code: string };

/** The folder, or why not. */
export type FolderResult =
  | { readonly ok: true; readonly folder: HelperFolder }
  | { readonly ok: false; readonly problem: FolderProblem };

/**
 * Where the folder lies: `~/.sts-sessions`, on Windows `%LOCALAPPDATA%\sts-sessions`. Without a version and without the
 * editor's name, so that Code, Insiders and forks share it; not below an editor's own folders, so that it outlives them.
 */
export function folderPath(
  platform: NodeJS.Platform,
  home: string,
  localAppData: string | undefined,
): string {
  if (platform === 'win32') {
    return localAppData ? `${localAppData}\\sts-sessions` : `${home}\\AppData\\Local\\sts-sessions`;
  }
  return `${home}/.sts-sessions`;
}

/** Opens the folder, made if need be, after checking that only its owner can have put anything there. Never throws. */
export async function openFolder(path: string): Promise<FolderResult> {
  // An inline comment for the SDKs, or two lines: credential_process could not name the helper.
  if (/[\r\n\0]|\s[#;]/.test(path)) {
    return { ok: false, problem: { kind: 'unusablePath', path } };
  }
  try {
    const problem = await makePrivate(path);
    if (problem) {
      return { ok: false, problem };
    }
    const folderId = await readOrMakeId(join(path, 'id'));
    const hostId = digest(`${folderId} ${await machine()}`, 16);
    const processSpace = digest(`${hostId} ${processNamespace()}`, 12);
    const folder: HelperFolder = {
      path,
      folderId,
      hostId,
      processSpace,
      windows: join(path, 'w'),
      locks: join(path, 'locks', processSpace),
      tokens: join(path, 't'),
    };
    for (const inner of [folder.windows, folder.locks, folder.tokens, join(path, 's')]) {
      await mkdir(inner, { recursive: true, mode: 0o700 });
    }
    return { ok: true, folder };
  } catch (error) {
    return { ok: false, problem: { kind: 'failed', path, code: errorCode(error) ?? 'unknown' } };
  }
}

/**
 * A path for a window's socket. Below the folder, unless that is longer than a socket's name may be: then in a new 0700
 * folder below /tmp (sun_path holds 104 bytes on macOS, 108 on Linux, one of them the final NUL; unix(7)).
 */
export async function socketPath(folder: HelperFolder, windowId: string): Promise<string> {
  const path = join(folder.path, 's', windowId);
  return Buffer.byteLength(path) <= 103 ? path : join(await mkdtemp('/tmp/sts-sessions-'), windowId);
}

/** Takes away the folder that `socketPath` made for a socket, once that is gone. Never rejects. */
export async function leaveSocketPath(folder: HelperFolder, path: string): Promise<void> {
  const around = dirname(path);
  if (around !== join(folder.path, 's')) {
    // What is not empty stays.
    await rmdir(around).catch(() => undefined);
  }
}

/** Writes a file whole or not at all, readable by its owner only. Throws Node's error. */
export async function writePrivately(path: string, text: string, mode = 0o600): Promise<void> {
  // A leading dot: readers of `w/` pass over it.
  const slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  const temporary = `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(temporary, text, { mode, flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** A private folder at the path, or what stands in the way. Throws Node's error when it cannot be made or read. */
async function makePrivate(path: string): Promise<FolderProblem | undefined> {
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') {
      throw error;
    }
  });
  const found = await lstat(path);
  if (!found.isDirectory()) {
    return { kind: 'notAFolder', path };
  }
  // Windows has neither owner nor mode here; the folder inherits the profile's access list.
  if (process.platform === 'win32') {
    return undefined;
  }
  if (found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
    return { kind: 'notPrivate', path };
  }
  if ((found.mode & 0o777) !== 0o700) {
    await chmod(path, 0o700);
  }
  return undefined;
}

/** Two windows may come at the same time: whoever links its own file first has named the folder. */
async function readOrMakeId(path: string): Promise<string> {
  const known = await readId(path);
  if (known !== undefined) {
    return known;
  }
  const id = randomBytes(16).toString('hex');
  const own = `${path}.${id}`;
  await writeFile(own, `${id}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(own, path);
    return id;
  } catch (error) {
    const winner = errorCode(error) === 'EEXIST' ? await readId(path) : undefined;
    if (winner !== undefined) {
      return winner;
    }
    // A damaged file, or a file system without links.
    await rename(own, path);
    return id;
  } finally {
    await unlink(own).catch(() => undefined);
  }
}

async function readId(path: string): Promise<string | undefined> {
  try {
    const text = (await readFile(path, 'latin1')).trim();
    return /^[0-9a-f]{32}$/.test(text) ? text : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/**
 * What tells two Linux hosts with one home apart. Not the host name where there is something better: it changes with
 * the network. macOS and Windows keep these folders on the machine itself.
 */
async function machine(): Promise<string> {
  if (process.platform !== 'linux') {
    return '';
  }
  const id = await readFile('/etc/machine-id', 'latin1').catch(() => '');
  return id.trim() || hostname();
}

function processNamespace(): string {
  try {
    return process.platform === 'linux' ? readlinkSync('/proc/self/ns/pid') : '';
  } catch {
    return '';
  }
}

function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
