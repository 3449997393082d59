import { readProfiles } from '../aws/profiles.ts';
import type { ProfileSet } from '../aws/profiles.ts';
import { Emitter } from '../session/emitter.ts';
import type { Disposable, Event } from '../session/emitter.ts';
import { FileWatcher } from './fileWatcher.ts';
import type { WatchFolder } from './fileWatcher.ts';
import { readShared } from './readShared.ts';
import type { SharedFileText } from './readShared.ts';

/** Where the two files are (`aws/locate.ts`). */
export interface SharedPaths {
  readonly config: string;
  readonly credentials: string;
}

/** Both files at one moment. */
export interface SharedFilesSnapshot {
  /** Its problems begin with those of whole files. */
  readonly set: ProfileSet;
  readonly paths: SharedPaths;
  /** False only for a file that is not there at all. */
  readonly exists: { readonly config: boolean; readonly credentials: boolean };
}

/** What `SharedFiles` can be told. */
export interface SharedFilesOptions {
  /** Hears why a folder cannot be watched; the files are then looked at from time to time. */
  readonly onError?: (error: unknown) => void;
  readonly watchFolder?: WatchFolder;
  /** Puts in what stands in other places than the files. Never rejects; gives the same for the same set until it is told. */
  readonly complete?: (set: ProfileSet) => Promise<ProfileSet>;
}

/**
 * A save is often several events (truncate, write, rename). This long after the first of them the change is told, in
 * milliseconds: short enough to be seen within half a second, and not put off by further events.
 */
const settleMs = 100;

/**
 * The user's shared files: read when first asked for, and watched from then on. What was read is kept until a file
 * changes.
 */
export class SharedFiles implements Disposable {
  readonly paths: SharedPaths;
  readonly #watcher: FileWatcher;
  readonly #changes: Emitter<void>;
  readonly #complete: (set: ProfileSet) => Promise<ProfileSet>;
  #current: Promise<SharedFilesSnapshot> | undefined;
  #last:
    | { readonly config: SharedFileText; readonly credentials: SharedFileText; readonly set: ProfileSet }
    | undefined;
  #armed = false;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(paths: SharedPaths, options: SharedFilesOptions = {}) {
    const onError = options.onError ?? (() => undefined);
    this.paths = paths;
    this.#complete = options.complete ?? ((set) => Promise.resolve(set));
    this.#changes = new Emitter(onError);
    this.#watcher = new FileWatcher(
      [paths.config, paths.credentials],
      () => this.#noticed(),
      onError,
      options.watchFolder,
    );
  }

  /** A file may have changed: what `read` gives from now on is new. Fires only after a first `read`. */
  get onDidChange(): Event<void> {
    return this.#changes.event;
  }

  /** Both files as they are. Never rejects: what is wrong with a file is a problem in the set. */
  read(): Promise<SharedFilesSnapshot> {
    this.#current ??= this.#load();
    return this.#current;
  }

  /** Forgets what was read, and tells: for a refresh by hand, where a network drive sends no events. */
  refresh(): void {
    this.#current = undefined;
    this.#changes.fire();
  }

  dispose(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#watcher.dispose();
    this.#changes.dispose();
  }

  async #load(): Promise<SharedFilesSnapshot> {
    if (!this.#armed && !this.#ended) {
      // First the watchers, then the reading: no change can fall in between.
      this.#armed = true;
      await this.#watcher.arm();
    }
    const [config, credentials] = await Promise.all([
      readShared(this.paths.config, 'config'),
      readShared(this.paths.credentials, 'credentials'),
    ]);
    return {
      set: await this.#complete(this.#setOf(config, credentials)),
      paths: this.paths,
      exists: { config: config.exists, credentials: credentials.exists },
    };
  }

  /** The same texts give the same set, so that a touched file does not make others compute everything anew. */
  #setOf(config: SharedFileText, credentials: SharedFileText): ProfileSet {
    if (
      this.#last !== undefined &&
      same(this.#last.config, config) &&
      same(this.#last.credentials, credentials)
    ) {
      return this.#last.set;
    }
    const set = readProfiles({ config: config.text, credentials: credentials.text });
    const problems = [...config.problems, ...credentials.problems, ...set.problems];
    this.#last = { config, credentials, set: { ...set, problems } };
    return this.#last.set;
  }

  #noticed(): void {
    this.#current = undefined;
    this.#timer ??= setTimeout(() => void this.#tell(), settleMs).unref();
  }

  async #tell(): Promise<void> {
    this.#timer = undefined;
    // A folder may have come or gone: watch it before anybody reads what is in it.
    await this.#watcher.arm();
    if (!this.#ended) {
      this.refresh();
    }
  }
}

function same(a: SharedFileText, b: SharedFileText): boolean {
  return a.text === b.text && a.problems.length === 0 && b.problems.length === 0;
}
