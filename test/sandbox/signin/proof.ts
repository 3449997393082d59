import { createHash, createPublicKey, verify } from 'node:crypto';
import { readJwt } from '../jwt.ts';
import type { ConsoleSignIn } from './signin.ts';

/** How far the date of a proof may be off, ms. */
const toleranceMs = 60_000;

/**
 * Checks a DPoP proof (RFC 9449, 4.3) and returns the thumbprint of its key (RFC 7638); a text says what is wrong with it.
 */
export function checkProof(
  service: ConsoleSignIn,
  proofs: readonly string[] | undefined,
  request: { readonly method: string; readonly url: string },
): { readonly thumbprint: string } | { readonly wrong: string } {
  const [proof, ...others] = proofs ?? [];
  if (proof === undefined || others.length > 0) {
    return { wrong: 'one DPoP header' };
  }
  try {
    const { header, claims, signed, signature } = readJwt(proof);
    const jwk: unknown = header['jwk'];
    if (typeof jwk !== 'object' || jwk === null) {
      return { wrong: 'jwk' };
    }
    const { kty, crv, x, y, ...rest } = jwk as Readonly<Record<string, string>>;
    if (kty !== 'EC' || crv !== 'P-256' || x === undefined || y === undefined || 'd' in rest) {
      return { wrong: 'jwk' };
    }
    const key = createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' });
    const jti = claims['jti'];
    const iat = claims['iat'];
    const checks: readonly (readonly [string, boolean])[] = [
      ['typ', header['typ'] === 'dpop+jwt'],
      ['alg', header['alg'] === 'ES256'],
      ['signature', verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature)],
      ['htm', claims['htm'] === request.method],
      ['htu', claims['htu'] === request.url],
      ['iat', typeof iat === 'number' && Math.abs(service.now() - iat * 1000) <= toleranceMs],
      ['nonce', service.nonce === undefined || claims['nonce'] === service.nonce],
      ['jti', typeof jti === 'string' && jti.length >= 16 && service.isNewProof(jti)],
    ];
    const wrong = checks.find(([, ok]) => !ok)?.[0];
    const text = JSON.stringify({ crv, kty, x, y });
    return wrong === undefined
      ? { thumbprint: createHash('sha256').update(text).digest('base64url') }
      : { wrong };
  } catch {
    return { wrong: 'jwt' };
  }
}
