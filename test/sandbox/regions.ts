/** AWS's partitions; keys of one are unknown in every other. */
export type Partition =
  'aws' | 'aws-cn' | 'aws-us-gov' | 'aws-eusc' | 'aws-iso' | 'aws-iso-b' | 'aws-iso-e' | 'aws-iso-f';

/** Region patterns as AWS's SDKs publish them (botocore's partitions.json), and the region that IAM is signed for. */
const rows: readonly { readonly partition: Partition; readonly regions: RegExp; readonly iam: string }[] = [
  { partition: 'aws', regions: /^(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$/, iam: 'us-east-1' },
  { partition: 'aws-cn', regions: /^cn-\w+-\d+$/, iam: 'cn-north-1' },
  { partition: 'aws-us-gov', regions: /^us-gov-\w+-\d+$/, iam: 'us-gov-west-1' },
  { partition: 'aws-eusc', regions: /^eusc-de-\w+-\d+$/, iam: 'eusc-de-east-1' },
  { partition: 'aws-iso', regions: /^us-iso-\w+-\d+$/, iam: 'us-iso-east-1' },
  { partition: 'aws-iso-b', regions: /^us-isob-\w+-\d+$/, iam: 'us-isob-east-1' },
  { partition: 'aws-iso-e', regions: /^eu-isoe-\w+-\d+$/, iam: 'eu-isoe-west-1' },
  { partition: 'aws-iso-f', regions: /^us-isof-\w+-\d+$/, iam: 'us-isof-south-1' },
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
