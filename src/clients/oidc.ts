import * as client from 'openid-client';
import type { CaBundle, Fault } from '../aws/faults.ts';
import { tenantOf } from '../aws/issuers.ts';
import { isLoopback } from '../aws/loopback.ts';
import { claimsOf } from '../aws/jwt.ts';
import type { NetworkSettings } from '../aws/network.ts';
import { isPage, isUserCode, pagesOfCode } from '../aws/page.ts';
import type { Issuer } from '../aws/planModel.ts';
import { Secret } from '../aws/secret.ts';
import type { DeviceCode, Pending } from '../aws/sources/identityCenterApi.ts';
import type { IssuerApi, IssuerGrant, IssuerToken } from '../aws/sources/issuerApi.ts';
import { issuerFetch } from './issuerFetch.ts';
import { Network } from './network.ts';
import { faultFromOidc, refusalIn } from './oidcFaults.ts';
import { directly } from './route.ts';

/** What `createIssuers` can be told. */
export interface IssuerOptions {
  /** Proxies and certificates of the calls; straight to the issuer when absent. */
  readonly network?: NetworkSettings;
  /** What the environment trusts, for issuers whose profile names nothing else. */
  readonly caBundle?: CaBundle | undefined;
  /** Limit of one operation with all its requests, ms. */
  readonly timeoutMs?: number;
  /** Milliseconds UTC. */
  now(): number;
  /** Hears one line an operation: what, host, outcome. Never a secret. */
  log?(line: string): void;
}

const second = 1000;

/** How long a discovery document and the keys that it names are used, ms: providers change them rarely, and may. */
const knownMs = 10 * 60 * second;

/** Where the answer does not say (RFC 8628, 3.2), seconds. */
const defaultInterval = 5;

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** What AWS takes: API_AssumeRoleWithWebIdentity, WebIdentityToken. */
const awsAlgorithms: ReadonlySet<string> = new Set(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512']);

interface Known {
  readonly metadata: client.ServerMetadata;
  readonly until: number;
}

/** OpenID Connect issuers over openid-client, with public clients only: an extension can keep no client secret. */
export function createIssuers(options: IssuerOptions): IssuerApi {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const network = new Network(options.network ?? directly);
  const known = new Map<string, Known>();

  /** Makes a call with the issuer's metadata; everything that goes wrong comes back as a Fault. */
  const call = async <T>(
    what: string,
    issuer: Issuer,
    signal: AbortSignal,
    work: (config: client.Configuration) => Promise<T | Fault>,
  ): Promise<T | Fault> => {
    if (signal.aborted) {
      return { kind: 'cancelled' };
    }
    const { host } = new URL(issuer.url);
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), timeoutMs);
    const startedAt = performance.now();
    let outcome = 'ok';
    let isDiscovered = false;
    try {
      const either = AbortSignal.any([signal, limit.signal]);
      const config = await configure(issuer, either);
      isDiscovered = true;
      const result = await work(config);
      outcome = faultKind(result);
      return result;
    } catch (error) {
      const fault: Fault = signal.aborted
        ? { kind: 'cancelled' }
        : limit.signal.aborted
          ? {
              kind: 'issuerUnreachable',
              issuer: issuer.name,
              host,
              reason: 'timedOut',
              code: String(timeoutMs / second),
            }
          : await faultFromOidc(error, { issuer: issuer.name, host, isDiscovered });
      outcome = fault.kind;
      return fault;
    } finally {
      clearTimeout(timer);
      options.log?.(
        `issuer ${what} at ${host}: ${outcome} in ${Math.round(performance.now() - startedAt)} ms`,
      );
    }
  };

  const configure = async (issuer: Issuer, signal: AbortSignal): Promise<client.Configuration> => {
    const server = new URL(issuer.url);
    const fetch = issuerFetch({
      issuer: issuer.name,
      network,
      caBundle: issuer.caBundle ?? options.caBundle,
      signal,
      keysAddress: () => known.get(issuer.url)?.metadata.jwks_uri,
    });
    const insecure = server.protocol === 'http:' && isLoopback(server);
    const timeout = timeoutMs / second;
    let { metadata, until = 0 } = known.get(issuer.url) ?? {};
    if (metadata === undefined || until <= options.now()) {
      const found = await client.discovery(server, issuer.clientId, undefined, client.None(), {
        [client.customFetch]: fetch,
        execute: insecure ? [client.allowInsecureRequests] : [],
        timeout,
      });
      metadata = found.serverMetadata();
      known.set(issuer.url, { metadata, until: options.now() + knownMs });
    }
    const skew = Math.round((options.now() - Date.now()) / second);
    const config = new client.Configuration(
      metadata,
      issuer.clientId,
      { [client.clockSkew]: skew },
      client.None(),
    );
    config[client.customFetch] = fetch;
    config.timeout = timeout;
    if (insecure) {
      client.allowInsecureRequests(config);
    }
    // The specification lets a client trust the connection; we want the signature as well, as AWS will.
    client.enableNonRepudiationChecks(config);
    return config;
  };

  return {
    look: (issuer, signal) =>
      call('discovery', issuer, signal, async (config) => {
        const { scopes_supported: scopes = [], ...rest } = config.serverMetadata();
        return { scopes, deviceCode: rest.device_authorization_endpoint !== undefined };
      }),

    page: (issuer, { redirectUri, state, nonce, challenge }, signal) =>
      call('page', issuer, signal, async (config): Promise<string | Fault> => {
        const { authorization_endpoint: address = '' } = config.serverMetadata();
        if (!isPage(address)) {
          const { host } = new URL(issuer.url);
          return { kind: 'issuerAnswer', issuer: issuer.name, host, what: 'insecure', detail: '' };
        }
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri: redirectUri,
          scope: scopeOf(issuer),
          state,
          nonce: nonce.reveal(),
          code_challenge: challenge,
          code_challenge_method: 'S256',
          ...consent(issuer),
        });
        // VS Code encodes what it opens once more, and would make a `+` of a blank a plus.
        return url.href.replaceAll('+', '%20');
      }),

    startDevice: (issuer, signal) =>
      call('device code', issuer, signal, async (config): Promise<DeviceCode | Fault> => {
        const { host } = new URL(issuer.url);
        if (config.serverMetadata().device_authorization_endpoint === undefined) {
          return { kind: 'issuerAnswer', issuer: issuer.name, host, what: 'noDeviceCode', detail: '' };
        }
        const answer = await client.initiateDeviceAuthorization(config, { scope: scopeOf(issuer) });
        const pages = pagesOfCode(answer.verification_uri, answer.verification_uri_complete);
        if (pages === undefined) {
          return { kind: 'issuerAnswer', issuer: issuer.name, host, what: 'insecure', detail: '' };
        }
        if (!isUserCode(answer.user_code)) {
          return { kind: 'issuerAnswer', issuer: issuer.name, host, what: 'incomplete', detail: 'user_code' };
        }
        return {
          deviceCode: new Secret(answer.device_code),
          userCode: answer.user_code,
          ...pages,
          expiresAt: options.now() + answer.expires_in * second,
          intervalMs: Math.max(1, answer.interval ?? defaultInterval) * second,
        };
      }),

    redeem: (issuer, grant, signal) =>
      call(grant.kind, issuer, signal, async (config): Promise<IssuerToken | Pending | Fault> => {
        try {
          return tokenIn(await ask(config, grant), issuer, grant);
        } catch (error) {
          const word = await refusalIn(error);
          if (word === 'authorization_pending') {
            return { pending: 'wait' };
          }
          if (word === 'slow_down') {
            return { pending: 'slowDown' };
          }
          throw error;
        }
      }),

    async revoke(issuer, refreshToken, signal) {
      const done = await call('revocation', issuer, signal, async (config) => {
        if (config.serverMetadata().revocation_endpoint !== undefined) {
          await client.tokenRevocation(config, refreshToken.reveal(), { token_type_hint: 'refresh_token' });
        }
        return { revoked: true } as const;
      });
      return 'kind' in done ? done : undefined;
    },

    async endPage(issuer, signal) {
      const page = await call('end of the session', issuer, signal, async (config) => {
        const { end_session_endpoint: address } = config.serverMetadata();
        return { address: address !== undefined && isPage(address) ? address : undefined };
      });
      return 'kind' in page || page.address === undefined
        ? undefined
        : `${page.address}${page.address.includes('?') ? '&' : '?'}client_id=${encodeURIComponent(issuer.clientId)}`;
    },
  };
}

