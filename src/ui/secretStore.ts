import { fromRecord } from '../session/record.ts';
import type { SessionStore } from '../session/types.ts';
import { SecretItems, type Exclusive, type SecretContext } from './secretItems.ts';

/** Keeps one small item a session in SecretStorage. Every call may reject when the platform's store fails. */
export function createSecretStore(
  context: SecretContext,
  hostId: string,
  exclusive: Exclusive,
): SessionStore {
  const family = { name: 'session', version: 1, indexKey: 'sessionIndex' };
  const items = new SecretItems(context, family, hostId, exclusive);
  return {
    async load() {
      const values = [];
      for (const id of await items.ids()) {
        values.push(fromRecord(await items.read(id)));
      }
      return values.filter((record) => record !== undefined);
    },
    save: (record) => items.write(record.id, record),
    remove: (id) => items.remove(id),
  };
}
