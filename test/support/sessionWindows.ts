import { profileOf } from '../../src/session/view.ts';
import type { Credentials } from '../../src/aws/credentials.ts';
import type { Fault } from '../../src/aws/faults.ts';
import type { Plan, PlanResult, SessionRequest } from '../../src/aws/planModel.ts';
import type { RunResult } from '../../src/aws/run.ts';
import { Secret } from '../../src/aws/secret.ts';
import type { Answer, Attendance } from '../../src/session/attendance.ts';
import type { NoteFile } from '../../src/session/renewalNote.ts';
import type { RunChoices, SessionPorts } from '../../src/session/ports.ts';
import { Sessions } from '../../src/session/sessions.ts';
import type { Session, StoredSession } from '../../src/session/types.ts';
import { FakeClock } from './fakeClock.ts';
import { FakeHost, type WindowPeers } from './fakePeers.ts';
import { MemoryStore } from './memoryStore.ts';

export const minute = 60_000;
export const hour = 60 * minute;
/** 2026-01-01 12:00 UTC. */
export const noon = 1_767_268_800_000;

/** A call to AWS that waits for the test to answer it. */
export interface Call {
  readonly plan: Plan;
  readonly window: string;
  readonly signal: AbortSignal;
  readonly durationSeconds: number | undefined;
  /** No person is behind it. */
  readonly unattended: boolean;
  /** New credentials that last so long (ms), or no known end. */
  grant(lifeMs?: number | 'unknown'): void;
  refuse(fault: Fault): void;
}

/** A profile that is the role of the same name; `person`: with an MFA device. */
export function profile(name: string): SessionRequest {
  return { kind: 'profile', profile: name };
}

/** The note that windows share, as JSON in memory. */
export class MemoryNote implements NoteFile {
  text: string | undefined;

  async read(): Promise<unknown> {
    return this.text === undefined ? undefined : JSON.parse(this.text);
  }

  async write(value: unknown): Promise<void> {
    this.text = JSON.stringify(value);
  }
}

/** One machine: a clock, a store, AWS, and windows on it. */
export class Machine {
  readonly clock = new FakeClock(noon);
  readonly store = new MemoryStore();
  readonly host = new FakeHost();
  readonly note = new MemoryNote();
  /** What windows draw to keep out of each other's way. */
  random = (): number => 0.5;
  /** Calls to AWS that nobody has answered yet. */
  readonly calls: Call[] = [];
  /** How often AWS was called, by profile. */
  readonly asked = new Map<string, number>();
  /** Profiles whose plan needs a person. */
  readonly withMfa = new Set<string>();
  /** MFA devices whose authenticator is stored. */
  readonly answered = new Set<string>();
  /** Profiles whose role was changed in the file. */
  readonly edited = new Set<string>();
  /** Profiles that are not in the file any more. */
  readonly deleted = new Set<string>();
  /** Every lock that two calls held at once: stays empty. */
  readonly overlaps: string[] = [];
  readonly log: string[] = [];
  /** Set to answer calls as they come. */
  onCall: ((call: Call) => void) | undefined;
  /** By how much the clock on the wall is ahead of AWS's, as its answers say, ms. */
  skewMs = 1234;
  #serial = 0;

  open(name = 'A'): Window {
    return new Window(this, name);
  }

  /** The only call that waits. */
  call(): Call {
    const [call] = this.calls;
    if (call === undefined || this.calls.length > 1) {
      throw new Error(`${this.calls.length} calls wait, not one`);
    }
    return call;
  }

  plan(request: SessionRequest): PlanResult {
    const name = profileOf(request);
    if (this.deleted.has(name)) {
      return { ok: false, problems: [], hops: [] };
    }
    const target = { region: 'eu-west-1', endpoint: 'https://sts.eu-west-1.amazonaws.com' };
    const place = { file: 'config', line: 1 } as const;
    return {
      ok: true,
      plan: {
        name,
        base: {
          kind: 'staticKeys',
          profile: 'default',
          accessKeyId: 'AKIAEXAMPLEBASE00000',
          secretAccessKey: new Secret('EXAMPLEKEYBASE'),
          sessionToken: undefined,
          accountId: '111122223333',
          place,
        },
        steps: [
          {
            kind: 'assumeRole',
            profile: name,
            roleArn: `arn:aws:iam::222233334444:role/${name}${this.edited.has(name) ? '-edited' : ''}`,
            accountId: '222233334444',
            sessionName: undefined,
            externalId: undefined,
            durationSeconds: undefined,
            maxDurationSeconds: 43_200,
            mfaSerial: this.withMfa.has(name) ? 'arn:aws:iam::111122223333:mfa/ada' : undefined,
            target,
            place,
          },
        ],
        target,
        region: 'eu-west-1',
        problems: [],
      },
    };
  }

