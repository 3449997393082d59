import type { GlobalEnvironmentVariableCollection } from 'vscode';
import type { Session } from '../session/types.ts';
import type { Prepared } from './delivering.ts';
import type { Outlet } from './outlet.ts';

/** What the terminals' outlet needs. */
export interface TerminalOutletOptions {
  /** `context.environmentVariableCollection`: this extension's own, so every variable in it is ours. */
  readonly collection: GlobalEnvironmentVariableCollection;
  /** `workspace.isTrusted`. */
  isTrusted(): boolean;
  /** Prepares the delivery of a session (managed profiles, endpoint) and says what the variables are. */
  prepare(session: Session): Promise<Prepared>;
  /** Shown where the terminal explains its environment. */
  describe(session: Session): string;
  /** Told after each change, for the status bar; undefined: nothing is delivered. */
  delivered(result: Prepared | undefined): void;
  /** Preparing threw: a mistake of ours. */
  failed(error: unknown): void;
}

/** Delivers the active session to new terminals, to tasks and to debugging in the terminal. */
export class TerminalOutlet implements Outlet {
  readonly #options: TerminalOutletOptions;
  #updates = 0;

  constructor(options: TerminalOutletOptions) {
    this.#options = options;
  }

  async update(active: Session | undefined): Promise<void> {
    this.#updates += 1;
    const update = this.#updates;
    if (active === undefined || !this.#options.isTrusted()) {
      this.#options.collection.clear();
      this.#options.delivered(undefined);
      return;
    }
    try {
      const result = await this.#options.prepare(active);
      // A later update has overtaken this one.
      if (update === this.#updates) {
        this.#apply(result, this.#options.describe(active));
        this.#options.delivered(result);
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

  #apply({ variables, mode }: Prepared, description: string): void {
    const { collection } = this.#options;
    collection.description = description;
    // Persistent values are written to the workspace's storage: pointers may, keys may not.
    collection.persistent = mode !== 'environment';
    const before = Array.from(collection, ([name]) => name);
    for (const name of before.filter((name) => !variables.has(name))) {
      collection.delete(name);
    }
    for (const [name, value] of variables) {
      // Every change marks the terminals that run: the same value again is no change.
      if (collection.get(name)?.value !== value) {
        // After the rc files as well: an `export AWS_PROFILE` in .bashrc would win otherwise.
        collection.replace(name, value, { applyAtProcessCreation: true, applyAtShellIntegration: true });
      }
    }
  }
}
