import {
  GetGroupPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  IAMClient,
  IAMServiceException,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupPoliciesCommand,
  ListGroupsForUserCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListUserPoliciesCommand,
} from '@aws-sdk/client-iam';
import type { AttachedPolicy, Role } from '@aws-sdk/client-iam';
import type { AccessKeysApi } from '../aws/accessKeys.ts';
import type { Fault } from '../aws/faults.ts';
import type { MfaDevicesApi } from '../aws/mfaDevices.ts';
import type { NetworkSettings } from '../aws/network.ts';
import type { IamApi, IamDevices, IamOwner, IamPage, IamRole } from '../aws/roles/iamApi.ts';
import { faultFromIam } from '../aws/roles/iamFault.ts';
import { decodePolicy } from '../aws/roles/policyDocument.ts';
import { foreignAnswer } from './answer.ts';
import { Exchange } from './exchange.ts';
import { required, type IamCall } from './iamCall.ts';
import { mfaDevicesApi } from './iamDevices.ts';
import { accessKeysApi } from './iamKeys.ts';
import { simulation } from './iamSimulation.ts';
import { Network } from './network.ts';
import { nothingLookedUp } from './nothingLookedUp.ts';
import { QuickRetry } from './retry.ts';
import { directly } from './route.ts';
import { WireFault } from './wireFault.ts';

/** What `createIam` can be told. */
export interface IamOptions {
  /** `name/version`, as AWS's logs (CloudTrail) will show it. */
  readonly userAgent?: string;
  /** Limit of a whole call, its retry included, ms. */
  readonly timeoutMs?: number;
  /** Proxies and certificates; undefined knows none. */
  readonly network?: NetworkSettings;
  /** The clock that signs, ms UTC. */
  now(): number;
  /** Hears one line a call: operation, host, outcome, AWS's request id. Never a secret. */
  log?(line: string): void;
}

/** Roles of a page. A trust policy may have 4,096 characters, thrice as many when encoded: a page stays below 1 MB. */
const rolesPerPage = 80;

/**
 * IAM over the AWS SDK: for reading, and for a user's own MFA devices and keys. Nothing is looked up in the environment
 * or in ~/.aws: keys and endpoint come with each call. A refusal because of too many calls is a fault of its own
 * (`throttled`): whoever makes many calls paces them.
 */
export function createIam(
  options: IamOptions,
): IamApi & IamDevices & { readonly mfaDevices: MfaDevicesApi; readonly accessKeys: AccessKeysApi } {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const network = new Network(options.network ?? directly);

  const call: IamCall = async (operation, { keys, target }, signal, send, { once = false } = {}) => {
    if (signal.aborted) {
      return { kind: 'cancelled' };
    }
    if (!URL.canParse(target.endpoint)) {
      return { kind: 'network', host: 'endpoint_url', reason: 'other', code: 'ERR_INVALID_URL' };
    }
    const { host } = new URL(target.endpoint);
    const exchange = new Exchange({
      network,
      caBundle: target.caBundle,
      fresh: false,
      judge: (answer, at) => foreignAnswer(answer, operation, at),
    });
    const client = new IAMClient({
      region: target.region,
      endpoint: target.endpoint,
      credentials: {
        accessKeyId: keys.accessKeyId,
        secretAccessKey: keys.secretAccessKey.reveal(),
        ...(keys.sessionToken === undefined ? {} : { sessionToken: keys.sessionToken.reveal() }),
      },
      systemClockOffset: options.now() - Date.now(),
      requestHandler: exchange,
      maxAttempts: 2,
      retryStrategy: new QuickRetry(2, once, false),
      ...nothingLookedUp(options.userAgent ?? 'sts-sessions'),
    });
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), timeoutMs);
    const startedAt = performance.now();
    let fault: Fault | undefined;
    try {
      return await send(client, { abortSignal: AbortSignal.any([signal, limit.signal]) });
    } catch (error) {
      fault = signal.aborted
        ? { kind: 'cancelled' }
        : limit.signal.aborted
          ? { kind: 'timedOut', host, seconds: timeoutMs / 1000 }
          : error instanceof IAMServiceException
            ? faultFromIam({
                // Some exceptions are named by the SDK, not as on the wire.
                code: 'Code' in error && typeof error.Code === 'string' ? error.Code : error.name,
                message: error.message,
                status: error.$metadata.httpStatusCode ?? exchange.status,
                serverTime: exchange.serverTime,
                now: options.now(),
                operation,
                keys,
                target,
              })
            : otherFault(error, exchange, host);
      return fault;
    } finally {
      clearTimeout(timer);
      const took = `${Math.round(performance.now() - startedAt)} ms`;
      const id = exchange.requestId === undefined ? '' : `, request ${exchange.requestId}`;
      options.log?.(`${operation} at ${host}: ${fault?.kind ?? 'ok'} in ${took}${id}`);
    }
  };

  const mfaDevices = mfaDevicesApi(call);
  return {
    mfaDevices,
    accessKeys: accessKeysApi(call),
    listMfaDevices: (caller, signal) => mfaDevices.list(caller, signal),
    roles: (caller, marker, signal) =>
      call('ListRoles', caller, signal, async (client, abort) => {
        const reply = await client.send(
          new ListRolesCommand({ MaxItems: rolesPerPage, ...(marker !== undefined && { Marker: marker }) }),
          abort,
        );
        return pageOf((reply.Roles ?? []).map(roleOf), reply);
      }),
    role: (caller, name, signal) =>
      call('GetRole', caller, signal, async (client, abort) => {
        const { Role: role } = await client.send(new GetRoleCommand({ RoleName: name }), abort);
        return roleOf(required(role));
      }),
    simulate: (caller, asked, signal) => call('SimulatePrincipalPolicy', caller, signal, simulation(asked)),
    groups: (caller, user, marker, signal) =>
      call('ListGroupsForUser', caller, signal, async (client, abort) => {
        const input = { UserName: user, ...(marker !== undefined && { Marker: marker }) };
        const reply = await client.send(new ListGroupsForUserCommand(input), abort);
        return pageOf(
          (reply.Groups ?? []).map((group) => required(group.GroupName)),
          reply,
        );
      }),
    inlinePolicies: (caller, owner, marker, signal) =>
      call(`List${owned[owner.kind]}Policies`, caller, signal, async (client, abort) => {
        const reply = await listInline(client, owner, marker, abort);
        return pageOf(reply.PolicyNames ?? [], reply);
      }),
    inlinePolicy: (caller, owner, name, signal) =>
      call(`Get${owned[owner.kind]}Policy`, caller, signal, async (client, abort) => {
        const reply = await getInline(client, owner, name, abort);
        return decoded(reply.PolicyDocument);
      }),
    attachedPolicies: (caller, owner, marker, signal) =>
      call(`ListAttached${owned[owner.kind]}Policies`, caller, signal, async (client, abort) => {
        const reply = await listAttached(client, owner, marker, abort);
        return pageOf(
          (reply.AttachedPolicies ?? []).map((policy: AttachedPolicy) => required(policy.PolicyArn)),
          reply,
        );
      }),
    managedPolicy: async (caller, arn, signal) => {
      const version = await call('GetPolicy', caller, signal, async (client, abort) => {
        const { Policy } = await client.send(new GetPolicyCommand({ PolicyArn: arn }), abort);
        return required(Policy?.DefaultVersionId);
      });
      return typeof version !== 'string'
        ? version
        : call('GetPolicyVersion', caller, signal, async (client, abort) => {
            const input = { PolicyArn: arn, VersionId: version };
            const { PolicyVersion } = await client.send(new GetPolicyVersionCommand(input), abort);
            return decoded(PolicyVersion?.Document);
          });
    },
  };
}

