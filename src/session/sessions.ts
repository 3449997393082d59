import type { Credentials } from '../aws/credentials.ts';
import type { Fault } from '../aws/faults.ts';
import { wantsSignIn } from '../aws/faults.ts';
import type { PlanResult, SessionRequest } from '../aws/planModel.ts';
import type { Attendance } from './attendance.ts';
import { AwsClock, tellableSkewMs } from './awsClock.ts';
import { Board } from './board.ts';
import { Emitter, type Disposable, type Event } from './emitter.ts';
import { errorName } from './errorName.ts';
import type { Asker, HandedTo, Happening } from './happenings.ts';
import { Expiries } from './expiries.ts';
import { Flights } from './flights.ts';
import { Gate, hostOf } from './gate.ts';
import { isHeld, tombstone, type HeldSession } from './kept.ts';
import {
  askedNow,
  cancelled,
  exclusively,
  obtain,
  overrules,
  type Errand,
  type Obtained,
  type Task,
} from './obtain.ts';
import type { SessionPorts, StartOptions, StartResult, SupplyOptions } from './ports.ts';
import { liveMfaSession } from './mfaSessions.ts';
import { Questions } from './questions.ts';
import { toRecord } from './record.ts';
import { RenewalNote } from './renewalNote.ts';
import { Reminders } from './reminders.ts';
import { Renewals } from './renewals.ts';
import { SkewNote } from './skewNote.ts';
import { servable } from './schedule.ts';
import { serve } from './supply.ts';
import type { EndedSession, Session, StoredSession, Supply } from './types.ts';
import { aboutKept, describePlan } from './view.ts';

/** A start or a fetch waits this long for the store at most, ms: a keyring may be locked until a person unlocks it. */
const longestLoadMs = 5000;

/** So long a window waits while another one renews by the clock, ms: it takes that long for 200 sessions. */
const longestTurnMs = 4 * 60_000;

/**
 * The sessions of this host as one window sees and changes them: what there is, is on the board; here is what can be
 * done about it. One operation at a time for a session, in this window and across them.
 */
export class Sessions implements Disposable {
  readonly #ports: SessionPorts;
  readonly #board: Board;
  readonly #flights = new Flights<StartResult>(cancelled);
  readonly #failures = new Map<string, { readonly fault: Fault; readonly at: number }>();
  readonly #questions: Questions;
  readonly #disposed = new AbortController();
  readonly #happenings: Emitter<Happening>;
  readonly #clock: AwsClock;
  readonly #skewNote: SkewNote | undefined;
  readonly #listening: Disposable | undefined;
  readonly #gate: Gate;
  readonly #renewals: Renewals;
  readonly #reminders: Reminders;
  /** Where the last call for a session went. */
  readonly #hosts = new Map<string, string>();
  #attendance: Attendance | undefined;
  #toldSkew = false;
  readonly #expiries = new Expiries();

