import type { Effects, StsCall } from '../effects.ts';
import type { Fault } from '../faults.ts';
import { isFault } from '../faults.ts';
import { durations as limits } from '../limits.ts';
import type { Base, Plan } from '../planModel.ts';
import type { Durations, RunOptions, StepDone } from '../runCalls.ts';
import { secondsOf } from '../runCalls.ts';
import type { Secret } from '../secret.ts';
import { skewOf } from '../skew.ts';

/** What a run knows beside its plan. */
interface SamlRun {
  readonly options: RunOptions;
  readonly durations: Durations;
}

/**
 * AssumeRoleWithSAML, unsigned. One assertion does for any number of calls while it lasts, so a refused duration is tried
 * again with the same one; one that AWS finds too old is replaced once.
 */
export async function samlCredentials(
  plan: Plan,
  base: Extract<Base, { kind: 'saml' }>,
  effects: Pick<Effects, 'now' | 'send' | 'samlAssertion'>,
  signal: AbortSignal,
  { options, durations }: SamlRun,
): Promise<StepDone | Fault> {
  const { profile, role, policies } = base;
  if (role === undefined) {
    return { kind: 'samlRoleNotChosen', profile };
  }
  const isLast = plan.steps.length === 0;
  const wanted = secondsOf(base.durationSeconds, { isLast, max: limits.maxRole, ...options });
  let refused: Secret | undefined;
  for (;;) {
    const assertion = await effects.samlAssertion({ profile, source: base.assertion, role, refused }, signal);
    if ('kind' in assertion) {
      return assertion;
    }
    if (signal.aborted) {
      return { kind: 'cancelled' };
    }
    const call: StsCall = {
      kind: 'saml',
      ...role,
      assertion,
      durationSeconds: durations.of(role.roleArn, wanted),
      ...(policies && { policies }),
    };
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
      if (reply.kind === 'samlExpired' && refused === undefined) {
        refused = assertion;
        continue;
      }
      return reply.kind === 'samlExpired' ? { ...reply, profile } : reply;
    }
    if (reply.kind !== 'credentials') {
      return { kind: 'internal', message: `STS answered saml with ${reply.kind}` };
    }
    const { credentials, serverTime, packedPolicyPercent } = reply;
    if (credentials.expiresAt !== undefined && credentials.expiresAt <= (serverTime ?? receivedAt)) {
      return { kind: 'deadOnArrival' };
    }
    return {
      credentials: { ...credentials, accountId: credentials.accountId ?? base.accountId },
      serverSkewMs: serverTime === undefined ? undefined : skewOf({ sentAt, receivedAt, serverTime }),
      packedPolicyPercent,
    };
  }
}
