import assert from 'node:assert/strict';
import { planFor } from '../../src/aws/plan.ts';
import type { PlanEnvironment } from '../../src/aws/planModel.ts';
import { readOnlyPolicyArn } from '../../src/aws/policies.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { federationOwner } from '../../src/ui/federationOwner.ts';
import { bareEnvironment, keys } from '../support/plans.ts';

describe('the policies that a federation session is offered', () => {
  for (const [title, lines, env, partition] of [
    ['nothing', '', {}, 'aws'],
    ['the region of the profile', 'region = cn-north-1\n', {}, 'aws-cn'],
    ['AWS_REGION alone', '', { region: 'us-gov-west-1' }, 'aws-us-gov'],
    ['AWS_REGION before the profile’s', 'region = eu-west-1\n', { region: 'us-gov-west-1' }, 'aws-us-gov'],
    ['the device alone', 'mfa_serial = arn:aws-us-gov:iam::111122223333:mfa/alice\n', {}, 'aws-us-gov'],
    ['the region, while there is no plan', `region = cn-north-1\nendpoint_url = x y\n`, {}, 'aws-cn'],
  ] as const satisfies readonly (readonly [string, string, Partial<PlanEnvironment>, string])[]) {
    it(`are of the partition that is called: ${title}`, async () => {
      const config = `[profile user]\n${keys}${lines}`;
      const set = readProfiles({ config, credentials: undefined });
      const section = set.profiles.get('user');
      assert.ok(section);
      const plan = (request: Parameters<typeof planFor>[1]) =>
        Promise.resolve(planFor(set, request, { ...bareEnvironment, ...env }));
      const owner = await federationOwner(section, plan);
      assert.equal(owner.partition, partition);
      const policies = { arns: [readOnlyPolicyArn(owner.partition)] };
      const asked = { kind: 'federation', profile: 'user', userName: 'guest', policies } as const;
      const planned = await plan({ ...asked, durationSeconds: undefined });
      assert.ok(planned.ok || planned.problems.every(({ what }) => what.kind !== 'invalidSessionPolicies'));
    });
  }
});
