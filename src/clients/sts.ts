import {
  AssumeRoleCommand,
  AssumeRoleWithSAMLCommand,
  AssumeRoleWithWebIdentityCommand,
  DecodeAuthorizationMessageCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
  STSServiceException,
} from '@aws-sdk/client-sts';
import type { Credentials as StsCredentials } from '@aws-sdk/client-sts';
import type { Keys } from '../aws/credentials.ts';
import type { Effects, MfaCode, StsCall, StsReply } from '../aws/effects.ts';
import type { Fault } from '../aws/faults.ts';
import type { NetworkSettings } from '../aws/network.ts';
import { isFault } from '../aws/faults.ts';
import { faultFromAws } from '../aws/faultFromAws.ts';
import type { SessionPolicies, StsTarget } from '../aws/planModel.ts';
import { Secret } from '../aws/secret.ts';
import { skewOf } from '../aws/skew.ts';
import { foreignAnswer } from './answer.ts';
import { Exchange } from './exchange.ts';
import { Network } from './network.ts';
import { nothingLookedUp } from './nothingLookedUp.ts';
import { QuickRetry } from './retry.ts';
import { directly } from './route.ts';
import { WireFault } from './wireFault.ts';

/** What `createStsSender` can be told. */
export interface StsSenderOptions {
  /** `name/version`, as AWS's logs (CloudTrail) will show it. */
  readonly userAgent?: string;
  /** Limit of a whole call, its retry included, ms. */
  readonly timeoutMs?: number;
  readonly maxAttempts?: number;
  /** Proxies and certificates; undefined knows none. */
  readonly network?: NetworkSettings;
  /** The clock that signs, ms UTC. */
  now(): number;
  /** How far that clock is ahead of AWS's as other calls have found, ms; undefined: nobody knows. */
  skewMs?(): number | undefined;
  /** Hears how far that clock is ahead by each answer of STS's, refusals too, ms, before the call returns. */
  measured?(skewMs: number): void;
  /** Hears one line a call: operation, host, outcome, AWS's request id. Never a secret. */
  log?(line: string): void;
}

const awsNames = {
  assumeRole: 'AssumeRole',
  webIdentity: 'AssumeRoleWithWebIdentity',
  sessionToken: 'GetSessionToken',
  callerIdentity: 'GetCallerIdentity',
  saml: 'AssumeRoleWithSAML',
  federationToken: 'GetFederationToken',
  decodeMessage: 'DecodeAuthorizationMessage',
} as const satisfies Record<StsCall['kind'], string>;

/** How much oftener AssumeRoleWithWebIdentity is tried: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
const extraProviderAttempts = 2;

/** Below this a measured skew is the Date header's whole seconds and the way there and back, ms; AWS allows 15 min. */
const skewWorthKeepingMs = 60_000;

/**
 * Makes `Effects.send` over the AWS SDK. Keys, region and endpoint come with each call: nothing is looked up in the
 * environment or in ~/.aws. A clock that is off is corrected from AWS's answer and remembered for the host.
 */
