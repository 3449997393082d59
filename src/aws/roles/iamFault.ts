import type { Keys } from '../credentials.ts';
import type { Fault } from '../faults.ts';
import { faultFromAws } from '../faultFromAws.ts';
import type { StsTarget } from '../planModel.ts';

/** An error as IAM sent it. */
export interface IamError {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  /** Milliseconds UTC, both. */
  readonly serverTime: number | undefined;
  readonly now: number;
  /** AWS's name of the operation: `ListRoles`. */
  readonly operation: string;
  readonly keys: Keys;
  readonly target: StsTarget;
}

/**
 * What an error of IAM's means. IAM says InvalidClientTokenId to temporary keys that it does not take:
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html,
 * https://github.com/aws/aws-sdk-js/issues/460
 */
export function faultFromIam({ operation, ...error }: IamError): Fault {
  const fault = faultFromAws({ ...error, call: { kind: 'callerIdentity' } });
  if (fault.kind === 'unknownKey' && error.keys.sessionToken !== undefined) {
    return { kind: 'iamNeedsMfa', profile: '' };
  }
  return fault.kind === 'accessDenied' ? { ...fault, action: `iam:${operation}` } : fault;
}
