import { timeLeft, type Credentials } from '../aws/credentials.ts';
import { Emitter, type Disposable, type Event } from './emitter.ts';
import { errorName } from './errorName.ts';
import type { KeptSession } from './kept.ts';
import { Ledger, type LedgerPorts } from './ledger.ts';
import { liveMfaSession } from './mfaSessions.ts';
import type { SessionPorts } from './ports.ts';
import { longestSleepMs, nextChangeAt, phaseAt, shownLeft } from './schedule.ts';
import type { Session } from './types.ts';
import { sessionAt, type Doing } from './view.ts';
import { Wake, type Span } from './wake.ts';

const loading = 'load';

/** What the board asks of the world; `now` is AWS's clock. */
export interface BoardPorts extends LedgerPorts {
  setTimer: SessionPorts['setTimer'];
  warnMs(): number;
  answersMfa(serial: string): boolean;
  /** Another window's deed made the work that is done here about the session pointless. */
  onOverruled(id: string): void;
  /** When something is to be done, ms UTC by AWS's clock, maybe past; undefined: nothing. */
  nextDueAt(now: number): number | undefined;
  /** The one timer has fired: whatever is due may be begun. */
  onTick(): void;
}

/**
 * What one window shows: the ledger's records, what this window does about them, and which session is its active one.
 * Every change goes through `set`, a merge, or `setActive`; each fires the one event.
 */
export class Board implements Disposable {
  readonly ledger: Ledger;
  readonly #ports: BoardPorts;
  readonly #wake: Wake;
  readonly #changes: Emitter<void>;
  readonly #doing = new Map<string, Doing>();
  #loading: Promise<void> | undefined;
  #loaded = true;
  #activeId: string | undefined;
  /** What listeners were last told, and when, ms UTC by AWS's clock. */
  #shown = '';
  #lookedAt = Infinity;
  #disposed = false;

