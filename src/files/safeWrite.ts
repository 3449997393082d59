import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { constants, link, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf, systemError } from './errno.ts';
import { followLinks } from './links.ts';
import { maxSharedFileBytes } from './readShared.ts';

/** How an edit of a file ended. Everything that a disk can answer is a value. */
export type EditResult =
  | { readonly kind: 'written' }
  /** The edit gave the same text; nothing was written. */
  | { readonly kind: 'unchanged' }
  /** The file, its folder or its disk may not be written; `code` is the system's, or EACCES for a read-only file. */
  | { readonly kind: 'readOnly'; readonly code: string }
  /** Something else kept writing it or held it, for as long as was tried. */
  | { readonly kind: 'busy' }
  /** Anything else the system said: ENOSPC, EISDIR; EILSEQ for a file that is not UTF-8. */
  | { readonly kind: 'failed'; readonly code: string };

/** How a file is to be edited. */
export interface EditOptions {
  /** Keys go into it: nobody but its owner may read it afterwards, whoever could before. */
  readonly ownerOnly?: boolean;
}

/** How often a file that changes under the edit is read again before the edit gives way. */
const attempts = 5;

/** No edit takes longer, ms. */
const staleMs = 60_000;

/** Virus scanners and indexers on Windows hold a new file for some tens of milliseconds. */
const windowsWaitsMs = [10, 20, 50, 100, 200] as const;

/** Edits under way by file, so that two of this process follow each other instead of racing. */
const turns = new Map<string, Promise<unknown>>();

/**
 * Changes a text file of the user's without ever losing anything: the new text goes to a temporary file beside it and
 * takes the file's place in one step, with the same mode, owner and links; a file that changed meanwhile is read
 * again, and `edit` called again with what it says now. A missing file is made with mode 0600 (its folder 0700);
 * `edit` gets '' for it.
 *
 * Rejects only with what `edit` throws.
 */
export async function editFile(
  path: string,
  edit: (text: string) => string,
  options: EditOptions = {},
): Promise<EditResult> {
  try {
    const target = await followLinks(resolve(path));
    return await inTurn(target, () => editTarget(target, edit, options));
  } catch (error) {
    return resultOf(error);
  }
}

/**
 * Puts a file with this text in place in one step, readable by its owner only whatever was there before. A link is
 * replaced, not followed.
 */
export async function writeSecretFile(path: string, text: string): Promise<EditResult> {
  try {
    await replace(resolve(path), text, undefined, 0o7777, async (temporary, target) => {
      await renamePatiently(temporary, target);
      return true;
    });
    return { kind: 'written' };
  } catch (error) {
    return resultOf(error);
  }
}

/**
 * Removes what edits of this file have left beside it that were stopped in the midst: such a file may hold keys. What is
 * younger than a minute may be another's edit under way. Never rejects.
 */
export async function sweepTemporaries(path: string, now: number): Promise<void> {
  try {
    const target = await followLinks(resolve(path));
    const folder = dirname(target);
    for (const name of await readdir(folder)) {
      const isOurs = name.startsWith(`.${basename(target)}.`) && /\.[0-9a-f]{12}\.tmp$/.test(name);
      if (isOurs && now - (await lstat(join(folder, name))).mtimeMs > staleMs) {
        await rm(join(folder, name), { force: true });
      }
    }
  } catch {
    // No folder, or not ours to tidy.
  }
}

async function editTarget(
  target: string,
  edit: (text: string) => string,
  { ownerOnly = false }: EditOptions,
): Promise<EditResult> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const original = await readOriginal(target);
    const before = original?.bytes.toString('utf8') ?? '';
    const after = edit(before);
    if (after === before) {
      return { kind: 'unchanged' };
    }
    if (original !== undefined && (original.stats.mode & 0o222n) === 0n) {
      // Renaming needs only a writable folder, but whoever made the file read-only meant it.
      return { kind: 'readOnly', code: 'EACCES' };
    }
    const mask = ownerOnly ? 0o700 : 0o7777;
    const done = await replace(target, after, original?.stats, mask, (temporary) =>
      takePlace(temporary, target, original),
    );
    if (done) {
      return { kind: 'written' };
    }
  }
  return { kind: 'busy' };
}

