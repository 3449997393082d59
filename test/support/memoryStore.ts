import type { SessionStore, StoredSession } from '../../src/session/types.ts';

/** A store that survives the windows that use it; it holds JSON, as the real one does. */
export class MemoryStore implements SessionStore {
  readonly items = new Map<string, string>();
  /** Set to make that call, or every call, reject. */
  failing: 'load' | 'save' | 'remove' | 'all' | undefined;
  /** Calls so far. */
  saves = 0;

  async load(): Promise<readonly StoredSession[]> {
    this.#failIf('load');
    return Array.from(this.items.values(), (text) => JSON.parse(text) as StoredSession);
  }

  async save(record: StoredSession): Promise<void> {
    this.saves += 1;
    this.#failIf('save');
    this.items.set(record.id, JSON.stringify(record));
  }

  async remove(id: string): Promise<void> {
    this.#failIf('remove');
    this.items.delete(id);
  }

  #failIf(call: 'load' | 'save' | 'remove'): void {
    if (this.failing === call || this.failing === 'all') {
      throw new Error(`the store cannot ${call}`);
    }
  }
}
