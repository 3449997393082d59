import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Disposable } from '../../src/session/emitter.ts';

/** How often a process looks at the clock, and how often the clock goes on at most, ms of real time. */
const lookMs = 4;

/** Longer than a fetch takes that waits for nobody, ms of real time. */
const briefMs = 200;

/**
 * A clock that several processes share through a file: the time on the wall (ms UTC), and the time that has run (ms),
 * which stands still while the machine sleeps.
 */
export class SharedClock {
  readonly #file: number;
  readonly #bytes = Buffer.alloc(16);
  readonly #timers = new Set<{ readonly due: number; readonly callback: () => void }>();
  readonly #seen: string;
  readonly #looking: NodeJS.Timeout;
  /** What it has last said that it has seen. */
  #told: number | undefined;

  /** `name`: of the process. The clock does not go on before every process has seen what it shows. */
  constructor(folder: string, name: string) {
    this.#file = openSync(join(folder, 'time'), 'r');
    this.#seen = join(folder, 'seen', name);
    this.#looking = setInterval(() => this.#look(), lookMs);
  }

  /** The time on the wall, ms UTC. */
  now(): number {
    return this.#read(0);
  }

  /** The time that has run, ms. */
  running(): number {
    return this.#read(8);
  }

  /** Calls back once after `ms` of time that has run. */
  setTimer(ms: number, callback: () => void): Disposable {
    // An object of its own each time: the same function may be set twice.
    const timer = { due: this.running() + ms, callback };
    this.#timers.add(timer);
    return { dispose: () => void this.#timers.delete(timer) };
  }

  /** No timer fires any more, and the clock does not wait for this process. What it shows can still be read. */
  leave(): void {
    clearInterval(this.#looking);
    rmSync(this.#seen, { force: true });
  }

  #look(): void {
    const running = this.running();
    for (const timer of Array.from(this.#timers)) {
      if (timer.due <= running && this.#timers.delete(timer)) {
        timer.callback();
      }
    }
    if (running !== this.#told) {
      this.#told = running;
      writeFileSync(this.#seen, String(running));
    }
  }

  #read(position: number): number {
    readSync(this.#file, this.#bytes, 0, 16, 0);
    return this.#bytes.readDoubleLE(position);
  }
}

/**
 * Keeps the shared clock still while a process holds it: what takes a slow machine real time takes none on this clock,
 * so that a code that AWS takes for a minute is never late because the machine was busy.
 */
export class ClockHold {
  readonly #file: string;
  #count = 0;

  constructor(folder: string, name: string) {
    this.#file = join(folder, 'holds', name);
  }

  begin(): void {
    this.#count += 1;
    if (this.#count === 1) {
      writeFileSync(this.#file, '');
    }
  }

  /** Holds while `work` is done. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.begin();
    try {
      return await work();
    } finally {
      this.end();
    }
  }

  /** Holds until the returned function is called, but not for long: what is waited for may want the time to pass. */
  brief(): () => void {
    let held = true;
    const end = (): void => {
      clearTimeout(limit);
      if (held) {
        held = false;
        this.end();
      }
    };
    const limit = setTimeout(end, briefMs);
    this.begin();
    return end;
  }

  end(): void {
    this.#count -= 1;
    if (this.#count === 0) {
      rmSync(this.#file, { force: true });
    }
  }
}

/** Who moves the shared clock. */
export class ClockHand {
  readonly #folder: string;
  readonly #file: number;
  #wall: number;
  #running = 0;
  #moving: NodeJS.Timeout | undefined;

  /** `wall`: what the clock shows at first, ms UTC. */
  constructor(folder: string, wall: number) {
    mkdirSync(join(folder, 'holds'), { recursive: true });
    mkdirSync(join(folder, 'seen'), { recursive: true });
    this.#folder = folder;
    this.#file = openSync(join(folder, 'time'), 'w');
    this.#wall = wall;
    this.#write();
  }

  now(): number {
    return this.#wall;
  }

  running(): number {
    return this.#running;
  }

  /**
   * From now on the clock goes on by `stepMs` every few milliseconds of real time: unless somebody holds it, or a busy
   * machine has kept a process from looking at it.
   */
  start(stepMs: number): void {
    clearInterval(this.#moving);
    this.#moving = setInterval(() => {
      if (readdirSync(join(this.#folder, 'holds')).length === 0 && this.#isSeen()) {
        this.pass(stepMs);
      }
    }, lookMs);
  }

  stop(): void {
    clearInterval(this.#moving);
    this.#moving = undefined;
  }

  /** Time passes. */
  pass(ms: number): void {
    this.#wall += ms;
    this.#running += ms;
    this.#write();
  }

  /** The time on the wall alone: the machine slept, or somebody set its clock. */
  jump(ms: number): void {
    this.#wall += ms;
    this.#write();
  }

  /** A process is dead: it holds nothing any more, and nobody waits for it. */
  release(name: string): void {
    rmSync(join(this.#folder, 'holds', name), { force: true });
    rmSync(join(this.#folder, 'seen', name), { force: true });
  }

  close(): void {
    this.stop();
    closeSync(this.#file);
  }

  #isSeen(): boolean {
    const seen = join(this.#folder, 'seen');
    return readdirSync(seen).every((name) => {
      try {
        // Half-written it is empty, and so 0: the next look is soon.
        return Number(readFileSync(join(seen, name), 'utf8')) === this.#running;
      } catch {
        // The process has just gone.
        return true;
      }
    });
  }

  #write(): void {
    const bytes = Buffer.alloc(16);
    bytes.writeDoubleLE(this.#wall, 0);
    bytes.writeDoubleLE(this.#running, 8);
    writeSync(this.#file, bytes, 0, 16, 0);
  }
}
