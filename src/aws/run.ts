import { parseArnOwner } from './arn.ts';
import type { Credentials, Keys } from './credentials.ts';
import type { Effects, MfaCode, StsCall } from './effects.ts';
import type { Fault } from './faults.ts';
import { isFault } from './faults.ts';
import { durations as limits } from './limits.ts';
import { mfaSessionOf } from './planMfa.ts';
import type { Base, Plan, Step } from './planModel.ts';
import { redact } from './redact.ts';
import { baseCredentials } from './runBase.ts';
import { Durations, secondsOf, sessionNameOf } from './runCalls.ts';
import type { RunOptions, Shortened, StepDone } from './runCalls.ts';
import { skewOf } from './skew.ts';

export type { RunOptions, Shortened } from './runCalls.ts';

/** How a run ended. */
export type RunResult =
  | {
      readonly ok: true;
      readonly credentials: Credentials;
      /** How far our clock is ahead of AWS's, in milliseconds; undefined when AWS was not asked or did not say. */
      readonly serverSkewMs: number | undefined;
      /** Roles that allow less than was asked for, and were assumed for that; absent when there are none. */
      readonly shortened?: readonly Shortened[];
      /** Percent of what AWS allows the session's policies and tags to take, of its last call; absent where it said nothing. */
      readonly packedPolicyPercent?: number;
    }
  | {
      readonly ok: false;
      readonly fault: Fault;
      /** The step that failed, counted from 0; -1 for the base. */
      readonly step: number;
    };

/** After so many wrong codes the start fails: the device or its clock is the problem, not the typing. */
const maxCodeAttempts = 3;

/**
 * Carries out a plan: one call to STS a step, each with the credentials of the one before. A code is asked for right
 * before the call that needs it, and a wrong one asked for again without repeating the steps before. Never rejects;
 * when `signal` aborts, the fault is `cancelled`.
 */
export async function run(
  plan: Plan,
  effects: Effects,
  signal: AbortSignal,
  options: RunOptions = {},
): Promise<RunResult> {
  const durations = new Durations(options);
  const base = await settled(baseCredentials(plan, effects, signal, { options, durations }), signal);
  if ('kind' in base) {
    return { ok: false, fault: base, step: -1 };
  }
  let { credentials, serverSkewMs, packedPolicyPercent } = base;
  const usedCodes = new UsedCodes();
  const mfaSession = mfaSessionOf(plan);
  for (const [index, step] of plan.steps.entries()) {
    const current = { plan, index, step, keys: credentials, usedCodes, durations };
    const done = await settled(
      step === mfaSession
        ? sharedSession(current, effects, signal)
        : runStepFromShared(current, effects, signal, options),
      signal,
    );
    if ('kind' in done) {
      return { ok: false, fault: inContext(done, plan, index), step: index };
    }
    ({ credentials, packedPolicyPercent } = done);
    serverSkewMs = done.serverSkewMs ?? serverSkewMs;
  }
  const { shortened } = durations;
  return {
    ok: true,
    credentials,
    serverSkewMs,
    ...(shortened.length > 0 && { shortened }),
    ...(packedPolicyPercent !== undefined && { packedPolicyPercent }),
  };
}

interface StepRun {
  readonly plan: Plan;
  readonly index: number;
  readonly step: Step;
  readonly keys: Keys;
  readonly usedCodes: UsedCodes;
  readonly durations: Durations;
}

