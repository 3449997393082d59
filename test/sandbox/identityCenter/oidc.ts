import { createHash } from 'node:crypto';
import { Refusal } from '../refusal.ts';
import type { Client, IdentityCenter, IssuedTokens } from './identityCenter.ts';

/** The fields of a call. */
export type Fields = ReadonlyMap<string, unknown>;

const knownScopes = new Set(['sso:account:access', 'openid', 'aws', 'codewhisperer:completions']);
/** Where a browser may be sent: any port, this machine, this path as registered (RFC 8252, 7.3). */
const loopback = /^http:\/\/127\.0\.0\.1(?::\d+)?(\/[\w/-]*)$/;
/** A little early is not too early: clocks and networks are not exact. */
const tolerance = 0.8;

/** RegisterClient: https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_RegisterClient.html */
export function registerClient(center: IdentityCenter, fields: Fields, url: string): object {
  if (text(fields, 'clientType') !== 'public' || text(fields, 'clientName') === '') {
    throw new Refusal(400, 'InvalidClientMetadataException', 'The client information sent is invalid');
  }
  const scopes = list(fields, 'scopes');
  if (scopes.some((scope) => !knownScopes.has(scope))) {
    throw new Refusal(400, 'InvalidScopeException', 'The scope provided in the request is invalid');
  }
  const redirectUris = list(fields, 'redirectUris');
  if (redirectUris.some((uri) => !loopback.test(uri))) {
    throw new Refusal(400, 'InvalidRedirectUriException', 'The redirect URI is not supported');
  }
  if (list(fields, 'grantTypes').includes('authorization_code')) {
    if (redirectUris.length === 0 || text(fields, 'issuerUrl') !== center.data.startUrl) {
      throw new Refusal(400, 'InvalidRequestException', 'Invalid request');
    }
  }
  const client = center.register(scopes, redirectUris);
  return {
    clientId: client.id,
    clientSecret: client.secret,
    clientIdIssuedAt: Math.floor(center.now() / 1000),
    clientSecretExpiresAt: Math.floor(client.expiresAt / 1000),
    authorizationEndpoint: `${url}/authorize`,
    tokenEndpoint: `${url}/token`,
  };
}

/** StartDeviceAuthorization. */
export function startDeviceAuthorization(center: IdentityCenter, fields: Fields, url: string): object {
  const client = knownClient(center, fields);
  if (text(fields, 'startUrl') !== center.data.startUrl) {
    throw new Refusal(400, 'InvalidRequestException', 'Invalid start url provided');
  }
  const device = center.startDevice(client);
  return {
    deviceCode: device.code,
    userCode: device.userCode,
    verificationUri: `${url}/device`,
    verificationUriComplete: `${url}/device?user_code=${device.userCode}`,
    expiresIn: Math.round((device.expiresAt - center.now()) / 1000),
    interval: device.intervalMs / 1000,
  };
}

/** CreateToken: https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html */
export function createToken(center: IdentityCenter, fields: Fields): object {
  const client = knownClient(center, fields);
  const tokens = tokensFor(center, client, fields);
  return {
    accessToken: tokens.accessToken,
    tokenType: 'Bearer',
    expiresIn: tokens.expiresIn,
    ...(tokens.refreshToken === undefined ? {} : { refreshToken: tokens.refreshToken }),
  };
}

function tokensFor(center: IdentityCenter, client: Client, fields: Fields): IssuedTokens {
  switch (text(fields, 'grantType')) {
    case 'urn:ietf:params:oauth:grant-type:device_code':
      return forDevice(center, client, text(fields, 'deviceCode'));
    case 'authorization_code':
      return forCode(center, client, fields);
    case 'refresh_token': {
      const tokens = center.refresh(client, text(fields, 'refreshToken'));
      if (tokens === undefined) {
        throw new Refusal(400, 'InvalidGrantException', 'Invalid refresh token provided');
      }
      return tokens;
    }
    default:
      throw new Refusal(400, 'UnsupportedGrantTypeException', 'The grant type is not supported');
  }
}

function forDevice(center: IdentityCenter, client: Client, code: string): IssuedTokens {
  const device = center.devices.get(code);
  if (device === undefined || device.client !== client || device.verdict === 'used') {
    throw new Refusal(400, 'InvalidGrantException', 'Invalid device code provided');
  }
  const now = center.now();
  if (device.expiresAt <= now) {
    throw new Refusal(400, 'ExpiredTokenException', 'Device code has expired');
  }
  const early = device.askedAt !== undefined && now - device.askedAt < device.intervalMs * tolerance;
  device.askedAt = now;
  if (early) {
    device.intervalMs += 5000;
    throw new Refusal(400, 'SlowDownException', 'Too many requests');
  }
  switch (device.verdict) {
    case 'waiting':
      throw new Refusal(400, 'AuthorizationPendingException', 'Authorization is pending');
    case 'denied':
      throw new Refusal(400, 'AccessDeniedException', 'Access denied');
    case 'allowed':
      device.verdict = 'used';
      return center.signIn(client);
  }
}

function forCode(center: IdentityCenter, client: Client, fields: Fields): IssuedTokens {
  const code = center.codes.get(text(fields, 'code'));
  const verifier = text(fields, 'codeVerifier');
  const fits =
    code !== undefined &&
    code.client === client &&
    code.expiresAt > center.now() &&
    code.redirectUri === text(fields, 'redirectUri') &&
    /^[\w.~-]{43,128}$/.test(verifier) &&
    code.challenge === createHash('sha256').update(verifier).digest('base64url');
  // Used up, right or wrong.
  center.codes.delete(text(fields, 'code'));
  if (!fits) {
    throw new Refusal(400, 'InvalidGrantException', 'Invalid authorization code provided');
  }
  return center.signIn(client);
}

function knownClient(center: IdentityCenter, fields: Fields): Client {
  const client = center.clients.get(text(fields, 'clientId'));
  if (client === undefined || client.secret !== text(fields, 'clientSecret')) {
    throw new Refusal(401, 'InvalidClientException', 'The client is invalid');
  }
  if (client.expiresAt <= center.now()) {
    throw new Refusal(401, 'InvalidClientException', 'The client registration has expired');
  }
  return client;
}

/** A browser's request for a code, checked as AWS does; throws a Refusal for what it would not show a page for. */
export function readAuthorize(
  center: IdentityCenter,
  query: URLSearchParams,
): {
  readonly client: Client;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly state: string;
} {
  const client = center.clients.get(query.get('client_id') ?? '');
  const redirectUri = query.get('redirect_uri') ?? '';
  const path = loopback.exec(redirectUri)?.[1];
  const registered = client?.redirectUris.some((uri) => loopback.exec(uri)?.[1] === path) ?? false;
  const challenge = query.get('code_challenge') ?? '';
  const state = query.get('state') ?? '';
  const wrong =
    client === undefined || path === undefined || !registered
      ? 'redirect_uri'
      : query.get('response_type') !== 'code'
        ? 'response_type'
        : query.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(challenge)
          ? 'code_challenge'
          : state === ''
            ? 'state'
            : (query.get('scopes') ?? '').split(' ').some((scope) => !client.scopes.includes(scope))
              ? 'scopes'
              : undefined;
  if (client === undefined || wrong !== undefined) {
    throw new Refusal(400, 'InvalidRequestException', `invalid ${wrong ?? 'client_id'}`);
  }
  return { client, redirectUri, challenge, state };
}

function text(fields: Fields, name: string): string {
  const value = fields.get(name);
  return typeof value === 'string' ? value : '';
}

function list(fields: Fields, name: string): readonly string[] {
  const value = fields.get(name);
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
