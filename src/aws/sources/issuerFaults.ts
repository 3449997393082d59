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
 * True when a refresh that ends so will never work again and only a person can help. Whatever the word is
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
      return !isIssuerPassing(fault);
    default:
      return false;
  }
}
