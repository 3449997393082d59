/**
 * Stands in for `@aws-sdk/credential-provider-node` in the bundle (esbuild alias): keys are always passed in, so half of
 * the SDK (SSO, login, ini, IMDS and their clients, 140 kB) would be loaded and never used. It refuses instead of looking
 * around, so a mistake of ours can never send somebody else's credentials.
 */
export const defaultProvider = (): (() => Promise<never>) => () =>
  Promise.reject(new Error('STS was called without keys'));
