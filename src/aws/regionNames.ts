/** Regions with a console, by partition, as AWS names them: botocore's endpoints.json. */
const names: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws: {
    'us-east-1': 'US East (N. Virginia)',
    'us-east-2': 'US East (Ohio)',
    'us-west-1': 'US West (N. California)',
    'us-west-2': 'US West (Oregon)',
    'eu-central-1': 'Europe (Frankfurt)',
    'eu-central-2': 'Europe (Zurich)',
    'eu-north-1': 'Europe (Stockholm)',
    'eu-south-1': 'Europe (Milan)',
    'eu-south-2': 'Europe (Spain)',
    'eu-west-1': 'Europe (Ireland)',
    'eu-west-2': 'Europe (London)',
    'eu-west-3': 'Europe (Paris)',
    'ap-east-1': 'Asia Pacific (Hong Kong)',
    'ap-east-2': 'Asia Pacific (Taipei)',
    'ap-northeast-1': 'Asia Pacific (Tokyo)',
    'ap-northeast-2': 'Asia Pacific (Seoul)',
    'ap-northeast-3': 'Asia Pacific (Osaka)',
    'ap-south-1': 'Asia Pacific (Mumbai)',
    'ap-south-2': 'Asia Pacific (Hyderabad)',
    'ap-southeast-1': 'Asia Pacific (Singapore)',
    'ap-southeast-2': 'Asia Pacific (Sydney)',
    'ap-southeast-3': 'Asia Pacific (Jakarta)',
    'ap-southeast-4': 'Asia Pacific (Melbourne)',
    'ap-southeast-5': 'Asia Pacific (Malaysia)',
    'ap-southeast-6': 'Asia Pacific (New Zealand)',
    'ap-southeast-7': 'Asia Pacific (Thailand)',
    'af-south-1': 'Africa (Cape Town)',
    'ca-central-1': 'Canada (Central)',
    'ca-west-1': 'Canada West (Calgary)',
    'il-central-1': 'Israel (Tel Aviv)',
    'me-central-1': 'Middle East (UAE)',
    'me-south-1': 'Middle East (Bahrain)',
    'me-west-1': 'Middle East (Saudi Arabia)',
    'mx-central-1': 'Mexico (Central)',
    'sa-east-1': 'South America (Sao Paulo)',
    'sa-west-1': 'South America (Chile)',
  },
  'aws-cn': { 'cn-north-1': 'China (Beijing)', 'cn-northwest-1': 'China (Ningxia)' },
  'aws-us-gov': {
    'us-gov-east-1': 'AWS GovCloud (US-East)',
    'us-gov-west-1': 'AWS GovCloud (US-West)',
  },
  'aws-eusc': { 'eusc-de-east-1': 'AWS European Sovereign Cloud (Germany)' },
};

/** The regions of a partition that people choose from, in the order in which they are offered; none where none is known. */
export function regionsOf(partitionId: string): readonly (readonly [region: string, name: string])[] {
  return Object.entries(names[partitionId] ?? {});
}
