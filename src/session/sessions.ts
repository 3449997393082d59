import { timeLeft, type Credentials } from '../aws/credentials.ts';
import type { Fault } from '../aws/faults.ts';
import type { PlanResult, SessionRequest } from '../aws/plan.ts';
import { Emitter, type Disposable, type Event } from './emitter.ts';
import { Flights } from './flights.ts';
import { isHeld, tombstone, type HeldSession, type KeptSession } from './kept.ts';
import { Ledger } from './ledger.ts';
import { askedNow, cancelled, obtain, overrules, type Task } from './obtain.ts';
import type { SessionPorts, StartOptions, StartResult, SupplyOptions } from './ports.ts';
import { toRecord } from './record.ts';
import { nextChangeAt, phaseAt, servable, shownLeft } from './schedule.ts';
import { serve } from './supply.ts';
import type { EndedSession, Session, StoredSession, Supply } from './types.ts';
import { aboutKept, describePlan, sessionAt, type Doing } from './view.ts';
import { Wake } from './wake.ts';

/** A start or a fetch waits this long for the store at most, ms: a keyring may be locked until a person unlocks it. */
const longestLoadMs = 5000;

/** One notification a minute about the same session is enough, whatever the number of tools that retry. */
const askAgainMs = 60_000;

const loading = 'load';

/**
 * The sessions of this host as one window sees and changes them. What was started, renewed or ended is in the ledger,
 * which all windows share; what this window does about it is in `#doing`; every change goes through `#set` and fires.
 */
export class Sessions implements Disposable {
  readonly #ports: SessionPorts;
  readonly #ledger: Ledger;
  readonly #wake: Wake;
  readonly #flights = new Flights<StartResult>(cancelled);
  readonly #changes: Emitter<void>;
  readonly #doing = new Map<string, Doing>();
  readonly #failures = new Map<string, { readonly fault: Fault; readonly at: number }>();
  readonly #askedAt = new Map<string, number>();
  readonly #disposed = new AbortController();
  #loading: Promise<void> | undefined;
  #loaded = true;
  #activeId: string | undefined;
  #skewMs: number | undefined;
  #shown = '';

