import { partitionForHosts } from '../partitions.ts';
import type { PlanEnvironment, StsTarget } from '../planModel.ts';
import { caBundleOf, configuredEndpoint } from '../planTarget.ts';
import type { ProfileSet, Section } from '../profiles.ts';
import { read } from '../findings.ts';

/** How IAM's host begins in a partition, for each way to reach it; what is missing is `usual`. */
interface Hosts {
  readonly region: string;
  readonly plain: string;
  readonly fips?: string;
  readonly dualStack?: string;
  readonly both?: string;
}

const usual = { fips: 'iam-fips', dualStack: 'iam', both: 'iam-fips' } as const;

/**
 * Where IAM is: one service for a whole partition, whichever region people work in. The rows are AWS's endpoint rules for
 * IAM (botocore's endpoint-rule-set-1; the test compares them with the SDK's).
 */
const hosts: ReadonlyMap<string, Hosts> = new Map<string, Hosts>([
  ['aws', { region: 'us-east-1', plain: 'iam', dualStack: 'iam.global', both: 'iam-fips.global' }],
  ['aws-cn', { region: 'cn-north-1', plain: 'iam.cn-north-1', dualStack: 'iam.global' }],
  [
    'aws-us-gov',
    {
      region: 'us-gov-west-1',
      plain: 'iam.us-gov',
      fips: 'iam.us-gov',
      dualStack: 'iam.us-gov',
      both: 'iam.us-gov',
    },
  ],
  ['aws-eusc', { region: 'eusc-de-east-1', plain: 'iam.eusc-de-east-1', dualStack: 'iam.global' }],
  ['aws-iso', { region: 'us-iso-east-1', plain: 'iam.us-iso-east-1', fips: 'iam-fips.us-iso-east-1' }],
  ['aws-iso-b', { region: 'us-isob-east-1', plain: 'iam.us-isob-east-1', fips: 'iam-fips.us-isob-east-1' }],
  ['aws-iso-e', { region: 'eu-isoe-west-1', plain: 'iam.eu-isoe-west-1' }],
  ['aws-iso-f', { region: 'us-isof-south-1', plain: 'iam.us-isof-south-1' }],
]);

/** What the endpoint depends on beside the region. */
export interface IamChoice {
  /** AWS_ENDPOINT_URL_IAM, the services section, or `endpoint_url`. */
  readonly custom: string | undefined;
  readonly fips: boolean;
  readonly dualStack: boolean;
}

/** Where IAM is called for whoever works in `region`, and for which region the call is signed. */
export function iamTarget(region: string, { custom, fips, dualStack }: IamChoice): StsTarget {
  const partition = partitionForHosts(region);
  const { fallbackRegion } = partition;
  const row: Hosts = hosts.get(partition.id) ?? { region: fallbackRegion, plain: `iam.${fallbackRegion}` };
  if (custom !== undefined) {
    return { region: row.region, endpoint: custom };
  }
  const way = fips ? (dualStack ? 'both' : 'fips') : dualStack ? 'dualStack' : undefined;
  const name = way === undefined ? row.plain : (row[way] ?? usual[way]);
  return {
    region: row.region,
    endpoint: `https://${name}.${dualStack ? partition.dualStackSuffix : partition.dnsSuffix}`,
  };
}

/** IAM for a profile whose calls to STS are signed for `region`: the same rules as for STS, with IAM's own names. */
export function iamTargetOf(
  section: Section,
  input: { readonly set: ProfileSet; readonly env: PlanEnvironment; readonly region: string },
): StsTarget {
  const { set, env, region } = input;
  const flag = (fromEnv: boolean | undefined, property: string): boolean =>
    fromEnv ?? read(section, property)?.value.toLowerCase() === 'true';
  const caBundle = caBundleOf(section, env);
  return {
    ...iamTarget(region, {
      custom: configuredEndpoint(section, { set, env, service: 'iam' }, undefined),
      fips: flag(env.fips, 'use_fips_endpoint'),
      dualStack: flag(env.dualStack, 'use_dualstack_endpoint'),
    }),
    ...(caBundle !== undefined && { caBundle }),
  };
}
