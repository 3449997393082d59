import type { Effects, MfaQuestion } from '../aws/effects.ts';
import type { Fault } from '../aws/faults.ts';
import { Secret } from '../aws/secret.ts';
import type { Seed } from '../aws/seed.ts';
import { stepOf, timeLeftOfStep } from '../aws/seed.ts';
import type { Disposable } from './emitter.ts';
import { errorName } from './errorName.ts';
import { SpentCodes, type SpentCodePorts } from './spentCodes.ts';
import { unlessAborted } from './unlessAborted.ts';

/** The authenticators that a person has stored. */
export interface SeedSource {
  /** True when a seed of the device is stored and could be read so far. */
  has(serial: string): boolean;
  /** The device's seed; undefined when there is none, or when the store has lost it. May reject. */
  find(serial: string): Promise<Seed | undefined>;
}

/** All that codes ask of the world. */
export interface CodePorts extends SpentCodePorts {
  readonly seeds: SeedSource;
  /** The seed's code of a time step (totp.ts). */
  codeOf(seed: Seed, step: number): Promise<string>;
  /** How far our clock is ahead of AWS's, ms; undefined while nobody knows. */
  skewMs(): number | undefined;
  /** Calls back once after `ms` of real time, unless disposed of before. */
  setTimer(ms: number, callback: () => void): Disposable;
  /** Asks the person. */
  readonly type: Effects['askMfa'];
  /** Other sources of a code that need nobody to type, tried in their order before the person is asked. */
  readonly others: readonly CodeSource[];
}

/** A source of codes beside seeds and typing. */
export interface CodeSource {
  /** A process makes a new code every half minute, and was meant to have one; a clipboard holds by chance what it holds. */
  readonly kind: 'process' | 'clipboard';
  /** Digits, or undefined when it has none. May reject, and may take no notice of the signal. */
  ask(question: MfaQuestion, signal: AbortSignal): Promise<string | undefined>;
}

/** AWS's devices show a code for so long, seconds. */
const devicePeriod = { period: 30 };

/** A timer may fire a little early, and a program that then runs would print the same code again. Milliseconds. */
const earlyMs = 500;

/**
 * A code is not sent when it changes within this time: it would be the one before when AWS reads it. Milliseconds; a
 * quarter of the period where that is less.
 */
const marginMs = 3000;

/** AWS takes a code until a period after its own; one that is refused so long after it was given was late. Milliseconds. */
const lateMs = 60_000;

/** TokenCode has six digits: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const stsDigits = 6;

/** AWS's clock is known to a second, and the answer took its time: less than this is no skew. Milliseconds. */
const noiseMs = 2000;

/**
 * After AWS refused a seed's code, people are asked instead for this long. The code may have been used elsewhere, so the
 * seed is not given up for ever. Milliseconds.
 */
const refusedMs = 5 * 60_000;

/** Noting a used code takes milliseconds; whoever takes longer hangs, and does not hold up an enrolment. */
const spendMs = 2000;

/** Gets MFA codes from what is stored, and from the person when nothing else has one. Each code is handed out once. */
export class Codes {
  readonly #ports: CodePorts;
  readonly #spent: SpentCodes;
  readonly #waits = new Map<string, number>();
  /** When a seed last gave a code for a session (ms UTC), and the skew by which that code was made. */
  readonly #given = new Map<string, { readonly at: number; readonly skew: number }>();
  /** When AWS refused a code of the device's seed (ms UTC), and the skew by which that code was made. */
  readonly #refused = new Map<string, { readonly at: number; readonly skew: number }>();

  constructor(ports: CodePorts) {
    this.#ports = ports;
    this.#spent = new SpentCodes(ports);
  }

  /** True when codes of the device come without a person. */
  answers(serial: string): boolean {
    return this.#ports.seeds.has(serial) && !this.#isRefused(serial);
  }

