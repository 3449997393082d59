import type { Disposable } from '../../src/session/emitter.ts';

interface Timer {
  /** Real time at which it fires, ms. */
  readonly due: number;
  readonly callback: () => void;
}

/** Lets everything that is ready run, microtasks and the promises behind them, without waiting for time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/**
 * A clock and its timers. Real time only moves forward, by `advance`; the clock on the wall moves along and may be set
 * besides, which timers do not notice: as on a real machine.
 */
export class FakeClock {
  #elapsed = 0;
  #wall: number;
  readonly #timers = new Set<Timer>();

  constructor(wall: number) {
    this.#wall = wall;
  }

  now(): number {
    return this.#wall;
  }

  /** Real time since the clock was made, ms. */
  monotonic(): number {
    return this.#elapsed;
  }

  setTimer(ms: number, callback: () => void): Disposable {
    if (!Number.isFinite(ms) || ms < 1 || ms > 2 ** 31 - 1) {
      throw new Error(`a timer of ${ms} ms`);
    }
    const timer: Timer = { due: this.#elapsed + ms, callback };
    this.#timers.add(timer);
    return { dispose: () => void this.#timers.delete(timer) };
  }

  /** How many timers are running. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer fires. */
  get nextTimer(): number | undefined {
    return this.#timers.size === 0
      ? undefined
      : Math.min(...Array.from(this.#timers, (timer) => timer.due)) - this.#elapsed;
  }

  /** Moves the clock on the wall alone: somebody set it, or it was corrected. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  /** Lets time pass; timers fire on the way, each followed by everything it sets going. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    for (;;) {
      await settle();
      const next = this.nextTimer;
      if (next === undefined || this.#elapsed + next > end) {
        break;
      }
      this.#pass(next);
      for (const timer of Array.from(this.#timers)) {
        if (timer.due <= this.#elapsed && this.#timers.delete(timer)) {
          timer.callback();
        }
      }
    }
    this.#pass(end - this.#elapsed);
    await settle();
  }

  #pass(ms: number): void {
    this.#elapsed += ms;
    this.#wall += ms;
  }
}
