import { errorName } from './errorName.ts';
import type { Peers } from './types.ts';

/** So long a window waits while another one renews by the clock, ms: it takes that long for 200 sessions. */
const longestTurnMs = 4 * 60_000;

/** What taking turns asks of the sessions. */
export interface RoundPorts {
  readonly exclusive: Peers['exclusive'];
  /** Resolves after `ms`, or when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  /** The window is closed. */
  readonly closed: AbortSignal;
  /** One line for the log, without a secret. */
  log(line: string): void;
}

/**
 * Renews by the clock while no other window of the host does. A window that is stopped while it is its turn keeps the
 * others from it for a few minutes at most. Never rejects: what fails is logged.
 */
export async function inTurn(ports: RoundPorts, work: () => Promise<void>): Promise<void> {
  const patience = new AbortController();
  const begun = new AbortController();
  void ports.pause(longestTurnMs, begun.signal).then(() => patience.abort());
  const say = (what: string, error: unknown): void => {
    if (!ports.closed.aborted) {
      ports.log(`${what}: ${errorName(error)}`);
    }
  };
  const begin = async (): Promise<void> => {
    begun.abort();
    try {
      await work();
    } catch (error) {
      say('renewing by the clock failed', error);
    }
  };
  try {
    await ports.exclusive('renewal-round', patience.signal, begin);
  } catch (error) {
    if (begun.signal.aborted) {
      say('renewing: the turn was not given back', error);
    } else if (!ports.closed.aborted) {
      say('renewing out of turn', error);
      await begin();
    }
  }
}
