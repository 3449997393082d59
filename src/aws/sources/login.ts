import { parseArnOwner } from '../arn.ts';
import { read } from '../findings.ts';
import { partitionById, partitionForHosts } from '../partitions.ts';
import type { PlanFiles } from '../planChain.ts';
import type { Base } from '../planModel.ts';
import type { Property, Section } from '../profiles.ts';

/** `login_session`: a console sign-in that `aws login` made. */
export function loginBase(section: Section, login: Property, { env }: PlanFiles): Base {
  const owner = parseArnOwner(login.value);
  const region =
    env.region ??
    read(section, 'region')?.value ??
    partitionById(owner?.partition ?? '')?.fallbackRegion ??
    'us-east-1';
  return {
    kind: 'login',
    profile: section.name,
    login: {
      arn: login.value,
      region,
      endpoint: env.signInEndpoint ?? `https://${region}.${partitionForHosts(region).signInHost}`,
    },
    accountId: owner?.accountId,
    place: login.place,
  };
}