/** An effect that rejects (a prompt that could not open, an abort) ends the run with a fault like any other. */
async function settled<T>(step: Promise<T | Fault>, signal: AbortSignal): Promise<T | Fault> {
  try {
    return await step;
  } catch (error) {
    return signal.aborted
      ? { kind: 'cancelled' }
      : {
          kind: 'internal',
          message: redact(error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'),
        };
  }
}

/** The MFA session that the plan's role shares with others. `refused`: the access key of one that AWS calls over. */
async function sharedSession(
  { plan, step }: StepRun,
  effects: Effects,
  signal: AbortSignal,
  refused?: string,
): Promise<StepDone | Fault> {
  if (step.kind !== 'sessionToken' || step.mfaSerial === undefined) {
    return { kind: 'internal', message: 'not an MFA session' };
  }
  const { profile, mfaSerial: serial, durationSeconds } = step;
  const wanted = { session: plan.name, profile, serial, durationSeconds, refused };
  const given = await effects.mfaSession(wanted, signal);
  if (signal.aborted) {
    return { kind: 'cancelled' };
  }
  return 'kind' in given ? given : { credentials: given, serverSkewMs: undefined };
}

/** A step; where AWS calls the shared MFA session over that it is made with, once more with a new one. */
async function runStepFromShared(
  current: StepRun,
  effects: Effects,
  signal: AbortSignal,
  options: RunOptions,
): Promise<StepDone | Fault> {
  const done = await runStep(current, effects, signal, options);
  const [shared] = current.plan.steps;
  const isStale = 'kind' in done && done.kind === 'sourceExpired' && current.index === 1;
  if (!isStale || shared === undefined || shared !== mfaSessionOf(current.plan) || signal.aborted) {
    return done;
  }
  const { accessKeyId } = current.keys;
  const fresh = await sharedSession({ ...current, step: shared }, effects, signal, accessKeyId);
  return 'kind' in fresh ? fresh : runStep({ ...current, keys: fresh.credentials }, effects, signal, options);
}

async function runStep(
  current: StepRun,
  effects: Effects,
  signal: AbortSignal,
  options: RunOptions,
): Promise<StepDone | Fault> {
  const { plan, step, keys, usedCodes, durations } = current;
  let retry: 'wrongCode' | 'usedCode' | undefined = usedCodes.of(step.mfaSerial) ? 'usedCode' : undefined;
  for (let attempt = 1; ; attempt++) {
    let mfa: MfaCode | undefined;
    if (step.mfaSerial !== undefined) {
      const serial = step.mfaSerial;
      const code = await effects.askMfa({ session: plan.name, serial, retry }, signal);
      if (code === undefined || signal.aborted) {
        return { kind: 'cancelled' };
      }
      if ('kind' in code) {
        return code;
      }
      mfa = { serial, code };
      // AWS takes each code once: a call with it could only fail.
      if (usedCodes.has(mfa)) {
        if (attempt === maxCodeAttempts) {
          return { kind: 'mfaWrongCode', serial };
        }
        retry = 'usedCode';
        continue;
      }
    }
    if (signal.aborted) {
      return { kind: 'cancelled' };
    }
    const call = callOf(current, mfa, options);
    const sentAt = effects.now();
    const reply = await effects.send(call, keys, step.target, signal);
    const receivedAt = effects.now();
    if (isFault(reply)) {
      if (durations.shorten(call, reply) && !signal.aborted) {
        if (mfa !== undefined) {
          // Nobody says whether AWS looked at the code before the duration: the next one is sure to work.
          usedCodes.add(mfa);
          retry = 'usedCode';
        }
        continue;
      }
      if (reply.kind === 'mfaWrongCode' && attempt < maxCodeAttempts && !signal.aborted) {
        retry = 'wrongCode';
        continue;
      }
      return signal.aborted ? { kind: 'cancelled' } : reply;
    }
    if (mfa !== undefined) {
      usedCodes.add(mfa);
    }
    if (reply.kind !== 'credentials') {
      return { kind: 'internal', message: `STS answered ${step.kind} with ${reply.kind}` };
    }
    const { credentials, serverTime, packedPolicyPercent } = reply;
    // By AWS's clock when it is known: ours may be hours off, and the credentials good all the same.
    if (credentials.expiresAt !== undefined && credentials.expiresAt <= (serverTime ?? receivedAt)) {
      return { kind: 'deadOnArrival' };
    }
    return {
      credentials: { ...credentials, accountId: credentials.accountId ?? accountOf(current, credentials) },
      serverSkewMs: serverTime === undefined ? undefined : skewOf({ sentAt, receivedAt, serverTime }),
      packedPolicyPercent,
    };
  }
}

function callOf(
  { plan, index, step, durations }: StepRun,
  mfa: MfaCode | undefined,
  options: RunOptions,
): StsCall {
  const isLast = index === plan.steps.length - 1;
  switch (step.kind) {
    case 'assumeRole':
      return {
        kind: 'assumeRole',
        roleArn: step.roleArn,
        sessionName: sessionNameOf(step, options),
        externalId: step.externalId,
        durationSeconds: durations.of(
          step.roleArn,
          secondsOf(step.durationSeconds, { isLast, max: step.maxDurationSeconds, ...options }),
        ),
        mfa,
        ...(step.sourceIdentity !== undefined && { sourceIdentity: step.sourceIdentity }),
        ...(step.tags && { tags: step.tags }),
        ...(step.transitiveTagKeys && { transitiveTagKeys: step.transitiveTagKeys }),
        ...(step.policies && { policies: step.policies }),
      };
    case 'sessionToken':
      return {
        kind: 'sessionToken',
        durationSeconds: secondsOf(step.durationSeconds, { isLast, max: limits.maxSessionToken, ...options }),
        mfa,
      };
    case 'federationToken':
      return {
        kind: 'federationToken',
        userName: step.userName,
        durationSeconds: secondsOf(step.durationSeconds, { isLast, max: limits.maxSessionToken, ...options }),
        ...(step.policies && { policies: step.policies }),
        ...(step.tags && { tags: step.tags }),
      };
  }
}

function accountOf({ plan, step }: StepRun, { arn }: Credentials): string | undefined {
  if (step.kind === 'assumeRole') {
    return step.accountId;
  }
  const fromArn = parseArnOwner(arn ?? step.mfaSerial ?? '')?.accountId;
  return fromArn || (plan.base.kind === 'staticKeys' ? plan.base.accountId : undefined);
}

/** Codes that AWS has accepted in this run. Two links of one chain may name the same device. */
class UsedCodes {
  readonly #codes = new Map<string, Set<string>>();

  /** True when this device has given a code already. */
  of(serial: string | undefined): boolean {
    return serial !== undefined && this.#codes.has(serial);
  }

  has({ serial, code }: MfaCode): boolean {
    return this.#codes.get(serial)?.has(code.reveal()) ?? false;
  }

  add({ serial, code }: MfaCode): void {
    this.#codes.set(serial, (this.#codes.get(serial) ?? new Set()).add(code.reveal()));
  }
}

/** Adds to a fault what only the plan knows: whose keys were used, and what could not have helped. */
function inContext(fault: Fault, plan: Plan, index: number): Fault {
  switch (fault.kind) {
    case 'sourceExpired':
    case 'unknownKey':
    case 'wrongSecret':
    case 'needsLongTermKeys':
      return { ...fault, profile: callerOf(plan, index) };
    case 'accessDenied':
      if (index === 1 && mfaSessionOf(plan) !== undefined) {
        // There was a code, but the call for the role did not have it.
        return {
          ...fault,
          hints: fault.hints.map((hint) => (hint === 'mfaRequired' ? 'mfaSession' : hint)),
        };
      }
      return index === 0 && mayBeUser(plan.base)
        ? fault
        : { ...fault, hints: fault.hints.filter((hint) => hint !== 'mfaRequired') };
    default:
      return fault;
  }
}

/** Only a user can give a code: the keys of a step before are a role's, and so are those of most bases. */
function mayBeUser(base: Base): boolean {
  switch (base.kind) {
    case 'staticKeys':
    case 'process':
    case 'login':
      return true;
    case 'credentialSource':
      return base.source === 'Environment';
    case 'webIdentity':
    case 'saml':
    case 'identityCenter':
      return false;
  }
}

/** Whose credentials signed the call of a step. */
function callerOf(plan: Plan, index: number): string {
  return plan.steps[index - 1]?.profile ?? plan.base.profile;
}
