import { generateSync } from 'otplib';

/** An authenticator app's device, as IAM knows it. */
export interface MfaDevice {
  /** ARN of a virtual device, or a hardware serial such as GAHT12345678. */
  readonly serial: string;
  /** Base32, at least 26 characters (128 bits, RFC 4226). */
  readonly seed: string;
}

/** Seconds that one code is shown for (RFC 6238). */
const stepSeconds = 30;
/** AWS takes the code before and the code after the current one as well: clocks of telephones differ. */
const window = [0, 1, -1] as const;
/** How many steps back IAM looks for two codes in a row: ten minutes are generous. */
const stepsBack = 20;

/** Checks codes and remembers which were used: AWS takes each code once. */
export class MfaRegister {
  /** `serial step` of every code that was taken. */
  readonly #spent = new Set<string>();
  #reuses = 0;

  /** How often a right code came a second time: AWS refuses it like a wrong one and says no more. */
  get reuses(): number {
    return this.#reuses;
  }

  /** True when the code is right at `now` (milliseconds) and was not used before; it is used up then. */
  accept(device: MfaDevice, code: string, now: number): boolean {
    for (const step of stepsAround(now)) {
      if (codeAt(device.seed, step) !== code) {
        continue;
      }
      if (!this.#spent.has(`${device.serial} ${step}`)) {
        this.#spent.add(`${device.serial} ${step}`);
        return true;
      }
      this.#reuses += 1;
    }
    return false;
  }

  /**
   * True when the codes are those of two time steps in a row, neither used; both are used up then. IAM looks further back
   * than STS: who takes long gets a device that is out of step.
   * https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html
   */
  acceptPair(device: MfaDevice, [first = '', second = '']: readonly string[], now: number): boolean {
    for (let step = stepOf(now) - stepsBack; step <= stepOf(now); step += 1) {
      const both = [step, step + 1].map((each) => `${device.serial} ${each}`);
      const right = codeAt(device.seed, step) === first && codeAt(device.seed, step + 1) === second;
      if (right && !both.some((each) => this.#spent.has(each))) {
        both.forEach((each) => this.#spent.add(each));
        return true;
      }
    }
    return false;
  }

  /** A device is gone: one that is made later under its name is another one. */
  forget(serial: string): void {
    for (const used of [...this.#spent].filter((each) => each.startsWith(`${serial} `))) {
      this.#spent.delete(used);
    }
  }

  /** The code of this moment, used or not. */
  current(device: MfaDevice, now: number): string {
    return codeAt(device.seed, stepOf(now));
  }

  /** A code that would be taken at `now`, or undefined when the three that could be are used up. */
  unused(device: MfaDevice, now: number): string | undefined {
    const step = stepsAround(now).find((candidate) => !this.#spent.has(`${device.serial} ${candidate}`));
    return step === undefined ? undefined : codeAt(device.seed, step);
  }
}

/** The six digits of a time step. Throws on a seed that is not Base32 or too short. */
export function codeAt(seed: string, step: number): string {
  return generateSync({ secret: seed, epoch: step * stepSeconds, period: stepSeconds });
}

/** The number of the time step that `now` (milliseconds) falls into. */
export function stepOf(now: number): number {
  return Math.floor(now / 1000 / stepSeconds);
}

function stepsAround(now: number): readonly number[] {
  return window.map((offset) => stepOf(now) + offset);
}
