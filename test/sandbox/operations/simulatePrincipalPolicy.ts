import { listOf } from '../parameters.ts';
import { askIdentity } from '../policy.ts';
import { authoriseIam } from './iamCaller.ts';
import { noSuchEntity } from './iamRoles.ts';
import { iam, type Operation } from './operation.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html */
export const simulatePrincipalPolicy: Operation = {
  name: 'SimulatePrincipalPolicy',
  service: iam,
  parameters: [
    { kind: 'text', name: 'PolicySourceArn', required: true, min: 20, max: 2048 },
    { kind: 'text', name: 'ActionNames.member.1', required: true, min: 3, max: 128 },
  ],
  run({ caller, parameters }, world) {
    const source = parameters.get('PolicySourceArn') ?? '';
    authoriseIam(caller, 'iam:SimulatePrincipalPolicy', world, source);
    const policies = world.policiesOf(source);
    if (policies === undefined) {
      throw noSuchEntity(`The policy source ${source} cannot be found.`);
    }
    const plain = (name: string): readonly string[] =>
      listOf(parameters, name).map((item) => item.get('') ?? '');
    const context = new Map(
      listOf(parameters, 'ContextEntries').map((entry) => [
        (entry.get('ContextKeyName') ?? '').toLowerCase(),
        entry.get('ContextKeyValues.member.1') ?? '',
      ]),
    );
    const asked = policies.flatMap((statement) =>
      Object.values(statement.Condition ?? {}).flatMap(Object.keys),
    );
    const missing = [...new Set(asked)].filter((key) => !context.has(key.toLowerCase()));
    const words = { allow: 'allowed', deny: 'explicitDeny', none: 'implicitDeny' } as const;
    const resources = plain('ResourceArns');
    return {
      EvaluationResults: plain('ActionNames').flatMap((action) =>
        (resources.length === 0 ? ['*'] : resources).map((resource) => ({
          EvalActionName: action,
          EvalResourceName: resource,
          EvalDecision: words[askIdentity(policies, { action, resource, context })],
          MissingContextValues: missing,
        })),
      ),
      IsTruncated: 'false',
    };
  },
};
