import { parseArnOwner } from '../arn.ts';
import { isRegion, signInEndpoint } from '../endpoints.ts';
import type { Findings } from '../findings.ts';
import { read } from '../findings.ts';
import { partitionById } from '../partitions.ts';
import type { PlanFiles } from '../planChain.ts';
import type { Base, LoginSession, PlanEnvironment } from '../planModel.ts';
import { caBundleOf, configuredEndpoint, specialEndpoints } from '../planTarget.ts';
import type { Property, Section } from '../profiles.ts';

/**
 * `login_session`: a console sign-in that `aws login` made. The region is the environment's, then the profile's, in the
 * AWS CLI's order. In a chain it is that of the profile that signs in, as in the SDKs: the AWS CLI asks the region of the
 * role's profile, which need not be where the sign-in was made.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-login-credentials.html
 */
export function loginBase(section: Section, login: Property, files: PlanFiles, findings: Findings): Base {
  return {
    kind: 'login',
    profile: section.name,
    login: loginOf(section, login.value, files, findings),
    accountId: parseArnOwner(login.value)?.accountId || undefined,
    place: login.place,
  };
}

/** The sign-in of an ARN as a profile asks for it. What is wrong with its region is said where the profile itself is planned. */
function loginOf(section: Section, arn: string, files: PlanFiles, findings: Findings): LoginSession {
  const { env } = files;
  const region =
    usable(env.region) ??
    usable(read(section, 'region')?.value) ??
    partitionById(parseArnOwner(arn)?.partition ?? '')?.fallbackRegion ??
    'us-east-1';
  const custom = configuredEndpoint(section, { ...files, service: 'signin' }, findings);
  const special = specialEndpoints(section, env, custom !== undefined, findings);
  const caBundle = caBundleOf(section, env);
  return {
    arn,
    region,
    endpoint: custom ?? signInEndpoint(region, special),
    ...(caBundle !== undefined && { caBundle }),
  };
}

/** The sign-in for a profile that is still to be written: who signs in is not known yet. */
export function newLogin(region: string, env: PlanEnvironment): LoginSession {
  const caBundle = caBundleOf(undefined, env);
  return {
    arn: '',
    region,
    endpoint: env.signInEndpoint ?? signInEndpoint(region, env),
    ...(caBundle !== undefined && { caBundle }),
  };
}

function usable(region: string | undefined): string | undefined {
  return region !== undefined && isRegion(region) ? region : undefined;
}
