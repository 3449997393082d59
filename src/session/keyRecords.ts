import { sameKeys } from '../aws/keyLines.ts';
import type { FileRole } from '../aws/problems.ts';
import { Emitter, type Disposable, type Event } from './emitter.ts';
import { errorName } from './errorName.ts';
import { fromStored, isRestarted, toStored } from './keyRecord.ts';
import type { Boot, KeyRecord } from './keyRecord.ts';

/** What the records ask of the world. */
export interface KeyRecordsPorts {
  /** One item a pair of keys. Any call may reject. */
  readonly items: Promise<KeyItems>;
  /** This run. */
  readonly boot: Boot;
  /** What this machine remembers of keys on their way in, so that a store that loses them is found out. No secret. */
  readonly notes: {
    get(): readonly KeyNote[];
    set(notes: readonly KeyNote[]): Promise<void>;
  };
  /** One line for the log, without a secret. */
  log(line: string): void;
}

/** The store, as `SecretItems` has it. */
export interface KeyItems {
  ids(): Promise<readonly string[]>;
  read(id: string): Promise<unknown>;
  write(id: string, value: object): Promise<void>;
  remove(id: string): Promise<void>;
  onDidChange(listener: (id: string) => void): Disposable;
}

/** Keys that were stored and have not been read back yet. */
export interface KeyNote {
  readonly id: string;
  readonly profile: string;
  readonly boot: Boot;
  /** Where they stand as well; undefined: nowhere. */
  readonly file: FileRole | undefined;
}

/** The vault's records in the secret store, and what is noted beside it of those that it has not given back yet. */
export class KeyRecords implements Disposable {
  readonly #ports: KeyRecordsPorts;
  readonly #changes = new Emitter<void>();
  /** What this window has read: served when the store fails later on. */
  readonly #known = new Map<string, KeyRecord>();
  #listening: Disposable | undefined;
  #disposed = false;

  constructor(ports: KeyRecordsPorts) {
    this.#ports = ports;
    void this.#listen();
  }

  /** Keys came, went or changed, in whatever window of the desktop. */
  get onDidChange(): Event<void> {
    return this.#changes.event;
  }

  /** The record of an id; undefined when there is none. Rejects when the store fails and it was never read before. */
  async find(id: string): Promise<KeyRecord | undefined> {
    try {
      const record = await this.#read(id);
      if (record === undefined) {
        this.#known.delete(id);
      } else {
        this.#known.set(id, record);
      }
      return record;
    } catch (error) {
      const known = this.#known.get(id);
      if (known === undefined) {
        throw error;
      }
      this.#ports.log(`keys not read, going on with what is in memory: ${errorName(error)}`);
      return known;
    }
  }

  /** Every record that can be read. Rejects when the store fails. */
  async all(): Promise<readonly KeyRecord[]> {
    const records: KeyRecord[] = [];
    for (const id of await (await this.#ports.items).ids()) {
      const record = await this.#read(id);
      if (record !== undefined) {
        records.push(record);
      }
    }
    return records;
  }

  /** True when something is stored under an id, readable or not. Rejects when the store fails. */
  async isTaken(id: string): Promise<boolean> {
    return (await (await this.#ports.items).read(id)) !== undefined;
  }

  /** Stores what is new, and notes it until a later run has read it. False when the store does not keep it: then nothing is left. */
  async add(part: Omit<KeyRecord, 'boot'>): Promise<boolean> {
    const { boot, notes } = this.#ports;
    const { id, profile, layout } = part;
    const others = notes.get().filter((note) => note.id !== id);
    await notes.set([...others, { id, profile, boot, file: layout?.file }]);
    let isKept = false;
    try {
      isKept = await this.write({ ...part, boot });
    } catch (error) {
      this.#ports.log(`keys not stored: ${errorName(error)}`);
    }
    if (!isKept) {
      await this.unnote(id);
      // What a store half took must not lie there.
      await (await this.#ports.items).remove(id).catch(() => undefined);
    }
    return isKept;
  }

  /** Writes over what there is. False when the store does not give back what it was given. Rejects when it fails. */
  async write(record: KeyRecord): Promise<boolean> {
    const items = await this.#ports.items;
    await items.write(record.id, toStored(record));
    const back = fromStored(await items.read(record.id));
    const isKept = back !== undefined && sameKeys(back.keys, record.keys) && back.stage === record.stage;
    if (isKept) {
      this.#known.set(record.id, record);
    }
    this.#changes.fire();
    return isKept;
  }

  /** Rejects when the store fails. */
  async forget(id: string): Promise<void> {
    await (await this.#ports.items).remove(id);
    this.#known.delete(id);
    await this.unnote(id);
    this.#changes.fire();
  }

  /** The store has given it back: nothing is to be found out any more. */
  async unnote(id: string): Promise<void> {
    const { notes } = this.#ports;
    const noted = notes.get();
    if (noted.some((note) => note.id === id)) {
      await notes.set(noted.filter((note) => note.id !== id));
    }
  }

  /** What an earlier run noted as stored and is not among the `records` now; it is told once. */
  async missed(records: readonly KeyRecord[]): Promise<readonly KeyNote[]> {
    const { notes, boot } = this.#ports;
    const noted = notes.get();
    const missed = noted.filter(
      (note) => isRestarted(note.boot, boot) && !records.some(({ id }) => id === note.id),
    );
    if (missed.length > 0) {
      await notes.set(noted.filter((note) => !missed.includes(note)));
    }
    return missed;
  }

  dispose(): void {
    this.#disposed = true;
    this.#listening?.dispose();
    this.#changes.dispose();
  }

  async #listen(): Promise<void> {
    const items = await this.#ports.items;
    if (!this.#disposed) {
      this.#listening = items.onDidChange((id) => {
        this.#known.delete(id);
        this.#changes.fire();
      });
    }
  }

  async #read(id: string): Promise<KeyRecord | undefined> {
    const record = fromStored(await (await this.#ports.items).read(id));
    return record?.id === id ? record : undefined;
  }
}
