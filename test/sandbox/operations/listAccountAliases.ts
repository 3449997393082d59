import { Refusal, notAuthorized } from '../refusal.ts';
import { askIdentity } from '../policy.ts';
import { iam, type Operation } from './operation.ts';

/** IAM's answer holds one alias at most. https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccountAliases.html */
export const listAccountAliases: Operation = {
  name: 'ListAccountAliases',
  service: iam,
  parameters: [],
  run({ caller }, world) {
    // GetSessionToken credentials reach IAM only when they were got with MFA (https://github.com/aws/aws-sdk-js/issues/460).
    if (caller.kind !== 'role' && caller.session !== undefined && caller.session.mfaAt === undefined) {
      throw new Refusal(403, 'InvalidClientTokenId', 'The security token included in the request is invalid');
    }
    const verdict = askIdentity(caller.policies, {
      action: 'iam:ListAccountAliases',
      resource: '*',
      context: new Map(),
    });
    if (caller.kind !== 'root' && (verdict !== 'allow' || world.isRevoked(caller))) {
      throw notAuthorized(
        caller.arn,
        'iam:ListAccountAliases',
        '*',
        verdict === 'deny' || world.isRevoked(caller),
      );
    }
    const alias = world.account(caller.accountId)?.alias;
    return { AccountAliases: alias === undefined ? [] : [alias], IsTruncated: 'false' };
  },
};
