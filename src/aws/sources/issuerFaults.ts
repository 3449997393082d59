import type { Fault } from '../faults.ts';

/** What an issuer's refusal means: OAuth's word for it, from an answer or from the address that a browser came back to. */
export function faultFromIssuerError(issuer: string, error: string): Fault {
  if (error === 'access_denied') {
    return { kind: 'signInFailed', signIn: issuer, why: 'denied' };
  }
  if (error === 'expired_token') {
    return { kind: 'signInFailed', signIn: issuer, why: 'tooLate' };
  }
  if (error === 'invalid_grant') {
    return { kind: 'signInNeeded', signIn: issuer };
  }
  // RFC 6749, 5.2 has words of these characters; anything longer is somebody's text.
  return { kind: 'issuerRefused', issuer, error: /^[a-z_]{1,60}$/.test(error) ? error : 'error' };
}

/** OAuth's words for an issuer that is busy or broken just now: RFC 6749, 4.1.2.1. */
const passingWords: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable', 'slow_down']);

/** True when the issuer itself is busy or broken just now: asked again in a while, it may well answer. */
export function isIssuerPassing(fault: Fault): boolean {
  return fault.kind === 'issuerRefused' && passingWords.has(fault.error);
}

/**
 * The words of a token endpoint (RFC 6749, 5.2; RFC 8628, 3.5; OpenID Connect Core 1.0, 3.1.2.6, which Entra uses here).
 * A gateway on the way has others: `Unauthorized`, `Forbidden`.
 */
const endpointWords: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'authorization_pending',
  'slow_down',
  'access_denied',
  'expired_token',
  'interaction_required',
  'login_required',
  'consent_required',
  'account_selection_required',
]);

/** True for a word that only a token endpoint says. */
export function isEndpointWord(word: string): boolean {
  return endpointWords.has(word);
}

/**
 * True when a refresh that ends so will never work again, and its token can be forgotten. Whatever the word is
 * (`invalid_grant`, Entra's `interaction_required`, a client that was changed), it takes a new sign-in, as at Identity
 * Center; an issuer that is busy or cannot be reached does not.
 */
export function endsRefresh(fault: Fault): boolean {
  switch (fault.kind) {
    case 'signInNeeded':
    case 'signInFailed':
    case 'issuerToken':
      return true;
    case 'issuerRefused':
      return isEndpointWord(fault.error) && !isIssuerPassing(fault);
    default:
      return false;
  }
}

/**
 * True when a refresh that ends so takes a person: it is over, or nobody knows whether the issuer has refused it or
 * somebody on the way to it. Then it may well work again in another network.
 */
export function needsPerson(fault: Fault): boolean {
  return (
    endsRefresh(fault) ||
    (fault.kind === 'issuerRefused' && !isIssuerPassing(fault)) ||
    (fault.kind === 'issuerAnswer' && fault.what === 'challenge')
  );
}
