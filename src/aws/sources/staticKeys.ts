import type { Findings } from '../findings.ts';
import { read } from '../findings.ts';
import type { Base } from '../planModel.ts';
import type { Property, Section } from '../profiles.ts';
import { Secret } from '../secret.ts';

/** True when the profile holds a key, even half of one: the AWS CLI then looks no further for another kind. */
export function hasStaticKeys(section: Section): boolean {
  return (
    read(section, 'aws_access_key_id') !== undefined || read(section, 'aws_secret_access_key') !== undefined
  );
}

/** True when the keys that a profile holds, or has in the vault, are long-term ones as far as the profile tells. */
export function hasLongTermKeys(section: Section): boolean {
  return hasStaticKeys(section) && sessionTokenOf(section) === undefined;
}

/** The MFA device of the user whose long-term keys a profile holds; temporary keys and roles cannot give a code. */
export function deviceOfKeys(section: Section): string | undefined {
  return hasLongTermKeys(section) ? read(section, 'mfa_serial')?.value : undefined;
}

/** Keys written into the profile itself: long-term ones, or temporary ones that somebody pasted. */
export function staticKeysBase(section: Section, findings: Findings): Base | undefined {
  const { name } = section;
  const id = read(section, 'aws_access_key_id');
  const secret = read(section, 'aws_secret_access_key');
  if (id === undefined) {
    findings.error(name, secret?.place, { kind: 'missingAccessKey', name });
    return undefined;
  }
  if (secret === undefined) {
    findings.error(name, id.place, { kind: 'missingSecretKey', name });
    return undefined;
  }
  const token = sessionTokenOf(section);
  const account = read(section, 'aws_account_id')?.value;
  return {
    kind: 'staticKeys',
    profile: name,
    accessKeyId: id.value,
    secretAccessKey: new Secret(secret.value),
    sessionToken: token === undefined ? undefined : new Secret(token.value),
    ...(section.vaultId !== undefined && { inVault: true as const }),
    accountId: account !== undefined && /^\d{12}$/.test(account) ? account : undefined,
    place: id.place,
  };
}

function sessionTokenOf(section: Section): Property | undefined {
  // aws_security_token is the name that boto had for it first; the AWS CLI reads both.
  return read(section, 'aws_session_token') ?? read(section, 'aws_security_token');
}
