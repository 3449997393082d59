import type { Fault } from '../faults.ts';
import { redact } from '../redact.ts';

/** An error as the sign-in service sent it. */
export interface LoginError {
  /** `error` of the body: TOKEN_EXPIRED, AUTHCODE_EXPIRED … */
  readonly code: string;
  readonly message: string;
  /** HTTP status. */
  readonly status: number;
  readonly host: string;
  /** What was given for keys. */
  readonly given: 'code' | 'refreshToken';
  /** How far our clock is ahead of AWS's, ms; undefined when it did not say. */
  readonly skewMs: number | undefined;
}

const minute = 60_000;

/** A proof (DPoP) is dated; beyond this, ms, the clock is the likeliest reason that one is refused. */
const suspectSkewMs = 2 * minute;

/**
 * What an error of the sign-in service means. `profile` is empty in the result: who calls knows it.
 * https://docs.aws.amazon.com/signin/latest/APIReference/API_CreateOAuth2Token.html
 */
export function faultFromLogin(error: LoginError): Fault {
  const { code, status, host, given, skewMs, message } = error;
  if (status === 429) {
    return { kind: 'throttled', host };
  }
  if (status >= 500) {
    return { kind: 'unavailable', host, status };
  }
  switch (code) {
    case 'TOKEN_EXPIRED':
    case 'AUTHCODE_EXPIRED':
      return given === 'code'
        ? { kind: 'loginCodeRefused', profile: '' }
        : { kind: 'loginNeeded', profile: '', why: 'over' };
    case 'USER_CREDENTIALS_CHANGED':
      return given === 'code'
        ? { kind: 'loginCodeRefused', profile: '' }
        : { kind: 'loginNeeded', profile: '', why: 'changed' };
    case 'INSUFFICIENT_PERMISSIONS':
      return { kind: 'loginNotPermitted', profile: '' };
    default:
      return skewMs !== undefined && Math.abs(skewMs) >= suspectSkewMs
        ? { kind: 'clockSkew', minutes: Math.round(skewMs / minute) }
        : { kind: 'refused', code, status, message: redact(message) };
  }
}

/** The fault with the profile's name where it has room for one. */
export function forProfile(fault: Fault, profile: string): Fault {
  switch (fault.kind) {
    case 'loginNeeded':
    case 'loginNotPermitted':
    case 'loginOther':
    case 'loginCodeRefused':
      return { ...fault, profile };
    default:
      return fault;
  }
}