  constructor(ports: SessionPorts) {
    this.#ports = ports;
    this.#changes = new Emitter((error) => ports.log(`a listener failed: ${nameOf(error)}`));
    this.#ledger = new Ledger(ports, (ids) => this.#onMerged(ids));
    this.#wake = new Wake({
      now: () => ports.now(),
      setTimer: (ms, callback) => ports.setTimer(ms, callback),
      nextChangeAt: (now) => nextChangeAt(this.#credentials(), now, ports.warnMs()),
      onTick: () => {
        if (this.#shown !== this.#whatIsShown()) {
          this.#fire();
        }
      },
    });
  }

  /** Fires when anything in `list()` or `activeId` changed, a text that counts down included. */
  get onDidChange(): Event<void> {
    return this.#changes.event;
  }

  /** Every session that was not ended, ordered by name: live, over, starting, or failed to start. */
  list(): readonly Session[] {
    const ids = new Set([...Array.from(this.#ledger.values(), (kept) => kept.id), ...this.#doing.keys()]);
    return Array.from(ids, (id) => this.get(id))
      .filter((session) => session !== undefined)
      .sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
  }

  /** The session as it is now; undefined when there is none under this id, or when it was ended. */
  get(id: string): Session | undefined {
    return sessionAt(this.#ledger.get(id), this.#doing.get(id), this.#ports.now());
  }

  /** The session that this window delivers; it may be over. */
  get activeId(): string | undefined {
    return this.#activeId;
  }

  /** Delivers another session, or none; an id that is not in `list()` counts as none. */
  setActive(id: string | undefined): void {
    const next = id !== undefined && this.get(id) !== undefined ? id : undefined;
    if (next !== this.#activeId) {
      this.#activeId = next;
      this.#fire();
    }
  }

  /** How far our clock was ahead of AWS's when it was last asked, ms; undefined before. */
  get skewMs(): number | undefined {
    return this.#skewMs;
  }

  /** Every record of this window, tombstones too, for the other windows. Secrets in clear text. */
  records(): readonly StoredSession[] {
    return Array.from(this.#ledger.values(), toRecord);
  }

  /** Takes in what the store and the other windows hold. Never rejects; a second call joins the first. */
  load(): Promise<void> {
    if (this.#loading === undefined) {
      this.#loaded = false;
      this.#loading = this.#ledger.load().finally(() => {
        this.#loaded = true;
        this.#wake.notify(loading);
      });
    }
    return this.#loading;
  }

  /** Resolves when every change so far has been stored, or could not be. */
  settled(): Promise<void> {
    return this.#ledger.settled();
  }

  /**
   * Starts the session of a request and makes it this window's active one. One that is live with plenty of time left is
   * only made active. Never rejects.
   */
  async start(
    request: SessionRequest,
    signal: AbortSignal,
    options: StartOptions = {},
  ): Promise<StartResult> {
    await this.#ready(longestLoadMs, signal);
    const planned = await this.#plan(request);
    if (signal.aborted || this.#disposed.signal.aborted) {
      return cancelled;
    }
    if ('kind' in planned) {
      return { ok: false, why: 'fault', fault: planned };
    }
    if (!planned.ok) {
      return { ok: false, why: 'plan', problems: planned.problems, hops: planned.hops };
    }
    const { plan } = planned;
    const about = describePlan(this.#ports.planId(plan), request, plan);
    this.#forgetFailed(request, about.id);
    const forced = options.force === true || options.durationSeconds !== undefined;
    const session = forced ? undefined : this.#plenty(about.id);
    const kept = this.#ledger.get(about.id);
    // A choice of duration lasts until the session is ended.
    const durationSeconds = options.durationSeconds ?? (isHeld(kept) ? kept.durationSeconds : undefined);
    const result: StartResult = session
      ? { ok: true, session }
      : await this.#fly({ about, plan, forced, durationSeconds }, signal);
    if (result.ok) {
      this.setActive(about.id);
    }
    return result;
  }

  /**
   * Gets new credentials for a session, whatever is left of the old ones; one that failed to start is started. Never
   * rejects; cancelled when the session is not there any more.
   */
  async renew(id: string, signal: AbortSignal): Promise<StartResult> {
    const kept = this.#ledger.get(id);
    if (isHeld(kept)) {
      return this.#fly(renewal(kept, true), signal);
    }
    const doing = this.#doing.get(id);
    return doing === undefined ? cancelled : this.start(doing.about.request, signal);
  }

  /** Ends a session in every window and stops what is being done about it; undefined when nothing was to be ended. */
  async end(id: string): Promise<EndedSession | undefined> {
    this.#flights.abort(id);
    const kept = this.#ledger.get(id);
    if (!isHeld(kept)) {
      this.#set(id, undefined);
      return undefined;
    }
    const ended = tombstone(kept, this.#ports.now());
    this.#set(id, undefined, ended);
    this.#ports.log(`${id}: ended`);
    return { id, name: ended.name, validUntil: ended.endedValidUntil };
  }

  /** Ends everything; says what was ended. */
  async endAll(): Promise<readonly EndedSession[]> {
    const ended = await Promise.all(this.list().map((session) => this.end(session.id)));
    return ended.filter((it) => it !== undefined);
  }

  /** Takes a session that failed or is over off the list, in every window. A live one stays. */
  dismiss(id: string): void {
    const kind = this.get(id)?.state.kind;
    if (kind === 'failed' || kind === 'expired') {
      void this.end(id);
    }
  }

  /** Credentials for a tool that fetches them, renewed when due. Held no longer than asked for; never rejects. */
  async supply(id: string, options: SupplyOptions): Promise<Supply> {
    await this.#ready(Math.min(options.holdMs, longestLoadMs), options.signal);
    return serve(
      {
        now: () => this.#ports.now(),
        look: () => ({
          session: this.get(id),
          kept: this.#ledger.get(id),
          failure: this.#failures.get(id),
        }),
        renew: () => this.#renewSilently(id),
        ask: (session) => void this.#ask(session, options),
        change: (span, signal) => this.#wake.wait(id, span, signal),
      },
      options,
    );
  }

  /** Stops everything under way and the timer; sessions stay in the store and at AWS. */
  dispose(): void {
    this.#disposed.abort();
    this.#flights.abortAll();
    this.#ledger.dispose();
    this.#wake.dispose();
    this.#changes.dispose();
  }

  #fly(task: Task, signal: AbortSignal): Promise<StartResult> {
    const { about } = task;
    if (this.#disposed.signal.aborted) {
      return Promise.resolve(cancelled);
    }
    return this.#flights.join(about.id, signal, async (aborted) => {
      // Shown at once, even when a port is slow to notice.
      const stop = (): void => this.#set(about.id, undefined);
      aborted.addEventListener('abort', stop);
      const askedAt = askedNow(this.#ledger.get(about.id), this.#ports.now());
      this.#set(about.id, { kind: 'working', about, overruledBy: (kept) => overrules(kept, task, askedAt) });
      try {
        return await this.#land(task, askedAt, aborted);
      } finally {
        aborted.removeEventListener('abort', stop);
      }
    });
  }

  async #land(task: Task, askedAt: number, aborted: AbortSignal): Promise<StartResult> {
    const { about } = task;
    const obtained = await obtain(this.#ports, this.#ledger, task, askedAt, aborted).catch(
      (error: unknown) => ({ kind: 'fault', fault: internal(error) }) as const,
    );
    if (aborted.aborted) {
      this.#fail(about.id, { kind: 'cancelled' });
      return cancelled;
    }
    if (obtained.kind === 'fault') {
      const { fault } = obtained;
      this.#fail(about.id, fault);
      const first = !isHeld(this.#ledger.get(about.id)) && fault.kind !== 'cancelled';
      this.#set(about.id, first ? { kind: 'failed', about, fault } : undefined);
      return { ok: false, why: 'fault', fault };
    }
    this.#failures.delete(about.id);
    this.#askedAt.delete(about.id);
    if (obtained.kind === 'new') {
      this.#skewMs = obtained.skewMs ?? this.#skewMs;
      this.#ports.log(`${about.id}: new credentials`);
    }
    // Loses when another window ended the session meanwhile, or renewed it with a later wish.
    this.#set(about.id, undefined, obtained.kind === 'new' ? obtained.kept : undefined);
    const session = this.get(about.id);
    return session?.state.kind === 'live' ? { ok: true, session } : cancelled;
  }

  #renewSilently(id: string): void {
    const kept = this.#ledger.get(id);
    if (isHeld(kept)) {
      // Nobody leaves this flight: it goes on for the next fetch when the one that began it gives up.
      void this.#fly(renewal(kept, false), this.#disposed.signal);
    }
  }

  async #ask(session: Session, options: SupplyOptions): Promise<void> {
    const { id } = session;
    const now = this.#ports.now();
    const last = this.#askedAt.get(id);
    if (last !== undefined && now >= last && now - last < askAgainMs) {
      return;
    }
    this.#askedAt.set(id, now);
    // Nobody is disturbed for what another window has renewed.
    await this.#ledger.pull(this.#disposed.signal);
    if (this.get(id)?.state.kind === 'expired' && !this.#disposed.signal.aborted) {
      try {
        options.onNeedsPerson(session);
      } catch (error) {
        this.#ports.log(`${id}: a person could not be asked: ${nameOf(error)}`);
      }
    }
  }

  /** The one setter: what this window does about a session, and with it a record when there is a new one. */
  #set(id: string, doing: Doing | undefined, kept?: KeptSession): void {
    if (this.#disposed.signal.aborted) {
      return;
    }
    const stored = kept !== undefined && this.#ledger.put(kept);
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

  #onMerged(ids: readonly string[]): void {
    for (const id of ids) {
      const doing = this.#doing.get(id);
      if (doing?.kind === 'working' && doing.overruledBy(this.#ledger.get(id))) {
        this.#flights.abort(id);
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
    this.#shown = this.#whatIsShown();
    this.#changes.fire();
    this.#wake.arm();
  }

  #fail(id: string, fault: Fault): void {
    this.#failures.set(id, { fault, at: this.#ports.now() });
    this.#ports.log(`${id}: ${fault.kind}`);
  }

  /** The session when it is live and no fetch would renew it yet. */
  #plenty(id: string): Session | undefined {
    const session = this.get(id);
    const { state } = session ?? {};
    const plenty =
      state?.kind === 'live' && servable(state.credentials, state.startedAt, this.#ports.now()) === 'serve';
    return plenty ? session : undefined;
  }

  /** A mended profile leads to another id: its earlier failure is history when it is started again. */
  #forgetFailed(request: SessionRequest, id: string): void {
    for (const doing of Array.from(this.#doing.values())) {
      const { about } = doing;
      if (doing.kind === 'failed' && about.id !== id && sameRequest(about.request, request)) {
        this.#set(about.id, undefined);
      }
    }
  }

  async #plan(request: SessionRequest): Promise<PlanResult | Fault> {
    try {
      return await this.#ports.plan(request);
    } catch (error) {
      return internal(error);
    }
  }

  /** Waits for `load`, when it was called, but no longer than `ms`. */
  async #ready(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#loaded) {
      const since = this.#ports.now();
      await this.#wake.wait(loading, { since, until: since + ms }, signal);
    }
  }

  #credentials(): readonly Credentials[] {
    return Array.from(this.#ledger.values(), (kept) => kept.credentials).filter((it) => it !== undefined);
  }

  #whatIsShown(): string {
    const now = this.#ports.now();
    const warnMs = this.#ports.warnMs();
    const parts = this.#credentials().map((it) => [phaseAt(it, now, warnMs), shownLeft(timeLeft(it, now))]);
    return JSON.stringify(parts);
  }
}

/** `kept` as it is now, to be had again. */
function renewal(kept: HeldSession, forced: boolean): Task {
  return { about: aboutKept(kept), plan: undefined, forced, durationSeconds: kept.durationSeconds };
}

function sameRequest(a: SessionRequest, b: SessionRequest): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A port broke its promise not to reject. Its message may quote anything, so only its class is told. */
function internal(error: unknown): Fault {
  return { kind: 'internal', message: nameOf(error) };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
