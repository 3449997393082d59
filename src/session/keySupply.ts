import { parseArnOwner } from '../aws/arn.ts';
import type { Guard, Guarded } from '../aws/guards.ts';
import type { ProfileSet } from '../aws/profiles.ts';
import { vaultIdIn } from '../aws/vaultPointer.ts';
import type { UserKeys } from '../aws/vaultPointer.ts';
import type { AgentAccess, AgentRefusal } from './agentAccess.ts';
import type { KeyRecord } from './keyRecord.ts';

/** What a fetch of long-term keys gets. */
export type KeysSupply =
  | { readonly kind: 'keys'; readonly keys: UserKeys }
  /** This window has none of that id; another may. */
  | { readonly kind: 'noKeys' };

/**
 * What guards look at before keys of the vault are given: the profile that they were stored for, and every one that leads to them today.
 * `accountId`: what AWS has told of the key; else it is the account of the user's own device, or not known.
 */
export function guardedKeys(
  { profiles }: ProfileSet,
  { id, profile }: Pick<KeyRecord, 'id' | 'profile'>,
  accountId: string | undefined,
): readonly Guarded[] {
  const leading = [...profiles.values()].filter((section) => vaultIdIn(section) === id);
  const devices = leading.map(({ properties }) => properties.get('mfa_serial')?.value ?? '');
  // An ARN may have no account: then nothing is known.
  const ofDevice = devices.map((serial) => parseArnOwner(serial)?.accountId).find(Boolean);
  const names = new Set([profile, ...leading.map(({ name }) => name)]);
  return [...names].map((name) => ({
    name,
    profile: name,
    accountId: accountId ?? ofDevice,
    roleArn: undefined,
  }));
}

/**
 * Why a coding agent gets no long-term keys of a profile; undefined: it may have them. They cannot be made read-only, so
 * that only who gives agents the same as oneself gives them these; and whoever wants to be asked before a session of the
 * profile starts does not mean to hand out what needs no session.
 */
export function keysRefusal(
  access: AgentAccess | undefined,
  guard: Pick<Guard, 'readOnly' | 'asksFirst'> | undefined,
): AgentRefusal | undefined {
  switch (access) {
    case undefined:
      return { kind: 'notChosen' };
    case 'nothing':
      return { kind: 'nothing' };
    case 'readOnly':
      return { kind: 'longTermKeys' };
    case 'same':
      return guard?.readOnly === true || guard?.asksFirst === true ? { kind: 'longTermKeys' } : undefined;
  }
}
