import type { SSOClientConfig } from '@aws-sdk/client-sso';
import type { SSOOIDCClientConfig } from '@aws-sdk/client-sso-oidc';
import type { Fault } from '../aws/faults.ts';
import type { SignIn } from '../aws/sources/identityCenterApi.ts';
import type { Asked } from '../aws/sources/identityCenterFaults.ts';
import type { Exchange } from './exchange.ts';
import type { QuickRetry } from './retry.ts';

/** Settings that both clients of the SDK take. */
export type SharedSettings = Pick<
  SSOClientConfig & SSOOIDCClientConfig,
  | 'defaultsMode'
  | 'authSchemePreference'
  | 'useDualstackEndpoint'
  | 'useFipsEndpoint'
  | 'retryMode'
  | 'userAgentAppId'
  | 'defaultUserAgentProvider'
> & { readonly ignoreConfiguredEndpointUrls: boolean };

/** What a client of the SDK is made from, for one call. */
export interface ClientSettings {
  readonly region: string;
  readonly endpoint: string;
  readonly requestHandler: Exchange;
  readonly maxAttempts: number;
  readonly retryStrategy: QuickRetry;
  readonly shared: SharedSettings;
}

/** How one call is made: its AWS name and what was asked, for the log and the faults. */
export interface Call<T> {
  readonly signIn: SignIn;
  readonly endpoint: string;
  readonly asked: Asked;
  /** The answer to a call like this may be empty. */
  readonly mayBeEmpty?: boolean;
  /** What is sent works once (a code, a refresh token): it is never sent again when the first copy may have arrived. */
  readonly singleUse?: boolean;
  readonly signal: AbortSignal;
  send(settings: ClientSettings, abortSignal: AbortSignal): Promise<T>;
}

/** Makes a call; everything that goes wrong comes back as a Fault. */
export type Caller = <T>(call: Call<T>) => Promise<T | Fault>;

/** It began like the service's answer and went on without what it always says. */
export class IncompleteAnswer extends Error {}
