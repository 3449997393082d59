import { randomUUID } from 'node:crypto';
import type { Fault } from '../aws/faults.ts';
import { Secret } from '../aws/secret.ts';
import type { IdentityCenterApi, SignIn, SignInToken, SignInWay } from '../aws/sources/identityCenterApi.ts';
import { signInName } from '../aws/sources/identityCenterApi.ts';
import { addressWith, gaveNothing, visit } from './browser.ts';
import { untilConfirmed } from './deviceCode.ts';
import type { CodeWait } from './deviceCode.ts';
import { callbackPath } from './loopback.ts';
import { challengeOf, makeVerifier } from './pkce.ts';
import type { SignInScreen } from './screen.ts';

/** What a sign-in needs. */
export interface AuthorizeParts extends Pick<CodeWait, 'now' | 'wait'> {
  readonly api: Pick<IdentityCenterApi, 'register' | 'startDevice' | 'redeem'>;
  readonly screen: SignInScreen;
  /** Which way to go, asked for each sign-in. */
  way(signIn: SignIn): SignInWay;
}

/** Has a person sign in. Never rejects; nothing listens and nothing is asked any more when it is over. */
export async function authorize(
  parts: AuthorizeParts,
  signIn: SignIn,
  signal: AbortSignal,
): Promise<SignInToken | Fault> {
  try {
    return await (parts.way(signIn) === 'browser'
      ? byBrowser(parts, signIn, signal)
      : byDeviceCode(parts, signIn, signal));
  } catch (error) {
    return signal.aborted
      ? { kind: 'cancelled' }
      : { kind: 'internal', message: `sign-in ${error instanceof Error ? error.name : 'failed'}` };
  }
}

/** The authorization code flow with PKCE (RFC 8252): the browser comes back to a page on this machine. */
async function byBrowser(
  { api, screen }: AuthorizeParts,
  signIn: SignIn,
  signal: AbortSignal,
): Promise<SignInToken | Fault> {
  const registration = await api.register(signIn, `http://127.0.0.1${callbackPath}`, signal);
  if ('kind' in registration) {
    return registration;
  }
  const state = randomUUID();
  const verifier = makeVerifier();
  const page = async (redirectUri: string): Promise<string> =>
    addressWith(`${signIn.oidc}/authorize`, {
      response_type: 'code',
      client_id: registration.clientId,
      redirect_uri: redirectUri,
      state,
      code_challenge_method: 'S256',
      scopes: signIn.scopes.join(' '),
      code_challenge: challengeOf(verifier),
    });
  const answer = await visit({ screen, name: signInName(signIn), state, page }, signal);
  if (gaveNothing(answer)) {
    return answer;
  }
  const { code, redirectUri } = answer;
  const grant = {
    kind: 'code',
    code: new Secret(code),
    verifier: new Secret(verifier),
    redirectUri,
  } as const;
  const token = await api.redeem(signIn, registration, grant, signal);
  return 'pending' in token ? { kind: 'internal', message: 'a code cannot be pending' } : token;
}

/** The device flow: the person confirms a code in any browser. */
async function byDeviceCode(
  { api, screen, now, wait }: AuthorizeParts,
  signIn: SignIn,
  signal: AbortSignal,
): Promise<SignInToken | Fault> {
  const registration = await api.register(signIn, undefined, signal);
  if ('kind' in registration) {
    return registration;
  }
  const code = await api.startDevice(signIn, registration, signal);
  if ('kind' in code) {
    return code;
  }
  const grant = { kind: 'device', deviceCode: code.deviceCode } as const;
  return untilConfirmed(
    { screen, name: signInName(signIn), now, wait },
    code,
    (either) => api.redeem(signIn, registration, grant, either),
    signal,
  );
}
