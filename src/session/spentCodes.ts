import { errorName } from './errorName.ts';
import type { Peers } from './types.ts';

/** What remembering used codes asks of the world. */
export interface SpentCodePorts {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** SHA-256 or the like, in hexadecimal digits. */
  hash(text: string): string;
  readonly exclusive: Peers['exclusive'];
  /** What all windows of the host share; each call may reject. */
  readonly file: {
    read(): Promise<unknown>;
    write(value: unknown): Promise<void>;
    /** True for one caller of all windows only, for as long as a code is of use. `name`: hexadecimal digits; `now`: ms UTC. */
    claim(name: string, now: number): Promise<boolean>;
  };
  /** One line for the log, without a secret. */
  log(line: string): void;
}

interface SpentCode {
  readonly hash: string;
  /** ms UTC at which it was handed out. */
  readonly at: number;
}

/**
 * AWS takes a code until about one period after its own; what is longer ago than this is refused anyway, and six digits
 * come again by chance. Milliseconds.
 */
const rememberedMs = 5 * 60_000;

/** Codes that were handed out to be sent, by any window of this host. AWS takes each once. */
export class SpentCodes {
  readonly #ports: SpentCodePorts;
  /** What this window handed out: the truth where the file cannot be read or written. */
  #own: readonly SpentCode[] = [];

  constructor(ports: SpentCodePorts) {
    this.#ports = ports;
  }

  /** Runs `work` while no other window hands out a code of the device. Rejects with the signal's reason when aborted. */
  alone<T>(serial: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#ports.exclusive(`mfa-code ${serial}`, signal, work);
  }

  /** Hands out a code: true for the first who asks for it. Only within `alone`. Never rejects. */
  async spend(serial: string, code: string): Promise<boolean> {
    const now = this.#ports.now();
    const hash = this.#ports.hash(`${serial} ${code}`);
    const known = [...(await this.#read()), ...this.#own].filter(({ at }) => isRecent(at, now));
    // A window that was stopped in its turn has read what is not true any more when it wakes: the claim knows.
    if (known.some((spent) => spent.hash === hash) || !(await this.#claim(hash, now))) {
      return false;
    }
    const spent = { hash, at: now };
    this.#own = [...this.#own.filter(({ at }) => isRecent(at, now)), spent];
    const all = new Map([...known, spent].map((each) => [each.hash, each.at]));
    try {
      await this.#ports.file.write({ version: 1, spent: [...all] });
    } catch (error) {
      this.#ports.log(`used codes not written: ${errorName(error)}`);
    }
    return true;
  }

  async #claim(hash: string, now: number): Promise<boolean> {
    try {
      return await this.#ports.file.claim(hash, now);
    } catch (error) {
      this.#ports.log(`used code not claimed: ${errorName(error)}`);
      return true;
    }
  }

  async #read(): Promise<readonly SpentCode[]> {
    try {
      return parse(await this.#ports.file.read());
    } catch (error) {
      this.#ports.log(`used codes not read: ${errorName(error)}`);
      return [];
    }
  }
}

/** Either side of now: a clock that was set back does not make codes new again. */
function isRecent(at: number, now: number): boolean {
  return Math.abs(now - at) < rememberedMs;
}

/** Trusts nothing: the file may be cut short, or a later version's. */
function parse(value: unknown): readonly SpentCode[] {
  if (typeof value !== 'object' || value === null || !('spent' in value) || !Array.isArray(value.spent)) {
    return [];
  }
  return value.spent.flatMap((each: unknown) => {
    const [hash, at] = Array.isArray(each) ? (each as unknown[]) : [];
    return typeof hash === 'string' && typeof at === 'number' ? [{ hash, at }] : [];
  });
}
