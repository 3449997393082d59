/** What it reads. Both in milliseconds. */
export interface ClockPorts {
  /** Since 1970 UTC, by the clock on the wall: it may be wrong, and it may jump. */
  now(): number;
  /** Since any moment: only ever forward, whatever is done to the clock on the wall. It may stand still in sleep. */
  monotonic(): number;
}

/**
 * Less is no skew, ms: AWS's `Date` has whole seconds, and the answer was on its way. The clock on the wall may also be
 * corrected by so much without anybody noticing.
 */
const noiseMs = 10_000;

/** A skew that people are told about, ms. */
export const tellableSkewMs = 60_000;

/**
 * AWS's time, as well as it is known here: an `Expiration` is AWS's, and is compared with nothing else. It begins with
 * the clock on the wall and learns from each answer of AWS how far that is off. Against a clock that is set back it
 * counts the time that has surely passed, so that nothing that was over is live again for longer than it is. One that
 * goes forward cannot be told from a sleep: it is believed, and the next answer of AWS sets it right.
 */
export class AwsClock {
  readonly #ports: ClockPorts;
  #measuredMs: number | undefined;
  /** A moment of AWS's time, and how it stands to what surely passes. */
  #anchor: { readonly aws: number; readonly monotonic: number };

  constructor(ports: ClockPorts) {
    this.#ports = ports;
    this.#anchor = { aws: ports.now(), monotonic: ports.monotonic() };
  }

  /** Milliseconds since 1970 UTC, by AWS's clock. */
  now(): number {
    const skew = this.skewMs ?? 0;
    return this.#ports.now() - (Math.abs(skew) < noiseMs ? 0 : skew);
  }

  /** How far the clock on the wall is ahead of AWS's, ms; undefined while nothing is known of it. */
  get skewMs(): number | undefined {
    const { aws, monotonic } = this.#anchor;
    const passed = this.#ports.monotonic() - monotonic;
    const atMost = Math.round(this.#ports.now() - (aws + passed));
    return atMost < (this.#measuredMs ?? 0) - noiseMs ? atMost : this.#measuredMs;
  }

  /** AWS has said its time: the clock on the wall was `skewMs` ahead of it a moment ago. */
  measured(skewMs: number): void {
    this.#measuredMs = skewMs;
    this.#anchor = { aws: this.#ports.now() - skewMs, monotonic: this.#ports.monotonic() };
  }
}