  constructor(ports: BoardPorts) {
    this.#ports = ports;
    this.#changes = new Emitter((error) => ports.log(`a listener failed: ${errorName(error)}`));
    this.ledger = new Ledger(ports, (ids) => this.#onMerged(ids));
    this.#wake = new Wake({
      now: () => ports.now(),
      setTimer: (ms, callback) => ports.setTimer(ms, callback),
      nextChangeAt: (now) => this.#nextAt(now),
      onTick: () => {
        ports.onTick();
        const before = this.#shown;
        if (this.#look() !== before) {
          this.#changes.fire();
        }
      },
    });
  }

  /** Fires after every change of what can be read here, a text that counts down included. */
  get onDidChange(): Event<void> {
    return this.#changes.event;
  }

  /** Every session that was not ended, ordered by name. */
  list(): readonly Session[] {
    const ids = new Set([...Array.from(this.ledger.values(), (kept) => kept.id), ...this.#doing.keys()]);
    return Array.from(ids, (id) => this.get(id))
      .filter((session) => session !== undefined)
      .sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
  }

  get(id: string): Session | undefined {
    const now = this.#ports.now();
    return sessionAt(
      this.ledger.get(id),
      this.#doing.get(id),
      now,
      (serial) => this.#ports.answersMfa(serial),
      (profile, serial) => liveMfaSession(this.ledger.values(), profile, serial, now) !== undefined,
    );
  }

  get activeId(): string | undefined {
    return this.#activeId;
  }

  /** An id that is not in `list()` counts as none. */
  setActive(id: string | undefined): void {
    const next = id !== undefined && this.get(id) !== undefined ? id : undefined;
    if (next !== this.#activeId) {
      this.#activeId = next;
      this.#fire();
    }
  }

  /** The one setter: what this window does about a session, and with it a new record, which a newer one refuses. */
  set(id: string, doing: Doing | undefined, kept?: KeptSession): void {
    if (this.#disposed) {
      return;
    }
    const stored = kept !== undefined && this.ledger.put(kept);
    if (!stored && this.#doing.get(id) === doing) {
      return;
    }
    if (doing === undefined) {
      this.#doing.delete(id);
    } else {
      this.#doing.set(id, doing);
    }
    this.#changed([id]);
  }

  /** What sessions are told by the ports has changed. */
  refresh(): void {
    if (!this.#disposed) {
      this.#fire();
    }
  }

  /** What this window does at the moment. */
  doing(): readonly Doing[] {
    return Array.from(this.#doing.values());
  }

  /** Takes in what the store and the other windows hold. Never rejects; a second call joins the first. */
  load(): Promise<void> {
    if (this.#loading === undefined) {
      this.#loaded = false;
      this.#loading = this.ledger.load().finally(() => {
        this.#loaded = true;
        this.#wake.notify(loading);
      });
    }
    return this.#loading;
  }

  /** Waits for `load`, when it was called, but no longer than `ms`. */
  async loaded(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#loaded) {
      const since = this.#ports.now();
      await this.#wake.wait(loading, { since, until: since + ms }, signal);
    }
  }

  /** Resolves when the session changes, the span is over, or the signal aborts. */
  change(id: string, span: Span, signal: AbortSignal): Promise<void> {
    return this.#wake.wait(id, span, signal);
  }

  /** Resolves after `ms`, or when the signal aborts: on the one timer. */
  pause(ms: number, signal: AbortSignal): Promise<void> {
    const since = this.#ports.now();
    return this.#wake.wait('pause', { since, until: since + ms }, signal);
  }

  /** Resolves when the other windows have been heard, after `ms`, or when the signal aborts. */
  async hear(ms: number, signal: AbortSignal): Promise<void> {
    const heard = new AbortController();
    const hearing = this.ledger.hear().finally(() => heard.abort());
    await Promise.race([hearing, this.pause(ms, AbortSignal.any([signal, heard.signal]))]);
  }

  /** What `nextDueAt` gives may be another now. */
  rearm(): void {
    this.#wake.arm();
  }

  /** Lets those who wait for the session look again, although it is as it was. */
  release(id: string): void {
    this.#wake.notify(id);
  }

  dispose(): void {
    this.#disposed = true;
    this.ledger.dispose();
    this.#wake.dispose();
    this.#changes.dispose();
  }

  #onMerged(ids: readonly string[]): void {
    for (const id of ids) {
      const doing = this.#doing.get(id);
      if (doing?.kind === 'working' && doing.overruledBy(this.ledger.get(id))) {
        this.#ports.onOverruled(id);
      }
    }
    this.#changed(ids);
  }

  #changed(ids: readonly string[]): void {
    if (this.#activeId !== undefined && this.get(this.#activeId) === undefined) {
      // Never to come back by itself when somebody starts it again elsewhere.
      this.#activeId = undefined;
    }
    this.#fire();
    for (const id of ids) {
      this.#wake.notify(id);
    }
  }

  #fire(): void {
    this.#look();
    this.#changes.fire();
    this.#wake.arm();
  }

  #nextAt(now: number): number | undefined {
    // From when it was last looked: a change since then is due, however late this host comes to it.
    const since = Math.min(now, this.#lookedAt);
    const shown = nextChangeAt(this.#credentials(), since, this.#ports.warnMs());
    const due = this.#ports.nextDueAt(now);
    // A timer may stand still in a sleep, so none is ever long.
    return due === undefined ? shown : Math.min(shown ?? Infinity, due, now + longestSleepMs);
  }

  #credentials(): readonly Credentials[] {
    return Array.from(this.ledger.values(), (kept) => kept.credentials).filter((it) => it !== undefined);
  }

  #look(): string {
    const now = this.#ports.now();
    const warnMs = this.#ports.warnMs();
    this.#lookedAt = now;
    this.#shown = this.#credentials()
      .map((it) => `${phaseAt(it, now, warnMs)} ${shownLeft(timeLeft(it, now))}`)
      .join();
    return this.#shown;
  }
}