interface Original {
  readonly bytes: Buffer;
  readonly stats: BigIntStats;
}

async function readOriginal(path: string): Promise<Original | undefined> {
  let handle: FileHandle;
  try {
    // Non-blocking, because opening a pipe would otherwise wait for its other end. (Windows has no such flag.)
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
  try {
    const stats = await handle.stat({ bigint: true });
    if (!stats.isFile()) {
      throw systemError(stats.isDirectory() ? 'EISDIR' : 'ENOTSUP');
    }
    if (stats.size > maxSharedFileBytes) {
      throw systemError('EFBIG');
    }
    const bytes = await handle.readFile();
    if (!isUtf8(bytes)) {
      // Decoding and encoding it again would change bytes that nobody asked to change.
      throw systemError('EILSEQ');
    }
    return { bytes, stats };
  } finally {
    await handle.close();
  }
}

/**
 * Writes the text to a temporary file beside `target` and lets `finish` bring it there; returns what `finish` returns.
 * The temporary file is gone afterwards, however it ended.
 */
async function replace(
  target: string,
  text: string,
  like: BigIntStats | undefined,
  mask: number,
  finish: (temporary: string, target: string) => Promise<boolean>,
): Promise<boolean> {
  const folder = dirname(target);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  // Never wider than 0600 while it is being written: it may hold keys.
  const handle = await open(temporary, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(text);
      if (like !== undefined) {
        await takeOver(handle, like, mask);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    const done = await finish(temporary, target);
    if (done) {
      await syncFolder(folder);
    }
    return done;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Gives the new file the owner of the old one, and of its mode what `mask` leaves. */
async function takeOver(handle: FileHandle, like: BigIntStats, mask: number): Promise<void> {
  if (process.platform === 'win32') {
    // Windows keeps rights in the folder; the new file has them already.
    return;
  }
  const own = await handle.stat({ bigint: true });
  if (own.uid !== like.uid || own.gid !== like.gid) {
    await handle.chown(Number(like.uid), Number(like.gid));
  }
  await handle.chmod(Number(like.mode) & mask);
}

/** Brings the temporary file to its place, or returns false because the file is no longer what was edited. */
async function takePlace(
  temporary: string,
  target: string,
  original: Original | undefined,
): Promise<boolean> {
  if (original !== undefined) {
    const now = await readOriginal(target);
    if (now === undefined || !unchanged(now, original)) {
      return false;
    }
    await renamePatiently(temporary, target);
    return true;
  }
  try {
    // Unlike a rename, a link never replaces a file that somebody made meanwhile.
    await link(temporary, target);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      return false;
    }
    // A file system without hard links.
    if ((await readOriginal(target)) !== undefined) {
      return false;
    }
    await renamePatiently(temporary, target);
    return true;
  }
}

function unchanged(now: Original, before: Original): boolean {
  return (
    now.stats.ino === before.stats.ino &&
    now.stats.mtimeNs === before.stats.mtimeNs &&
    now.stats.mode === before.stats.mode &&
    now.bytes.equals(before.bytes)
  );
}

async function renamePatiently(from: string, to: string): Promise<void> {
  for (const ms of process.platform === 'win32' ? windowsWaitsMs : []) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (!['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error) ?? '')) {
        throw error;
      }
      await wait(ms);
    }
  }
  await rename(from, to);
}

/** So that the new name survives a power cut. Not every system can open a folder; then it does this by itself. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // The file is in place; only the order in which the disk learns of it is left to the system.
  }
}

async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const before = turns.get(key) ?? Promise.resolve();
  const mine = before.then(work, work);
  turns.set(key, mine);
  try {
    return await mine;
  } finally {
    if (turns.get(key) === mine) {
      turns.delete(key);
    }
  }
}

function resultOf(error: unknown): EditResult {
  const code = codeOf(error);
  switch (code) {
    case undefined:
      throw error;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return { kind: 'readOnly', code };
    case 'EBUSY':
    case 'ETXTBSY':
      // Also what Linux says of a single file that is mounted into a container: it cannot be replaced.
      return { kind: 'busy' };
    default:
      return { kind: 'failed', code };
  }
}
