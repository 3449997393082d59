/**
 * Settings that the SDK would otherwise look for in the environment, in ~/.aws, or at the instance metadata service.
 * `userAgent` is a name and a version with a slash between them.
 */
export function nothingLookedUp(userAgent: string) {
  const [name = '', version = ''] = userAgent.split('/', 2);
  return {
    defaultsMode: 'standard' as const,
    authSchemePreference: ['aws.auth#sigv4'],
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    ignoreConfiguredEndpointUrls: true,
    disableClockSkewCorrection: false,
    retryMode: 'standard',
    userAgentAppId: (): Promise<undefined> => Promise.resolve(undefined),
    defaultUserAgentProvider: (): Promise<[string, string][]> => Promise.resolve([[name, version]]),
  };
}