export function createStsSender(options: StsSenderOptions): Effects['send'] {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const maxAttempts = options.maxAttempts ?? 2;
  const network = new Network(options.network ?? directly);
  const skews = new Map<string, number>();

  return async (call, keys, target, signal) => {
    if (signal.aborted) {
      return { kind: 'cancelled' };
    }
    const url = parseUrl(target.endpoint);
    if (url === undefined) {
      // The text itself stays out: what is not a URL may still hold a password.
      return { kind: 'network', host: 'endpoint_url', reason: 'other', code: 'ERR_INVALID_URL' };
    }
    const mfa = 'mfa' in call ? call.mfa : undefined;
    // AWS asks the identity provider for its keys, and says itself that a failure of that passes.
    const attempts = call.kind === 'webIdentity' ? maxAttempts + extraProviderAttempts : maxAttempts;
    const exchange = new Exchange({
      network,
      caBundle: target.caBundle,
      fresh: mfa !== undefined,
      judge: (answer, host) => foreignAnswer(answer, awsNames[call.kind], host),
    });
    const clockOffset = options.now() - Date.now();
    const skew = skews.get(url.host) ?? offsetFor(options.skewMs?.() ?? 0);
    const client = new STSClient({
      region: target.region,
      endpoint: target.endpoint,
      ...(keys === undefined ? {} : { credentials: identityOf(keys) }),
      systemClockOffset: clockOffset + skew,
      requestHandler: exchange,
      maxAttempts: attempts,
      retryStrategy: new QuickRetry(attempts, mfa !== undefined, skew !== 0),
      ...nothingLookedUp(options.userAgent ?? 'sts-sessions'),
      sigv4aSigningRegionSet: [],
    });

    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), timeoutMs);
    const startedAt = performance.now();
    const sentAt = options.now();
    const measure = (): void => {
      const { serverTime } = exchange;
      if (serverTime !== undefined) {
        options.measured?.(skewOf({ sentAt, receivedAt: options.now(), serverTime }));
      }
    };
    let outcome: StsReply | Fault;
    try {
      outcome = await dispatch(client, call, AbortSignal.any([signal, limit.signal]), exchange);
      measure();
      if (!isFault(outcome)) {
        remember(skews, url.host, client.config.systemClockOffset - clockOffset);
      }
    } catch (error) {
      if (error instanceof STSServiceException) {
        measure();
      }
      outcome = signal.aborted
        ? { kind: 'cancelled' }
        : limit.signal.aborted
          ? { kind: 'timedOut', host: url.host, seconds: timeoutMs / 1000 }
          : faultOf(error, exchange, { call, keys, target, host: url.host, now: options.now() });
    } finally {
      clearTimeout(timer);
    }
    const took = `${Math.round(performance.now() - startedAt)} ms`;
    const id = exchange.requestId === undefined ? '' : `, request ${exchange.requestId}`;
    options.log?.(`${awsNames[call.kind]} at ${url.host}: ${outcomeWord(outcome)} in ${took}${id}`);
    return outcome;
  };
}

async function dispatch(
  client: STSClient,
  call: StsCall,
  abortSignal: AbortSignal,
  exchange: Exchange,
): Promise<StsReply | Fault> {
  switch (call.kind) {
    case 'assumeRole': {
      const reply = await client.send(
        new AssumeRoleCommand({
          RoleArn: call.roleArn,
          RoleSessionName: call.sessionName,
          ExternalId: call.externalId,
          DurationSeconds: call.durationSeconds,
          SourceIdentity: call.sourceIdentity,
          Tags: call.tags?.map(({ key, value }) => ({ Key: key, Value: value })),
          TransitiveTagKeys: call.transitiveTagKeys && [...call.transitiveTagKeys],
          ...policiesOf(call.policies),
          ...mfaOf(call.mfa),
        }),
        { abortSignal },
      );
      return credentialsReply(reply, reply.AssumedRoleUser?.Arn, exchange);
    }
    case 'webIdentity': {
      const reply = await client.send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: call.roleArn,
          RoleSessionName: call.sessionName,
          DurationSeconds: call.durationSeconds,
          WebIdentityToken: call.token.reveal(),
          ...policiesOf(call.policies),
        }),
        { abortSignal },
      );
      return credentialsReply(reply, reply.AssumedRoleUser?.Arn, exchange);
    }
    case 'sessionToken': {
      const reply = await client.send(
        new GetSessionTokenCommand({ DurationSeconds: call.durationSeconds, ...mfaOf(call.mfa) }),
        { abortSignal },
      );
      return credentialsReply(reply, undefined, exchange);
    }
    case 'saml': {
      const reply = await client.send(
        new AssumeRoleWithSAMLCommand({
          RoleArn: call.roleArn,
          PrincipalArn: call.providerArn,
          SAMLAssertion: call.assertion.reveal(),
          DurationSeconds: call.durationSeconds,
          ...policiesOf(call.policies),
        }),
        { abortSignal },
      );
      return credentialsReply(reply, reply.AssumedRoleUser?.Arn, exchange);
    }
    case 'federationToken': {
      const reply = await client.send(
        new GetFederationTokenCommand({
          Name: call.userName,
          DurationSeconds: call.durationSeconds,
          Tags: call.tags?.map(({ key, value }) => ({ Key: key, Value: value })),
          ...policiesOf(call.policies),
        }),
        { abortSignal },
      );
      return credentialsReply(reply, reply.FederatedUser?.Arn, exchange);
    }
    case 'decodeMessage': {
      const reply = await client.send(
        new DecodeAuthorizationMessageCommand({ EncodedMessage: call.encoded }),
        {
          abortSignal,
        },
      );
      if (reply.DecodedMessage === undefined) {
        throw new IncompleteAnswer();
      }
      return { kind: 'decoded', message: reply.DecodedMessage, serverTime: exchange.serverTime };
    }
    case 'callerIdentity': {
      const reply = await client.send(new GetCallerIdentityCommand({}), { abortSignal });
      if (reply.Account === undefined || reply.Arn === undefined || reply.UserId === undefined) {
        throw new IncompleteAnswer();
      }
      const identity = { accountId: reply.Account, arn: reply.Arn, userId: reply.UserId };
      return { kind: 'identity', identity, serverTime: exchange.serverTime };
    }
  }
}

