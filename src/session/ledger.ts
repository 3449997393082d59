import type { Disposable } from './emitter.ts';
import { errorName } from './errorName.ts';
import { isHeld, isOutdated, maxTombstones, merge, newer, type KeptSession } from './kept.ts';
import type { SessionPorts } from './ports.ts';
import { fromRecord, fromStored, toRecord } from './record.ts';
import type { StoredSession } from './types.ts';

/** The part of the ports that keeps records. */
export type LedgerPorts = Pick<SessionPorts, 'store' | 'peers' | 'now' | 'onStoreFailure' | 'log'>;

/**
 * What all windows of the host agree on: the newest record of every session, live or ended. Memory is the truth, the
 * store is where it survives a reload, and the other windows are asked when they say that something changed.
 */
export class Ledger implements Disposable {
  readonly #ports: LedgerPorts;
  readonly #onMerged: (ids: readonly string[]) => void;
  readonly #records = new Map<string, KeptSession>();
  readonly #unsaved = new Set<string>();
  readonly #ended = new AbortController();
  readonly #subscription: Disposable;
  /** What is being stored, by id. */
  readonly #saving = new Map<string, Promise<void>>();
  #storeFailed = false;
  /** The last question to the others, under way or answered; and the one after it, which everybody shares. */
  #asking: Promise<void> = Promise.resolve();
  #askingNext: Promise<void> | undefined;

  /** `onMerged` hears which sessions changed from outside: from the store or from another window. */
  constructor(ports: LedgerPorts, onMerged: (ids: readonly string[]) => void) {
    this.#ports = ports;
    this.#onMerged = onMerged;
    this.#subscription = ports.peers.onDidChange(() => void this.hear());
  }

  get(id: string): KeptSession | undefined {
    return this.#records.get(id);
  }

  values(): IterableIterator<KeptSession> {
    return this.#records.values();
  }

  /** Takes in what the store and the other windows hold. Never rejects. */
  async load(): Promise<void> {
    const [stored, told] = await Promise.all([this.#readStore(), this.#askOthers(this.#ended.signal)]);
    const known = new Map(told.map((record) => [record.id, record.changedAt]));
    if (stored.some((record) => record.changedAt > (known.get(record.id) ?? -1))) {
      // What a window changed right before it closed may be in the store alone.
      this.#ports.peers.announce();
    }
  }

  /**
   * Takes a record of this window, stores it and tells the others. False, and nothing happens, when a newer one is known:
   * somebody ended or renewed the session meanwhile.
   */
  put(kept: KeptSession): boolean {
    const known = this.#records.get(kept.id);
    if (this.#ended.signal.aborted || (known !== undefined && newer(known, kept) !== kept)) {
      return false;
    }
    this.#take(kept);
    this.#save([kept.id, ...this.#dropTombstones()]);
    this.#ports.peers.announce();
    return true;
  }

  /** Asks the other windows now. Never rejects. */
  async pull(signal: AbortSignal): Promise<void> {
    await this.#askOthers(signal);
  }

  /** Knows, when it resolves, what the other windows hold by now; all who wait meanwhile share one question. Never rejects. */
  hear(): Promise<void> {
    // What came after the question that is under way may be missing from its answers.
    this.#askingNext ??= this.#asking = this.#asking.then(() => {
      this.#askingNext = undefined;
      return this.#ended.signal.aborted ? undefined : this.pull(this.#ended.signal);
    });
    return this.#askingNext;
  }

  /** Resolves when everything known has been stored, or could not be. */
  async settled(): Promise<void> {
    while (this.#saving.size > 0) {
      await Promise.all(this.#saving.values());
    }
  }

  dispose(): void {
    this.#ended.abort();
    this.#subscription.dispose();
  }

  /** Takes in what the store holds, and gives what of it is of use. */
  async #readStore(): Promise<readonly StoredSession[]> {
    let values: readonly unknown[] = [];
    try {
      values = await this.#ports.store.load();
    } catch (error) {
      this.#failStore(error);
    }
    const { useful, outdated } = this.#sort(values);
    this.#takeAll(useful);
    // Nobody has a use for these any more; unless another window just told of something newer.
    this.#save(outdated.filter((record) => !this.#records.has(record.id)).map((record) => record.id));
    return useful;
  }

