import { sts, type Operation } from './operation.ts';

/** Needs no permission and works even for revoked sessions. */
export const getCallerIdentity: Operation = {
  name: 'GetCallerIdentity',
  service: sts,
  parameters: [],
  run: ({ caller }) => ({ Arn: caller.arn, UserId: caller.userId, Account: caller.accountId }),
};
