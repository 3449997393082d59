import { parseArnOwner } from './arn.ts';
import { endpointFrom, isRegion, stsTarget } from './endpoints.ts';
import type { Findings } from './findings.ts';
import { read } from './findings.ts';
import { partitionById, partitionOfRegion } from './partitions.ts';
import type { CaBundle } from './faults.ts';
import type { PlanEnvironment, StsTarget } from './planModel.ts';
import type { Place } from './problems.ts';
import type { ProfileSet, Section } from './profiles.ts';

/** Where the steps of a plan are sent, and the region for the tools that use the session. */
export interface PlannedTarget {
  readonly target: StsTarget;
  readonly customEndpoint: boolean;
  readonly toolRegion: string | undefined;
}

/** A value, and where it was written: nowhere when it came from the environment or a prompt. */
interface Written {
  readonly value: string;
  readonly place: Place | undefined;
}

/**
 * One target for a whole chain: as in the AWS CLI, whose one session decides region and endpoint from the profile that
 * was asked for and from none of its sources.
 *
 * The region for STS is what was asked for, then the environment's, then the profile's, in the AWS CLI's order. Where all
 * are silent it is the first of the ARNs' partition: the AWS CLI takes us-east-1 for any of them, and fails outside `aws`.
 * The region for tools prefers the profile's own to the environment's, because a session keeps it where the environment
 * is another one (a terminal of its own, `New Terminal as…`).
 */
export function planTarget(
  section: Section,
  input: {
    readonly set: ProfileSet;
    readonly env: PlanEnvironment;
    readonly askedRegion: string | undefined;
    /** ARNs of the plan, the likeliest to tell its partition first. */
    readonly arns: readonly (string | undefined)[];
  },
  findings: Findings,
): PlannedTarget {
  const { env, askedRegion } = input;
  const asked = askedRegion === undefined ? undefined : { value: askedRegion, place: undefined };
  const fromEnv = env.region === undefined ? undefined : { value: env.region, place: undefined };
  const own = read(section, 'region');
  const named = asked ?? fromEnv ?? own;
  const region = checkedRegion(section.name, named, findings) ?? fallbackRegion(input.arns);
  const custom = configuredEndpoint(section, { set: input.set, env, service: 'sts' }, findings);
  // botocore refuses other words than these two; regional is its default and the better answer to a misspelling.
  const endpoints = env.regionalEndpoints ?? read(section, 'sts_regional_endpoints')?.value;
  const special = specialEndpoints(section, env, custom !== undefined, findings);
  const tools = asked ?? own ?? fromEnv;
  const caBundle = caBundleOf(section, env);
  return {
    target: {
      ...stsTarget(region, { custom, legacy: endpoints?.toLowerCase() === 'legacy', ...special }),
      ...(caBundle !== undefined && { caBundle }),
    },
    customEndpoint: custom !== undefined,
    toolRegion: tools === named ? tools?.value : checkedRegion(section.name, tools, findings),
  };
}

/**
 * The certificates that are trusted, by the AWS CLI's order: AWS_CA_BUNDLE, the profile's `ca_bundle`, and what Python's
 * requests library reads. https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html#cli-config-ca_bundle
 */
export function caBundleOf(section: Section | undefined, env: PlanEnvironment): CaBundle | undefined {
  if (env.caBundle !== undefined) {
    return { path: env.caBundle, from: 'AWS_CA_BUNDLE' };
  }
  const own = section && read(section, 'ca_bundle')?.value.trim();
  if (own !== undefined) {
    return { path: own, from: 'ca_bundle' };
  }
  return env.otherCaBundle === undefined
    ? undefined
    : { path: env.otherCaBundle, from: 'REQUESTS_CA_BUNDLE' };
}

/** The region, unless it could not stand in a host name: then an error, as in the AWS CLI. */
function checkedRegion(name: string, region: Written | undefined, findings: Findings): string | undefined {
  if (region !== undefined && !isRegion(region.value)) {
    findings.error(name, region.place, { kind: 'invalidRegion', name, value: region.value });
    return undefined;
  }
  return region?.value;
}

/**
 * FIPS and dual-stack, the environment before the profile. With an `endpoint_url` AWS's own tools refuse both, since nobody
 * knows what stands behind it. https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html
 */
