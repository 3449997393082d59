import type { Memento } from 'vscode';

/** What stands before the keys of a host. */
const mark = 'host ';

/**
 * The part of the global state that is one host's. VS Code keeps the global state on the computer that shows the window,
 * so that windows on other computers, by SSH or in WSL, read the same: what is noted of a computer's files goes here.
 */
export class HostState {
  readonly #state: Memento;
  readonly #known: Promise<string>;
  #prefix: string | undefined;

  /** `host`: an id that outlives the helper's folder where one can. */
  constructor(state: Memento, host: Promise<string>) {
    this.#state = state;
    this.#known = host.then((hostId) => (this.#prefix = `${mark}${hostId} `));
  }

  /** Resolves when it is known which host this is. Never rejects. */
  get known(): Promise<void> {
    return this.#known.then(
      () => undefined,
      () => undefined,
    );
  }

  /** The keys of this host; none before it is known which it is. */
  keys(): readonly string[] {
    const prefix = this.#prefix;
    return prefix === undefined
      ? []
      : this.#state
          .keys()
          .filter((key) => key.startsWith(prefix))
          .map((key) => key.slice(prefix.length));
  }

  /** Undefined, too, before it is known which host this is. */
  get(key: string): unknown {
    return this.#prefix === undefined ? undefined : this.#state.get(this.#prefix + key);
  }

  /** True for a key of the global state that another host has set so; for any that one has, before this one is known. */
  isOfOther(key: string): boolean {
    return key.startsWith(mark) && (this.#prefix === undefined || !key.startsWith(this.#prefix));
  }

  /** Rejects when the editor cannot keep it. */
  async set(key: string, value: unknown): Promise<void> {
    await this.#state.update((await this.#known) + key, value);
  }
}
