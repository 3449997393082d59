/** AWS's partitions; keys of one are unknown in every other. */
export type Partition =
  'aws' | 'aws-cn' | 'aws-us-gov' | 'aws-eusc' | 'aws-iso' | 'aws-iso-b' | 'aws-iso-e' | 'aws-iso-f';

/** Region patterns as AWS's SDKs publish them (botocore's partitions.json), the region that IAM is signed for, and where SAML is posted. */
const rows: readonly {
  readonly partition: Partition;
  readonly regions: RegExp;
  readonly iam: string;
  readonly signIn: string;
}[] = [
  {
    partition: 'aws',
    regions: /^(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$/,
    iam: 'us-east-1',
    signIn: 'signin.aws.amazon.com',
  },
  { partition: 'aws-cn', regions: /^cn-\w+-\d+$/, iam: 'cn-north-1', signIn: 'signin.amazonaws.cn' },
  {
    partition: 'aws-us-gov',
    regions: /^us-gov-\w+-\d+$/,
    iam: 'us-gov-west-1',
    signIn: 'signin.amazonaws-us-gov.com',
  },
  {
    partition: 'aws-eusc',
    regions: /^eusc-de-\w+-\d+$/,
    iam: 'eusc-de-east-1',
    signIn: 'signin.amazonaws-eusc.eu',
  },
  {
    partition: 'aws-iso',
    regions: /^us-iso-\w+-\d+$/,
    iam: 'us-iso-east-1',
    signIn: 'signin.c2shome.ic.gov',
  },
  {
    partition: 'aws-iso-b',
    regions: /^us-isob-\w+-\d+$/,
    iam: 'us-isob-east-1',
    signIn: 'signin.sc2shome.sgov.gov',
  },
  {
    partition: 'aws-iso-e',
    regions: /^eu-isoe-\w+-\d+$/,
    iam: 'eu-isoe-west-1',
    signIn: 'signin.csphome.adc-e.uk',
  },
  {
    partition: 'aws-iso-f',
    regions: /^us-isof-\w+-\d+$/,
    iam: 'us-isof-south-1',
    signIn: 'signin.csphome.hci.ic.gov',
  },
];

/** The partition that a region name belongs to, or undefined for a name that is no region. */
export function partitionOf(region: string): Partition | undefined {
  return rows.find((row) => row.regions.test(region))?.partition;
}

/** True for a partition of AWS's. */
export function isPartition(name: string): name is Partition {
  return rows.some((row) => row.partition === name);
}

/** IAM is one service for its whole partition and accepts signatures for this region only. */
export function iamRegion(partition: Partition): string | undefined {
  return rows.find((row) => row.partition === partition)?.iam;
}

/**
 * True for a Recipient that AWS takes in this partition: its sign-in page, the whole partition's or a region's, with the
 * provider's id behind it where AWS gave it one for encrypted assertions.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html
 */
export function isSignInPage(url: string, partition: Partition): boolean {
  const row = rows.find((one) => one.partition === partition);
  const [, region, host] =
    /^https:\/\/(?:([a-z0-9-]+)\.)??(signin\.[a-z0-9.-]+)\/saml(?:\/acs\/\w+)?$/.exec(url) ?? [];
  return row !== undefined && host === row.signIn && (region === undefined || row.regions.test(region));
}
