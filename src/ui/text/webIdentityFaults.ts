import type { Fault } from '../../aws/faults.ts';
import type { FaultAction } from './faultActions.ts';
import type { FaultText } from './faults.ts';
import { t } from './l10n.ts';

type WebIdentityFault = Extract<Fault, { kind: 'webIdentity' }>;

/** What AWS has against the token of a web identity, and what to do about it. `role` is the role as people read it. */
export function webIdentityText(fault: WebIdentityFault, role: string): FaultText {
  return { text: sentence(fault, role), actions: actionsFor(fault) };
}

function sentence({ what, detail, from = 'file', source = '' }: WebIdentityFault, role: string): string {
  switch (what) {
    case 'expired':
      return expiredSentence(from, source, role);
    case 'rejected':
      return t(
        'The identity provider does not vouch for this web identity any more, get a new one: {0}',
        role,
      );
    case 'noProvider':
      return t(
        "The role's account has no identity provider for this issuer, have it added in IAM: {0} ({1})",
        detail,
        role,
      );
    case 'audience':
      return t('The web identity is for another audience than the identity provider in IAM lists: {0}', role);
    case 'invalid':
      return invalidSentence(from, role, detail.replace(/\.$/, ''));
    case 'providerUnreachable':
      return t('AWS could not ask the identity provider for its keys, try again in a moment: {0}', role);
  }
}

function expiredSentence(from: 'file' | 'process' | 'issuer', source: string, role: string): string {
  switch (from) {
    case 'file':
      return t('The web identity has expired, have a new one written to web_identity_token_file: {0}', role);
    case 'process':
      return t('What web_identity_token_process printed has expired, have it print a new one: {0}', role);
    case 'issuer':
      return t('The sign-in at {0} is over, sign in again: {1}', source, role);
  }
}

function invalidSentence(from: 'file' | 'process' | 'issuer', role: string, detail: string): string {
  const why = detail === '' ? role : t('{0} ({1})', role, detail);
  switch (from) {
    case 'file':
      return t('AWS does not take the web identity, check what is in web_identity_token_file: {0}', why);
    case 'process':
      return t('AWS does not take what web_identity_token_process printed: {0}', why);
    case 'issuer':
      return t('AWS does not take the web identity, compare its claims with the trust policy: {0}', why);
  }
}

function actionsFor({ what, from }: WebIdentityFault): readonly FaultAction[] {
  if (from !== 'issuer') {
    return ['retry', 'openProfile'];
  }
  switch (what) {
    case 'expired':
    case 'rejected':
      return ['signIn'];
    case 'noProvider':
    case 'audience':
    case 'invalid':
      return ['showClaims', 'retry'];
    case 'providerUnreachable':
      return ['retry'];
  }
}