  constructor(ports: SessionPorts) {
    this.#ports = ports;
    this.#clock = new AwsClock(ports);
    const { skew } = ports;
    this.#skewNote =
      skew &&
      new SkewNote({
        file: skew.file,
        uptime: () => skew.uptime(),
        clock: this.#clock,
        now: () => ports.now(),
        onChange: () => this.#board.refresh(),
        log: (line) => ports.log(line),
      });
    this.#listening = this.#skewNote && ports.peers.onDidChange(() => void this.#skewNote?.hear());
    const note = new RenewalNote({
      now: () => ports.now(),
      exclusive: (key, signal, work) => ports.peers.exclusive(key, signal, work),
      file: ports.note,
      log: (line) => ports.log(line),
    });
    this.#gate = new Gate({
      wall: () => ports.now(),
      random: () => ports.random(),
      note,
      wait: (ms, signal) => this.#board.pause(ms, signal),
      onTrouble: (task, fault, step) => this.#tellTrouble(task, fault, step),
    });
    this.#renewals = new Renewals({
      now: () => this.now(),
      wall: () => ports.now(),
      random: () => ports.random(),
      held: () => this.#held(),
      look: (id) => this.get(id),
      hostOf: (id) => this.#hosts.get(id),
      renew: (id) => this.#renewUnattended(id, { kind: 'schedule' }),
      pull: () => this.#board.ledger.pull(this.#disposed.signal),
      inTurn: (work) => this.#inTurn(work),
      note,
      isClosed: () => this.#disposed.signal.aborted,
      onChange: () => this.#board.rearm(),
    });
    this.#reminders = new Reminders({
      now: () => this.now(),
      wall: () => ports.now(),
      warnMs: () => ports.warnMs(),
      held: () => this.#held(),
      look: (id) => this.get(id),
      activeId: () => this.activeId,
      isFocused: () => this.#attendance?.isFocused() === true,
      ask: async (session) => this.#attendance?.ask(session),
      pull: () => this.#board.ledger.pull(this.#disposed.signal),
      note,
      signal: this.#disposed.signal,
      onChange: () => this.#board.rearm(),
    });
    this.#happenings = new Emitter((error) => ports.log(`a listener failed: ${errorName(error)}`));
    this.#board = new Board({
      now: () => this.now(),
      setTimer: (ms, callback) => ports.setTimer(ms, callback),
      warnMs: () => ports.warnMs(),
      answersMfa: (serial) => ports.answersMfa(serial),
      store: ports.store,
      peers: ports.peers,
      onStoreFailure: (error) => ports.onStoreFailure(error),
      log: (line) => ports.log(line),
      onOverruled: (id) => this.#flights.abort(id),
      nextDueAt: (now) => this.#nextDueAt(now),
      onTick: () => {
        if (this.#attendance !== undefined) {
          this.#renewals.tick();
          this.#reminders.tick();
        }
      },
    });
    this.#questions = new Questions({
      now: () => this.now(),
      pull: () => this.#board.ledger.pull(this.#disposed.signal),
      claim: (id, forMs) => note.claimWait(id, forMs, this.#disposed.signal),
      release: (id) => void note.releaseWait(id, this.#disposed.signal),
      isOver: (id) => {
        const { state } = this.get(id) ?? {};
        return state?.kind === 'expired' && !state.renewing && !this.#disposed.signal.aborted;
      },
      failedAt: (id) => this.#failures.get(id)?.at,
      saidNo: (id) => {
        this.#fail(id, { kind: 'cancelled' });
        this.#board.release(id);
      },
      log: (line) => ports.log(line),
    });
    this.#board.onDidChange(() => {
      // A guard tells of those that it ends.
      const mayExpire = ({ id }: Session): boolean => this.#board.ledger.get(id)?.credentials?.last !== true;
      for (const expired of this.#expiries.look(this.list().filter(mayExpire))) {
        this.#happenings.fire(expired);
      }
    });
  }

  /** Fires when anything in `list()` or `activeId` changed, a text that counts down included. */
  get onDidChange(): Event<void> {
    return this.#board.onDidChange;
  }

  /** Fires when AWS gave something, refused it, or a session was ended, in this window, and when one is over by itself. */
  get onDidHappen(): Event<Happening> {
    return this.#happenings.event;
  }

  /** Every session that was not ended, ordered by name: live, over, starting, or failed to start. */
  list(): readonly Session[] {
    return this.#board.list();
  }

  /** The session as it is now; undefined when there is none under this id, or when it was ended. */
  get(id: string): Session | undefined {
    return this.#board.get(id);
  }

  /** The session that this window delivers; it may be over. */
  get activeId(): string | undefined {
    return this.#board.activeId;
  }

  /** Delivers another session, or none; an id that is not in `list()` counts as none. */
  setActive(id: string | undefined): void {
    this.#board.setActive(id);
  }

  /** How far our clock is ahead of AWS's, ms; undefined while AWS has not been asked. */
  get skewMs(): number | undefined {
    return this.#clock.skewMs;
  }

  /** AWS has said its time, if only to refuse something: our clock was `skewMs` ahead of it a moment ago. */
  measured(skewMs: number): void {
    this.#clock.measured(skewMs);
    this.#skewNote?.tell(skewMs);
    this.#tellSkew(skewMs);
  }

  /** The credentials of the live MFA session of a profile's keys that was got with a code of this device, or of any. */
  mfaSession(profile: string, serial: string | undefined): Credentials | undefined {
    return liveMfaSession(this.#board.ledger.values(), profile, serial, this.now())?.credentials;
  }

  /** AWS's time as well as it is known, ms UTC: what is left of a session is left by this clock. */
  now(): number {
    return this.#clock.now();
  }

  /**
   * From now on sessions are renewed ahead of their end, and whoever is there is told and asked. Call it when they are
   * loaded.
   */
  attend(attendance: Attendance): void {
    this.#attendance = attendance;
    this.#board.rearm();
  }

  /** Every record of this window, tombstones too, for the other windows. Secrets in clear text. */
  records(): readonly StoredSession[] {
    return Array.from(this.#board.ledger.values(), toRecord);
  }

  /** Takes in what the store and the other windows hold. Never rejects; a second call joins the first. */
  async load(): Promise<void> {
    await Promise.all([this.#board.load(), this.#skewNote?.hear()]);
  }

  /** Resolves when what the store and the other windows hold is known, `waitMs` or five seconds later, or at the signal. */
  known(signal: AbortSignal, waitMs = longestLoadMs): Promise<void> {
    return this.#board.loaded(Math.min(waitMs, longestLoadMs), signal);
  }

  /** Resolves when every change so far has been stored, or could not be. */
  async settled(): Promise<void> {
    await Promise.all([this.#board.ledger.settled(), this.#skewNote?.settled()]);
  }

  /**
   * Starts the session of a request and makes it this window's active one, unless it is to stand aside. One that is live with plenty of time left is
   * only made active. Never rejects.
   */
  async start(
    request: SessionRequest,
    signal: AbortSignal,
    options: StartOptions = {},
  ): Promise<StartResult> {
    await this.#board.loaded(longestLoadMs, signal);
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
    const kept = this.#board.ledger.get(about.id);
    // A choice of duration lasts until the session is ended.
    const durationSeconds = options.durationSeconds ?? (isHeld(kept) ? kept.durationSeconds : undefined);
    const result: StartResult = session
      ? { ok: true, session }
      : await this.#fly(
          {
            about,
            plan,
            forced,
            durationSeconds,
            unattended: options.unattended ?? false,
            by: options.by ?? person,
          },
          signal,
        );
    if (result.ok && options.aside !== true) {
      this.setActive(about.id);
    }
    return result;
  }

  /**
   * Gets new credentials for a session, whatever is left of the old ones; one that failed to start is started. Never
   * rejects; cancelled when the session is not there any more.
   */
  async renew(id: string, signal: AbortSignal, by: Asker = person): Promise<StartResult> {
    const kept = this.#board.ledger.get(id);
    if (isHeld(kept)) {
      return this.#fly(renewal(kept, by), signal);
    }
    const doing = this.#board.doing().find((it) => it.about.id === id);
    return doing === undefined ? cancelled : this.start(doing.about.request, signal, { by });
  }

  /** Ends a session in every window and stops what is being done about it; undefined when nothing was to be ended. */
  end(id: string, by: Asker = person): Promise<EndedSession | undefined> {
    return this.#end(id, by, this.#ports.now());
  }

  /** `askedAt`: whatever another window did after it (ms UTC) stands. */
  async #end(id: string, by: Asker, askedAt: number): Promise<EndedSession | undefined> {
    this.#flights.abort(id);
    const kept = this.#board.ledger.get(id);
    if (!isHeld(kept)) {
      this.#board.set(id, undefined);
      return undefined;
    }
    const ended = tombstone(kept, askedAt);
    this.#board.set(id, undefined, ended);
    this.#ports.log(`${id}: ended`);
    const until = ended.endedValidUntil;
    this.#happenings.fire({ kind: 'ended', at: this.#ports.now(), by, session: aboutKept(kept), until });
    return { id, name: ended.name, validUntil: ended.endedValidUntil };
  }

  /**
   * Ends a session by a rule that every window knows, once in all of them; undefined when another window was first, or
   * when it is not `due` any more (it says by whom, or undefined). Rejects only when the signal aborts.
   */
  async endOnce(id: string, due: () => Promise<Asker | undefined>): Promise<EndedSession | undefined> {
    const { signal } = this.#disposed;
    return exclusively(this.#ports, `end-${id}`, signal, async () => {
      // A window that is stopped from here on does not end what another one has started by the time it wakes.
      const askedAt = this.#ports.now();
      await this.#board.ledger.pull(signal);
      const by = isHeld(this.#board.ledger.get(id)) ? await due() : undefined;
      return by !== undefined && !signal.aborted ? this.#end(id, by, askedAt) : undefined;
    });
  }

  /** Resolves at a moment (ms UTC) by the one timer of the window, when the signal aborts, or when the clock jumps back. */
  moment(at: number, signal: AbortSignal): Promise<void> {
    return this.#board.change('moment', { since: this.now(), until: at }, signal);
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
    await this.known(options.signal, options.holdMs);
    if (this.get(id) === undefined && this.#board.ledger.get(id) !== undefined) {
      // It was ended; another window may have started it since, and this one not have heard of it yet.
      await this.#board.hear(options.holdMs, options.signal);
    }
    const supply = await serve(
      {
        now: () => this.now(),
        look: () => ({
          session: this.get(id),
          kept: this.#board.ledger.get(id),
          failure: this.#failures.get(id),
        }),
        renew: () => void this.#renewUnattended(id, { kind: 'tool' }),
        ask: (session) => void this.#questions.ask(session, (it) => options.onNeedsPerson(it)),
        isClosed: () => this.#disposed.signal.aborted,
        change: (span, signal) => this.#board.change(id, span, signal),
      },
      options,
    );
    if (supply.kind === 'credentials') {
      this.#ports.onServed?.(id, this.now());
    }
    return supply;
  }

  /**
   * Tells that somebody who had to ask for a session's credentials got them, and where a person put them; nothing when
   * there is none any more.
   */
  handedOut(id: string, by: Asker, to?: HandedTo): void {
    const kept = this.#board.ledger.get(id);
    if (isHeld(kept)) {
      const until = kept.credentials.expiresAt;
      this.#ports.log(`${id}: handed out to ${by.kind === 'extension' ? by.id : (to?.kind ?? by.kind)}`);
      this.#happenings.fire({
        kind: 'handedOut',
        at: this.#ports.now(),
        by,
        session: aboutKept(kept),
        until,
        ...(to && { to }),
      });
    }
  }

  /** Another authenticator is stored, or one less: who needs a person is told anew. */
  authenticatorsChanged(): void {
    this.#board.refresh();
  }

  /** Stops everything under way and the timer; sessions stay in the store and at AWS. */
  dispose(): void {
    this.#disposed.abort();
    this.#listening?.dispose();
    this.#board.dispose();
    this.#happenings.dispose();
    this.#flights.abortAll();
  }

  async #fly(task: Task, signal: AbortSignal): Promise<StartResult> {
    const { about } = task;
    if (this.#disposed.signal.aborted) {
      return cancelled;
    }
    let joined = true;
    const result = await this.#flights.join(about.id, signal, async (aborted) => {
      joined = false;
      // Shown at once, even when a port is slow to notice.
      const stop = (): void => this.#board.set(about.id, undefined);
      aborted.addEventListener('abort', stop);
      const askedAt = askedNow(this.#board.ledger.get(about.id), this.#ports.now());
      this.#board.set(about.id, {
        kind: 'working',
        about,
        overruledBy: (kept) => overrules(kept, task, askedAt),
      });
      try {
        return await this.#land(task, askedAt, aborted);
      } finally {
        aborted.removeEventListener('abort', stop);
      }
    });
    // A silent renewal that was under way had nobody to ask; here is somebody.
    return joined && !task.unattended && lacksPerson(result) ? this.#fly(task, signal) : result;
  }

  async #land(task: Task, askedAt: number, aborted: AbortSignal): Promise<StartResult> {
    const { about } = task;
    const errand: Errand = {
      task,
      askedAt,
      now: () => this.now(),
      enter: (plan, signal) => {
        this.#hosts.set(about.id, hostOf(plan));
        return this.#gate.enter(task, plan, signal);
      },
      learn: async (plan, result, signal) => {
        const learned = this.#gate.learn(task, plan, result, signal).catch((error: unknown) => {
          this.#ports.log(`${about.id}: renewals not noted: ${errorName(error)}`);
        });
        // What a person waits for does not wait for a note.
        return task.unattended ? learned : undefined;
      },
      measured: (skewMs) => {
        if (skewMs !== undefined) {
          this.measured(skewMs);
        }
      },
      keep: (kept, plan) => {
        const renewed = isHeld(this.#board.ledger.get(about.id));
        this.#ports.log(`${about.id}: new credentials`);
        // Refused when another window ended the session meanwhile, or renewed it with a later wish.
        this.#board.set(about.id, undefined, kept);
        this.#happenings.fire({
          kind: renewed ? 'renewed' : 'started',
          at: kept.startedAt,
          by: task.by,
          session: about,
          plan,
          until: kept.credentials.expiresAt,
        });
      },
    };
    // The call is signed, and its code is made, by AWS's time.
    await this.#skewNote?.hear();
    const obtained = await obtain(this.#ports, this.#board.ledger, errand, aborted).catch(
      (error: unknown): Obtained => ({ kind: 'fault', fault: internal(error) }),
    );
    if (aborted.aborted) {
      this.#fail(about.id, { kind: 'cancelled' });
      return cancelled;
    }
    if (obtained.kind === 'fault') {
      const { fault, step } = obtained;
      this.#fail(about.id, fault);
      if (fault.kind !== 'cancelled') {
        const at = this.#ports.now();
        this.#happenings.fire({ kind: 'failed', at, by: task.by, session: about, fault: fault.kind, step });
      }
      const first = !isHeld(this.#board.ledger.get(about.id)) && fault.kind !== 'cancelled';
      this.#board.set(about.id, first ? { kind: 'failed', about, fault } : undefined);
      return { ok: false, why: 'fault', fault, ...(step !== undefined && { step }) };
    }
    this.#failures.delete(about.id);
    this.#questions.forget(about.id);
    this.#board.set(about.id, undefined);
    const session = this.get(about.id);
    return session?.state.kind === 'live' ? { ok: true, session } : cancelled;
  }

  /** Nobody leaves this flight: it goes on for the next fetch when the one that began it gives up. */
  async #renewUnattended(id: string, by: Asker): Promise<StartResult> {
    const kept = this.#board.ledger.get(id);
    return isHeld(kept) ? this.#fly(renewal(kept, by), this.#disposed.signal) : cancelled;
  }

  /** A window that is stopped while it is its turn keeps the others from renewing by the clock for so long at most. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    const patience = new AbortController();
    const begun = new AbortController();
    void this.#board.pause(longestTurnMs, begun.signal).then(() => patience.abort());
    const begin = (): Promise<void> => {
      begun.abort();
      return work();
    };
    try {
      await this.#ports.peers.exclusive('renewal-round', patience.signal, begin);
    } catch (error) {
      if (!begun.signal.aborted && !this.#disposed.signal.aborted) {
        this.#ports.log(`renewing out of turn: ${errorName(error)}`);
        await begin();
      }
    }
  }

  #held(): readonly HeldSession[] {
    return Array.from(this.#board.ledger.values()).filter(isHeld);
  }

  #nextDueAt(now: number): number | undefined {
    if (this.#attendance === undefined) {
      return undefined;
    }
    const due = Math.min(this.#renewals.nextAt(now) ?? Infinity, this.#reminders.nextAt(now) ?? Infinity);
    return due === Infinity ? undefined : due;
  }

  /** Once for a trouble: whoever renews by themselves sees it, and so does whoever gets nothing any more. */
  #tellTrouble({ about, by }: Task, fault: Fault, step: number | undefined): void {
    const session = this.get(about.id);
    if (wantsSignIn(fault) || fault.kind === 'mfaNeedsPerson') {
      this.#reminders.needsPerson(about.id);
    } else if (session !== undefined && (by.kind === 'schedule' || session.state.kind === 'live')) {
      this.#attendance?.tellTrouble(session, fault, step);
    }
  }

  #tellSkew(skewMs: number): void {
    if (Math.abs(skewMs) >= tellableSkewMs && !this.#toldSkew) {
      this.#toldSkew = true;
      this.#attendance?.tellSkew(skewMs);
    }
  }

  #fail(id: string, fault: Fault): void {
    this.#failures.set(id, { fault, at: this.now() });
    if (fault.kind === 'cancelled') {
      // Who comes back to the terminal after a no is asked again, instead of waiting for a question that is not there.
      this.#questions.forget(id);
    }
    this.#ports.log(`${id}: ${fault.kind}`);
  }

  /** The session when it is live and no fetch would renew it yet. */
  #plenty(id: string): Session | undefined {
    const session = this.get(id);
    const { state } = session ?? {};
    const plenty =
      state?.kind === 'live' && servable(state.credentials, state.startedAt, this.now()) === 'serve';
    return plenty ? session : undefined;
  }

  /** A mended profile leads to another id: its earlier failure is history when it is started again. */
  #forgetFailed(request: SessionRequest, id: string): void {
    for (const doing of this.#board.doing()) {
      const { about } = doing;
      if (doing.kind === 'failed' && about.id !== id && sameRequest(about.request, request)) {
        this.#board.set(about.id, undefined);
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
}

const person: Asker = { kind: 'person' };

/** `kept` as it is now, to be had again. A person's wish calls AWS in any case, a tool's takes what is there. */
function renewal(kept: HeldSession, by: Asker): Task {
  const { durationSeconds } = kept;
  const unattended = by.kind === 'tool' || by.kind === 'schedule';
  const wish = { forced: !unattended, unattended, by };
  return { about: aboutKept(kept), plan: undefined, durationSeconds, ...wish };
}

function sameRequest(a: SessionRequest, b: SessionRequest): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function lacksPerson(result: StartResult): boolean {
  if (result.ok || result.why === 'plan') {
    return false;
  }
  return wantsSignIn(result.fault) || result.fault.kind === 'mfaNeedsPerson';
}

/** A port broke its promise not to reject. */
function internal(error: unknown): Fault {
  return { kind: 'internal', message: errorName(error) };
}