  /** ms UTC until which the start or renewal of a session waits for the next code; undefined when it does not wait. */
  waitsUntil(session: string): number | undefined {
    return this.#waits.get(session);
  }

  /** The seed of the device was changed: what AWS said of the old one does not count any more. */
  forget(serial: string): void {
    this.#refused.delete(serial);
  }

  /**
   * A code that nobody has sent yet. `unattended`: nobody is there to type, and a fault says so. Undefined when the
   * person cancelled. Rejects with the signal's reason when aborted while waiting.
   */
  async ask(
    question: MfaQuestion,
    signal: AbortSignal,
    unattended = false,
  ): Promise<Secret | Fault | undefined> {
    const { serial } = question;
    let { retry } = question;
    if (this.answers(serial) && retry === 'wrongCode' && this.#wasOfWrongTime(question)) {
      this.#ports.log(
        'a code of a stored authenticator was sent too late, or was made by a clock that is off',
      );
      retry = undefined;
    }
    if (this.answers(serial) && retry === 'wrongCode') {
      // Only the seed can have given the code that AWS has just refused.
      this.#refuse(serial);
      this.#ports.log('AWS refused a code of a stored authenticator');
      retry = 'seedRefused';
    } else if (this.answers(serial)) {
      const seed = await this.#seed(serial);
      if (seed?.digits === stsDigits) {
        return new Secret(await this.#next(seed, question, signal));
      }
      retry ??= seed === undefined ? 'seedLost' : 'seedRefused';
      if (seed !== undefined) {
        this.#refuse(serial);
      }
    } else if (this.#isRefused(serial)) {
      retry ??= 'seedRefused';
    }
    if (unattended) {
      return { kind: 'mfaNeedsPerson', serial };
    }
    const other = await this.#fromOthers(question, signal);
    if (other instanceof Secret) {
      return other;
    }
    return this.#fromPerson({ ...question, retry: retry ?? other }, signal);
  }

  /** Remembers codes of the device that are sent by other ways than `ask`, as to enable it. Never rejects. */
  async spend(serial: string, codes: readonly Secret[]): Promise<void> {
    for (const code of codes) {
      await this.#spend(serial, code.reveal(), AbortSignal.timeout(spendMs)).catch(() => false);
    }
  }

