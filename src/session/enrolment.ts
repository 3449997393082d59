import type { Fault } from '../aws/faults.ts';
import {
  deviceOwner,
  freeDeviceName,
  isRefusal,
  mayHaveWorked,
  mostMfaDevices,
  serialOf,
  type DeviceOwner,
  type NewMfaDevice,
} from '../aws/mfaDevices.ts';
import type { IamCaller } from '../aws/roles/iamApi.ts';
import { Secret } from '../aws/secret.ts';
import { stepOf, timeLeftOfStep, type Seed } from '../aws/seed.ts';
import type { CleanedUp, EnrolAgain, EnrolCaller, Enrolled, EnrolPerson, EnrolPorts } from './enrolPorts.ts';

/** A QR code is not left on the screen for longer, ms: whoever comes back later begins anew. */
const patienceMs = 15 * 60_000;

/** Enrols a virtual MFA device. Whatever goes wrong or is cancelled, no device stays that nobody has. Never rejects. */
export async function enrol(ports: EnrolPorts, caller: EnrolCaller, person: EnrolPerson): Promise<Enrolled> {
  const looked = await person.wait('looking', (signal) => look(ports, caller, signal));
  if ('kind' in looked) {
    return looked;
  }
  const { owner, devices } = looked;
  const taken = new Set(devices);
  for (let again: EnrolAgain | undefined; ; again = 'nameTaken') {
    const suggested = freeDeviceName(owner.name, taken);
    const name = await person.name({ user: owner.name, devices: devices?.length, suggested, again });
    if (name === undefined) {
      return { kind: 'left' };
    }
    const serial = serialOf(owner, name);
    const run = new Enrolment(ports, caller, person, { owner, serial, name, devices: devices?.length });
    const done = await ports.pending.ifAbandoned(serial, () => run.run());
    if (done !== undefined && done !== 'nameTaken') {
      return done;
    }
    taken.add(serial);
  }
}

/** Deletes a device that was left behind, and its seed where that is kept. Never rejects. */
export async function cleanUp(
  ports: Pick<EnrolPorts, 'devices' | 'pending' | 'seeds'>,
  caller: IamCaller,
  serial: string,
  signal: AbortSignal,
): Promise<CleanedUp> {
  const fault = await ports.devices.remove(caller, serial, signal);
  const isEnabled = isRefusal(fault, 'DeleteConflict');
  if (fault !== undefined && !isEnabled) {
    return fault;
  }
  if (!isEnabled) {
    // A seed that the store does not let go of is of no use to anybody any more.
    await ports.seeds.remove(serial).catch(() => undefined);
  }
  await ports.pending.remove(serial);
  return isEnabled ? 'enabled' : 'deleted';
}

type Ended = Extract<Enrolled, { kind: 'left' | 'notUser' | 'full' | 'failed' }>;

interface Looked {
  readonly owner: Extract<DeviceOwner, { kind: 'user' }>;
  /** Serials; undefined when the user may not list them. */
  readonly devices: readonly string[] | undefined;
}

async function look(ports: EnrolPorts, caller: EnrolCaller, signal: AbortSignal): Promise<Looked | Ended> {
  const failed = (fault: Fault): Ended =>
    fault.kind === 'cancelled' ? { kind: 'left' } : { kind: 'failed', fault, devices: undefined };
  const identity = await ports.identity(caller, signal);
  if ('kind' in identity) {
    return failed(identity);
  }
  const owner = deviceOwner(identity.arn);
  if (owner.kind !== 'user') {
    return { kind: 'notUser', owner };
  }
  const devices = await ports.devices.list(caller.iam, signal);
  if ('kind' in devices) {
    // Who may not see the devices may still be allowed to have one.
    return devices.kind === 'accessDenied' ? { owner, devices: undefined } : failed(devices);
  }
  return devices.length >= mostMfaDevices ? { kind: 'full', user: owner.name } : { owner, devices };
}

interface Wanted {
  readonly owner: Extract<DeviceOwner, { kind: 'user' }>;
  readonly serial: string;
  readonly name: string;
  readonly devices: number | undefined;
}

/** One device from its creation to its user, or to its deletion. */
class Enrolment {
  readonly #ports: EnrolPorts;
  readonly #caller: EnrolCaller;
  readonly #person: EnrolPerson;
  readonly #wanted: Wanted;
  #isKept = false;
  /** AWS has said that the device was made now: one of this name that somebody has is no other. */
  #isMade = false;

  constructor(ports: EnrolPorts, caller: EnrolCaller, person: EnrolPerson, wanted: Wanted) {
    this.#ports = ports;
    this.#caller = caller;
    this.#person = person;
    this.#wanted = wanted;
  }

