import { partitionForHosts } from './partitions.ts';
import type { StsTarget } from './planModel.ts';

/**
 * Regions that `sts_regional_endpoints = legacy` sends to the global endpoint; every other one stays regional.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html
 */
const legacyRegions: ReadonlySet<string> = new Set([
  'ap-northeast-1',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'aws-global',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
]);

/** The one address that is in no region; it accepts signatures for us-east-1. */
const globalTarget: StsTarget = { region: 'us-east-1', endpoint: 'https://sts.amazonaws.com' };

/** What an endpoint depends on beside the region. */
export interface EndpointChoice {
  /** `endpoint_url`, from wherever it came: it beats all the rest. */
  readonly custom: string | undefined;
  /** `sts_regional_endpoints = legacy`. The default is regional, as in botocore since 2025 and in every other SDK. */
  readonly legacy: boolean;
  /** `use_fips_endpoint`. */
  readonly fips?: boolean;
  /** `use_dualstack_endpoint`: IPv4 and IPv6. */
  readonly dualStack?: boolean;
}

/**
 * Where STS is called for a region, and for which region the call is signed: the rules of botocore's endpoint-rule-set-1 for
 * STS. FIPS and dual-stack are always regional. `aws-global` is no region of theirs, so its own takes its place.
 */
export function stsTarget(region: string, choice: EndpointChoice): StsTarget {
  if (choice.custom !== undefined) {
    return { region: region === 'aws-global' ? globalTarget.region : region, endpoint: choice.custom };
  }
  const isSpecial = choice.fips === true || choice.dualStack === true;
  if (!isSpecial && (region === 'aws-global' || (choice.legacy && legacyRegions.has(region)))) {
    return globalTarget;
  }
  const named = region === 'aws-global' ? globalTarget.region : region;
  return { region: named, endpoint: regionalEndpoint('sts', named, choice) };
}

/**
 * Where a service is in a region: the rules that botocore has for STS and both services of Identity Center alike, whose
 * hosts differ in the name alone.
 */
export function regionalEndpoint(
  service: 'sts' | 'portal.sso' | 'oidc',
  region: string,
  { fips, dualStack }: Pick<EndpointChoice, 'fips' | 'dualStack'>,
): string {
  const { id, dnsSuffix, dualStackSuffix } = partitionForHosts(region);
  // GovCloud's ordinary host is its FIPS host.
  const isMarked = fips === true && (dualStack === true || id !== 'aws-us-gov');
  const suffix = dualStack === true ? dualStackSuffix : dnsSuffix;
  return `https://${service}${isMarked ? '-fips' : ''}.${region}.${suffix}`;
}

/**
 * Where the console's sign-in service of a region is: the rules of botocore's endpoint-rule-set-1 for Signin, whose
 * CreateOAuth2Token is on the data plane.
 */
export function signInEndpoint(
  region: string,
  { fips, dualStack }: { readonly fips?: boolean | undefined; readonly dualStack?: boolean | undefined } = {},
): string {
  const { id, dnsSuffix, dualStackSuffix, signInHost } = partitionForHosts(region);
  if (dualStack === true) {
    return `https://${fips === true ? 'signin-fips' : 'signin'}.${region}.${dualStackSuffix}`;
  }
  if (fips !== true) {
    return `https://${region}.${signInHost}`;
  }
  if (id !== 'aws-us-gov') {
    return `https://signin-fips.${region}.${dnsSuffix}`;
  }
  const host = 'signin-fips.amazonaws-us-gov.com';
  return region === 'us-gov-west-1' ? `https://${host}` : `https://${region}.${host}`;
}

/** True when `text` may stand in a host name as a region: the AWS CLI refuses the same others. */
export function isRegion(text: string): boolean {
  return /^(?![0-9]+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(text);
}

/** `endpoint_url` without the slash at its end; undefined when it is no http(s) URL. */
export function endpointFrom(text: string): string | undefined {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    return undefined;
  }
  return text.replace(/\/+$/, '');
}
