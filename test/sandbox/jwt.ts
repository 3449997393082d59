import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { Refusal } from './refusal.ts';

/** What a token claims, before anybody has checked its signature. */
export interface Jwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** Takes a JWT apart. Throws AWS's refusal for what is none. */
export function readJwt(token: string): Jwt {
  const [header = '', claims = '', signature = '', ...rest] = token.split('.');
  const parts = [header, claims].map((part) => fields(Buffer.from(part, 'base64url').toString('utf8')));
  const [headerFields, claimFields] = parts;
  if (
    headerFields === undefined ||
    claimFields === undefined ||
    rest.length > 0 ||
    !/^[\w.-]+$/.test(token) ||
    signature === ''
  ) {
    throw invalidToken(
      'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    );
  }
  return {
    header: headerFields,
    claims: claimFields,
    signed: Buffer.from(`${header}.${claims}`),
    signature: Buffer.from(signature, 'base64url'),
  };
}

/** Checks an RS256 signature against the keys that the provider publishes. Throws AWS's refusal. */
export function checkJwt(jwt: Jwt, keys: readonly JsonWebKey[]): void {
  const key = keys.find((one) => 'kid' in one && one.kid === jwt.header['kid']);
  if (jwt.header['alg'] !== 'RS256' || key === undefined) {
    throw invalidToken(
      "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
    );
  }
  const publicKey = createPublicKey({ key, format: 'jwk' });
  if (!verify('sha256', jwt.signed, publicKey, jwt.signature)) {
    throw invalidToken('Token signature invalid');
  }
}

/** 400 InvalidIdentityToken with AWS's sentence. */
export function invalidToken(message: string): Refusal {
  return new Refusal(400, 'InvalidIdentityToken', message);
}

function fields(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
