import { createHash } from 'node:crypto';
import { issuerKey } from '../aws/issuers.ts';
import type { Issuer } from '../aws/planModel.ts';
import { Secret } from '../aws/secret.ts';
import type { Disposable } from '../session/emitter.ts';
import type { IssuerSignInPorts } from '../session/issuerSignIns.ts';
import { SecretItems, type Exclusive, type SecretContext } from './secretItems.ts';

const family = { name: 'issuer', version: 1, indexKey: 'issuerIndex' };

/**
 * Keeps the refresh tokens of issuers in SecretStorage, one item a sign-in. No call rejects: a store that fails is told to
 * `log`, and the sign-in lasts until the window closes.
 */
export function createIssuerStore(
  context: SecretContext,
  hostId: Promise<string>,
  exclusive: Exclusive,
  log: (line: string) => void,
): IssuerSignInPorts['store'] {
  const items = hostId.then((id) => new SecretItems(context, family, id, exclusive));
  const idOf = (issuer: Issuer): string =>
    createHash('sha256').update(issuerKey(issuer)).digest('hex').slice(0, 20);
  const attempt = async <T>(work: (items: SecretItems) => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work(await items);
    } catch (error) {
      log(`issuer store: ${error instanceof Error ? error.name : 'failed'}`);
      return otherwise;
    }
  };
  return {
    read: (issuer) =>
      attempt(async (store) => {
        const value = await store.read(idOf(issuer));
        const { key, refreshToken, subject } = { ...(typeof value === 'object' ? value : {}) } as Partial<
          Record<string, unknown>
        >;
        return key === issuerKey(issuer) && typeof refreshToken === 'string' && typeof subject === 'string'
          ? { refreshToken: new Secret(refreshToken), subject }
          : undefined;
      }, undefined),
    write: (issuer, { refreshToken, subject }) =>
      attempt(async (store) => {
        const value = { key: issuerKey(issuer), refreshToken: refreshToken.reveal(), subject };
        await store.write(idOf(issuer), value);
        return true;
      }, false),
    follow(issuer, listener) {
      let disposed = false;
      let following: Disposable | undefined;
      void attempt(async (store) => {
        following = store.onDidChange((id) => {
          if (!disposed && id === idOf(issuer)) {
            listener();
          }
        });
        if (disposed) {
          following.dispose();
        }
      }, undefined);
      return {
        dispose() {
          disposed = true;
          following?.dispose();
        },
      };
    },
    remove: (issuer) => attempt((store) => store.remove(idOf(issuer)), undefined),
  };
}
