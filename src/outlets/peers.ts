import { randomBytes } from 'node:crypto';
import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { readFile, readdir, unlink } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Emitter } from '../session/emitter.ts';
import { fromRecord } from '../session/record.ts';
import type { Peers, StoredSession } from '../session/types.ts';
import { Doubt, type SilenceLimits } from './doubt.ts';
import { writePrivately } from './folder.ts';
import type { HelperFolder } from './folder.ts';
import { errorCode, isRunning, listens, ownMark } from './liveness.ts';
import { sweepLocks, takeLock } from './lock.ts';
import type { LockOwner } from './lock.ts';
import { formatRegistration, parseRegistration } from './registration.ts';
import type { Address, Registration } from './registration.ts';
import { sweepFolder } from './sweep.ts';
import { Turns } from './turns.ts';

/** How long a window may take to answer another, milliseconds. */
const PULL_LIMIT_MS = 2000;
/** Two hundred sessions are 400 kB; more than this is not one of our windows. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
/** One announcement makes several file events, milliseconds. */
const SETTLE_MS = 20;
/** Where the folder gives no events, it is looked at this often, milliseconds. */
const LOOK_MS = 2000;

/** The other windows of this host, found through the helper's folder. */
export interface WindowPeers extends Peers {
  /** Takes this window off the list; nothing is watched any more. */
  dispose(): Promise<void>;
}

/** What the peers need. */
export interface PeerOptions {
  readonly folder: HelperFolder;
  /** Where this window's server listens already. */
  readonly address: Address;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** Nothing secret is in a line. */
  log(line: string): void;
  /** For tests. */
  readonly silence?: SilenceLimits;
}

/** Registers this window and watches for the others. Rejects with Node's error when the folder cannot be written. */
export async function openPeers(options: PeerOptions): Promise<WindowPeers> {
  const { folder, address } = options;
  const log = (line: string): void => options.log(line);
  const self = ownMark();
  const listener = address.kind === 'socket' ? address.path : address.port;
  // The process space in the name keeps windows of other hosts and containers that share the folder apart.
  const ownName = `${folder.processSpace}-${randomBytes(8).toString('hex')}`;
  const ownPath = join(folder.windows, ownName);
  const changes = new Emitter<void>((error) => log(`peers: ${String(error)}`));
  const turns = new Turns();
  let revision = 0;
  let writing = Promise.resolve();
  let closed = false;

  const register = (): Promise<void> => {
    revision += 1;
    return writePrivately(ownPath, formatRegistration({ ...self, address, revision }));
  };
  await register();
  await Promise.all([sweepLocks(folder.locks, options.now), sweepFolder(folder, options.now)]);

  const others = async (): Promise<readonly Peer[]> => {
    const names = await readdir(folder.windows);
    const mine = names.filter((name) => name.startsWith(`${folder.processSpace}-`) && name !== ownName);
    const read = await Promise.all(mine.map((name) => readPeer(join(folder.windows, name))));
    return read.filter((peer) => peer !== undefined);
  };
  const watching = watchFolder(folder.windows, ownName, () => changes.fire(), log);

  return {
    onDidChange: changes.event,

    announce() {
      // One after the other: an older revision must not overtake a newer one.
      writing = writing
        .then(() => (closed ? undefined : register()))
        .catch((error: unknown) => log(`peers: cannot announce: ${errorCode(error) ?? 'unknown'}`));
    },

    async pull(signal) {
      try {
        const answers = await Promise.all((await others()).map((peer) => askPeer(peer, signal, log)));
        return answers.flat();
      } catch (error) {
        log(`peers: cannot look for other windows: ${errorCode(error) ?? 'unknown'}`);
        return [];
      }
    },

    async exclusive(key, signal, work) {
      const doubt = new Doubt(options.silence);
      const isAlive = async (owner: LockOwner): Promise<boolean> => {
        if (!(await isOwnerAlive(owner))) {
          return false;
        }
        const isStuck = doubt.isStuck(owner);
        if (isStuck) {
          log(`peers: window ${owner.pid} does not answer, its turn is over`);
        }
        return !isStuck;
      };
      const release = await takeLock(key, { folder: folder.locks, self, listener, isAlive }, signal).catch(
        (error: unknown) => {
          signal.throwIfAborted();
          // A file system without links, or a full one. Two windows may then do the same work; none must go without.
          log(`peers: no lock, going on without: ${errorCode(error) ?? 'unknown'}`);
          return undefined;
        },
      );
      if (release === undefined) {
        return turns.take(key, signal, work);
      }
      try {
        return await work();
      } finally {
        await release().catch((error: unknown) => log(`peers: lock not released: ${errorCode(error) ?? ''}`));
      }
    },

    async dispose() {
      closed = true;
      watching.close();
      changes.dispose();
      await writing;
      await unlink(ownPath).catch(() => undefined);
    },
  };
}