  /** Takes in what the other windows hold, and gives what of it is of use. */
  async #askOthers(signal: AbortSignal): Promise<readonly StoredSession[]> {
    let values: readonly unknown[] = [];
    try {
      values = await this.#ports.peers.pull(signal);
    } catch (error) {
      this.#ports.log(`other windows could not be asked: ${errorName(error)}`);
    }
    const { useful } = this.#sort(values);
    const changed = this.#takeAll(useful);
    // Also here, although that window stored them: in a browser every tab stores its own view over the others'.
    this.#save([...changed, ...this.#dropTombstones()]);
    return useful;
  }

  /** Reads untrusted values; what is broken or of a newer version is left out. */
  #sort(values: readonly unknown[]): {
    useful: readonly StoredSession[];
    outdated: readonly StoredSession[];
  } {
    const now = this.#ports.now();
    const records = values.map(fromRecord).filter((record) => record !== undefined);
    const old = (record: StoredSession): boolean => isOutdated(fromStored(record), now);
    return { useful: records.filter((record) => !old(record)), outdated: records.filter(old) };
  }

  /** Takes in records from outside, and says which sessions they changed. */
  #takeAll(records: readonly StoredSession[]): readonly string[] {
    if (this.#ended.signal.aborted) {
      return [];
    }
    const changed = records.filter((record) => this.#take(fromStored(record))).map((record) => record.id);
    if (changed.length > 0) {
      this.#onMerged(changed);
    }
    return changed;
  }

  /** True when `kept` changed what is known. */
  #take(kept: KeptSession): boolean {
    const known = this.#records.get(kept.id);
    const merged = known === undefined ? kept : merge(known, kept);
    if (merged === known) {
      return false;
    }
    this.#records.set(kept.id, merged);
    if (known !== undefined && merged !== kept) {
      // A tombstone learned a later end from this window's credentials: whoever ended the session does not know it.
      this.#ports.peers.announce();
    }
    return true;
  }

  /** Forgets the oldest tombstones above the limit, and gives their ids. */
  #dropTombstones(): readonly string[] {
    const tombstones = Array.from(this.#records.values()).filter((kept) => !isHeld(kept));
    const surplus = tombstones
      .sort((a, b) => b.changedAt - a.changedAt)
      .slice(maxTombstones)
      .map((kept) => kept.id);
    for (const id of surplus) {
      this.#records.delete(id);
    }
    return surplus;
  }

  /**
   * All items at once, for when the window goes nothing more can be sent: what the store has been told of by then, it
   * does. One save at a time of an item, as it is when its turn comes: an older state never overtakes a newer one.
   */
  #save(ids: readonly string[]): void {
    for (const id of ids) {
      this.#unsaved.add(id);
      if (!this.#saving.has(id)) {
        this.#saving.set(
          id,
          Promise.resolve().then(() => this.#saveItem(id)),
        );
      }
    }
  }

  async #saveItem(id: string): Promise<void> {
    while (this.#unsaved.delete(id)) {
      const kept = this.#records.get(id);
      try {
        await (kept === undefined ? this.#ports.store.remove(id) : this.#ports.store.save(toRecord(kept)));
      } catch (error) {
        this.#failStore(error);
      }
    }
    this.#saving.delete(id);
  }

  #failStore(error: unknown): void {
    this.#ports.log(`store failed: ${errorName(error)}`);
    if (!this.#storeFailed) {
      this.#storeFailed = true;
      this.#ports.onStoreFailure(error);
    }
  }
}
