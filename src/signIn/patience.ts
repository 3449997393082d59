import { setTimeout as delay } from 'node:timers/promises';

/** How long a person may take in a browser, ms: the AWS CLI waits as long, and device codes live as long. */
export const patienceMs = 10 * 60 * 1000;

/** Resolves when the person gives up, or has taken too long. */
export async function endOfPatience(
  signal: AbortSignal,
  ms: number = patienceMs,
): Promise<'tooLate' | 'cancelled'> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
  return signal.aborted ? 'cancelled' : 'tooLate';
}
