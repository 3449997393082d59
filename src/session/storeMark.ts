/** What a mark in the store is made from. */
export interface StoreMarkPorts {
  /** Another one at each run of the editor in whose memory a store may lie; undefined where nobody knows. */
  readonly run: string | undefined;
  /** The store. Any call may reject. */
  readonly items: Promise<{
    read(id: string): Promise<unknown>;
    write(id: string, value: object): Promise<void>;
  }>;
  /** What outlives the run in any case, for all windows. No secret. */
  readonly notes: {
    get(key: string): unknown;
    set(key: string, value: string | undefined): Promise<void>;
  };
}

const markId = 'restart';
/** The run that has left a mark. */
const leftBy = 'secretProbe';
/** The run that has found a mark gone. */
const missedBy = 'secretProbeMissed';

/** Something in the secret store that a later run of the editor looks for: no store says itself that it forgets. */
export class StoreMark {
  readonly #ports: StoreMarkPorts;

  constructor(ports: StoreMarkPorts) {
    this.#ports = ports;
  }

  /** True when a mark was left for a later run of the editor to look for. */
  get isLeft(): boolean {
    return this.#ports.notes.get(leftBy) !== undefined;
  }

  /**
   * Whether what an earlier run of the editor has stored is still there; leaves a mark for the next one. What a run has
   * found gone it says to its end, in every window: the mark that it leaves itself proves nothing.
   */
  async outlives(): Promise<boolean | undefined> {
    const { run, items, notes } = this.#ports;
    if (run === undefined) {
      return undefined;
    }
    // The note is read before the mark, which is written before it.
    const noted = notes.get(leftBy);
    const mark = await (await items).read(markId);
    const stored = typeof mark === 'object' && mark !== null && 'run' in mark ? mark.run : undefined;
    if (stored !== undefined && stored !== run) {
      if (notes.get(missedBy) !== undefined) {
        await notes.set(missedBy, undefined);
      }
      return true;
    }
    if (stored === undefined && noted !== undefined) {
      await notes.set(missedBy, run);
      // What a store does not take now is no news of it.
      await this.leave().catch(() => undefined);
      return false;
    }
    if (noted === undefined) {
      await this.leave();
    }
    return notes.get(missedBy) === run ? false : undefined;
  }

  /** Leaves something for a later run of the editor to look for. Rejects when the store fails. */
  async leave(): Promise<void> {
    const { run, items, notes } = this.#ports;
    if (run !== undefined) {
      await (await items).write(markId, { version: 1, run });
      await notes.set(leftBy, run);
    }
  }
}