const owned = { user: 'User', role: 'Role', group: 'Group' } as const satisfies Record<
  IamOwner['kind'],
  string
>;

interface InlineReply {
  readonly PolicyNames?: string[] | undefined;
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}

function listInline(
  client: IAMClient,
  { kind, name }: IamOwner,
  marker: string | undefined,
  abort: { readonly abortSignal: AbortSignal },
): Promise<InlineReply> {
  const more = marker === undefined ? {} : { Marker: marker };
  switch (kind) {
    case 'user':
      return client.send(new ListUserPoliciesCommand({ UserName: name, ...more }), abort);
    case 'role':
      return client.send(new ListRolePoliciesCommand({ RoleName: name, ...more }), abort);
    case 'group':
      return client.send(new ListGroupPoliciesCommand({ GroupName: name, ...more }), abort);
  }
}

function getInline(
  client: IAMClient,
  { kind, name }: IamOwner,
  PolicyName: string,
  abort: { readonly abortSignal: AbortSignal },
): Promise<{ readonly PolicyDocument?: string | undefined }> {
  switch (kind) {
    case 'user':
      return client.send(new GetUserPolicyCommand({ UserName: name, PolicyName }), abort);
    case 'role':
      return client.send(new GetRolePolicyCommand({ RoleName: name, PolicyName }), abort);
    case 'group':
      return client.send(new GetGroupPolicyCommand({ GroupName: name, PolicyName }), abort);
  }
}

interface AttachedReply {
  readonly AttachedPolicies?: AttachedPolicy[] | undefined;
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}

function listAttached(
  client: IAMClient,
  { kind, name }: IamOwner,
  marker: string | undefined,
  abort: { readonly abortSignal: AbortSignal },
): Promise<AttachedReply> {
  const more = marker === undefined ? {} : { Marker: marker };
  switch (kind) {
    case 'user':
      return client.send(new ListAttachedUserPoliciesCommand({ UserName: name, ...more }), abort);
    case 'role':
      return client.send(new ListAttachedRolePoliciesCommand({ RoleName: name, ...more }), abort);
    case 'group':
      return client.send(new ListAttachedGroupPoliciesCommand({ GroupName: name, ...more }), abort);
  }
}

function roleOf(role: Role): IamRole {
  return {
    arn: required(role.Arn),
    trustPolicy: role.AssumeRolePolicyDocument === undefined ? '' : decoded(role.AssumeRolePolicyDocument),
    maxSessionSeconds: role.MaxSessionDuration,
  };
}

/** What cannot be decoded is no policy, and nothing can be said about the role. */
function decoded(document: string | undefined): string {
  return decodePolicy(required(document)) ?? '';
}

/** IAM's Marker counts only where IsTruncated says that there is more. */
function pageOf<T>(
  items: readonly T[],
  {
    IsTruncated,
    Marker,
  }: { readonly IsTruncated?: boolean | undefined; readonly Marker?: string | undefined },
): IamPage<T> {
  return { items, next: IsTruncated === true ? Marker : undefined };
}

function otherFault(error: unknown, exchange: Exchange, host: string): Fault {
  if (error instanceof WireFault) {
    return error.fault;
  }
  if (exchange.status > 0) {
    // The envelope was IAM's, the inside could not be read.
    return { kind: 'notAws', host, status: exchange.status, what: 'other' };
  }
  // Its text could quote a header, so only its name and code are kept.
  const code = error instanceof Error && 'code' in error ? ` ${String(error.code)}` : '';
  return { kind: 'internal', message: `${error instanceof Error ? error.name : typeof error}${code}` };
}