  /** The code of this moment, or the next one as often as it takes until one is free. */
  async #next(seed: Seed, { serial, session }: MfaQuestion, signal: AbortSignal): Promise<string> {
    const margin = Math.min(marginMs, (seed.period * 1000) / 4);
    for (;;) {
      const given = await this.#spent.alone(serial, signal, async () => {
        const skew = this.#skew();
        const at = this.#ports.now() - skew;
        const left = timeLeftOfStep(seed, at);
        const step = stepOf(seed, at);
        const code = left <= margin ? undefined : await this.#ports.codeOf(seed, step);
        if (code === undefined || !(await this.#spent.spend(serial, code))) {
          return left;
        }
        // A window that was stopped meanwhile has an old code in its hands: that one is given up.
        return stepOf(seed, this.#awsNow()) === step ? { code, skew } : 1;
      });
      if (typeof given === 'object') {
        this.#given.set(givenKey(serial, session), { at: this.#ports.now(), skew: given.skew });
        return given.code;
      }
      await this.#wait(session, given, signal);
    }
  }

  /** A code, or why a person is asked instead of a source that should have had one. */
  async #fromOthers(question: MfaQuestion, signal: AbortSignal): Promise<Secret | MfaQuestion['retry']> {
    // What they gave was wrong or used: now a person has to look.
    if (question.retry !== undefined) {
      return undefined;
    }
    let why: MfaQuestion['retry'];
    for (const source of this.#ports.others) {
      try {
        const code = await this.#fromOther(source, question, signal);
        if (code instanceof Secret) {
          return code;
        }
        why = code ?? why;
      } catch (error) {
        signal.throwIfAborted();
        why = source.kind === 'process' ? 'sourceFailed' : why;
        this.#ports.log(`no MFA code: ${errorName(error)}`);
      }
    }
    return why;
  }

  /** A code that nobody has sent, waited for where the source makes others; 'usedCode' when it goes on giving a used one. */
  async #fromOther(
    source: CodeSource,
    question: MfaQuestion,
    signal: AbortSignal,
  ): Promise<Secret | 'usedCode' | undefined> {
    for (let before: string | undefined; ;) {
      const code = await unlessAborted(source.ask(question, signal), signal);
      signal.throwIfAborted();
      if (code === undefined) {
        return undefined;
      }
      if (await this.#spend(question.serial, code, signal)) {
        return new Secret(code);
      }
      if (source.kind !== 'process') {
        return undefined;
      }
      if (code === before) {
        return 'usedCode';
      }
      before = code;
      // The program goes by the clock of this computer, whatever AWS's says.
      await this.#wait(question.session, timeLeftOfStep(devicePeriod, this.#ports.now()) + earlyMs, signal);
    }
  }

  async #fromPerson(
    question: MfaQuestion,
    signal: AbortSignal,
  ): Promise<Awaited<ReturnType<Effects['askMfa']>>> {
    for (let { retry } = question; ; retry = 'usedCode') {
      const code = await this.#ports.type({ ...question, retry }, signal);
      if (!(code instanceof Secret) || (await this.#spend(question.serial, code.reveal(), signal))) {
        return code;
      }
    }
  }

  #spend(serial: string, code: string, signal: AbortSignal): Promise<boolean> {
    return this.#spent.alone(serial, signal, () => this.#spent.spend(serial, code));
  }

  async #seed(serial: string): Promise<Seed | undefined> {
    try {
      return await this.#ports.seeds.find(serial);
    } catch (error) {
      this.#ports.log(`stored authenticator not read: ${errorName(error)}`);
      return undefined;
    }
  }

  #refuse(serial: string): void {
    this.#refused.set(serial, { at: this.#ports.now(), skew: this.#skew() });
  }

  /**
   * True when AWS could not take the seed's last code for the session: so much time has passed since then, for the window
   * was stopped; or AWS's time, which it says with a refusal too, is not the one that the code was made for.
   */
  #wasOfWrongTime({ serial, session }: MfaQuestion): boolean {
    const given = this.#given.get(givenKey(serial, session));
    return (
      given !== undefined &&
      (Math.abs(this.#ports.now() - given.at) > lateMs || Math.abs(this.#skew() - given.skew) >= marginMs)
    );
  }

  /** True while AWS's refusal of the stored seed's code still counts. */
  #isRefused(serial: string): boolean {
    const refused = this.#refused.get(serial);
    return (
      refused !== undefined &&
      Math.abs(this.#ports.now() - refused.at) < refusedMs &&
      // The clock was the reason, not the seed, when AWS's time has been learnt since.
      Math.abs(this.#skew() - refused.skew) < marginMs
    );
  }

  #awsNow(): number {
    return this.#ports.now() - this.#skew();
  }

  #skew(): number {
    const skew = this.#ports.skewMs() ?? 0;
    return Math.abs(skew) < noiseMs ? 0 : skew;
  }

  /** Lets a session be seen waiting for a code. Rejects with the signal's reason when aborted. */
  async #wait(session: string, ms: number, signal: AbortSignal): Promise<void> {
    this.#waits.set(session, this.#ports.now() + ms);
    try {
      await this.#sleep(ms, signal);
    } finally {
      this.#waits.delete(session);
    }
  }

  /** Rejects with the signal's reason when aborted. */
  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#ports.setTimer(ms, () => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
      const abort = (): void => {
        timer.dispose();
        resolve();
      };
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) {
        abort();
      }
    });
    signal.throwIfAborted();
  }
}

function givenKey(serial: string, session: string): string {
  return `${serial} ${session}`;
}
