import type { Memento } from 'vscode';

/** A change of one key; its value is what VS Code takes it for: whatever whoever asks says it is. */
interface Change {
  readonly value: Parameters<Memento['update']>[1];
}

/** Another window's write that comes in between asking and sending takes ours away: once more is nearly always enough. */
const tries = 3;

/** A change that has not been written yet, and who waits for it. */
interface Due {
  readonly key: string;
  readonly change: Change;
  resolve(this: void): void;
  reject(this: void, error: unknown): void;
}

/**
 * The global state with one write under way at a time. VS Code writes all keys as one object and sends each write back to
 * the window as the whole truth: a change made between a write and its coming back is lost, whatever its key
 * (https://github.com/microsoft/vscode/issues/171827). What is changed in one turn of the event loop is written together;
 * what waits for the next is read as if it were written.
 */
export class OrderedState implements Memento {
  readonly #state: Memento;
  /** The last change of each key; one of its own each time, because the same value may be set twice. */
  readonly #waiting = new Map<string, Change>();
  #due: Due[] = [];
  #isWriting = false;

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
    return new Promise((resolve, reject) => {
      this.#due.push({ key, change, resolve, reject });
      if (!this.#isWriting) {
        this.#isWriting = true;
        queueMicrotask(() => void this.#writeAll());
      }
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#due.length > 0) {
      const due = this.#due;
      this.#due = [];
      await Promise.all(due.map((each) => this.#write(each)));
    }
    this.#isWriting = false;
  }

  async #write({ key, change, resolve, reject }: Due): Promise<void> {
    // One that was changed again meanwhile is the business of that change.
    const isLast = (): boolean => this.#waiting.get(key) === change;
    try {
      for (let left = tries; left > 0 && isLast(); left--) {
        await this.#state.update(key, change.value);
        if (isSame(this.#state.get(key), change.value)) {
          break;
        }
      }
      resolve();
    } catch (error) {
      reject(error);
    } finally {
      if (isLast()) {
        this.#waiting.delete(key);
      }
    }
  }
}

/** By what VS Code keeps of a value: JSON. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
