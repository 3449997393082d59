import type { ProfileSet, Property, Section } from './profiles.ts';
import type { Secret } from './secret.ts';

// Long-term keys that were moved out of the shared files: what stays there is a credential_process that names them by an
// id, so that the AWS CLI and the SDKs get them from the running editor. We ourselves never go that way round: a profile
// with such a line is read as if its keys stood there.

/** Long-term keys of an IAM user. */
export interface UserKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
}

/** The form of an id in the vault; nothing else may follow the helper's `id` there. */
const idForm = /^vault-[0-9a-f]{20}$/;

/** As `helperCommand` writes it, with the path in quotes or not, and what another version of the helper may be called. */
const pointerForm = /[\\/]fetch(?:\.cmd)?["']? id (vault-[0-9a-f]{20})$/;

/** True for what names keys in the vault and no session. */
export function isVaultId(text: string): boolean {
  return idForm.test(text);
}

/** The `credential_process` that leads to keys in the vault; `helper` is the command of the managed profiles. */
export function vaultPointer(helper: string, id: string): string {
  return `${helper} id ${id}`;
}

/** The id that a `credential_process` leads to; undefined for any other program. */
export function vaultIdOf(command: string | undefined): string | undefined {
  return command === undefined ? undefined : pointerForm.exec(command.trim())?.[1];
}

/** The id that a section's own `credential_process` leads to. */
export function vaultIdIn(section: Pick<Section, 'properties' | 'vaultId'>): string | undefined {
  return section.vaultId ?? vaultIdOf(section.properties.get('credential_process')?.value);
}

/** Every id that a profile of the set leads to. */
export function vaultIdsIn(set: ProfileSet): ReadonlySet<string> {
  const ids = [...set.profiles.values()].map(vaultIdIn);
  return new Set(ids.filter((id) => id !== undefined));
}

/**
 * The set with the vault's keys in the place of what leads to them. A profile whose keys are not given stays as it is: its
 * plan says what is missing. So does one that has keys of its own as well.
 */
export function withVaultKeys(set: ProfileSet, keysOf: (id: string) => UserKeys | undefined): ProfileSet {
  const profiles = new Map(set.profiles);
  for (const section of set.profiles.values()) {
    const command = section.properties.get('credential_process');
    const id = vaultIdOf(command?.value);
    const keys = id === undefined || hasOwnKeys(section) ? undefined : keysOf(id);
    if (command && id !== undefined && keys) {
      profiles.set(section.name, filled(section, command, id, keys));
    }
  }
  return { ...set, profiles };
}

function hasOwnKeys({ properties }: Section): boolean {
  return ['aws_access_key_id', 'aws_secret_access_key'].some(
    (key) => (properties.get(key)?.value ?? '').trim() !== '',
  );
}

function filled(section: Section, { place }: Property, vaultId: string, keys: UserKeys): Section {
  const properties = new Map(section.properties);
  properties.delete('credential_process');
  // What somebody left behind of temporary keys would make these ones useless.
  properties.delete('aws_session_token');
  properties.delete('aws_security_token');
  properties.set('aws_access_key_id', { value: keys.accessKeyId, place, nested: undefined });
  properties.set('aws_secret_access_key', {
    value: keys.secretAccessKey.reveal(),
    place,
    nested: undefined,
  });
  return { ...section, properties, vaultId };
}
