import { unwatchFile, watch, watchFile } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { followLinks } from './links.ts';

/** Watches one folder, not what is below it. The default is Node's own; a test may give one that fails. */
export type WatchFolder = (
  folder: string,
  onEvent: (name: string | null) => void,
  onError: (error: unknown) => void,
) => { close(): void };

/** Where the system has no watcher left to give, files are looked at this often (milliseconds). */
const pollMs = 400;

interface Watched {
  /** Device and inode: a folder that was deleted and made anew needs a new watcher. */
  readonly identity: string;
  /** Lower-case names of the entries that matter here. */
  names: Set<string>;
  close(): void;
}

/**
 * Tells when one of some files may have changed, appeared or gone. It watches their folders, because editors and the
 * AWS CLI replace files by renaming; and where the folder does not exist yet, the nearest one above it that does.
 */
export class FileWatcher {
  readonly #paths: readonly string[];
  readonly #onChange: () => void;
  readonly #onError: (error: unknown) => void;
  readonly #watchFolder: WatchFolder;
  readonly #watched = new Map<string, Watched>();
  #arming: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(
    paths: readonly string[],
    onChange: () => void,
    onError: (error: unknown) => void,
    watchFolder: WatchFolder = watchByNode,
  ) {
    this.#paths = paths.map((path) => resolve(path));
    this.#onChange = onChange;
    this.#onError = onError;
    this.#watchFolder = watchFolder;
  }

  /** Watches what is there now; call it again after each change. Never rejects. */
  arm(): Promise<void> {
    this.#arming = this.#arming.then(() => this.#armNow()).catch(this.#onError);
    return this.#arming;
  }

  dispose(): void {
    this.#ended = true;
    for (const watched of this.#watched.values()) {
      watched.close();
    }
    this.#watched.clear();
  }

  async #armNow(): Promise<void> {
    // A folder may be made while its parent gets its watcher: look again until nothing new is found. The bound only
    // keeps a folder that comes and goes all the time from holding this up; its next event arms again.
    for (let round = 0; round < 5; round++) {
      const wanted = await this.#wanted();
      if (this.#ended || !this.#watchExactly(wanted)) {
        return;
      }
    }
  }

  /** Folder → what to look for in it. */
  async #wanted(): Promise<Map<string, { identity: string; names: Set<string> }>> {
    const wanted = new Map<string, { identity: string; names: Set<string> }>();
    for (const path of this.#paths) {
      for (const place of await linksOf(path)) {
        const found = await nearestFolder(place);
        const entry = wanted.get(found.folder) ?? { identity: found.identity, names: new Set() };
        entry.names.add(found.name.toLowerCase());
        wanted.set(found.folder, entry);
      }
    }
    return wanted;
  }

  /** Returns whether a watcher had to be made. */
  #watchExactly(wanted: ReadonlyMap<string, { identity: string; names: Set<string> }>): boolean {
    let made = false;
    for (const [folder, watched] of this.#watched) {
      if (wanted.get(folder)?.identity !== watched.identity) {
        watched.close();
        this.#watched.delete(folder);
      }
    }
    for (const [folder, { identity, names }] of wanted) {
      const watched = this.#watched.get(folder);
      if (watched === undefined) {
        this.#watched.set(folder, { identity, names, close: this.#watch(folder, names) });
        made = true;
      } else {
        watched.names = names;
      }
    }
    return made;
  }

  #watch(folder: string, names: ReadonlySet<string>): () => void {
    const self = basename(folder).toLowerCase();
    const onEvent = (name: string | null): void => {
      const lower = name?.toLowerCase();
      // An event under the folder's own name says that the folder itself went.
      if (lower === undefined || lower === self || this.#watched.get(folder)?.names.has(lower) === true) {
        this.#onChange();
      }
    };
    try {
      const watcher = this.#watchFolder(folder, onEvent, (error) => {
        this.#onError(error);
        this.#watched.get(folder)?.close();
        this.#watched.delete(folder);
        this.#onChange();
      });
      return () => watcher.close();
    } catch (error) {
      this.#onError(error);
      return poll(
        [...names].map((name) => join(folder, name)),
        this.#onChange,
      );
    }
  }
}

function watchByNode(
  folder: string,
  onEvent: (name: string | null) => void,
  onError: (error: unknown) => void,
): { close(): void } {
  const watcher = watch(folder, { persistent: false });
  watcher.on('change', (_type, name) => onEvent(typeof name === 'string' ? name : null));
  watcher.on('error', onError);
  return watcher;
}

function poll(paths: readonly string[], onChange: () => void): () => void {
  for (const path of paths) {
    watchFile(path, { interval: pollMs, persistent: false }, onChange);
  }
  return () => {
    for (const path of paths) {
      unwatchFile(path, onChange);
    }
  };
}

/**
 * The places whose change changes the file: itself, the folder that holds it when that is a symbolic link (dotfiles
 * are often kept so), and what a link in its place leads to.
 */
async function linksOf(path: string): Promise<string[]> {
  const folder = dirname(path);
  const places = [path];
  try {
    const realFolder = await realpath(folder);
    if (realFolder !== folder) {
      places.push(folder);
    }
    // Also where the link leads to nothing: what it means may be made again.
    const target = await followLinks(path);
    if (target !== join(realFolder, basename(path)) && target !== path) {
      places.push(target);
    }
  } catch {
    // No folder yet, or links that go in circles; the watchers of what is there will tell.
  }
  return places;
}

/** The nearest existing folder above `path`, and the entry in it that would lead there. */
async function nearestFolder(path: string): Promise<{ folder: string; identity: string; name: string }> {
  let name = basename(path);
  let folder = dirname(path);
  for (;;) {
    try {
      const stats = await stat(folder, { bigint: true });
      if (stats.isDirectory()) {
        return { folder, identity: `${stats.dev}:${stats.ino}`, name };
      }
    } catch (error) {
      if (folder === dirname(folder)) {
        throw error;
      }
    }
    name = basename(folder);
    folder = dirname(folder);
  }
}
