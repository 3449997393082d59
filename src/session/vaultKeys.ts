import type { ProfileSet } from '../aws/profiles.ts';
import { vaultIdIn, vaultIdsIn } from '../aws/vaultPointer.ts';
import { errorName } from './errorName.ts';
import type { KeyEntry } from './keyRecord.ts';
import type { KeyVault } from './keyVault.ts';
import type { LongTermKeys } from './longTermKeys.ts';

/** What the vault is seen through. */
export interface VaultKeysPorts {
  readonly vault: Pick<KeyVault, 'find' | 'list' | 'replace'>;
  /** The profiles of the shared files. */
  profiles(this: void): Promise<ProfileSet>;
  /** One line for the log, without a secret. */
  log(this: void, line: string): void;
}

/** The long-term keys in the vault, as a rotation sees them. */
export function vaultKeys({ vault, profiles, log }: VaultKeysPorts): LongTermKeys {
  /** What has this key, but for copies of what stands in a file still. Rejects when that cannot be known. */
  const entriesWith = async (accessKeyId: string): Promise<readonly KeyEntry[]> => {
    const led = vaultIdsIn(await profiles());
    try {
      const all = await vault.list();
      return all.filter(
        (entry) => entry.accessKeyId === accessKeyId && (entry.stage !== 'in' || led.has(entry.id)),
      );
    } catch (error) {
      // Where no profile leads into the store, a store that fails is no reason to leave keys in files as they are.
      if (led.size > 0) {
        throw error;
      }
      return [];
    }
  };
  return {
    async isUnproven(accessKeyId) {
      try {
        return (await entriesWith(accessKeyId)).some(({ stage }) => stage !== 'kept');
      } catch (error) {
        log(`keys not looked at: ${errorName(error)}`);
        return true;
      }
    },
    async read(profile) {
      const section = (await profiles()).profiles.get(profile);
      const id = section && vaultIdIn(section);
      const record = id === undefined ? undefined : await vault.find(id);
      return record && { ...record.keys, sessionToken: undefined };
    },
    holds: async (accessKeyId) => (await entriesWith(accessKeyId)).length > 0,
    async replace(_profile, accessKeyId, next) {
      try {
        const [entry] = await entriesWith(accessKeyId);
        if (entry === undefined) {
          return { kind: 'changed' };
        }
        const { secretAccessKey } = next;
        const isKept = await vault.replace(entry.id, { accessKeyId: next.accessKeyId, secretAccessKey });
        return isKept ? { kind: 'replaced' } : { kind: 'failed', code: 'EIO' };
      } catch (error) {
        log(`keys not replaced: ${errorName(error)}`);
        return { kind: 'failed', code: 'EIO' };
      }
    },
  };
}
