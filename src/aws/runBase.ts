import type { Credentials } from './credentials.ts';
import type { Effects } from './effects.ts';
import type { Fault } from './faults.ts';
import { isFault } from './faults.ts';
import { durations as limits } from './limits.ts';
import type { Base, Plan } from './planModel.ts';
import type { Durations, RunOptions, StepDone } from './runCalls.ts';
import { secondsOf, sessionNameOf } from './runCalls.ts';
import { samlCredentials } from './saml/samlRun.ts';
import { machineKeys } from './sources/credentialSource.ts';
import { identityCenterCredentials } from './sources/identityCenterRun.ts';
import { processKeys } from './sources/process.ts';
import type { Secret } from './secret.ts';
import { skewOf } from './skew.ts';
import { inWebIdentity, sessionNameFrom, tokenOf } from './sources/webIdentity.ts';

/** What a run knows beside its plan. */
export interface BaseRun {
  readonly options: RunOptions;
  readonly durations: Durations;
}

/** The credentials that a plan begins with, or why there are none. Rejects only when an effect does. */
export async function baseCredentials(
  plan: Plan,
  effects: Effects,
  signal: AbortSignal,
  run: BaseRun,
): Promise<StepDone | Fault> {
  const { base } = plan;
  switch (base.kind) {
    case 'staticKeys':
      return offline({
        accessKeyId: base.accessKeyId,
        secretAccessKey: base.secretAccessKey,
        sessionToken: base.sessionToken,
        expiresAt: undefined,
        accountId: base.accountId,
        arn: undefined,
      });
    case 'webIdentity':
      return webIdentity(plan, base, effects, signal, run);
    case 'process':
      return alive(
        await processKeys(base, effects, signal),
        { kind: 'process', profile: base.profile, what: 'expired', detail: '' },
        effects,
        signal,
      );
    case 'credentialSource':
      return alive(
        await machineKeys(base.source, effects, signal),
        { kind: 'machine', source: base.source, what: 'expired', detail: '' },
        effects,
        signal,
      );
    case 'identityCenter':
      return alive(
        await identityCenterCredentials(base, effects, signal),
        { kind: 'deadOnArrival' },
        effects,
        signal,
      );
    case 'saml':
      return samlCredentials(plan, base, effects, signal, run);
    case 'login':
      return alive(
        await effects.loginCredentials(base.login, base.profile, signal),
        { kind: 'deadOnArrival' },
        effects,
        signal,
      );
  }
}

/**
 * AssumeRoleWithWebIdentity, unsigned, with the token as it is now. A token of an issuer that AWS calls expired may be one
 * that was kept: one more try with a new one.
 */
async function webIdentity(
  plan: Plan,
  base: Extract<Base, { kind: 'webIdentity' }>,
  effects: Effects,
  signal: AbortSignal,
  { options, durations }: BaseRun,
): Promise<StepDone | Fault> {
  const isLast = plan.steps.length === 0;
  const wanted = secondsOf(base.durationSeconds, { isLast, max: limits.maxRole, ...options });
  let refused: Secret | undefined;
  for (;;) {
    const token = await tokenOf(base, refused, effects, signal);
    if ('kind' in token) {
      return token;
    }
    if (signal.aborted) {
      return { kind: 'cancelled' };
    }
    const call = {
      kind: 'webIdentity',
      roleArn: base.roleArn,
      sessionName: sessionNameOf({ sessionName: sessionNameFrom(base, token) }, options),
      durationSeconds: durations.of(base.roleArn, wanted),
      token,
      ...(base.policies && { policies: base.policies }),
    } as const;
    const sentAt = effects.now();
    const reply = await effects.send(call, undefined, plan.target, signal);
    const receivedAt = effects.now();
    if (signal.aborted) {
      return { kind: 'cancelled' };
    }
    if (isFault(reply)) {
      if (durations.shorten(call, reply)) {
        continue;
      }
      const stale = reply.kind === 'webIdentity' && reply.what === 'expired' && base.token.from === 'issuer';
      if (stale && refused === undefined) {
        refused = token;
        continue;
      }
      return inWebIdentity(reply, base);
    }
    if (reply.kind !== 'credentials') {
      return { kind: 'internal', message: `STS answered webIdentity with ${reply.kind}` };
    }
    const { credentials, serverTime, packedPolicyPercent } = reply;
    if (isOver(credentials, serverTime ?? receivedAt)) {
      return { kind: 'deadOnArrival' };
    }
    return {
      credentials: { ...credentials, accountId: credentials.accountId ?? base.accountId },
      serverSkewMs: serverTime === undefined ? undefined : skewOf({ sentAt, receivedAt, serverTime }),
      packedPolicyPercent,
    };
  }
}

/** Keys that came without AWS being asked, so that nothing is known of its clock. */
function offline(credentials: Credentials): StepDone {
  return { credentials, serverSkewMs: undefined };
}

/** Given keys, unless they are over: then `over`. */
function alive(
  given: Credentials | Fault,
  over: Fault,
  effects: Pick<Effects, 'now'>,
  signal: AbortSignal,
): StepDone | Fault {
  if (signal.aborted) {
    return { kind: 'cancelled' };
  }
  if ('kind' in given) {
    return given;
  }
  return isOver(given, effects.now()) ? over : offline(given);
}

function isOver({ expiresAt }: Credentials, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}
