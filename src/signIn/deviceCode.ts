import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../aws/faults.ts';
import type { DeviceCode, Pending } from '../aws/sources/identityCenterApi.ts';
import { isIssuerPassing } from '../aws/sources/issuerFaults.ts';
import { signInFailed } from './screen.ts';
import type { SignInScreen } from './screen.ts';

/** RFC 8628, 3.5: this much more between two questions each time the service says `slow_down`, ms. */
const slowDownMs = 5000;

/**
 * At most so long between two questions, and with one code, ms: a service that says more, as none does, would have us wait
 * for ever, or, past what a timer of Node's can hold, not at all.
 */
const most = { intervalMs: 60_000, lifeMs: 60 * 60_000 } as const;

/** How a code is shown and waited for. */
export interface CodeWait {
  readonly screen: SignInScreen;
  /** What people call the sign-in. */
  readonly name: string;
  /** Milliseconds UTC. */
  readonly now: () => number;
  /** Resolves after `ms`, or rejects when the signal aborts. */
  readonly wait?: ((this: void, ms: number, signal: AbortSignal) => Promise<void>) | undefined;
}

/**
 * The device flow (RFC 8628) once there is a code: the person confirms it in any browser, and the service is asked until
 * they have, at the pace that it wants. A question that gets lost ends nothing (RFC 8628, 3.5: ask less often, and go on).
 */
export async function untilConfirmed<T extends object>(
  { screen, name, now, wait = pause }: CodeWait,
  code: DeviceCode,
  ask: (signal: AbortSignal) => Promise<T | Pending | Fault>,
  signal: AbortSignal,
): Promise<T | Fault> {
  if (!(await screen.confirmCode(name, code, signal))) {
    return { kind: 'cancelled' };
  }
  return screen.waiting<T | Fault>(name, code, signal, async (given) => {
    const either = AbortSignal.any([signal, given]);
    const end = Math.min(code.expiresAt, now() + most.lifeMs);
    let lost: Fault | undefined;
    let isAnswered = false;
    for (let { intervalMs } = code; now() < end;) {
      await wait(Math.min(intervalMs, most.intervalMs), either).catch(() => undefined);
      if (either.aborted) {
        return { kind: 'cancelled' };
      }
      const answer = await ask(either);
      if ('pending' in answer) {
        intervalMs += answer.pending === 'slowDown' ? slowDownMs : 0;
        lost = undefined;
        isAnswered = true;
      } else if ('kind' in answer && (isPassing(answer) || (isAnswered && isInBetween(answer)))) {
        intervalMs += slowDownMs;
        lost = answer;
      } else {
        return answer;
      }
    }
    return lost ?? signInFailed(name, 'tooLate');
  });
}

/**
 * True when the next question may well be answered: the computer has slept, the network was changed, the service is busy.
 * The person may have confirmed meanwhile. A certificate or a proxy that wants something does not change by waiting.
 */
function isPassing(fault: Fault): boolean {
  switch (fault.kind) {
    case 'throttled':
    case 'timedOut':
    case 'unavailable':
      return true;
    case 'network':
    case 'issuerUnreachable':
      return fault.reason === 'proxy' ? !/^(HTTP_4|SCHEME_)/.test(fault.code) : fault.reason !== 'tls';
    default:
      return isIssuerPassing(fault);
  }
}

/**
 * True when somebody on the way may have answered in the place of a service that has answered before: the computer came
 * into a network with a sign-in page of its own. The person may have confirmed, and will sign in there.
 */
function isInBetween(fault: Fault): boolean {
  switch (fault.kind) {
    case 'notAws':
      return true;
    case 'network':
    case 'issuerUnreachable':
      return fault.reason === 'tls';
    case 'issuerAnswer':
      return ['status', 'challenge', 'redirect', 'notJson'].includes(fault.what);
    default:
      return false;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return delay(ms, undefined, { signal });
}
