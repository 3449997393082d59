import { request } from 'node:http';
import { isNobodyThere } from './liveness.ts';
import type { LockOwner } from './lock.ts';

/** How long whoever holds a lock may be silent. */
export interface SilenceLimits {
  /** Between two questions, and how long an answer may take, milliseconds. */
  readonly askMs: number;
  /** So many questions in a row without an answer, and its turn is over. */
  readonly times: number;
}

/**
 * A window that works answers within milliseconds, also while its person types; one that another extension keeps busy
 * within seconds. One that is stopped (a debugger, SIGSTOP, half a machine that is suspended) loses its turn after 25 s.
 */
export const usualSilence: SilenceLimits = { askMs: 5000, times: 4 };

/**
 * What somebody who waits for a lock thinks of its holder. The process may be there and yet do nothing, for hours: it is
 * asked now and then, at the place where it listens, whether anybody is in.
 */
export class Doubt {
  readonly #limits: SilenceLimits;
  #nonce = '';
  #silent = 0;
  #nextAt = 0;

  constructor(limits: SilenceLimits = usualSilence) {
    this.#limits = limits;
  }

  /** True when the holder has been silent for too long. Asks by itself; to be called again and again. */
  isStuck(owner: LockOwner): boolean {
    const now = performance.now();
    if (owner.nonce !== this.#nonce) {
      this.#nonce = owner.nonce;
      this.#silent = 0;
      this.#nextAt = now + this.#limits.askMs;
    }
    if (owner.listener === undefined || owner.pid === process.pid) {
      return false;
    }
    if (now >= this.#nextAt) {
      // The time of asking is that of waiting for the answer: a waiter that was itself stopped begins anew.
      this.#nextAt = Infinity;
      void this.#ask(owner.listener, owner.nonce);
    }
    return this.#silent >= this.#limits.times;
  }

  async #ask(listener: string | number, nonce: string): Promise<void> {
    const { askMs } = this.#limits;
    const since = performance.now();
    const isIn = await answers(listener, askMs);
    if (nonce === this.#nonce) {
      this.#silent = isIn ? 0 : this.#silent + 1;
      this.#nextAt = since + askMs;
    }
  }
}

/** True when a server at the socket or port says anything within `limitMs`, a refusal included. Never rejects. */
export function answers(listener: string | number, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const where =
      typeof listener === 'string'
        ? { socketPath: listener, host: 'localhost' }
        : { host: '127.0.0.1', port: listener };
    // An agent of its own: VS Code patches the global one to go through the person's proxy.
    const sent = request({ ...where, path: '/', method: 'HEAD', agent: false });
    const end = (isIn: boolean): void => {
      clearTimeout(timer);
      sent.destroy();
      resolve(isIn);
    };
    const timer = setTimeout(() => end(false), limitMs);
    sent.once('response', () => end(true));
    // Whoever hangs up is there. Nobody may listen any more while a window closes: that does not take long.
    sent.on('error', (error) => end(!isNobodyThere(error)));
    sent.end();
  });
}
