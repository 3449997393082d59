import type { Fetched } from './consumers.ts';

export const minute = 60_000;

/** botocore's advisory window: what a fetch gets lasts longer, where its life allows, ms. */
const advisoryMs = 15 * minute;
/** Renewals come ahead of that, and wait at most for a code each of the three sessions that share a device, ms. */
const toleranceMs = 10_000;
const codeToleranceMs = 2 * minute;
/** After an outage everything that became due in it is renewed by then, backing off as it does, ms. */
const afterOutageMs = 15 * minute;
/** After a night's sleep everything is over at once, ms. */
const afterSleepMs = 2 * minute;

/** What the machine is going through. Times in ms UTC of the shared clock. */
export interface Weather {
  /** AWS cannot be reached, or takes no calls, since then. */
  outageSince: number | undefined;
  outageUntil: number;
  wokeAt: number;
}

/** How one consumer fared. */
export class Consumer {
  readonly name: string;
  served = 0;
  readonly failed = new Map<string, number>();
  /** Of sessions that were to be served, ms. */
  longestGapMs = 0;
  /** The least that was left of what was fetched in good weather, ms. */
  leastLeftMs = Infinity;
  readonly complaints: string[] = [];
  readonly #mfa: boolean;
  #key = '';
  #lifeMs = 0;
  #expiresAt = 0;
  #servedAt: number | undefined;

  constructor(name: string, mfa: boolean) {
    this.name = name;
    this.#mfa = mfa;
  }

  /** The person ends the session and starts it again: nothing is expected meanwhile. */
  rest(): void {
    this.#servedAt = undefined;
  }

  /** Judges a fetch that was begun at `begun` and is over at `now`, ms UTC. */
  take(fetched: Fetched, begun: number, now: number, weather: Weather): void {
    if (!fetched.ok) {
      this.failed.set(fetched.why, (this.failed.get(fetched.why) ?? 0) + 1);
      this.#gap(now);
      if (!this.#mayFail(begun, weather)) {
        this.#complain(now, `not served: ${fetched.why}`);
      }
      return;
    }
    this.served += 1;
    this.#gap(now);
    this.#servedAt = now;
    const { accessKeyId, expiresAt } = fetched;
    if (accessKeyId !== this.#key) {
      this.#key = accessKeyId;
      this.#lifeMs = expiresAt - begun;
    }
    this.#expiresAt = expiresAt;
    const left = expiresAt - now;
    if (left <= 0) {
      this.#complain(now, `was given what is over since ${String(-left)} ms`);
    } else if (!isOutage(weather, begun) && begun >= weather.wokeAt + afterSleepMs) {
      this.leastLeftMs = Math.min(this.leastLeftMs, left);
      const least = Math.min(advisoryMs, this.#lifeMs / 2) - (this.#mfa ? codeToleranceMs : toleranceMs);
      if (left < least) {
        this.#complain(now, `only ${seconds(left)} left of ${seconds(this.#lifeMs)}`);
      }
    }
  }

  /** The machine slept: no gap. */
  wake(): void {
    this.#servedAt = undefined;
  }

  #gap(now: number): void {
    if (this.#servedAt !== undefined) {
      this.longestGapMs = Math.max(this.longestGapMs, now - this.#servedAt);
    }
  }

  /** Only when what was there is over, and there could be nothing new. */
  #mayFail(now: number, weather: Weather): boolean {
    const isOver = now >= this.#expiresAt - minute;
    return isOver && (isOutage(weather, now) || (this.#mfa && now < weather.wokeAt + afterSleepMs));
  }

  #complain(now: number, what: string): void {
    this.complaints.push(`${new Date(now).toISOString()} ${this.name}: ${what}`);
  }
}

function isOutage({ outageSince, outageUntil }: Weather, now: number): boolean {
  return outageSince !== undefined || now < outageUntil + afterOutageMs;
}

function seconds(ms: number): string {
  return `${String(Math.round(ms / 1000))} s`;
}
