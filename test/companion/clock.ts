/**
 * Moves the clock that the extensions of this host see, as waking up from sleep does: `Date` jumps, and timers that
 * became due meanwhile fire. Only timers set by the extension under test move along; the host's own must not.
 */
export class HostClock {
  readonly #owner: string;
  readonly #pending = new Map<unknown, { due: number; callback: () => void; replacement?: NodeJS.Timeout }>();
  readonly #realDate = Date;
  readonly #setTimeout = globalThis.setTimeout;
  readonly #clearTimeout = globalThis.clearTimeout;
  readonly #intervals = new Set<unknown>();
  #offset = 0;

  /** `owner`: a part of the path of the scripts whose timers move along. */
  constructor(owner: string) {
    this.#owner = owner;
    this.#replaceDate();
    this.#replaceTimers();
  }

  /** How many timers of the extension under test are set. */
  get timers(): number {
    return this.#pending.size + this.#intervals.size;
  }

  /** Milliseconds to go forward; negative ones go back, which fires nothing. */
  move(ms: number): void {
    this.#offset += ms;
    for (const timer of this.#pending.values()) {
      timer.due -= ms;
      if (timer.due <= this.#realDate.now()) {
        this.#clearTimeout(timer.replacement);
        timer.replacement = this.#setTimeout(timer.callback, 0);
      }
    }
  }

  #replaceDate(): void {
    const now = (): number => this.#realDate.now() + this.#offset;
    globalThis.Date = new Proxy(this.#realDate, {
      construct: (target, args: unknown[], newTarget) =>
        Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
      apply: (target) => new target(now()).toString(),
      get: (target, name, receiver) =>
        name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown),
    });
  }

  #replaceTimers(): void {
    const set = (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): NodeJS.Timeout => {
      if (!(new Error().stack ?? '').includes(this.#owner)) {
        return this.#setTimeout(callback, ms, ...args);
      }
      const fire = (): void => {
        const timer = this.#pending.get(handle);
        if (timer !== undefined) {
          this.#pending.delete(handle);
          this.#clearTimeout(handle);
          this.#clearTimeout(timer.replacement);
          callback(...args);
        }
      };
      const handle = this.#setTimeout(fire, ms);
      this.#pending.set(handle, { due: this.#realDate.now() + ms, callback: fire });
      return handle;
    };
    const clear = (handle: NodeJS.Timeout | string | number | undefined): void => {
      this.#clearTimeout(this.#pending.get(handle)?.replacement);
      this.#pending.delete(handle);
      this.#clearTimeout(handle);
    };
    // Keeps what hangs on the function, such as `__promisify__`.
    globalThis.setTimeout = Object.assign(set, this.#setTimeout);
    globalThis.clearTimeout = clear;
    this.#countIntervals();
  }

  #countIntervals(): void {
    const { setInterval, clearInterval } = globalThis;
    const set = (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): NodeJS.Timeout => {
      const handle = setInterval(callback, ms, ...args);
      if ((new Error().stack ?? '').includes(this.#owner)) {
        this.#intervals.add(handle);
      }
      return handle;
    };
    globalThis.setInterval = Object.assign(set, setInterval);
    globalThis.clearInterval = (handle: NodeJS.Timeout | string | number | undefined): void => {
      this.#intervals.delete(handle);
      clearInterval(handle);
    };
  }
}