export function specialEndpoints(
  section: Section,
  env: PlanEnvironment,
  custom: boolean,
  findings: Findings,
): { readonly fips: boolean; readonly dualStack: boolean } {
  const chosen = specialChoice(section, env);
  const refuse = (fromEnv: boolean | undefined, property: string): void => {
    const place = fromEnv === undefined ? read(section, property)?.place : undefined;
    findings.error(section.name, place, { kind: 'endpointExcludes', name: section.name, property });
  };
  if (custom && chosen.fips) {
    refuse(env.fips, 'use_fips_endpoint');
  }
  if (custom && chosen.dualStack) {
    refuse(env.dualStack, 'use_dualstack_endpoint');
  }
  return chosen;
}

/** Whether FIPS and dual-stack endpoints are asked for: the environment before the section. */
export function specialChoice(
  section: Section,
  env: PlanEnvironment,
): { readonly fips: boolean; readonly dualStack: boolean } {
  const choose = (fromEnv: boolean | undefined, property: string): boolean =>
    fromEnv ?? read(section, property)?.value.toLowerCase() === 'true';
  return {
    fips: choose(env.fips, 'use_fips_endpoint'),
    dualStack: choose(env.dualStack, 'use_dualstack_endpoint'),
  };
}

/**
 * The region for a role that a person picks among those of several partitions, where the one that is named lies in another
 * than the role's: AWS and the tools would take the session nowhere there. Undefined where the named one will do, or where
 * an `endpoint_url` may know better.
 */
export function regionInPartition(
  section: Section,
  input: { readonly set: ProfileSet; readonly env: PlanEnvironment; readonly roleArn: string },
): string | undefined {
  const { set, env, roleArn } = input;
  const named = env.region ?? read(section, 'region')?.value;
  const called = named === undefined ? undefined : partitionOfRegion(named);
  const own = partitionById(parseArnOwner(roleArn)?.partition ?? '');
  const fits = called === undefined || own === undefined || called.id === own.id;
  return fits || configuredEndpoint(section, { set, env, service: 'sts' }, undefined) !== undefined
    ? undefined
    : own.fallbackRegion;
}

function fallbackRegion(arns: readonly (string | undefined)[]): string {
  for (const arn of arns) {
    const partition = partitionById(parseArnOwner(arn ?? '')?.partition ?? '');
    if (partition !== undefined) {
      return partition.fallbackRegion;
    }
  }
  return 'us-east-1';
}

/** A service as `services` sections and AWS_ENDPOINT_URL_<SERVICE> name it. */
type ServiceName = 'sts' | 'sso' | 'sso_oidc' | 'signin' | 'iam';

/**
 * Environment, then the profile's `services` section, then its `endpoint_url`; undefined when none of them says
 * anything. https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function configuredEndpoint(
  section: Section,
  input: { readonly set: ProfileSet; readonly env: PlanEnvironment; readonly service: ServiceName },
  findings: Findings | undefined,
): string | undefined {
  const { env, service } = input;
  if (
    env.ignoreConfiguredEndpoints ||
    read(section, 'ignore_configured_endpoint_urls')?.value.toLowerCase() === 'true'
  ) {
    return undefined;
  }
  const fromEnv = endpointOfEnvironment(env, service);
  const written: Written | undefined =
    fromEnv === undefined
      ? (endpointOfServices(section, input, findings) ?? read(section, 'endpoint_url'))
      : { value: fromEnv, place: undefined };
  if (written === undefined) {
    return undefined;
  }
  const endpoint = endpointFrom(written.value);
  if (endpoint === undefined) {
    findings?.error(section.name, written.place, { kind: 'invalidEndpointUrl', name: section.name });
  }
  return endpoint;
}

function endpointOfEnvironment(env: PlanEnvironment, service: ServiceName): string | undefined {
  switch (service) {
    case 'iam':
      return env.iamEndpoint;
    case 'sts':
      return env.endpointUrl;
    case 'sso':
      return env.identityCenter?.portal;
    case 'sso_oidc':
      return env.identityCenter?.oidc;
    case 'signin':
      return env.signInEndpoint;
  }
}

function endpointOfServices(
  section: Section,
  { set, service }: { readonly set: ProfileSet; readonly service: ServiceName },
  findings: Findings | undefined,
): Written | undefined {
  const services = read(section, 'services');
  if (services === undefined) {
    return undefined;
  }
  const named = set.services.get(services.value);
  if (named === undefined) {
    const what = { kind: 'missingServicesSection', name: section.name, section: services.value } as const;
    findings?.error(section.name, services.place, what);
  }
  return named?.properties.get(service)?.nested?.get('endpoint_url');
}
