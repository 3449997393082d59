/**
 * A separate copy of AWS: accounts, keys and ARNs of one mean nothing in another.
 * https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
 */
export interface Partition {
  /** The second field of its ARNs. */
  readonly id: string;
  readonly regions: RegExp;
  /** What its host names end in. */
  readonly dnsSuffix: string;
  /** What they end in where they answer over IPv4 and IPv6. */
  readonly dualStackSuffix: string;
  /** Where people sign in to the console, and where SAML is posted; `{region}.` may stand before it. */
  readonly signInHost: string;
  /** Where the console is, as AWS documents it; undefined where nobody has published it. */
  readonly consoleHost?: string;
  /** Where to call STS when the ARN names the partition and nothing names a region. */
  readonly fallbackRegion: string;
}

const aws: Partition = {
  id: 'aws',
  regions: /^(?:us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$/,
  dnsSuffix: 'amazonaws.com',
  dualStackSuffix: 'api.aws',
  signInHost: 'signin.aws.amazon.com',
  consoleHost: 'console.aws.amazon.com',
  fallbackRegion: 'us-east-1',
};

/** All of them, from botocore's partitions.json; new regions of a known partition need no change here. */
export const partitions: readonly Partition[] = [
  aws,
  {
    id: 'aws-cn',
    regions: /^cn-\w+-\d+$/,
    dnsSuffix: 'amazonaws.com.cn',
    dualStackSuffix: 'api.amazonwebservices.com.cn',
    signInHost: 'signin.amazonaws.cn',
    consoleHost: 'console.amazonaws.cn',
    fallbackRegion: 'cn-north-1',
  },
  {
    id: 'aws-us-gov',
    regions: /^us-gov-\w+-\d+$/,
    dnsSuffix: 'amazonaws.com',
    dualStackSuffix: 'api.aws',
    signInHost: 'signin.amazonaws-us-gov.com',
    consoleHost: 'console.amazonaws-us-gov.com',
    fallbackRegion: 'us-gov-west-1',
  },
  {
    id: 'aws-eusc',
    regions: /^eusc-de-\w+-\d+$/,
    dnsSuffix: 'amazonaws.eu',
    dualStackSuffix: 'api.amazonwebservices.eu',
    signInHost: 'signin.amazonaws-eusc.eu',
    consoleHost: 'console.amazonaws-eusc.eu',
    fallbackRegion: 'eusc-de-east-1',
  },
  {
    id: 'aws-iso',
    regions: /^us-iso-\w+-\d+$/,
    dnsSuffix: 'c2s.ic.gov',
    dualStackSuffix: 'api.aws.ic.gov',
    signInHost: 'signin.c2shome.ic.gov',
    fallbackRegion: 'us-iso-east-1',
  },
  {
    id: 'aws-iso-b',
    regions: /^us-isob-\w+-\d+$/,
    dnsSuffix: 'sc2s.sgov.gov',
    dualStackSuffix: 'api.aws.scloud',
    signInHost: 'signin.sc2shome.sgov.gov',
    fallbackRegion: 'us-isob-east-1',
  },
  {
    id: 'aws-iso-e',
    regions: /^eu-isoe-\w+-\d+$/,
    dnsSuffix: 'cloud.adc-e.uk',
    dualStackSuffix: 'api.cloud-aws.adc-e.uk',
    signInHost: 'signin.csphome.adc-e.uk',
    fallbackRegion: 'eu-isoe-west-1',
  },
  {
    id: 'aws-iso-f',
    regions: /^us-isof-\w+-\d+$/,
    dnsSuffix: 'csp.hci.ic.gov',
    dualStackSuffix: 'api.aws.hci.ic.gov',
    signInHost: 'signin.csphome.hci.ic.gov',
    fallbackRegion: 'us-isof-south-1',
  },
];

/** The partition with this id (`aws-cn`); undefined when there is none. */
export function partitionById(id: string): Partition | undefined {
  return partitions.find((partition) => partition.id === id);
}

/** The partition that a region belongs to; undefined for a region of a shape that nobody knows yet. */
export function partitionOfRegion(region: string): Partition | undefined {
  return partitions.find((partition) => partition.regions.test(region));
}

/** What host names in this region end in. */
export function dnsSuffixOf(region: string): string {
  return partitionForHosts(region).dnsSuffix;
}

/** The partition whose host names a region has. A region of unknown shape counts as `aws`, as in botocore. */
export function partitionForHosts(region: string): Partition {
  return partitionOfRegion(region) ?? aws;
}
