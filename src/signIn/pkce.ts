import { createHash, randomBytes } from 'node:crypto';

/** 48 random bytes are the 64 characters that the AWS CLI uses; RFC 7636 wants 43 to 128. */
const verifierBytes = 48;

/** A new code verifier (RFC 7636, 4.1). */
export function makeVerifier(): string {
  return randomBytes(verifierBytes).toString('base64url');
}

/** The challenge of a verifier by the method S256 (RFC 7636, 4.2). */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier, 'ascii').digest('base64url');
}
