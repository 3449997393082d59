import { authoriseIam } from './iamCaller.ts';
import { iam, type Operation } from './operation.ts';

/** The smallest thing that changes an account. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html */
export const createAccountAlias: Operation = {
  name: 'CreateAccountAlias',
  service: iam,
  parameters: [
    {
      kind: 'text',
      name: 'AccountAlias',
      required: true,
      min: 3,
      max: 63,
      pattern: String.raw`[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]`,
    },
  ],
  run({ caller, parameters }, world) {
    authoriseIam(caller, 'iam:CreateAccountAlias', world);
    world.setAlias(caller.accountId, parameters.get('AccountAlias') ?? '');
    return {};
  },
};
