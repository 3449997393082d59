import type { AwsCredentials, StsSessionsError, StsSessionsErrorCode } from '../api.ts';
import type { Credentials } from '../aws/credentials.ts';
import { wantsSignIn } from '../aws/faults.ts';
import type { Supply } from './types.ts';

/** What a call rejects with. */
export class ApiError extends Error implements StsSessionsError {
  override readonly name = 'StsSessionsError';
  readonly code: StsSessionsErrorCode;

  constructor(code: StsSessionsErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Which code the error for such a supply has; `signal` is the caller's. */
export function codeOf(
  supply: Exclude<Supply, { kind: 'credentials' }>,
  signal: AbortSignal,
): StsSessionsErrorCode {
  switch (supply.kind) {
    case 'ended':
    case 'unknown':
      return 'Ended';
    case 'needsPerson':
      return 'NeedsPerson';
    case 'failed':
      if (supply.fault.kind === 'cancelled') {
        return signal.aborted ? 'Cancelled' : 'NeedsPerson';
      }
      return wantsSignIn(supply.fault) ? 'NeedsPerson' : 'Failed';
  }
}

/** As the AWS SDK for JavaScript takes them. In clear text from here on: they are the caller's. */
export function forSdk(credentials: Credentials): AwsCredentials {
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt, accountId } = credentials;
  return {
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
    ...(sessionToken !== undefined && { sessionToken: sessionToken.reveal() }),
    ...(expiresAt !== undefined && { expiration: new Date(expiresAt) }),
    ...(accountId !== undefined && { accountId }),
  };
}
