import type { IAMClient } from '@aws-sdk/client-iam';
import type { Fault } from '../aws/faults.ts';
import type { IamCaller } from '../aws/roles/iamApi.ts';

/** What is sent, with AWS's client. */
export type IamSend<T> = (client: IAMClient, options: { readonly abortSignal: AbortSignal }) => Promise<T>;

/** Makes one call to IAM, called in AWS's words by `operation`. Never rejects. `once`: it must not be sent twice. */
export type IamCall = <T>(
  operation: string,
  caller: IamCaller,
  signal: AbortSignal,
  send: IamSend<T>,
  options?: { readonly once?: boolean },
) => Promise<T | Fault>;

/** It began like IAM's answer and went on without what IAM always says. */
class IncompleteAnswer extends Error {}

/** What IAM always says; throws where it did not. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new IncompleteAnswer();
  }
  return value;
}
