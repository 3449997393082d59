import { createHash, randomBytes } from 'node:crypto';
import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { link, readFile, readdir, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './liveness.ts';
import type { ProcessMark } from './liveness.ts';

/** Who holds a lock: a process, and a number used once, so that one process may want a lock twice. */
export interface LockOwner extends ProcessMark {
  readonly nonce: string;
  /** The socket's path or the port at which the process listens, if it does. */
  readonly listener: string | number | undefined;
}

/** What a lock needs to know of the world. */
export interface LockOptions {
  /** The folder of lock files; only processes whose numbers can be compared share one. */
  readonly folder: string;
  readonly self: ProcessMark;
  /** See LockOwner. */
  readonly listener: string | number | undefined;
  /** False only when the process is surely over, or has lost its turn because it does nothing any more (doubt.ts). */
  isAlive(owner: LockOwner): Promise<boolean>;
}

/**
 * How often a waiter looks whether the holder has died, milliseconds. A release is seen at once through the folder's
 * events; a death makes none.
 */
const DEATH_CHECK_MS = 250;
/** Leftovers of killed processes are swept after this time, milliseconds. */
const LEFTOVER_MS = 24 * 3_600_000;

/**
 * Takes the lock and resolves to what releases it; rejects with the signal's reason when aborted while waiting, and with
 * Node's error where the file system has no links.
 *
 * How it stays safe whenever a holder is killed. `<key>.lock` names the holder. It comes into being by link(2), whole or
 * not at all, and only its living holder removes it. A dead holder `d` is never removed by those who wait: they try to
 * link `<key>.after.<d>`, which can succeed for one only, and that one is the new holder. So the holder is whoever is
 * last in the chain that begins at `<key>.lock`; numbers used once make each link of it unique for ever. A release removes
 * the beginning first and the links after it, so whoever linked itself to a chain that was released meanwhile finds, when
 * it looks again, that it is in no chain, and starts over.
 *
 * A living holder that was passed over because it is stopped finds, when it wakes and releases, that it is not the last,
 * and leaves everything to whoever is. What it does before it has noticed is for the work itself to bear.
 */
export async function takeLock(
  key: string,
  options: LockOptions,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const { folder, self, listener } = options;
  const name = createHash('sha256').update(key).digest('hex').slice(0, 20);
  const nonce = randomBytes(12).toString('hex');
  const files: LockFiles = {
    lock: join(folder, `${name}.lock`),
    after: (owner) => join(folder, `${name}.after.${owner.nonce}`),
    own: join(folder, `${name}.${nonce}.own`),
    me: { ...self, nonce, listener },
  };
  signal.throwIfAborted();
  await writeFile(files.own, JSON.stringify(files.me), { mode: 0o600, flag: 'wx' });
  try {
    if (!(await tryOnce(files, options))) {
      await waitForTurn(files, options, signal);
    }
  } finally {
    await unlink(files.own).catch(() => undefined);
  }
  return () => release(files);
}

/**
 * Removes what processes left behind that were killed in the middle, and old claims (claims.ts), never a lock or a link of
 * a chain: without a lock file there is no chain. `now` is in milliseconds UTC. Never throws.
 */
export async function sweepLocks(folder: string, now: number): Promise<void> {
  const names = new Set(await readdir(folder).catch(() => []));
  for (const name of names) {
    const left =
      name.endsWith('.own') ||
      name.endsWith('.spent') ||
      (name.includes('.after.') && !names.has(`${name.split('.')[0]}.lock`));
    const path = join(folder, name);
    const found = left ? await stat(path).catch(() => undefined) : undefined;
    if (found && now - found.mtimeMs > LEFTOVER_MS) {
      await unlink(path).catch(() => undefined);
    }
  }
}

interface LockFiles {
  readonly lock: string;
  after(owner: LockOwner): string;
  readonly own: string;
  readonly me: LockOwner;
}

async function waitForTurn(files: LockFiles, options: LockOptions, signal: AbortSignal): Promise<void> {
  let wake: () => void = () => undefined;
  const watcher = watchFolder(options.folder, () => wake());
  const abort = (): void => wake();
  signal.addEventListener('abort', abort);
  try {
    for (;;) {
      // Made before the look, so that what happens during the look is not missed.
      const change = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (await tryOnce(files, options)) {
        return;
      }
      signal.throwIfAborted();
      const timer = setTimeout(() => wake(), DEATH_CHECK_MS);
      await change;
      clearTimeout(timer);
      signal.throwIfAborted();
    }
  } finally {
    signal.removeEventListener('abort', abort);
    watcher?.close();
  }
}

/** Undefined where there are no events (too many watchers on this machine): the regular look is enough. */
function watchFolder(folder: string, changed: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, changed);
    watcher.on('error', () => undefined);
    return watcher;
  } catch {
    return undefined;
  }
}

/** True when the lock is ours now. */
async function tryOnce(files: LockFiles, options: LockOptions): Promise<boolean> {
  const last = (await readChain(files)).at(-1);
  if (last === undefined) {
    return linked(files.own, files.lock);
  }
  if ((await options.isAlive(last)) || !(await linked(files.own, files.after(last)))) {
    return false;
  }
  const chain = await readChain(files);
  if (chain.at(-1)?.nonce !== files.me.nonce) {
    // The chain was released in between; the link hangs on nothing, and nobody can reach it.
    await unlink(files.after(last)).catch(() => undefined);
    return false;
  }
  return true;
}

async function release(files: LockFiles): Promise<void> {
  const chain = await readChain(files);
  // Always so, unless this process was passed over, or a person tidied up by hand: then it may be somebody else's by now.
  if (chain.at(-1)?.nonce !== files.me.nonce) {
    return;
  }
  // Who came after a process that was passed over may have let go while the chain was read: the beginning goes first.
  const beginning = await readOwner(files.lock);
  if (beginning?.nonce === chain[0]?.nonce) {
    await unlink(files.lock);
    for (const dead of chain.slice(0, -1)) {
      await unlink(files.after(dead)).catch(() => undefined);
    }
  }
}

/** From the lock file to the last successor; empty when the lock is free. */
async function readChain(files: LockFiles): Promise<readonly LockOwner[]> {
  const chain: LockOwner[] = [];
  let owner = await readOwner(files.lock);
  while (owner !== undefined) {
    chain.push(owner);
    owner = await readOwner(files.after(owner));
  }
  return chain;
}

/** Who a file names; undefined when there is none. */
async function readOwner(path: string): Promise<LockOwner | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
  return parseOwner(text);
}

/** A damaged record (a full disk, a person's editor) belongs to nobody alive: pid 0 is never a window. */
function parseOwner(text: string): LockOwner {
  const damaged: LockOwner = {
    pid: 0,
    born: undefined,
    listener: undefined,
    nonce: createHash('sha256').update(text).digest('hex').slice(0, 24),
  };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('nonce' in value)) {
      return damaged;
    }
    const { pid, nonce } = value;
    const born = 'born' in value && typeof value.born === 'string' ? value.born : undefined;
    const at = 'listener' in value ? value.listener : undefined;
    const listener = typeof at === 'string' || typeof at === 'number' ? at : undefined;
    return typeof pid === 'number' && typeof nonce === 'string' && /^[0-9a-f]+$/.test(nonce)
      ? { pid, born, nonce, listener }
      : damaged;
  } catch {
    return damaged;
  }
}

/** True when `to` now names our record, false when it existed. */
async function linked(own: string, to: string): Promise<boolean> {
  try {
    await link(own, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') {
      return false;
    }
    throw error;
  }
}
