import { authoriseIam } from './iamCaller.ts';
import { iam, type Operation } from './operation.ts';

/** IAM's answer holds one alias at most. https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccountAliases.html */
export const listAccountAliases: Operation = {
  name: 'ListAccountAliases',
  service: iam,
  parameters: [],
  run({ caller }, world) {
    authoriseIam(caller, 'iam:ListAccountAliases', world);
    const alias = world.alias(caller.accountId);
    return { AccountAliases: alias === undefined ? [] : [alias], IsTruncated: 'false' };
  },
};
