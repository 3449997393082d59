import { Secret } from '../secret.ts';
import type { Registration, SignIn, SignInToken } from './identityCenterApi.ts';
import { readFields, readLine, readTime, writeTime } from './tokenFile.ts';

// The token files under ~/.aws/sso/cache, shared with the AWS CLI and the SDKs in both directions:
// https://docs.aws.amazon.com/sdkref/latest/guide/understanding-sso.html

const minute = 60_000;

/** The AWS CLI refreshes what lasts less than this, milliseconds (botocore's tokens.py, _REFRESH_WINDOW). */
export const refreshBeforeMs = 15 * minute;

/** What the name of a sign-in's token file is made of: `<sha1 of this in hex>.json`. */
export function cacheKey(signIn: Pick<SignIn, 'session' | 'startUrl'>): string {
  return signIn.session ?? signIn.startUrl;
}

/** What a token is good for at `now` (ms UTC). `refreshable`: for nothing by itself, but it may get a new one. */
export function tokenPhase(
  token: SignInToken | undefined,
  now: number,
): 'good' | 'ending' | 'refreshable' | 'over' {
  if (token === undefined) {
    return 'over';
  }
  const left = token.expiresAt - now;
  if (left >= refreshBeforeMs) {
    return 'good';
  }
  if (left > 0) {
    return 'ending';
  }
  return canRefresh(token, now) ? 'refreshable' : 'over';
}

/** True when there is all that a refresh takes, and the registration still holds. */
export function canRefresh(
  token: SignInToken,
  now: number,
): token is SignInToken & { readonly refreshToken: Secret; readonly registration: Registration } {
  return (
    token.refreshToken !== undefined && token.registration !== undefined && token.registration.expiresAt > now
  );
}

/** The token in a file's text; undefined when it has none that could be used or refreshed. Trusts nothing in it. */
export function readToken(text: string): SignInToken | undefined {
  const fields = readFields(text);
  const accessToken = readLine(fields?.get('accessToken'));
  const expiresAt = readTime(fields?.get('expiresAt'));
  if (fields === undefined || accessToken === undefined || expiresAt === undefined) {
    return undefined;
  }
  const refreshToken = readLine(fields.get('refreshToken'));
  const clientId = readLine(fields.get('clientId'));
  const clientSecret = readLine(fields.get('clientSecret'));
  const registeredUntil = readTime(fields.get('registrationExpiresAt'));
  return {
    accessToken: new Secret(accessToken),
    expiresAt,
    refreshToken: refreshToken === undefined ? undefined : new Secret(refreshToken),
    registration:
      clientId === undefined || clientSecret === undefined || registeredUntil === undefined
        ? undefined
        : { clientId, clientSecret: new Secret(clientSecret), expiresAt: registeredUntil },
  };
}

/**
 * The file's text for a token, with the fields and the time format of the AWS CLI. What another tool had added to the
 * file belonged to the token before, and is not carried over.
 */
export function writeToken(signIn: SignIn, token: SignInToken): string {
  const { registration } = token;
  return JSON.stringify({
    startUrl: signIn.startUrl,
    region: signIn.region,
    accessToken: token.accessToken.reveal(),
    expiresAt: writeTime(token.expiresAt),
    ...(registration && {
      clientId: registration.clientId,
      clientSecret: registration.clientSecret.reveal(),
      registrationExpiresAt: writeTime(registration.expiresAt),
    }),
    ...(token.refreshToken && { refreshToken: token.refreshToken.reveal() }),
  });
}
