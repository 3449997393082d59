import { SSOServiceException } from '@aws-sdk/client-sso';
import { SSOOIDCServiceException } from '@aws-sdk/client-sso-oidc';
import type { Fault } from '../aws/faults.ts';
import type { NetworkSettings } from '../aws/network.ts';
import { faultFromIdentityCenter } from '../aws/sources/identityCenterFaults.ts';
import type { Asked } from '../aws/sources/identityCenterFaults.ts';
import type { IdentityCenterApi, SignIn } from '../aws/sources/identityCenterApi.ts';
import { foreignJson } from './answer.ts';
import { Exchange } from './exchange.ts';
import type { Caller, SharedSettings } from './identityCenterCall.ts';
import { Network } from './network.ts';
import { nothingLookedUp } from './nothingLookedUp.ts';
import { QuickRetry } from './retry.ts';
import { directly } from './route.ts';
import { portalCalls } from './sso.ts';
import { oidcCalls } from './ssoOidc.ts';
import { WireFault } from './wireFault.ts';

/** What `createIdentityCenter` can be told. */
export interface IdentityCenterOptions {
  /** `name/version`, as AWS's logs (CloudTrail) will show it. */
  readonly userAgent?: string;
  /** Limit of a whole call, its retry included, ms. */
  readonly timeoutMs?: number;
  /** Proxies and certificates; undefined knows none. */
  readonly network?: NetworkSettings;
  /** Milliseconds UTC. */
  now(): number;
  /** Hears one line a call: operation, host, outcome, AWS's request id. Never a secret. */
  log?(line: string): void;
}

const awsNames = {
  register: 'RegisterClient',
  startDevice: 'StartDeviceAuthorization',
  redeem: 'CreateToken',
  roleCredentials: 'GetRoleCredentials',
  accounts: 'ListAccounts',
  roles: 'ListAccountRoles',
  logout: 'Logout',
} as const satisfies Record<Asked['kind'], string>;

/**
 * Identity Center over the AWS SDK. Nothing is looked up in the environment or in ~/.aws: region, endpoint and token
 * come with each call. None of these calls is signed.
 */
export function createIdentityCenter(options: IdentityCenterOptions): IdentityCenterApi {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const network = new Network(options.network ?? directly);
  const shared: SharedSettings = {
    ...nothingLookedUp(options.userAgent ?? 'sts-sessions'),
    authSchemePreference: ['smithy.api#noAuth'],
  };

  const call: Caller = async (call) => {
    const { signal, endpoint, asked } = call;
    if (signal.aborted) {
      return { kind: 'cancelled' };
    }
    if (!URL.canParse(endpoint)) {
      // The text itself stays out: what is not a URL may still hold a password.
      return { kind: 'network', host: 'endpoint_url', reason: 'other', code: 'ERR_INVALID_URL' };
    }
    const { host } = new URL(endpoint);
    const exchange = new Exchange({
      network,
      caBundle: call.signIn.caBundle,
      fresh: call.singleUse === true,
      judge: (answer, at) => foreignJson(answer, at, call.mayBeEmpty === true),
    });
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), timeoutMs);
    const startedAt = performance.now();
    let fault: Fault | undefined;
    try {
      return await call.send(
        {
          region: call.signIn.region,
          endpoint,
          requestHandler: exchange,
          maxAttempts: 2,
          retryStrategy: new QuickRetry(2, call.singleUse === true, false),
          shared,
        },
        AbortSignal.any([signal, limit.signal]),
      );
    } catch (error) {
      fault = signal.aborted
        ? { kind: 'cancelled' }
        : limit.signal.aborted
          ? { kind: 'timedOut', host, seconds: timeoutMs / 1000 }
          : faultOf(error, exchange, { host, asked, signIn: call.signIn });
      return fault;
    } finally {
      clearTimeout(timer);
      const took = `${Math.round(performance.now() - startedAt)} ms`;
      const id = exchange.requestId === undefined ? '' : `, request ${exchange.requestId}`;
      options.log?.(`${awsNames[asked.kind]} at ${host}: ${fault?.kind ?? 'ok'} in ${took}${id}`);
    }
  };

  return { ...oidcCalls(call, () => options.now()), ...portalCalls(call) };
}

interface CallContext {
  readonly host: string;
  readonly asked: Asked;
  readonly signIn: SignIn;
}

function faultOf(error: unknown, exchange: Exchange, context: CallContext): Fault {
  if (error instanceof WireFault) {
    return error.fault;
  }
  if (error instanceof SSOServiceException || error instanceof SSOOIDCServiceException) {
    const status = error.$metadata.httpStatusCode ?? exchange.status;
    return faultFromIdentityCenter({ code: error.name, message: error.message, status, ...context });
  }
  if (exchange.status > 0) {
    return { kind: 'notAws', host: context.host, status: exchange.status, what: 'other' };
  }
  // Its text could quote a header, so only its name and code are kept.
  const code = error instanceof Error && 'code' in error ? ` ${String(error.code)}` : '';
  return { kind: 'internal', message: `${error instanceof Error ? error.name : typeof error}${code}` };
}
