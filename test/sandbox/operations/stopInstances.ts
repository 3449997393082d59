import { listMembers } from '../parameters.ts';
import { askIdentity } from '../policy.ts';
import { Refusal } from '../refusal.ts';
import { askCaller } from '../sessionPolicies.ts';
import type { Caller, World } from '../world.ts';
import { ec2, type Operation } from './operation.ts';

/**
 * The sandbox has no instances. It has the operation because EC2's refusals carry an encoded message:
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StopInstances.html
 */
export const stopInstances: Operation = {
  name: 'StopInstances',
  service: ec2,
  parameters: [],
  run({ caller, parameters, region }, world) {
    const id = listMembers(parameters, 'InstanceId')[0] ?? '';
    const resource = `arn:${caller.partition}:ec2:${region}:${caller.accountId}:instance/${id}`;
    const question = { action: 'ec2:StopInstances', resource, context: new Map<string, string>() };
    const verdict = askCaller(caller, question);
    if (caller.kind !== 'root' && verdict !== 'allow') {
      const encoded = world.encode(explain(caller, question.action, resource, verdict === 'deny', world));
      throw new Refusal(
        403,
        'UnauthorizedOperation',
        `You are not authorized to perform this operation. User: ${caller.arn} is not authorized to perform: ${question.action} on resource: ${resource}. Encoded authorization failure message: ${encoded}`,
      );
    }
    throw new Refusal(400, 'InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
  },
};

/** What DecodeAuthorizationMessage says about it, with the members that AWS's has. */
function explain(
  caller: Caller,
  action: string,
  resource: string,
  explicitDeny: boolean,
  world: World,
): string {
  const question = { action, resource, context: new Map<string, string>() };
  const denying = caller.policies.filter(
    (statement) => statement.Effect === 'Deny' && askIdentity([statement], question) === 'deny',
  );
  const items = (values: string | readonly string[] | undefined) => ({
    items: [values ?? []].flat().map((value) => ({ value })),
  });
  return JSON.stringify({
    allowed: false,
    explicitDeny,
    matchedStatements: {
      items: denying.map((statement) => ({
        statementId: statement.Sid ?? '',
        effect: 'DENY',
        principals: items(caller.userId),
        principalGroups: { items: [] },
        actions: items(statement.Action),
        resources: items(statement.Resource),
        conditions: { items: [] },
      })),
    },
    failures: { items: [] },
    context: {
      principal: { id: caller.userId, name: caller.arn.split('/').at(-1) ?? '', arn: caller.arn },
      action,
      resource,
      conditions: {
        items: [{ key: 'aws:CurrentTime', values: items(new Date(world.now()).toISOString()) }],
      },
    },
  });
}