/** It began like STS's answer and went on without what STS always says. */
class IncompleteAnswer extends Error {}

function credentialsReply(
  reply: {
    readonly Credentials?: StsCredentials | undefined;
    readonly PackedPolicySize?: number | undefined;
  },
  arn: string | undefined,
  exchange: Exchange,
): StsReply {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = reply.Credentials ?? {};
  const expiresAt = Expiration?.getTime() ?? Number.NaN;
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || Number.isNaN(expiresAt)) {
    throw new IncompleteAnswer();
  }
  return {
    kind: 'credentials',
    credentials: {
      accessKeyId: AccessKeyId,
      secretAccessKey: new Secret(SecretAccessKey),
      sessionToken: new Secret(SessionToken),
      expiresAt,
      // arn:partition:sts::account:assumed-role/role/session
      accountId: arn?.split(':')[4],
      arn,
    },
    serverTime: exchange.serverTime,
    packedPolicyPercent: reply.PackedPolicySize,
  };
}

function policiesOf(policies: SessionPolicies | undefined): {
  Policy?: string;
  PolicyArns?: { arn: string }[];
} {
  return {
    ...(policies?.inline === undefined ? {} : { Policy: policies.inline }),
    ...(policies?.arns === undefined ? {} : { PolicyArns: policies.arns.map((arn) => ({ arn })) }),
  };
}

function mfaOf(mfa: MfaCode | undefined): { SerialNumber?: string; TokenCode?: string } {
  return mfa === undefined ? {} : { SerialNumber: mfa.serial, TokenCode: mfa.code.reveal() };
}

function identityOf(keys: Keys): { accessKeyId: string; secretAccessKey: string; sessionToken?: string } {
  return {
    accessKeyId: keys.accessKeyId,
    secretAccessKey: keys.secretAccessKey.reveal(),
    ...(keys.sessionToken === undefined ? {} : { sessionToken: keys.sessionToken.reveal() }),
  };
}

interface CallContext {
  readonly call: StsCall;
  readonly keys: Keys | undefined;
  readonly target: StsTarget;
  readonly host: string;
  readonly now: number;
}

function faultOf(error: unknown, exchange: Exchange, context: CallContext): Fault {
  if (error instanceof WireFault) {
    return error.fault;
  }
  if (error instanceof STSServiceException) {
    return faultFromAws({
      // Some exceptions are named by the SDK, not as on the wire.
      code: 'Code' in error && typeof error.Code === 'string' ? error.Code : error.name,
      message: error.message,
      status: error.$metadata.httpStatusCode ?? exchange.status,
      serverTime: exchange.serverTime,
      ...context,
    });
  }
  if (exchange.status > 0) {
    // The envelope was STS's, the inside could not be read.
    return { kind: 'notAws', host: context.host, status: exchange.status, what: 'other' };
  }
  // Its text could quote a header, so only its name and code are kept.
  const code = error instanceof Error && 'code' in error ? ` ${String(error.code)}` : '';
  return { kind: 'internal', message: `${error instanceof Error ? error.name : typeof error}${code}` };
}

function remember(skews: Map<string, number>, host: string, skewMs: number): void {
  if (Math.abs(skewMs) >= skewWorthKeepingMs) {
    skews.set(host, skewMs);
  } else {
    skews.delete(host);
  }
}

/** What is added to a clock that is `skewMs` ahead before it signs. */
function offsetFor(skewMs: number): number {
  return Math.abs(skewMs) >= skewWorthKeepingMs ? -skewMs : 0;
}

function parseUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}

function outcomeWord(outcome: StsReply | Fault): string {
  switch (outcome.kind) {
    case 'credentials':
    case 'identity':
    case 'decoded':
      return 'ok';
    case 'network':
      return `network ${outcome.reason} ${outcome.code}`;
    case 'notAws':
      return `notAws ${outcome.what} ${outcome.status}`;
    case 'refused':
      return `refused ${outcome.code} ${outcome.status}`;
    default:
      return outcome.kind;
  }
}
