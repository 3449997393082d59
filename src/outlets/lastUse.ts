import { mkdir, readdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HelperFolder } from './folder.ts';
import { errorCode } from './liveness.ts';

const second = 1000;
const day = 24 * 60 * 60 * second;

/** The folder of last uses in the helper's. */
export const usesName = 'used';

/** Where the windows of a host note last uses; undefined where a window stands alone. */
export function usesFolder(folder: HelperFolder | undefined): string | undefined {
  return folder && join(folder.path, usesName, folder.processSpace);
}

/** A use is noted at most this often by a window, ms: a tool that fetches all the time writes six times a minute. */
export const noteEveryMs = 10 * second;

/** No session lives as long as this after its last use, ms. */
const keptMs = 3 * day;

/**
 * When sessions were last used, across the windows of a host: an empty file for each, whose time of change is the use.
 * A helper asks windows in turn and any of them may answer, so that none knows alone.
 */
export class LastUse {
  readonly #folder: () => Promise<string | undefined>;
  readonly #log: (line: string) => void;
  readonly #noted = new Map<string, number>();
  #opened: Promise<string | undefined> | undefined;

  /** `folder`: where the windows meet; undefined when this one stands alone. */
  constructor(folder: () => Promise<string | undefined>, log: (line: string) => void) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Notes a use at `at` (ms UTC), unless that was done a moment ago. Never rejects. */
  async note(id: string, at: number): Promise<void> {
    const before = this.#noted.get(id);
    if (before !== undefined && at >= before && at - before < noteEveryMs) {
      return;
    }
    this.#noted.set(id, at);
    try {
      this.#opened ??= this.#open(at);
      const folder = await this.#opened;
      if (folder !== undefined) {
        await touch(join(folder, id), at);
      }
    } catch (error) {
      // The next use tries again, and makes the folder that somebody has deleted: a session in use would else end as idle.
      this.#opened = undefined;
      this.#noted.delete(id);
      this.#log(`last use: ${errorCode(error) ?? 'unknown'}`);
    }
  }

  /** The last use in any window, ms UTC, never earlier than it was; undefined: none was noted. Never rejects. */
  async of(id: string): Promise<number | undefined> {
    try {
      const folder = await this.#folder();
      if (folder === undefined) {
        return undefined;
      }
      // Another window may have served since it last wrote.
      return (await stat(join(folder, id))).mtimeMs + noteEveryMs;
    } catch {
      return undefined;
    }
  }

  async #open(now: number): Promise<string | undefined> {
    const folder = await this.#folder();
    if (folder !== undefined) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      for (const name of await readdir(folder)) {
        await sweep(join(folder, name), now);
      }
    }
    return folder;
  }
}

/** Most are there already: one call then, beside the answers that go out at the same time. */
async function touch(file: string, at: number): Promise<void> {
  try {
    await utimes(file, at / second, at / second);
  } catch {
    await writeFile(file, '', { flag: 'a', mode: 0o600 });
    await utimes(file, at / second, at / second);
  }
}

/** Removes a note that is old. What cannot be, or what another window has removed meanwhile, stands in nobody's way. */
async function sweep(file: string, now: number): Promise<void> {
  try {
    if (now - (await stat(file)).mtimeMs > keptMs) {
      await unlink(file);
    }
  } catch {
    // It is swept another time.
  }
}
