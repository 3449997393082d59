import { partitionOfRegion } from '../aws/partitions.ts';
import type { PlanResult, SessionRequest } from '../aws/planModel.ts';
import type { PolicyOwner } from '../aws/policies.ts';
import type { Section } from '../aws/profiles.ts';

/**
 * Where the policies of a federation session must be: in the partition to which its plan sends, which the environment or
 * an MFA device may tell and not the profile's own region. That region, where there is no plan.
 */
export async function federationOwner(
  section: Section,
  plan: (request: SessionRequest) => Promise<PlanResult>,
): Promise<PolicyOwner> {
  const { name, properties } = section;
  // Any name will do: the plan is only asked where it sends.
  const asked = { kind: 'federation', profile: name, userName: 'owner', durationSeconds: undefined } as const;
  const planned = await plan(asked);
  const region = planned.ok ? planned.plan.target.region : (properties.get('region')?.value ?? '');
  return {
    partition: partitionOfRegion(region)?.id ?? 'aws',
    accountId: properties.get('aws_account_id')?.value,
  };
}
