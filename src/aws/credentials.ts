import type { Secret } from './secret.ts';

/** Keys that sign a request to AWS, long-term or temporary. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  /** Present exactly when the keys are temporary. */
  readonly sessionToken: Secret | undefined;
}

/** What a started session holds: keys, their end, and who they are at AWS. */
export interface Credentials extends Keys {
  /** End of validity, milliseconds since 1970 UTC; undefined when nobody knows (pasted temporary keys). */
  readonly expiresAt: number | undefined;
  /** 12 digits, when AWS or the profile has said it. */
  readonly accountId: string | undefined;
  /** Nothing is to come after them: a guard ends the session when they end. */
  readonly last?: true;
  /** The caller's ARN (of the assumed role), when AWS has said it. */
  readonly arn: string | undefined;
}

/** Milliseconds left at `now` (milliseconds UTC): at least 0, and Infinity when the end is unknown. */
export function timeLeft(credentials: Pick<Credentials, 'expiresAt'>, now: number): number {
  return credentials.expiresAt === undefined ? Infinity : Math.max(0, credentials.expiresAt - now);
}
