import type { Fault } from '../aws/faults.ts';

/** Calls under way at once, at the start; what AWS takes is found out from there. */
const firstLimit = 8;

/** After so many refusals of one call in a row it is given up: a minute and more of waiting. */
const mostTries = 8;

/** The first wait after a refusal and the longest, milliseconds; each time it doubles. */
const firstWaitMs = 500;
const longestWaitMs = 20_000;

/** What a pace asks of the world. */
export interface PacePorts {
  /** Resolves after `ms`, or at once when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  now(): number;
  /** 0 to 1, so that windows that were refused together do not come back together. */
  random(): number;
}

/**
 * Sends many calls no faster than a service takes them: so many a second, fewer at once after a refusal, more again
 * while all goes well (the portal says 429 and does not publish its limit; 20 a second is what others have found:
 * https://github.com/fwdcloudsec/granted/issues/811).
 */
export class Pace {
  readonly #ports: PacePorts;
  readonly #spacingMs: number;
  #limit = firstLimit;
  #running = 0;
  #nextAt = 0;
  readonly #queue: (() => void)[] = [];

  constructor(ports: PacePorts, callsPerSecond = 20) {
    this.#ports = ports;
    this.#spacingMs = 1000 / callsPerSecond;
  }

  /** Makes a call in its turn, and again after a wait when the service is getting too many. Never rejects by itself. */
  async run<T>(call: () => Promise<T | Fault>, signal: AbortSignal): Promise<T | Fault> {
    for (let tries = 1; ; tries++) {
      await this.#enter(signal);
      let result: T | Fault;
      try {
        result = signal.aborted ? { kind: 'cancelled' } : await call();
      } finally {
        this.#leave();
      }
      if (!isThrottled(result)) {
        this.#limit += 1 / this.#limit;
        return result;
      }
      this.#limit = Math.max(1, this.#limit / 2);
      if (tries === mostTries) {
        return result;
      }
      const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** (tries - 1));
      // Everybody waits: the limit is the service's, not this call's.
      this.#nextAt = Math.max(this.#nextAt, this.#ports.now() + wait * (0.5 + this.#ports.random() / 2));
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    while (this.#running >= Math.max(1, Math.floor(this.#limit)) && !signal.aborted) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    this.#running += 1;
    const now = this.#ports.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + this.#spacingMs;
    if (at > now) {
      await this.#ports.wait(at - now, signal);
    }
  }

  #leave(): void {
    this.#running -= 1;
    // All of them look again whether there is room: the limit may have changed.
    for (const next of this.#queue.splice(0)) {
      next();
    }
  }
}

function isThrottled(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'kind' in result && result.kind === 'throttled';
}
