import type {
  EnvironmentVariableCollection,
  GlobalEnvironmentVariableCollection,
  WorkspaceFolder,
} from 'vscode';
import type { Session } from '../session/types.ts';
import type { Prepared } from './delivering.ts';
import { deliveredNames } from './delivery.ts';
import type { Outlet } from './outlet.ts';

/** A folder of a window with several, and the session that its terminals get; undefined: the active one. */
export interface FolderSession {
  readonly folder: WorkspaceFolder;
  readonly session: Session | undefined;
  /** The name of its own session while that is not there: its terminals must not run as whichever is active. */
  readonly absent?: string | undefined;
}

/** What the terminals' outlet needs. */
export interface TerminalOutletOptions {
  /** `context.environmentVariableCollection`: this extension's own, so every variable in it is ours. */
  readonly collection: GlobalEnvironmentVariableCollection;
  /** `workspace.isTrusted`. */
  isTrusted(): boolean;
  /** Folders that may have a session of their own. */
  folders?(): readonly FolderSession[];
  /** Prepares the delivery of a session (managed profiles, endpoint) and says what the variables are. */
  prepare(session: Session): Promise<Prepared>;
  /** What keeps the active session from the terminals of a folder whose own one, of this name, is not there. */
  prepareAbsent?(name: string): Promise<Prepared>;
  /** Shown where the terminal explains its environment. */
  describe(session: Pick<Session, 'name'>): string;
  /** Told after each change, for the status bar; undefined: nothing is delivered. */
  delivered(result: Prepared | undefined): void;
  /** Preparing threw: a mistake of ours. */
  failed(error: unknown): void;
}

/**
 * Delivers the active session to new terminals, to tasks and to debugging in the terminal; in a folder with a session of
 * its own, that.
 */
export class TerminalOutlet implements Outlet {
  readonly #options: TerminalOutletOptions;
  #updates = 0;
  /** Which folder stood where when the collection was last emptied; undefined: what it holds is of a window before. */
  #places: string | undefined;

  constructor(options: TerminalOutletOptions) {
    this.#options = options;
  }

  async update(active: Session | undefined): Promise<void> {
    this.#updates += 1;
    const update = this.#updates;
    const folders = this.#options.folders?.() ?? [];
    const own = folders.some(({ session }) => session !== undefined);
    const places = JSON.stringify(folders.map(({ folder }) => [folder.index, folder.uri.toString()]));
    if (this.#places !== undefined && this.#places !== places) {
      // What was given to a folder that is gone or stood elsewhere goes to another one now: better to none, at once.
      this.#empty(places);
    }
    if ((active === undefined && !own) || !this.#options.isTrusted()) {
      this.#options.collection.clear();
      this.#options.delivered(undefined);
      return;
    }
    try {
      const prepare = async (session: Session | undefined) =>
        session && { name: session.name, prepared: await this.#options.prepare(session) };
      const global = await prepare(active);
      const scoped: { folder: WorkspaceFolder; ready: Ready | undefined }[] = [];
      for (const { folder, session, absent } of folders) {
        const kept = session === undefined && active !== undefined ? absent : undefined;
        scoped.push({ folder, ready: (await prepare(session)) ?? (await this.#absent(kept)) });
      }
      // A later update has overtaken this one.
      if (update === this.#updates) {
        if (this.#places === undefined) {
          // Not before all is ready: restored terminals would be called out of date while nothing is there.
          this.#empty(places);
        }
        this.#apply(global, scoped);
        this.#options.delivered(global?.prepared);
      }
    } catch (error) {
      this.#options.failed(error);
    }
  }

  /**
   * Nothing more is delivered by this window. Pointers stay: the collection is kept over a reload, so that restored
   * terminals are not relaunched. Keys go.
   */
  dispose(): void {
    this.#updates += 1;
    if (!this.#options.collection.persistent) {
      this.#options.collection.clear();
    }
  }

  #empty(places: string): void {
    this.#options.collection.clear();
    this.#places = places;
  }

  async #absent(name: string | undefined): Promise<Ready | undefined> {
    const prepared = name === undefined ? undefined : await this.#options.prepareAbsent?.(name);
    return name === undefined || prepared === undefined ? undefined : { name, prepared };
  }

  #apply(
    global: Ready | undefined,
    scoped: readonly { readonly folder: WorkspaceFolder; readonly ready: Ready | undefined }[],
  ): void {
    const { collection } = this.#options;
    // Persistent values are written to the workspace's storage: pointers may, keys may not.
    const persistent = [global, ...scoped.map(({ ready }) => ready)].every(
      (ready) => ready?.prepared.mode !== 'environment',
    );
    if (persistent && !collection.persistent) {
      // VS Code (seen in 1.139) writes what is in it as soon as this changes: no keys may be left by then.
      collection.clear();
    }
    collection.persistent = persistent;
    const added = this.#fill(collection, global, new Set());
    for (const { folder, ready } of scoped) {
      // VS Code lets the variable win that was put in last, not the folder's: what is new for all goes before it.
      this.#fill(scopedTo(collection, folder), ready, added);
    }
  }

  /** Makes a collection hold what is ready and nothing else; `again`: to be put in anew. Returns what it did not have. */
  #fill(
    collection: EnvironmentVariableCollection,
    ready: Ready | undefined,
    again: ReadonlySet<string>,
  ): ReadonlySet<string> {
    const variables = ready?.prepared.variables ?? new Map<string, string>();
    collection.description = ready && this.#options.describe(ready);
    const before = Array.from(collection, ([name]) => name);
    for (const name of before.filter((each) => again.has(each) || !variables.has(each))) {
      collection.delete(name);
    }
    for (const [name, value] of variables) {
      // Every change marks the terminals that run: the same value again is no change.
      if (collection.get(name)?.value !== value) {
        // After the rc files as well: an `export AWS_PROFILE` in .bashrc would win otherwise.
        collection.replace(name, value, { applyAtProcessCreation: true, applyAtShellIntegration: true });
      }
    }
    return new Set([...variables.keys()].filter((name) => !before.includes(name)));
  }
}

const scopes = new WeakMap<GlobalEnvironmentVariableCollection, Map<string, Scope>>();

/**
 * The variables of a folder. VS Code (seen in 1.139) finds them by the folder's URI and applies them by the index in the
 * first object that it was given for this URI: also after the folder was removed and has come back to another place.
 */
export function scopedTo(
  collection: GlobalEnvironmentVariableCollection,
  { uri, name, index }: WorkspaceFolder,
): EnvironmentVariableCollection {
  const known = scopes.get(collection) ?? new Map<string, Scope>();
  scopes.set(collection, known);
  const scope = known.get(uri.toString()) ?? { uri, name, index };
  known.set(uri.toString(), scope);
  scope.index = index;
  return collection.getScoped({ workspaceFolder: scope });
}

/** What new terminals of a folder get, over what all of them get; undefined: those of no folder. */
export function deliveredTo(
  collection: GlobalEnvironmentVariableCollection,
  workspaceFolder: WorkspaceFolder | undefined,
): ReadonlyMap<string, string> {
  const scoped = workspaceFolder && scopedTo(collection, workspaceFolder);
  return new Map(
    deliveredNames.flatMap((name) => {
      const value = (scoped?.get(name) ?? collection.get(name))?.value;
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** A folder as VS Code keeps it with its variables. */
type Scope = Pick<WorkspaceFolder, 'uri' | 'name'> & { index: number };

/** A session's name and what its terminals get. */
interface Ready {
  readonly name: string;
  readonly prepared: Prepared;
}