  async run(): Promise<Enrolled | 'nameTaken'> {
    const { owner, serial, name, devices } = this.#wanted;
    const { pending } = this.#ports;
    // Before AWS is asked: its answer may never come.
    const { profile } = this.#caller;
    await pending.add({ serial, profile, user: owner.name, at: this.#ports.now() });
    const device = await this.#person.wait('creating', (signal) =>
      this.#ports.devices.create(this.#caller.iam, name, signal),
    );
    if (!('kind' in device)) {
      this.#isMade = true;
      return this.#handOver(device);
    }
    if (mayHaveWorked(device)) {
      return this.#undo(device);
    }
    await pending.remove(serial);
    return isRefusal(device, 'EntityAlreadyExists')
      ? 'nameTaken'
      : { kind: 'failed', fault: device, devices };
  }

  async #handOver(device: NewMfaDevice): Promise<Enrolled> {
    const late = new AbortController();
    const timer = this.#ports.setTimer(patienceMs, () => late.abort());
    const page = this.#person.show(device);
    try {
      const end = await this.#enable(device, late.signal);
      if (end === undefined) {
        return await this.#enabled();
      }
      if (end === 'left' || !mayHaveWorked(end)) {
        await this.#forget();
      }
      return await this.#undo(end === 'left' && late.signal.aborted ? 'tooLate' : end);
    } finally {
      page.dispose();
      timer.dispose();
    }
  }

  /** Undefined when the device is enabled. */
  async #enable(device: NewMfaDevice, signal: AbortSignal): Promise<'left' | Fault | undefined> {
    const { serial, owner } = this.#wanted;
    for (let again: EnrolAgain | undefined; ;) {
      const codes = await this.#codes(device, again, signal);
      if (codes === 'left' || codes === undefined) {
        return 'left';
      }
      if (codes === 'notKept') {
        again = codes;
        continue;
      }
      await this.#ports.spend(serial, codes);
      const fault = await this.#person.wait('enabling', (stop) =>
        this.#ports.devices.enable(this.#caller.iam, { user: owner.name, serial, codes }, stop),
      );
      if (!isRefusal(fault, 'InvalidAuthenticationCode')) {
        return fault;
      }
      again = 'wrongCodes';
    }
  }

  async #codes(
    device: NewMfaDevice,
    again: EnrolAgain | undefined,
    signal: AbortSignal,
  ): Promise<readonly [Secret, Secret] | 'left' | 'notKept' | undefined> {
    const { serial } = this.#wanted;
    if (again === 'wrongCodes' && !this.#isKept) {
      return this.#person.codes(serial, again, signal);
    }
    for (let problem = again; ;) {
      const way = await this.#person.way(serial, problem, signal);
      if (way === undefined) {
        return 'left';
      }
      if (way === 'typed') {
        await this.#forget();
        return this.#person.codes(serial, problem === 'wrongCodes' ? problem : undefined, signal);
      }
      if (this.#isKept || (await this.#person.mayKeep(device))) {
        return (await this.#keep(device)) ? this.#computed(device.seed) : 'notKept';
      }
      problem = undefined;
    }
  }

  /** Before the device is enabled: one whose seed the store then loses would be nobody's. */
  async #keep(device: NewMfaDevice): Promise<boolean> {
    this.#isKept ||= await this.#ports.seeds.add(device, this.#wanted.owner.name).catch(() => false);
    return this.#isKept;
  }

  async #forget(): Promise<void> {
    if (this.#isKept) {
      await this.#ports.seeds.remove(this.#wanted.serial).catch(() => undefined);
      this.#isKept = false;
    }
  }

  /** The code of now and the one that follows it, as soon as it is there. */
  #computed(seed: Seed): Promise<readonly [Secret, Secret] | 'left'> {
    const now = (): number => this.#ports.now();
    const first = stepOf(seed, now());
    const until = (): number => now() + timeLeftOfStep(seed, now());
    return this.#person.wait(
      'nextCode',
      async (signal) => {
        while (stepOf(seed, now()) <= first) {
          await this.#sleep(timeLeftOfStep(seed, now()), signal);
          if (signal.aborted) {
            return 'left';
          }
        }
        // A computer that slept is further on than one step.
        const last = stepOf(seed, now());
        const [before, after] = await Promise.all(
          [last - 1, last].map(async (step) => new Secret(await this.#ports.codeOf(seed, step))),
        );
        return before && after ? [before, after] : 'left';
      },
      until,
    );
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#ports.setTimer(ms, resolve);
      const abort = (): void => {
        timer.dispose();
        resolve();
      };
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) {
        abort();
      }
    });
  }

  async #enabled(): Promise<Enrolled> {
    const { serial } = this.#wanted;
    await this.#ports.pending.remove(serial);
    return { kind: 'enrolled', serial, isKept: this.#isKept };
  }

  async #undo(end: 'left' | 'tooLate' | Fault): Promise<Enrolled> {
    const { serial, devices } = this.#wanted;
    const why = typeof end === 'object' && end.kind === 'cancelled' ? 'left' : end;
    const done = await this.#person.wait('deleting', (signal) =>
      cleanUp(this.#ports, this.#caller.iam, serial, signal),
    );
    switch (done) {
      case 'deleted':
        return { kind: 'undone', serial, why };
      case 'enabled':
        if (!this.#isMade) {
          // Nobody has sent codes: the device was there before, and is somebody else's.
          return typeof why === 'object' ? { kind: 'failed', fault: why, devices } : { kind: 'left' };
        }
        // AWS had taken the codes before the answer was lost, or before the person thought better of it.
        return { kind: 'enrolled', serial, isKept: this.#isKept };
      default:
        return { kind: 'remains', serial, why, fault: done };
    }
  }
}
