import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Disposable } from '../../src/session/emitter.ts';

/** How often a process looks whether a timer of the shared clock is due, ms of real time. */
const lookMs = 5;

/**
 * A clock that several processes share through a file: the time on the wall (ms UTC), and the time that has run (ms),
 * which stands still while the machine sleeps.
 */
export class SharedClock {
  readonly #file: number;
  readonly #bytes = Buffer.alloc(16);
  readonly #timers = new Map<() => void, number>();
  #looking: NodeJS.Timeout | undefined;

  constructor(folder: string) {
    this.#file = openSync(join(folder, 'time'), 'r');
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
    this.#timers.set(callback, this.running() + ms);
    this.#looking ??= setInterval(() => this.#look(), lookMs);
    return { dispose: () => this.#drop(callback) };
  }

  close(): void {
    clearInterval(this.#looking);
    closeSync(this.#file);
  }

  #look(): void {
    const running = this.running();
    for (const [callback, due] of Array.from(this.#timers)) {
      if (due <= running && this.#timers.has(callback)) {
        this.#drop(callback);
        callback();
      }
    }
  }

  #drop(callback: () => void): void {
    this.#timers.delete(callback);
    if (this.#timers.size === 0) {
      clearInterval(this.#looking);
      this.#looking = undefined;
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

  /** From now on the clock goes on by `stepMs` every few milliseconds of real time, unless somebody holds it. */
  start(stepMs: number): void {
    clearInterval(this.#moving);
    this.#moving = setInterval(() => {
      if (readdirSync(join(this.#folder, 'holds')).length === 0) {
        this.pass(stepMs);
      }
    }, 4);
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

  /** A process is dead, and holds nothing any more. */
  release(name: string): void {
    rmSync(join(this.#folder, 'holds', name), { force: true });
  }

  close(): void {
    this.stop();
    closeSync(this.#file);
  }

  #write(): void {
    const bytes = Buffer.alloc(16);
    bytes.writeDoubleLE(this.#wall, 0);
    bytes.writeDoubleLE(this.#running, 8);
    writeSync(this.#file, bytes, 0, 16, 0);
  }
}
