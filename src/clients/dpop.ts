import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { Secret } from '../aws/secret.ts';

/** What a proof is for. */
export interface ProofOf {
  readonly method: 'POST';
  /** Without query and fragment. */
  readonly url: string;
  /** Milliseconds UTC, by the clock of whoever checks it. */
  readonly now: number;
  /** What the service wants to read in it, when it has said so (RFC 9449, 8). */
  readonly nonce: string | undefined;
}

/** A new key for proofs: P-256, in the PEM form (SEC 1) that the AWS CLI and the SDKs keep it in. */
export function makeProofKey(): Secret {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return new Secret(privateKey.export({ type: 'sec1', format: 'pem' }).toString());
}

/**
 * A proof that a call was made by the holder of the key (DPoP, RFC 9449, 4.2), as a JWT. The key may be in any PEM form.
 *
 * @throws when it is no private key on P-256: the file that it came from is broken.
 */
export function makeProof(key: Secret, { method, url, now, nonce }: ProofOf): string {
  const privateKey = createPrivateKey(key.reveal());
  const { kty, crv, x, y } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (kty !== 'EC' || crv !== 'P-256') {
    throw new TypeError('not a P-256 key');
  }
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } };
  const claims = {
    jti: randomUUID(),
    htm: method,
    htu: url,
    iat: Math.floor(now / 1000),
    ...(nonce !== undefined && { nonce }),
  };
  const text = `${encode(header)}.${encode(claims)}`;
  // Two numbers of 32 bytes, as JWS wants them, instead of OpenSSL's DER.
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

function encode(json: object): string {
  return Buffer.from(JSON.stringify(json)).toString('base64url');
}
