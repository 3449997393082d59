import { read } from './findings.ts';
import type { ProfileKind, Section } from './profiles.ts';
import { samlKeys } from './profiles.ts';
import { hasStaticKeys } from './sources/staticKeys.ts';

/** How a profile that has credentials gets them. */
export type SourceKind = Exclude<ProfileKind, 'none'>;

/**
 * Every kind that a profile's properties make it, the one that the AWS CLI uses first (`kindOf` in profiles.ts is the
 * first of them): role chain, web identity, Identity Center, keys in the credentials file, `aws login`, process, keys in
 * the config file (botocore's credentials.py), and SAML after what it knows. Other SDKs choose differently, which is why more than one is a warning.
 *
 * As somebody's `source_profile`, a profile with keys is those keys, whatever role it names as well.
 */
export function kindsOf(section: Section, asSource: boolean): readonly SourceKind[] {
  const has = (key: string): boolean => read(section, key) !== undefined;
  const kinds: SourceKind[] = [];
  const keys = hasStaticKeys(section);
  const keysInCredentials = read(section, 'aws_access_key_id')?.place.file === 'credentials';
  const tokenFile = has('web_identity_token_file');
  // The AWS CLI does not know these two: to it the profile is a role, which works when there is a source.
  const otherToken = has('web_identity_token_process') || has('web_identity_issuer');
  const hasSource = has('source_profile') || has('credential_source');
  const source: SourceKind = has('credential_source') && !has('source_profile') ? 'credentialSource' : 'role';
  const saml = samlKeys.some(has);
  const roleFirst =
    has('role_arn') && !tokenFile && !(asSource && keys) && (hasSource || !(otherToken || saml));
  if (roleFirst) {
    kinds.push(source);
  }
  if (tokenFile || (otherToken && has('role_arn'))) {
    kinds.push('webIdentity');
  }
  if (has('sso_account_id') || has('sso_role_name')) {
    kinds.push('identityCenter');
  }
  if (keysInCredentials) {
    kinds.push('staticKeys');
  }
  if (has('login_session')) {
    kinds.push('login');
  }
  if (has('credential_process')) {
    kinds.push('process');
  }
  if (keys && !keysInCredentials) {
    kinds.push('staticKeys');
  }
  if (saml) {
    kinds.push('saml');
  }
  // A sign-in without account and role gives no credentials to the AWS CLI: it is the kind only where it stands alone.
  if (kinds.length === 0 && (has('sso_session') || has('sso_start_url'))) {
    kinds.push('identityCenter');
  }
  if (kinds.length === 0 && otherToken) {
    kinds.push('webIdentity');
  }
  if (!roleFirst && has('role_arn') && hasSource) {
    kinds.push(source);
  }
  return kinds;
}
