import { errorName } from './errorName.ts';
import type { Peers } from './types.ts';

/** Trouble with a session or with a host: when it may be tried again, and how often it failed in a row. */
export interface Trouble {
  /** ms UTC by the clock on the wall. */
  readonly until: number;
  readonly tries: number;
  /** What failed last, as a kind of fault. */
  readonly fault: string;
}

/** That a person was asked about credentials before their end, and what came of it. */
export interface Asked {
  /** Which credentials: ms UTC at which they came. */
  readonly startedAt: number;
  /** ms UTC by the clock on the wall at which to ask once more; undefined: not any more. */
  readonly again: number | undefined;
}

/** What the windows of one host tell each other about renewals. Nothing secret, and nothing that cannot be lost. */
export interface RenewalState {
  /** Calls that may be made at once, as of `countedAt` (ms UTC by the clock on the wall). */
  readonly calls: number;
  readonly countedAt: number;
  /** By the host that did not answer as it should. */
  readonly hosts: ReadonlyMap<string, Trouble>;
  /** By session, where the trouble is its own. */
  readonly sessions: ReadonlyMap<string, Trouble>;
  /** By session. */
  readonly asked: ReadonlyMap<string, Asked>;
  /** By session: when a person was last told that a terminal waits; ms UTC by the clock on the wall. */
  readonly waited: ReadonlyMap<string, number>;
}

/** What the note asks of the world. */
export interface NotePorts {
  /** ms UTC by the clock on the wall, which all windows share. */
  now(): number;
  readonly exclusive: Peers['exclusive'];
  /** What all windows of the host share; either call may reject. */
  readonly file: NoteFile;
  /** One line for the log, without a secret. */
  log(line: string): void;
}

/** Where a value is kept that all windows of a host can read. */
export interface NoteFile {
  /** Undefined when there is none yet. */
  read(): Promise<unknown>;
  /** Replaces it whole. */
  write(value: unknown): Promise<void>;
}

/** What is older than this is of no use to anybody, ms: no session lasts longer than 36 hours. */
const rememberedMs = 36 * 60 * 60 * 1000;

const empty: RenewalState = {
  calls: Infinity,
  countedAt: 0,
  hosts: new Map(),
  sessions: new Map(),
  asked: new Map(),
  waited: new Map(),
};

/** Reads and changes the note, one window at a time. */
export class RenewalNote {
  readonly #ports: NotePorts;
  /** The truth of this window where the file cannot be read or written. */
  #last: RenewalState = empty;

  constructor(ports: NotePorts) {
    this.#ports = ports;
  }

  /** As this window last saw it. */
  get last(): RenewalState {
    return this.#last;
  }

  /** Changes the note by what `change` makes of it, and gives what it returns. Rejects only with the signal's reason. */
  update<T>(signal: AbortSignal, change: (state: RenewalState) => readonly [RenewalState, T]): Promise<T> {
    return this.#ports.exclusive('renewals', signal, async () => {
      let before = await this.#read();
      for (;;) {
        const [after, result] = change(before);
        if (after !== before) {
          const now = await this.#read();
          if (!isSame(now, before)) {
            // This window was stopped in its turn, and lost it: what the others have noted meanwhile counts.
            before = now;
            continue;
          }
          await this.#write(after);
        }
        this.#last = after;
        return result;
      }
    });
  }

  async #write(state: RenewalState): Promise<void> {
    try {
      await this.#ports.file.write(toJson(state, this.#ports.now()));
    } catch (error) {
      this.#ports.log(`renewals not noted: ${errorName(error)}`);
    }
  }

  /** As it is now, without waiting for a turn. Never rejects. */
  async look(): Promise<RenewalState> {
    this.#last = await this.#read();
    return this.#last;
  }

  /** True when no window has told a person within `forMs` that a terminal waits for the session; this one has now. */
  claimWait(id: string, forMs: number, signal: AbortSignal): Promise<boolean> {
    return this.update(signal, (state) => {
      const now = this.#ports.now();
      const at = state.waited.get(id);
      return at !== undefined && Math.abs(now - at) < forMs
        ? [state, false]
        : [{ ...state, waited: new Map([...state.waited, [id, now]]) }, true];
    });
  }

  /** Takes that back. Never rejects. */
  async releaseWait(id: string, signal: AbortSignal): Promise<void> {
    try {
      await this.update(signal, (state) => {
        const waited = new Map(state.waited);
        return waited.delete(id) ? [{ ...state, waited }, undefined] : [state, undefined];
      });
    } catch {
      // The window closes, and what it has said is forgotten within a minute.
    }
  }

  async #read(): Promise<RenewalState> {
    try {
      const value = await this.#ports.file.read();
      return value === undefined ? this.#last : parse(value);
    } catch (error) {
      this.#ports.log(`renewals not read: ${errorName(error)}`);
      return this.#last;
    }
  }
}

/** `now`: ms UTC, for what is too old to be noted; undefined: everything. */
function toJson(state: RenewalState, now: number | undefined): unknown {
  const isRecent = (at: number): boolean => now === undefined || Math.abs(now - at) < rememberedMs;
  const recent = ({ until }: Trouble): boolean => isRecent(until);
  return {
    version: 1,
    calls: state.calls,
    countedAt: state.countedAt,
    hosts: [...state.hosts].filter(([, trouble]) => recent(trouble)),
    sessions: [...state.sessions].filter(([, trouble]) => recent(trouble)),
    asked: [...state.asked].filter(([, { startedAt }]) => isRecent(startedAt)),
    waited: [...state.waited].filter(([, at]) => isRecent(at)),
  };
}

function isSame(a: RenewalState, b: RenewalState): boolean {
  const text = (state: RenewalState): string => JSON.stringify(toJson(state, undefined));
  return a === b || text(a) === text(b);
}

/** Trusts nothing: the file may be cut short, or a later version's. */
function parse(value: unknown): RenewalState {
  const fields = fieldsOf(value);
  return {
    calls: numberOf(fields['calls']) ?? empty.calls,
    countedAt: numberOf(fields['countedAt']) ?? empty.countedAt,
    hosts: mapOf(fields['hosts'], troubleOf),
    sessions: mapOf(fields['sessions'], troubleOf),
    asked: mapOf(fields['asked'], (each) => {
      const { startedAt, again } = fieldsOf(each);
      const from = numberOf(startedAt);
      return from === undefined ? undefined : { startedAt: from, again: numberOf(again) };
    }),
    waited: mapOf(fields['waited'], numberOf),
  };
}

function troubleOf(value: unknown): Trouble | undefined {
  const fields = fieldsOf(value);
  const until = numberOf(fields['until']);
  const tries = numberOf(fields['tries']);
  const { fault } = fields;
  return until === undefined || tries === undefined || typeof fault !== 'string'
    ? undefined
    : { until, tries, fault };
}

function mapOf<T>(value: unknown, read: (each: unknown) => T | undefined): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const pair of Array.isArray(value) ? (value as unknown[]) : []) {
    const [key, each] = Array.isArray(pair) ? (pair as unknown[]) : [];
    const item = read(each);
    if (typeof key === 'string' && item !== undefined) {
      map.set(key, item);
    }
  }
  return map;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
