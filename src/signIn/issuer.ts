import { randomBytes } from 'node:crypto';
import type { Fault } from '../aws/faults.ts';
import type { Issuer } from '../aws/planModel.ts';
import { Secret } from '../aws/secret.ts';
import type { SignInWay } from '../aws/sources/identityCenterApi.ts';
import type { IssuerApi, IssuerToken } from '../aws/sources/issuerApi.ts';
import { faultFromIssuerError } from '../aws/sources/issuerFaults.ts';
import { gaveNothing, visit } from './browser.ts';
import { untilConfirmed } from './deviceCode.ts';
import type { CodeWait } from './deviceCode.ts';
import { challengeOf, makeVerifier } from './pkce.ts';
import type { SignInScreen } from './screen.ts';

/** What a sign-in at an OpenID Connect issuer needs. */
export interface IssuerAuthorizeParts extends Pick<CodeWait, 'now' | 'wait'> {
  readonly api: Pick<IssuerApi, 'page' | 'startDevice' | 'redeem'>;
  readonly screen: SignInScreen;
  /** Which way to go, asked for each sign-in. */
  way(): SignInWay;
}

/** State and nonce are 32 bytes of chance: nobody guesses them within ten minutes. */
const chanceBytes = 32;

/** Has a person sign in at an issuer. Never rejects; nothing listens and nothing is asked any more when it is over. */
export async function authorizeAtIssuer(
  parts: IssuerAuthorizeParts,
  issuer: Issuer,
  signal: AbortSignal,
): Promise<IssuerToken | Fault> {
  try {
    return await (parts.way() === 'browser'
      ? byBrowser(parts, issuer, signal)
      : byDeviceCode(parts, issuer, signal));
  } catch (error) {
    return signal.aborted
      ? { kind: 'cancelled' }
      : { kind: 'internal', message: `issuer ${error instanceof Error ? error.name : 'failed'}` };
  }
}

/** The authorization code flow with PKCE, state and nonce: the browser comes back to a page on this machine. */
async function byBrowser(
  { api, screen }: IssuerAuthorizeParts,
  issuer: Issuer,
  signal: AbortSignal,
): Promise<IssuerToken | Fault> {
  const state = chance();
  const nonce = new Secret(chance());
  const verifier = makeVerifier();
  const request = { state, nonce, challenge: challengeOf(verifier) };
  const answer = await visit(
    {
      screen,
      name: issuer.name,
      state,
      port: issuer.redirectPort,
      refused: (error) => faultFromIssuerError(issuer.name, error),
      page: (redirectUri) => api.page(issuer, { ...request, redirectUri }, signal),
    },
    signal,
  );
  if (gaveNothing(answer)) {
    return answer;
  }
  const address = new Secret(`${answer.redirectUri}${answer.query}`);
  const grant = { kind: 'code', address, state, nonce, verifier: new Secret(verifier) } as const;
  const token = await api.redeem(issuer, grant, signal);
  return 'pending' in token ? { kind: 'internal', message: 'a code cannot be pending' } : token;
}

/** The device flow: the person confirms a code in any browser. */
async function byDeviceCode(
  { api, screen, now, wait }: IssuerAuthorizeParts,
  issuer: Issuer,
  signal: AbortSignal,
): Promise<IssuerToken | Fault> {
  const code = await api.startDevice(issuer, signal);
  if ('kind' in code) {
    return code;
  }
  const grant = { kind: 'device', deviceCode: code.deviceCode } as const;
  return untilConfirmed(
    { screen, name: issuer.name, now, wait },
    code,
    (either) => api.redeem(issuer, grant, either),
    signal,
  );
}

function chance(): string {
  return randomBytes(chanceBytes).toString('base64url');
}
