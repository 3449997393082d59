import type { AuthenticationGetSessionOptions, AuthenticationSession } from 'vscode';
import type { Fault } from '../aws/faults.ts';
import { tenantOf } from '../aws/issuers.ts';
import { claimsOf } from '../aws/jwt.ts';
import type { Issuer } from '../aws/planModel.ts';
import { Secret } from '../aws/secret.ts';
import type { IssuerToken } from '../aws/sources/issuerApi.ts';
import type { IssuerWish } from '../session/issuerSignIns.ts';

/** `vscode.authentication.getSession` for the provider `microsoft`. */
export type GetSession = (
  scopes: readonly string[],
  options: AuthenticationGetSessionOptions,
) => Thenable<AuthenticationSession | undefined>;

/** What it needs beside. */
export interface MicrosoftParts {
  readonly getSession: GetSession;
  /** What VS Code says of why it asks; undefined lets it use its own words. */
  readonly detail: string;
  /** Milliseconds UTC. */
  now(): number;
}

/** A token that ends sooner is not worth sending. Milliseconds. */
const marginMs = 60_000;

/** How long a person may take in VS Code's own dialogs and in the browser, ms. */
const patienceMs = 10 * 60_000;

/**
 * An ID token by VS Code's Microsoft account. VS Code signs in for the app and the tenant that these two scopes name
 * (`VSCODE_CLIENT_ID:`, `VSCODE_TENANT:` in its microsoft-authentication extension), refreshes by itself, and passes on
 * `idToken` from 1.106; before that there is none to be had, which is told. Opens nothing unless the wish is interactive.
 */
export async function microsoftToken(
  parts: MicrosoftParts,
  issuer: Issuer,
  wish: IssuerWish,
  signal: AbortSignal,
): Promise<IssuerToken | Fault> {
  const scopes = [
    `VSCODE_CLIENT_ID:${issuer.clientId}`,
    `VSCODE_TENANT:${tenantOf(issuer.url) ?? ''}`,
    'openid',
    ...issuer.scopes,
  ];
  const get = (options: AuthenticationGetSessionOptions): Promise<AuthenticationSession | undefined> =>
    limited(parts.getSession(scopes, options), signal);
  try {
    const silent = await get({ silent: true });
    const there = silent && tokenIn(silent, issuer, wish, parts.now());
    if (there !== undefined && there !== 'stale') {
      return there;
    }
    if (!wish.interactive) {
      return { kind: 'signInNeeded', signIn: issuer.name };
    }
    const words = parts.detail === '' ? true : { detail: parts.detail };
    const asked = await get(there === 'stale' ? { forceNewSession: words } : { createIfNone: words });
    const token = asked && tokenIn(asked, issuer, wish, parts.now());
    return token === undefined || token === 'stale' ? failed(issuer) : token;
  } catch (error) {
    return signal.aborted || isNo(error) ? { kind: 'cancelled' } : failed(issuer);
  }
}

function tokenIn(
  session: AuthenticationSession,
  issuer: Issuer,
  { refused }: IssuerWish,
  now: number,
): IssuerToken | Fault | 'stale' {
  const idToken: unknown = 'idToken' in session ? session.idToken : undefined;
  if (typeof idToken !== 'string') {
    return { kind: 'microsoftAccount', issuer: issuer.name, what: 'tooOld' };
  }
  const claims = claimsOf(idToken);
  if (claims?.expiresAt === undefined) {
    return { kind: 'issuerToken', issuer: issuer.name, what: 'malformed' };
  }
  if (!claims.audiences.includes(issuer.clientId)) {
    return { kind: 'issuerToken', issuer: issuer.name, what: 'audience' };
  }
  if (claims.expiresAt - now <= marginMs || idToken === refused?.reveal()) {
    return 'stale';
  }
  return { idToken: new Secret(idToken), expiresAt: claims.expiresAt, refreshToken: undefined };
}

/** VS Code's own call knows no cancelling and no end. */
async function limited<T>(work: Thenable<T>, signal: AbortSignal): Promise<T> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(new Error('stopped'));
    if (either.aborted) {
      stop();
    }
    either.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject);
  });
}

/** A person's no. VS Code gives it no kind: its own error says “User did not consent to login.” */
function isNo(error: unknown): boolean {
  return error instanceof Error && (error.name === 'Canceled' || /consent|cancel/i.test(error.message));
}

function failed(issuer: Issuer): Fault {
  return { kind: 'microsoftAccount', issuer: issuer.name, what: 'failed' };
}
