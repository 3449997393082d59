import { generateKeyPairSync, sign, type JsonWebKey } from 'node:crypto';

/** An OpenID Connect provider, as far as AWS sees it: what it publishes, and the tokens that it signs. */
export interface Idp {
  readonly issuer: string;
  readonly keys: readonly JsonWebKey[];
  /** A signed JWT of `subject` for `audience`, good for an hour; `claims` come on top. */
  token(subject: string, audience: string, claims?: Readonly<Record<string, unknown>>): string;
}

/** Makes a provider with a key of its own. RS256, which every provider has. */
export function createIdp(issuer = 'https://idp.example'): Idp {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = 'test-1';
  return {
    issuer,
    keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }],
    token(subject, audience, claims = {}) {
      const now = Math.floor(Date.now() / 1000);
      const payload = { iss: issuer, sub: subject, aud: audience, iat: now, exp: now + 3600, ...claims };
      const text = `${encode({ alg: 'RS256', typ: 'JWT', kid })}.${encode(payload)}`;
      return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
    },
  };
}

function encode(json: object): string {
  return Buffer.from(JSON.stringify(json)).toString('base64url');
}
