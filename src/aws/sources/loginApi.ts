import type { Credentials } from '../credentials.ts';
import type { Fault } from '../faults.ts';
import type { LoginSession } from '../planModel.ts';
import type { Secret } from '../secret.ts';

// What the console's sign-in service is asked, in our words. `clients/signin.ts` does it.
// https://docs.aws.amazon.com/signin/latest/APIReference/API_CreateOAuth2Token.html

/** What a console sign-in gives: keys for a quarter of an hour, and what gets the next ones for as long as it lasts. */
export interface LoginToken {
  readonly credentials: Credentials & { readonly expiresAt: number; readonly sessionToken: Secret };
  /** Which of the two public clients signed in: `arn:aws:signin:::devtools/same-device` or `cross-device`. */
  readonly clientId: string;
  readonly refreshToken: Secret;
  readonly idToken: Secret | undefined;
  /** The private key (PEM, P-256) that proves each call to be ours; the refresh token is bound to it (RFC 9449). */
  readonly dpopKey: Secret;
  /** Where a tool has noted which region signed in; that region is asked for the next keys then. */
  readonly signInRegion: string | undefined;
  /** The text of the file that it came from: what we do not know in it belongs to others and is kept. */
  readonly file: Secret | undefined;
}

/** A code that a browser brought back, with what proves that it was sent by us. */
export interface LoginCode {
  readonly clientId: string;
  readonly code: Secret;
  readonly verifier: Secret;
  readonly redirectUri: string;
}

/** CreateOAuth2Token. No call rejects: what went wrong is a Fault, cancelling included. Only faults have a `kind`. */
export interface LoginApi {
  /** A token for a code. Its key is made here. */
  redeem(
    login: Pick<LoginSession, 'endpoint' | 'caBundle'>,
    code: LoginCode,
    signal: AbortSignal,
  ): Promise<LoginToken | Fault>;
  /** The next keys. `loginNeeded` when AWS does not give any more. */
  refresh(
    login: Pick<LoginSession, 'region' | 'endpoint' | 'caBundle'>,
    token: LoginToken,
    signal: AbortSignal,
  ): Promise<LoginToken | Fault>;
}
