import type { Disposable } from './emitter.ts';

/** What a Wake needs. */
export interface WakePorts {
  /** ms UTC. */
  now(): number;
  setTimer(ms: number, callback: () => void): Disposable;
  /** When to wake for the sake of what is shown, ms UTC; undefined: not at all. */
  nextChangeAt(now: number): number | undefined;
  /** The time came. Called before those who wait are released. */
  onTick(): void;
}

/** A span of time on the wall clock, ms UTC. */
export interface Span {
  readonly since: number;
  readonly until: number;
}

interface Waiter {
  readonly key: string;
  readonly span: Span;
  readonly release: () => void;
}

/** True when `now` is not in the span any more: it is over, or the clock was set back behind its beginning. */
export function isOver(span: Span, now: number): boolean {
  return now >= span.until || now < span.since;
}

/**
 * The one timer of a window: it wakes for the next change of a text, and for those who wait for a session no longer
 * than they may. It runs only while there is something to wake for.
 */
export class Wake implements Disposable {
  readonly #ports: WakePorts;
  readonly #waiters = new Set<Waiter>();
  #timer: Disposable | undefined;
  #disposed = false;

  constructor(ports: WakePorts) {
    this.#ports = ports;
  }

  /** Looks again at when to wake; to be called whenever `nextChangeAt` may have changed. */
  arm(): void {
    if (this.#disposed) {
      return;
    }
    const now = this.#ports.now();
    const at = this.#nextAt(now);
    // Set anew even for the same moment: the clock may have been moved since, and a timer does not notice.
    this.#timer?.dispose();
    this.#timer =
      at === undefined ? undefined : this.#ports.setTimer(Math.max(1, at - now), () => this.#tick());
  }

  /** Resolves when `notify(key)` is called, the span is over, the signal aborts, or this is disposed of. */
  wait(key: string, span: Span, signal: AbortSignal): Promise<void> {
    if (this.#disposed || signal.aborted || isOver(span, this.#ports.now())) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const release = (): void => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        release();
        this.arm();
      };
      const waiter: Waiter = { key, span, release };
      this.#waiters.add(waiter);
      signal.addEventListener('abort', leave);
      this.arm();
    });
  }

  /** Releases all who wait under `key`. */
  notify(key: string): void {
    this.#release((waiter) => waiter.key === key);
    this.arm();
  }

  dispose(): void {
    this.#disposed = true;
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#release(() => true);
  }

  #tick(): void {
    this.#timer = undefined;
    this.#ports.onTick();
    const now = this.#ports.now();
    this.#release((waiter) => isOver(waiter.span, now));
    this.arm();
  }

  #nextAt(now: number): number | undefined {
    let at = this.#ports.nextChangeAt(now);
    for (const { span } of this.#waiters) {
      at = Math.min(at ?? Infinity, isOver(span, now) ? now : span.until);
    }
    return at;
  }

  #release(which: (waiter: Waiter) => boolean): void {
    for (const waiter of Array.from(this.#waiters)) {
      if (which(waiter)) {
        waiter.release();
      }
    }
  }
}
