import { readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, isRunning } from '../../src/outlets/liveness.ts';
import type { SessionStore, StoredSession } from '../../src/session/types.ts';

/**
 * Stands in for SecretStorage between processes: one file an item, readable by its owner only, whole or not at all
 * whenever the process is killed. A damaged item makes `load` reject.
 */
export class FileStore implements SessionStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async load(): Promise<readonly StoredSession[]> {
    const records: StoredSession[] = [];
    for (const name of await readdir(this.#folder)) {
      if (!name.startsWith('.')) {
        const text = await readItem(join(this.#folder, name));
        if (text !== undefined) {
          records.push(JSON.parse(text) as StoredSession);
        }
      } else if (!isRunning({ pid: Number(name.split('.')[2]), born: undefined })) {
        await unlink(join(this.#folder, name)).catch(() => undefined);
      }
    }
    return records;
  }

  async save(record: StoredSession): Promise<void> {
    const half = join(this.#folder, `.${record.id}.${String(process.pid)}`);
    await writeFile(half, JSON.stringify(record), { mode: 0o600 });
    await rename(half, join(this.#folder, record.id));
  }

  async remove(id: string): Promise<void> {
    await unlink(join(this.#folder, id)).catch(() => undefined);
  }
}

/** Undefined when another window has just removed the item: like every store, this one holds what it still has. */
async function readItem(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}
