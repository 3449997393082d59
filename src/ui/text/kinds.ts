import type { ProfileKind } from '../../aws/profiles.ts';
import { t } from './l10n.ts';

/** How a kind of profile is shown: a codicon, and the word beside it. */
export interface KindLook {
  readonly icon: string;
  /** Follows the name in a row. */
  readonly word: string;
}

/**
 * Icon and word for a kind of profile.
 * A function rather than a constant, because the words are in the person's language only after activation.
 */
export function kindLook(kind: ProfileKind): KindLook {
  switch (kind) {
    case 'staticKeys':
      return { icon: 'key', word: t('IAM user') };
    case 'role':
      return { icon: 'shield', word: t('role') };
    case 'webIdentity':
      return { icon: 'globe', word: t('web identity') };
    case 'identityCenter':
      return { icon: 'organization', word: t('Identity Center') };
    case 'login':
      return { icon: 'account', word: t('console sign-in') };
    case 'process':
      return { icon: 'terminal', word: t('process') };
    case 'credentialSource':
      return { icon: 'server', word: t('role of this machine') };
    case 'saml':
      return { icon: 'globe', word: t('SAML') };
    case 'none':
      return { icon: 'circle-outline', word: t('no credentials') };
  }
}

/** The word for a session of GetFederationToken. */
export function federationWord(): string {
  return t('federation');
}

/** Icon and word for `credential_source`, whose value says which of three it is; any case, as the AWS CLI reads it. */
export function credentialSourceLook(value: string): KindLook {
  switch (value.toLowerCase()) {
    case 'environment':
      return { icon: 'symbol-variable', word: t('environment') };
    case 'ec2instancemetadata':
      return { icon: 'server', word: t('instance') };
    case 'ecscontainer':
      return { icon: 'package', word: t('container') };
    default:
      return kindLook('credentialSource');
  }
}
