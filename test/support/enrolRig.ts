import type { Fault } from '../../src/aws/faults.ts';
import { isFault } from '../../src/aws/faults.ts';
import type { MfaDevicesApi, NewMfaDevice } from '../../src/aws/mfaDevices.ts';
import { Secret } from '../../src/aws/secret.ts';
import { codeOfStep } from '../../src/aws/totp.ts';
import { createIam } from '../../src/clients/iam.ts';
import { createStsSender } from '../../src/clients/sts.ts';
import { cleanUp, enrol } from '../../src/session/enrolment.ts';
import type {
  CleanedUp,
  EnrolAgain,
  EnrolCaller,
  Enrolled,
  EnrolPerson,
  EnrolPorts,
  EnrolWait,
} from '../../src/session/enrolPorts.ts';
import { PendingDevices } from '../../src/session/pendingDevices.ts';
import { codeAt, stepOf } from '../sandbox/mfa.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { enrolData, enrolKeys } from './enrolWorld.ts';
import { FakeHost } from './fakePeers.ts';

/** What somebody does who enrols a device; where it says nothing they do what leads to the end. */
export interface Script {
  name?(suggested: string, again: EnrolAgain | undefined): string | undefined;
  way?(again: EnrolAgain | undefined, signal: AbortSignal): Promise<'typed' | 'kept' | undefined>;
  mayKeep?(): boolean;
  codes?(again: EnrolAgain | undefined): readonly [string, string] | undefined;
  /** Presses Cancel while this is waited for. */
  cancel?: EnrolWait;
}

/** A sandbox with a clock of its own, in which time passes when somebody waits for it, and one host's notes. */
export class EnrolRig {
  readonly sandbox: Sandbox;
  readonly pending: PendingDevices;
  readonly kept = new Map<string, NewMfaDevice>();
  readonly spent: string[] = [];
  /** What was shown, and what is shown still. */
  readonly shown: NewMfaDevice[] = [];
  open = 0;
  /** What the store does with a seed. */
  keeps: 'kept' | 'lost' | 'throws' = 'kept';
  /** What came of calls that were to be spoilt on the way back: done at AWS, and the answer lost. */
  readonly lost = new Set<keyof MfaDevicesApi>();
  note: unknown;
  /** In place of calling, when a long wait is set: nobody answers for a quarter of an hour. */
  onTimer: (ms: number, callback: () => void) => void = (ms, callback) => {
    setImmediate(() => {
      this.clock.now += ms;
      callback();
    });
  };
  readonly clock: { now: number };

  constructor(sandbox: Sandbox, clock: { now: number }) {
    this.sandbox = sandbox;
    this.clock = clock;
    const window = new FakeHost().open(() => []);
    this.pending = new PendingDevices({
      exclusive: (key, signal, work) => window.exclusive(key, signal, work),
      file: {
        read: () => Promise.resolve(this.note),
        write: (value) => {
          this.note = JSON.parse(JSON.stringify(value));
          return Promise.resolve();
        },
      },
      log: () => undefined,
    });
  }

  static async start(): Promise<EnrolRig> {
    const clock = { now: Date.parse('2026-11-23T10:00:04Z') };
    return new EnrolRig(await startSandbox({ data: enrolData(), clock: () => clock.now }), clock);
  }

  caller(user: string): EnrolCaller {
    const { accessKeyId, secretAccessKey } = enrolKeys(user);
    const keys = { accessKeyId, secretAccessKey: new Secret(secretAccessKey), sessionToken: undefined };
    const endpoint = this.sandbox.url;
    return {
      profile: user,
      iam: { keys, target: { region: 'us-east-1', endpoint } },
      sts: { keys, target: { region: 'eu-central-1', endpoint } },
    };
  }

