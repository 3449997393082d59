import type { Memento } from 'vscode';

/** A change of one key; its value is what VS Code takes it for: whatever whoever asks says it is. */
interface Change {
  readonly value: Parameters<Memento['update']>[1];
}

/** Another window's write that comes in between asking and sending takes ours away: once more is nearly always enough. */
const tries = 3;

/**
 * The global state with one change under way at a time. VS Code writes all keys as one object and sends each write back
 * to the window as the whole truth: a change made between a write and its coming back is lost, whatever its key
 * (https://github.com/microsoft/vscode/issues/171827). What waits for its turn is read as if it were written.
 */
export class OrderedState implements Memento {
  readonly #state: Memento;
  /** By key; a change of its own each time, because the same value may be set twice. */
  readonly #waiting = new Map<string, Change>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(state: Memento) {
    this.#state = state;
  }

  keys(): readonly string[] {
    const written = this.#state.keys().filter((key) => !this.#waiting.has(key));
    const coming = [...this.#waiting].flatMap(([key, { value }]) => (value === undefined ? [] : [key]));
    return [...written, ...coming];
  }

  readonly get: Memento['get'] = (key: string, otherwise?: Change['value']): Change['value'] => {
    const change = this.#waiting.get(key);
    if (change === undefined) {
      return this.#state.get(key, otherwise);
    }
    return change.value === undefined ? otherwise : change.value;
  };

  /** Rejects when the editor cannot keep it; those that come after it are tried all the same. */
  update(key: string, value: unknown): Promise<void> {
    // As VS Code does: whoever changes the object afterwards has not changed what is kept.
    const change: Change = { value: structuredClone(value) };
    this.#waiting.set(key, change);
    const turn = this.#last.then(() => this.#write(key, change));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #write(key: string, change: Change): Promise<void> {
    try {
      let left = tries;
      do {
        await this.#state.update(key, change.value);
        left -= 1;
      } while (left > 0 && !isSame(this.#state.get(key), change.value));
    } finally {
      if (this.#waiting.get(key) === change) {
        this.#waiting.delete(key);
      }
    }
  }
}

/** By what VS Code keeps of a value: JSON. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
