import type { Memento } from 'vscode';
import { Emitter } from '../../src/session/emitter.ts';
import type { Exclusive, SecretContext } from '../../src/ui/secretItems.ts';

/** The store of one editor: SecretStorage and the global state, shared by its windows. */
export class FakeSecrets {
  readonly items = new Map<string, string>();
  readonly state = new Map<string, unknown>();
  /** Set to make that call, or every call, reject. */
  failing: 'get' | 'store' | 'delete' | 'all' | undefined;
  /** True: what is stored is gone at once, as with a keyring that takes nothing. */
  forgets = false;
  readonly #changes = new Emitter<{ key: string }>();

  /** A window's view. `keys`: as VS Code has it from 1.105 on. */
  context({ keys = true } = {}): SecretContext {
    const check = (call: 'get' | 'store' | 'delete'): void => {
      if (this.failing === call || this.failing === 'all') {
        throw new Error(`the store cannot ${call}`);
      }
    };
    const globalState: Memento = {
      // As VS Code has it: what was set to undefined is gone.
      keys: () => [...this.state].flatMap(([key, value]) => (value === undefined ? [] : [key])),
      get: <T>(key: string, fallback?: T) => (this.state.get(key) ?? fallback) as T,
      update: async (key: string, value: unknown) => {
        await Promise.resolve();
        this.state.set(key, structuredClone(value));
      },
    };
    const changed = (key: string): void => this.#changes.fire({ key });
    return {
      globalState,
      secrets: {
        get: async (key) => {
          check('get');
          return this.items.get(key);
        },
        store: async (key, value) => {
          check('store');
          if (!this.forgets) {
            this.items.set(key, value);
          }
          changed(key);
        },
        delete: async (key) => {
          check('delete');
          this.items.delete(key);
          changed(key);
        },
        onDidChange: (listener) => this.#changes.event((event) => void listener(event)),
        // Typed as there, absent in a VS Code before 1.105.
        ...(keys && {
          keys: async () => {
            check('get');
            return [...this.items.keys()];
          },
        }),
      },
    };
  }
}

/** A lock between the windows of a test. */
export function oneAtATime(): Exclusive {
  let last: Promise<unknown> = Promise.resolve();
  return (_key, _signal, work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}
