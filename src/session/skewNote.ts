import { tellableSkewMs, type AwsClock } from './awsClock.ts';
import { errorName } from './errorName.ts';
import type { NoteFile } from './renewalNote.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** What the windows of one machine know of its clock, kept where all of them can read it. */
export interface SkewPorts {
  readonly file: NoteFile;
  /** Milliseconds since the machine was started, its sleep included: nobody sets this clock. */
  uptime(): number;
}

/** What the note asks of the world. */
export interface SkewNotePorts extends SkewPorts {
  /** Goes by what is heard. */
  readonly clock: Pick<AwsClock, 'now' | 'measured'>;
  /** AWS's time is another one now. */
  onChange(): void;
  /** ms UTC by the clock on the wall. */
  now(): number;
  /** One line for the log, without a secret. */
  log(line: string): void;
}

/** A measured skew, and how the two clocks of the machine stood to each other then. */
interface Measurement {
  /** How far the clock on the wall was ahead of AWS's, ms. */
  readonly skewMs: number;
  /** ms of uptime at which it was measured. */
  readonly uptime: number;
  /** ms UTC by the clock on the wall at which the machine was started: another one after the clock was set. */
  readonly bootedAt: number;
}

/**
 * Uptime has whole seconds on some systems, and small corrections of a clock are none. A wider difference means that the
 * clock on the wall was set, that the machine was started anew, or that it is another one which shares the home: then
 * nothing is known, and the next answer of AWS tells.
 */
const sameClockMs = 10 * second;

/** The longest that a role's session lasts. What was measured before is no news of a clock that drifts. */
const oldAfterMs = 12 * hour;

/** What says the same is written again after this: a machine with two hundred sessions renews all the time. */
const freshMs = 10 * minute;

/** Lets a window begin with the skew that another one, or the same before a reload, has measured. */
export class SkewNote {
  readonly #ports: SkewNotePorts;
  /** The newest that this window knows, its own or heard. */
  #latest: Measurement | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(ports: SkewNotePorts) {
    this.#ports = ports;
  }

  /** This window has measured the skew just now, ms. */
  tell(skewMs: number): void {
    const { uptime, bootedAt } = this.#clock();
    const measured = { skewMs, uptime, bootedAt };
    this.#latest = measured;
    this.#writing = this.#writing.then(() => this.#note(measured));
  }

  /** Goes by what another window has measured after anything that this one knows. Never rejects. */
  async hear(): Promise<void> {
    const noted = this.#believe(await this.#read());
    if (noted === undefined || noted.uptime <= (this.#latest?.uptime ?? -1)) {
      return;
    }
    this.#latest = noted;
    const { clock } = this.#ports;
    const before = clock.now();
    clock.measured(noted.skewMs);
    if (Math.abs(clock.now() - before) >= tellableSkewMs) {
      this.#ports.onChange();
    }
  }

  /** Resolves when what was told is written, or could not be. */
  settled(): Promise<void> {
    return this.#writing;
  }

  async #note(measured: Measurement): Promise<void> {
    const noted = this.#believe(await this.#read());
    if (noted !== undefined) {
      const isSame = Math.abs(noted.skewMs - measured.skewMs) < second;
      if (noted.uptime > measured.uptime || (isSame && measured.uptime - noted.uptime < freshMs)) {
        return;
      }
    }
    try {
      await this.#ports.file.write({ version: 1, ...measured });
    } catch (error) {
      this.#ports.log(`skew not noted: ${errorName(error)}`);
    }
  }

  /** The measurement, when it was made on this machine since it was started, its clock was not set since, and it is not old. */
  #believe(measured: Measurement | undefined): Measurement | undefined {
    const { uptime, bootedAt } = this.#clock();
    if (measured === undefined || Math.abs(bootedAt - measured.bootedAt) > sameClockMs) {
      return undefined;
    }
    const age = uptime - measured.uptime;
    return age >= 0 && age < oldAfterMs ? measured : undefined;
  }

  #clock(): { readonly uptime: number; readonly bootedAt: number } {
    const uptime = this.#ports.uptime();
    return { uptime, bootedAt: this.#ports.now() - uptime };
  }

  async #read(): Promise<Measurement | undefined> {
    try {
      return parse(await this.#ports.file.read());
    } catch (error) {
      this.#ports.log(`skew not read: ${errorName(error)}`);
      return undefined;
    }
  }
}

/** Trusts nothing: the file may be cut short, or a later version's. */
function parse(value: unknown): Measurement | undefined {
  const { version, skewMs, uptime, bootedAt }: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
  const isOurs = version === 1 && isNumber(skewMs) && isNumber(uptime) && isNumber(bootedAt);
  return isOurs ? { skewMs, uptime, bootedAt } : undefined;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