function ask(
  config: client.Configuration,
  grant: IssuerGrant,
): Promise<client.TokenEndpointResponse & client.TokenEndpointResponseHelpers> {
  switch (grant.kind) {
    case 'code':
      return client.authorizationCodeGrant(config, new URL(grant.address.reveal()), {
        expectedState: grant.state,
        expectedNonce: grant.nonce.reveal(),
        pkceCodeVerifier: grant.verifier.reveal(),
        idTokenExpected: true,
      });
    case 'device':
      return client.genericGrantRequest(config, deviceGrant, { device_code: grant.deviceCode.reveal() });
    case 'refresh':
      return client.refreshTokenGrant(config, grant.refreshToken.reveal());
  }
}

/** The token in an answer that openid-client has checked, and what AWS asks for beside. */
function tokenIn(
  { id_token: idToken, refresh_token: next }: client.TokenEndpointResponse,
  { name }: Issuer,
  grant: IssuerGrant,
): IssuerToken | Fault {
  if (idToken === undefined) {
    // A refresh may leave it out (OpenID Connect Core 1.0, 12.2); then only a person can get another.
    return grant.kind === 'refresh'
      ? { kind: 'signInNeeded', signIn: name }
      : { kind: 'issuerToken', issuer: name, what: 'missing' };
  }
  const claims = claimsOf(idToken);
  if (claims?.expiresAt === undefined || claims.subject === '') {
    return { kind: 'issuerToken', issuer: name, what: 'malformed' };
  }
  if (!awsAlgorithms.has(claims.algorithm)) {
    return { kind: 'issuerToken', issuer: name, what: 'algorithm' };
  }
  if (grant.kind === 'refresh' && claims.subject !== grant.subject) {
    return { kind: 'issuerToken', issuer: name, what: 'subject' };
  }
  // Without rotation the old one goes on.
  const kept = grant.kind === 'refresh' ? grant.refreshToken : undefined;
  return {
    idToken: new Secret(idToken),
    expiresAt: claims.expiresAt,
    refreshToken: next === undefined ? kept : new Secret(next),
  };
}

function scopeOf({ scopes }: Issuer): string {
  return ['openid', ...scopes].join(' ');
}

/**
 * A refresh token for a native app is to be agreed to each time (OpenID Connect Core 1.0, 11), and strict providers give none
 * otherwise. Microsoft's asks an administrator instead, and gives one without.
 */
function consent({ url, scopes }: Issuer): { readonly prompt?: 'consent' } {
  return scopes.includes('offline_access') && tenantOf(url) === undefined ? { prompt: 'consent' } : {};
}

function faultKind(result: unknown): string {
  return typeof result === 'object' && result !== null && 'kind' in result ? String(result.kind) : 'ok';
}
