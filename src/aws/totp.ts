import { createGuardrails, generateSync } from 'otplib';
import type { Seed } from './seed.ts';
import { base32Bytes, stepOf } from './seed.ts';

/**
 * otplib's own limits keep people from making weak seeds; a seed that exists is used as it is. AWS's has 40 bytes, many
 * in the field have 10.
 */
const guardrails = createGuardrails({ MIN_SECRET_BYTES: 1, MAX_SECRET_BYTES: 1024, MAX_PERIOD: 86_400 });

const algorithms = { SHA1: 'sha1', SHA256: 'sha256', SHA512: 'sha512' } as const;

/** The code of a time step (RFC 6238). Throws for a seed of no bytes or of more than 1024. */
export function codeOfStep(seed: Seed, step: number): string {
  return generateSync({
    secret: base32Bytes(seed.secret.reveal()),
    algorithm: algorithms[seed.algorithm],
    digits: seed.digits,
    period: seed.period,
    epoch: step * seed.period,
    guardrails,
  });
}

/** The code at `at` (ms UTC). Throws like `codeOfStep`. */
export function codeAt(seed: Seed, at: number): string {
  return codeOfStep(seed, stepOf(seed, at));
}
