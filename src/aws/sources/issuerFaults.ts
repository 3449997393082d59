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