/** Where a process number may have been given away again unseen, the window's listener has the last word. */
async function isOwnerAlive({ pid, born, listener }: LockOwner): Promise<boolean> {
  if (!isRunning({ pid, born }) || born !== undefined || listener === undefined || pid === process.pid) {
    return isRunning({ pid, born });
  }
  return listens(
    typeof listener === 'string' ? { kind: 'socket', path: listener } : { kind: 'tcp', port: listener },
  );
}

interface Peer {
  readonly path: string;
  readonly registration: Registration;
}

async function readPeer(path: string): Promise<Peer | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const registration = parseRegistration(text);
  return registration && { path, registration };
}

/** What a window holds; nothing when it does not answer, and its registration goes when it is surely over. */
async function askPeer(
  { path, registration }: Peer,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<readonly StoredSession[]> {
  const { address } = registration;
  try {
    const text = await get(address, AbortSignal.any([signal, AbortSignal.timeout(PULL_LIMIT_MS)]));
    const value: unknown = JSON.parse(text);
    if (
      typeof value !== 'object' ||
      value === null ||
      !('sessions' in value) ||
      !Array.isArray(value.sessions)
    ) {
      return [];
    }
    return value.sessions
      .map((session: unknown) => fromRecord(session))
      .filter((record) => record !== undefined);
  } catch (error) {
    if (!signal.aborted && !isRunning(registration) && !(await listens(address))) {
      await unlink(path).catch(() => undefined);
      if (address.kind === 'socket') {
        await unlink(address.path).catch(() => undefined);
      }
    } else if (!signal.aborted) {
      log(`peers: window ${registration.pid} did not answer: ${errorCode(error) ?? 'unreadable'}`);
    }
    return [];
  }
}

/** The body of `/sessions`. Rejects unless it is a 200 of bearable size. */
function get(address: Address, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const where =
      address.kind === 'socket'
        ? { socketPath: address.path, host: 'localhost' }
        : { host: '127.0.0.1', port: address.port, headers: { Authorization: address.peerToken } };
    // An agent of its own: VS Code patches the global one to go through the person's proxy.
    const sent = request({ ...where, path: '/sessions', agent: false, signal }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > MAX_ANSWER_BYTES) {
          sent.destroy(new Error('too large'));
        }
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) {
          resolve(body);
        } else {
          reject(new Error(`status ${response.statusCode}`));
        }
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Calls back once for each burst of changes by other windows. */
function watchFolder(
  path: string,
  ownName: string,
  changed: () => void,
  log: (line: string) => void,
): { close(): void } {
  let settle: NodeJS.Timeout | undefined;
  let look: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  const heard = (name: string | null): void => {
    // Half-written files begin with a dot; their renaming is the event that counts.
    if (name === ownName || name?.startsWith('.')) {
      return;
    }
    settle ??= setTimeout(() => {
      settle = undefined;
      changed();
    }, SETTLE_MS);
  };
  const lookInstead = (error: unknown): void => {
    log(`peers: no events from the folder, looking now and then: ${errorCode(error) ?? 'unknown'}`);
    watcher?.close();
    look ??= setInterval(() => heard(null), LOOK_MS).unref();
  };
  try {
    watcher = watch(path, { persistent: false }, (_, name) => heard(name));
    watcher.on('error', lookInstead);
  } catch (error) {
    lookInstead(error);
  }
  return {
    close() {
      watcher?.close();
      clearTimeout(settle);
      clearInterval(look);
    },
  };
}
