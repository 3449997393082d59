import { readFile, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { HelperFolder } from './folder.ts';
import { listens } from './liveness.ts';
import { parseRegistration } from './registration.ts';
import { removeDeadToken } from './tokenFile.ts';

/** What a killed window left behind is swept after this time, milliseconds. */
const LEFTOVER_MS = 24 * 3_600_000;

/**
 * Removes what windows killed in the middle left in the helper's folder: files that were never renamed to their own
 * names, sockets of windows that died before they were on the list, and, at once, the token files of this process space that
 * lead nowhere any more. `now` is in milliseconds UTC. Never throws.
 */
export async function sweepFolder(folder: HelperFolder, now: number): Promise<void> {
  for (const place of [folder.path, folder.windows, folder.tokens]) {
    for (const name of await namesIn(place)) {
      // As `writePrivately` and the making of the folder's id call what is not whole yet.
      if (name.startsWith('.') || /^id\.[0-9a-f]{32}$/.test(name)) {
        await removeOld(join(place, name), now);
      }
    }
  }
  for (const name of await namesIn(folder.tokens)) {
    if (name.startsWith(`${folder.processSpace}-`)) {
      await removeDeadToken(join(folder.tokens, name));
    }
  }
  const sockets = join(folder.path, 's');
  const named = await namedSockets(folder.windows);
  for (const name of await namesIn(sockets)) {
    const path = join(sockets, name);
    // A window of another host that shares this home listens where nobody can tell from here: it is on the list.
    if (!named.has(path) && !(await listens({ kind: 'socket', path }))) {
      await removeOld(path, now);
    }
  }
}

async function removeOld(path: string, now: number): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found && now - found.mtimeMs > LEFTOVER_MS) {
    await unlink(path).catch(() => undefined);
  }
}

async function namedSockets(windows: string): Promise<ReadonlySet<string>> {
  const named = new Set<string>();
  for (const name of await namesIn(windows)) {
    const text = await readFile(join(windows, name), 'utf8').catch(() => '');
    const address = parseRegistration(text)?.address;
    if (address?.kind === 'socket') {
      named.add(address.path);
    }
  }
  return named;
}

function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
