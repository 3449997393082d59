import { unlessAborted } from '../session/unlessAborted.ts';

/** Takes turns within this window, for each key by itself: all that is left where windows cannot lock each other out. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs `work` after whoever asked for the key before. Rejects with the signal's reason while it waits. */
  async take<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    // Whoever gives up waiting does not let the next one in before its time.
    const turn = before.then(() => ended);
    this.#last.set(key, turn);
    try {
      await unlessAborted(before, signal);
      signal.throwIfAborted();
      return await work();
    } finally {
      end();
      void turn.then(() => this.#forget(key, turn));
    }
  }

  #forget(key: string, turn: Promise<void>): void {
    if (this.#last.get(key) === turn) {
      this.#last.delete(key);
    }
  }
}
