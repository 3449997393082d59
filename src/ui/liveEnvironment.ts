import type { PlanEnvironment } from '../aws/planModel.ts';
import { mfaDevices, mfaUse } from './mfaSettings.ts';
import { issuers as issuerSettings, mfaSessionDurationSeconds } from './settings.ts';

/** The environment of planning with what the settings say: the same object until those change. */
export class LiveEnvironment {
  readonly #fixed: PlanEnvironment;
  #text = '';
  #now: PlanEnvironment | undefined;
  #stale = true;

  constructor(fixed: PlanEnvironment) {
    this.#fixed = fixed;
  }

  /** The settings may have changed. */
  changed(): void {
    this.#stale = true;
  }

  /** What holds now. Read once a change: a tree of thousands of profiles asks for each of them. */
  get now(): PlanEnvironment {
    if (this.#now !== undefined && !this.#stale) {
      return this.#now;
    }
    const { issuers, broken } = issuerSettings();
    const [uses, devices, seconds] = [mfaUse(), mfaDevices(), mfaSessionDurationSeconds()];
    const text = JSON.stringify([[...issuers, ...broken], [...uses], [...devices], seconds]);
    if (this.#now === undefined || text !== this.#text) {
      this.#now = {
        ...this.#fixed,
        issuers,
        brokenIssuers: broken,
        mfaUse: uses,
        mfaDevices: devices,
        mfaSessionSeconds: seconds,
      };
    }
    this.#text = text;
    this.#stale = false;
    return this.#now;
  }
}
