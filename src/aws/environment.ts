import type { PlanEnvironment } from './planModel.ts';

/**
 * What planning needs of the process environment, read as the AWS CLI v2 reads it: AWS_REGION before AWS_DEFAULT_REGION,
 * AWS_ENDPOINT_URL_STS before AWS_ENDPOINT_URL, and a blank variable counts as unset.
 * https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html
 */
export function planEnvironment(env: Readonly<Record<string, string | undefined>>): PlanEnvironment {
  const read = (name: string): string | undefined => env[name]?.trim() || undefined;
  const flag = (name: string): boolean | undefined => {
    const value = read(name);
    return value === undefined ? undefined : value.toLowerCase() === 'true';
  };
  const ignoreConfiguredEndpoints = read('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS')?.toLowerCase() === 'true';
  return {
    region: read('AWS_REGION') ?? read('AWS_DEFAULT_REGION'),
    endpointUrl: ignoreConfiguredEndpoints
      ? undefined
      : (read('AWS_ENDPOINT_URL_STS') ?? read('AWS_ENDPOINT_URL')),
    ignoreConfiguredEndpoints,
    caBundle: read('AWS_CA_BUNDLE'),
    otherCaBundle: read('REQUESTS_CA_BUNDLE'),
    identityCenter: ignoreConfiguredEndpoints
      ? { portal: undefined, oidc: undefined }
      : {
          portal: read('AWS_ENDPOINT_URL_SSO') ?? read('AWS_ENDPOINT_URL'),
          oidc: read('AWS_ENDPOINT_URL_SSO_OIDC') ?? read('AWS_ENDPOINT_URL'),
        },
    iamEndpoint: ignoreConfiguredEndpoints
      ? undefined
      : (read('AWS_ENDPOINT_URL_IAM') ?? read('AWS_ENDPOINT_URL')),
    signInEndpoint: ignoreConfiguredEndpoints
      ? undefined
      : (read('AWS_ENDPOINT_URL_SIGNIN') ?? read('AWS_ENDPOINT_URL')),
    regionalEndpoints: read('AWS_STS_REGIONAL_ENDPOINTS'),
    fips: flag('AWS_USE_FIPS_ENDPOINT'),
    dualStack: flag('AWS_USE_DUALSTACK_ENDPOINT'),
  };
}
