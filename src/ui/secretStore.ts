import type * as vscode from 'vscode';
import { fromRecord } from '../session/record.ts';
import type { SessionStore, StoredSession } from '../session/types.ts';

/** The parts of an extension's context that the store needs. */
export interface SecretStoreContext {
  readonly secrets: vscode.SecretStorage & { keys?: () => Thenable<string[]> };
  readonly globalState: vscode.Memento;
}

const indexKey = 'sessionIndex';

/**
 * Keeps one small item a session in SecretStorage. On the desktop that store lies on the machine of the UI, even for a
 * remote host (https://github.com/microsoft/vscode/issues/176320), so every key carries the host's id and a host sees
 * only its own sessions. `SecretStorage.keys()` exists from VS Code 1.105; before that an index in the global state
 * says which items there are. Every call may reject when the platform's store fails.
 */
export function createSecretStore(context: SecretStoreContext, hostId: string): SessionStore {
  // The version in the key: an older editor of the family must not overwrite what a newer one keeps.
  const prefix = `session.v1.${hostId}.`;
  const keyOf = (id: string): string => prefix + id;

  const index = (): readonly string[] => context.globalState.get<string[]>(indexKey, []);
  const setIndex = (change: (ids: Set<string>) => void): Thenable<void> => {
    const keys = new Set(index());
    change(keys);
    return context.globalState.update(indexKey, [...keys]);
  };
  const ownKeys = async (): Promise<readonly string[]> => {
    const keys = context.secrets.keys ? await context.secrets.keys() : index();
    return keys.filter((key) => key.startsWith(prefix));
  };

  return {
    async load(): Promise<readonly StoredSession[]> {
      const records: StoredSession[] = [];
      for (const key of await ownKeys()) {
        const text = await context.secrets.get(key);
        const record = text === undefined ? undefined : fromRecord(parseJson(text));
        if (record) {
          records.push(record);
        }
      }
      return records;
    },
    async save(record: StoredSession): Promise<void> {
      await context.secrets.store(keyOf(record.id), JSON.stringify(record));
      if (!context.secrets.keys) {
        await setIndex((keys) => keys.add(keyOf(record.id)));
      }
    },
    async remove(id: string): Promise<void> {
      await context.secrets.delete(keyOf(id));
      if (!context.secrets.keys) {
        await setIndex((keys) => keys.delete(keyOf(id)));
      }
    },
  };
}

/** An item that a crash cut short is as good as none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