  ports(): EnrolPorts {
    const now = (): number => this.clock.now;
    const send = createStsSender({ now });
    const { mfaDevices } = createIam({ now });
    return {
      devices: this.#spoilt(mfaDevices),
      identity: async ({ sts }, signal) => {
        const reply = await send({ kind: 'callerIdentity' }, sts.keys, sts.target, signal);
        return reply.kind === 'identity'
          ? reply.identity
          : isFault(reply)
            ? reply
            : { kind: 'internal', message: reply.kind };
      },
      pending: this.pending,
      seeds: {
        add: (device) => {
          if (this.keeps === 'throws') {
            return Promise.reject(new Error('the store fails'));
          }
          this.kept.set(device.serial, device);
          return Promise.resolve(this.keeps === 'kept');
        },
        remove: (serial) => {
          this.kept.delete(serial);
          return Promise.resolve();
        },
      },
      spend: (_serial, codes) => {
        this.spent.push(...codes.map((code) => code.reveal()));
        return Promise.resolve();
      },
      codeOf: (seed, step) => Promise.resolve(codeOfStep(seed, step)),
      now,
      setTimer: (ms, callback) => {
        let over = false;
        if (ms < 60_000) {
          this.onTimer(ms, () => {
            if (!over) {
              callback();
            }
          });
        } else {
          this.late = callback;
        }
        return { dispose: () => void (over = true) };
      },
    };
  }
  /** Lets the time be over that a person has. */
  late: () => void = () => undefined;

  enrol(user: string, script: Script = {}): Promise<Enrolled> {
    return enrol(this.ports(), this.caller(user), this.person(script));
  }

  cleanUp(user: string, serial: string): Promise<CleanedUp> {
    return cleanUp(this.ports(), this.caller(user).iam, serial, new AbortController().signal);
  }

  /** The codes that the phone shows now and showed before. */
  codesOf(seed: string): [string, string] {
    const step = stepOf(this.clock.now) - 1;
    return [codeAt(seed, step), codeAt(seed, step + 1)];
  }

  /** The names of the calls so far with what came of them. */
  calls(): readonly string[] {
    return this.sandbox.journal.map(({ operation, status }) => `${operation} ${String(status)}`);
  }

  /** The devices that a user has, and those that nobody has, as AWS sees it. */
  async serials(user: string): Promise<readonly string[] | Fault> {
    const { mfaDevices } = createIam({ now: () => this.clock.now });
    return mfaDevices.list(this.caller(user).iam, new AbortController().signal);
  }

  person(script: Script): EnrolPerson {
    return {
      name: ({ suggested, again }) =>
        Promise.resolve(script.name === undefined ? suggested : script.name(suggested, again)),
      show: (device) => {
        this.shown.push(device);
        this.open += 1;
        return { dispose: () => void (this.open -= 1) };
      },
      way: (_serial, again, signal) =>
        script.way === undefined ? Promise.resolve('typed') : script.way(again, signal),
      mayKeep: () => Promise.resolve(script.mayKeep?.() ?? true),
      codes: (_serial, again) => {
        const seed = this.shown.at(-1)?.seed.secret.reveal() ?? '';
        const codes = script.codes === undefined ? this.codesOf(seed) : script.codes(again);
        return Promise.resolve(codes && [new Secret(codes[0]), new Secret(codes[1])]);
      },
      wait: (what, work) => {
        const controller = new AbortController();
        if (script.cancel === what) {
          controller.abort();
        }
        return work(controller.signal);
      },
    };
  }

  #spoilt(api: MfaDevicesApi): MfaDevicesApi {
    const lost: Fault = { kind: 'timedOut', host: 'iam', seconds: 30 };
    const isLost = (call: keyof MfaDevicesApi): boolean => this.lost.has(call);
    return {
      list: async (...call) => {
        const done = await api.list(...call);
        return isLost('list') ? lost : done;
      },
      create: async (...call) => {
        const done = await api.create(...call);
        return isLost('create') ? lost : done;
      },
      enable: async (...call) => {
        const done = await api.enable(...call);
        return isLost('enable') ? lost : done;
      },
      remove: async (...call) => (isLost('remove') ? lost : api.remove(...call)),
    };
  }
}
