import { errorName } from './errorName.ts';
import type { NoteFile } from './renewalNote.ts';
import type { Peers } from './types.ts';

/** An MFA device that is being enrolled. Its seed is not in here: who loses it makes another device. */
export interface PendingDevice {
  readonly serial: string;
  /** The profile with whose credentials it can be deleted. */
  readonly profile: string;
  /** The IAM user who is to have it. */
  readonly user: string;
  /** ms UTC at which it was begun. */
  readonly at: number;
}

/** What remembering them asks of the world. */
export interface PendingPorts {
  readonly exclusive: Peers['exclusive'];
  /** What all windows of the host share; either call may reject. */
  readonly file: NoteFile;
  /** One line for the log, without a secret. */
  log(line: string): void;
}

/** Writing a list takes milliseconds, and so does finding out that a window died; who takes longer is at work or hangs. */
const patienceMs = 10_000;

/**
 * The devices that windows of this host are enrolling, noted before AWS is asked for them: a device whose window died is
 * found at the next start. Where the note cannot be written an enrolment goes on without.
 */
export class PendingDevices {
  readonly #ports: PendingPorts;

  constructor(ports: PendingPorts) {
    this.#ports = ports;
  }

  /** Never rejects. */
  async list(): Promise<readonly PendingDevice[]> {
    try {
      return parse(await this.#ports.file.read());
    } catch (error) {
      this.#ports.log(`devices being enrolled not read: ${errorName(error)}`);
      return [];
    }
  }

  /** Notes a device, over an earlier note of it. Never rejects. */
  add(device: PendingDevice): Promise<void> {
    return this.#change((all) => [...all.filter(({ serial }) => serial !== device.serial), device]);
  }

  /** Forgets a device: it is enrolled, or gone. Never rejects. */
  remove(serial: string): Promise<void> {
    return this.#change((all) => all.filter((each) => each.serial !== serial));
  }

  /** Runs an enrolment: `isUnderWay` is true for its device until it is over, and as long as its window lives. */
  during<T>(serial: string, work: () => Promise<T>): Promise<T> {
    return this.#ports.exclusive(`enrol ${serial}`, AbortSignal.timeout(patienceMs), work);
  }

  /** Runs work for a device whose window died; undefined when it is still being enrolled, here or in another window. */
  async ifAbandoned<T>(serial: string, work: () => Promise<T>): Promise<T | undefined> {
    let begun: Promise<T> | undefined;
    try {
      return await this.during(serial, () => (begun = work()));
    } catch (error) {
      if (begun !== undefined) {
        throw error;
      }
      return undefined;
    }
  }

  /** Asks about each device whose window died, in one window at a time: as long as one asks, no other does. Never rejects. */
  async forAbandoned(ask: (device: PendingDevice) => Promise<void>): Promise<void> {
    const asking = (await this.list()).map((device) =>
      this.ifAbandoned(device.serial, async () => {
        // Its window may have been at work until a moment ago.
        if ((await this.list()).some(({ serial }) => serial === device.serial)) {
          await ask(device);
        }
      }).catch((error: unknown) => this.#ports.log(`abandoned device not asked about: ${errorName(error)}`)),
    );
    await Promise.all(asking);
  }

  async #change(change: (all: readonly PendingDevice[]) => readonly PendingDevice[]): Promise<void> {
    const write = async (): Promise<void> => {
      await this.#ports.file.write({ version: 1, pending: change(await this.list()) });
    };
    try {
      await this.#ports.exclusive('enrolments', AbortSignal.timeout(patienceMs), write);
    } catch (error) {
      this.#ports.log(`devices being enrolled not written: ${errorName(error)}`);
    }
  }
}

/** Trusts nothing: the file may be cut short, or a later version's. */
function parse(value: unknown): readonly PendingDevice[] {
  if (typeof value !== 'object' || value === null || !('pending' in value) || !Array.isArray(value.pending)) {
    return [];
  }
  return value.pending.flatMap((each: unknown) => {
    const { serial, profile, user, at }: Readonly<Record<string, unknown>> =
      typeof each === 'object' ? { ...each } : {};
    return typeof serial === 'string' &&
      typeof profile === 'string' &&
      typeof user === 'string' &&
      typeof at === 'number'
      ? [{ serial, profile, user, at }]
      : [];
  });
}
