import { listOf } from '../parameters.ts';
import { askIdentity } from '../policy.ts';
import { authoriseIam } from './iamCaller.ts';
import { noSuchEntity } from './iamRoles.ts';
import { iam, type Operation } from './operation.ts';

/**
 * One result an action, and in it what is said of each resource:
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html,
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
 */
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
    const decide = (action: string, resource: string) =>
      words[askIdentity(policies, { action, resource, context })];
    const resources = plain('ResourceArns');
    return {
      EvaluationResults: plain('ActionNames').map((action) => {
        const decisions = (resources.length === 0 ? ['*'] : resources).map((one) => decide(action, one));
        return {
          EvalActionName: action,
          EvalResourceName: templates.get(action.toLowerCase()) ?? '*',
          // Of all resources together.
          EvalDecision: byStrictness.find((decision) => decisions.includes(decision)) ?? 'implicitDeny',
          MissingContextValues: missing,
          ResourceSpecificResults: resources.map((resource) => ({
            EvalResourceName: resource,
            EvalResourceDecision: decide(action, resource),
            MissingContextValues: missing,
          })),
        };
      }),
      IsTruncated: 'false',
    };
  },
};

const byStrictness = ['explicitDeny', 'implicitDeny', 'allowed'] as const;

/** A result names no resource that was asked about, only the form of what the action works on. */
const templates: ReadonlyMap<string, string> = new Map([
  ['sts:assumerole', 'arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}'],
]);