  run(
    window: string,
    plan: Plan,
    signal: AbortSignal,
    { durationSeconds, unattended = false }: RunChoices = {},
  ): Promise<RunResult> {
    this.asked.set(plan.name, (this.asked.get(plan.name) ?? 0) + 1);
    const twin = this.calls.find((call) => idOf(call.plan) === idOf(plan) && !call.signal.aborted);
    if (twin) {
      this.overlaps.push(`${twin.window} and ${window} for ${plan.name}`);
    }
    return new Promise((resolve) => {
      const answer = (result: RunResult): void => {
        const place = this.calls.indexOf(call);
        if (place >= 0) {
          this.calls.splice(place, 1);
          resolve(result);
        }
      };
      const call: Call = {
        plan,
        window,
        signal,
        durationSeconds,
        unattended,
        grant: (lifeMs = hour) =>
          answer({ ok: true, credentials: this.#credentials(lifeMs), serverSkewMs: this.skewMs }),
        refuse: (fault) => answer({ ok: false, fault, step: 0 }),
      };
      signal.addEventListener('abort', () => call.refuse({ kind: 'cancelled' }));
      this.calls.push(call);
      this.onCall?.(call);
    });
  }

  #credentials(lifeMs: number | 'unknown'): Credentials {
    this.#serial += 1;
    return {
      accessKeyId: `ASIAEXAMPLE${this.#serial}`,
      secretAccessKey: new Secret(`EXAMPLEKEY${this.#serial}`),
      sessionToken: new Secret(`EXAMPLETOKEN${this.#serial}`),
      expiresAt:
        lifeMs === 'unknown'
          ? undefined
          : this.clock.now() - (Math.abs(this.skewMs) < 10_000 ? 0 : this.skewMs) + lifeMs,
      accountId: '222233334444',
      arn: 'arn:aws:sts::222233334444:assumed-role/r/s',
    };
  }
}

/** The person in front of a window: what they were asked and told, and what they say. */
export class Person implements Attendance {
  focused = true;
  readonly asked: { readonly name: string; answer(answer: Answer | undefined): void }[] = [];
  readonly troubles: string[] = [];
  readonly skews: number[] = [];

  isFocused(): boolean {
    return this.focused;
  }

  ask(session: Session): Promise<Answer | undefined> {
    return new Promise((resolve) => this.asked.push({ name: session.name, answer: resolve }));
  }

  tellTrouble(session: Session, fault: Fault): void {
    this.troubles.push(`${session.name} ${fault.kind}`);
  }

  tellSkew(skewMs: number): void {
    this.skews.push(skewMs);
  }
}

/** One window with its sessions. */
export class Window {
  readonly name: string;
  readonly peers: WindowPeers;
  readonly sessions: Sessions;
  /** Timers that this window runs. */
  timers = 0;
  /** The most that it ever ran at once. */
  mostTimers = 0;
  fired = 0;
  storeFailures = 0;
  readonly #machine: Machine;

  constructor(machine: Machine, name: string, change: Partial<SessionPorts> = {}) {
    this.#machine = machine;
    this.name = name;
    this.peers = machine.host.open((): readonly StoredSession[] => this.sessions.records());
    this.sessions = new Sessions({
      plan: async (request) => machine.plan(request),
      planId: idOf,
      answersMfa: (serial) => machine.answered.has(serial),
      run: (plan, signal, options) => machine.run(name, plan, signal, options),
      now: () => machine.clock.now(),
      monotonic: () => machine.clock.monotonic(),
      random: () => machine.random(),
      note: machine.note,
      setTimer: (ms, callback) => this.#setTimer(ms, callback),
      warnMs: () => 10 * minute,
      store: machine.store,
      peers: this.peers,
      onStoreFailure: () => {
        this.storeFailures += 1;
      },
      log: (line) => void machine.log.push(`${name}: ${line}`),
      ...change,
    });
    this.sessions.onDidChange(() => {
      this.fired += 1;
    });
  }

  /** The window is gone without a word. */
  kill(): void {
    this.#machine.host.kill(this.peers);
  }

  #setTimer(ms: number, callback: () => void): { dispose(): void } {
    this.timers += 1;
    this.mostTimers = Math.max(this.mostTimers, this.timers);
    let running = true;
    const stop = (): void => {
      this.timers -= running ? 1 : 0;
      running = false;
    };
    const timer = this.#machine.clock.setTimer(ms, () => {
      stop();
      callback();
    });
    return {
      dispose: () => {
        stop();
        timer.dispose();
      },
    };
  }
}

/** The id of the fake plans: the role's name, in the characters that ids may have. */
export function idOf(plan: Plan): string {
  const [step] = plan.steps;
  const role = step?.kind === 'assumeRole' ? step.roleArn : plan.name;
  return role.slice(role.lastIndexOf('/') + 1).toLowerCase();
}

/** A signal that nobody aborts. */
export const never = new AbortController().signal;
