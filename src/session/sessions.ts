import type { Credentials } from '../aws/credentials.ts';
import type { Fault } from '../aws/faults.ts';
import { wantsSignIn } from '../aws/faults.ts';
import type { SessionRequest } from '../aws/planModel.ts';
import type { Attendance } from './attendance.ts';
import { AwsClock, tellableSkewMs } from './awsClock.ts';
import { Board } from './board.ts';
import { Emitter, type Disposable, type Event } from './emitter.ts';
import { errorName } from './errorName.ts';
import { person, type Asker, type HandedTo, type Happening } from './happenings.ts';
import { Expiries } from './expiries.ts';
import { Gate } from './gate.ts';
import { isHeld, tombstone, type HeldSession } from './kept.ts';
import { cancelled, exclusively, type Task } from './obtain.ts';
import { longestLoadMs, Obtaining } from './obtaining.ts';
import type { SessionPorts, StartOptions, StartResult, SupplyOptions } from './ports.ts';
import { liveMfaSession } from './mfaSessions.ts';
import { Questions } from './questions.ts';
import { toRecord } from './record.ts';
import { RenewalNote } from './renewalNote.ts';
import { inTurn, type RoundPorts } from './renewalRound.ts';
import { Reminders } from './reminders.ts';
import { Renewals } from './renewals.ts';
import { SkewNote } from './skewNote.ts';
import { serve } from './supply.ts';
import type { EndedSession, Session, StoredSession, Supply } from './types.ts';
import { aboutKept } from './view.ts';

/**
 * The sessions of this host as one window sees and changes them: what there is, is on the board; here is what can be
 * done about it. One operation at a time for a session, in this window and across them.
 */
export class Sessions implements Disposable {
  readonly #ports: SessionPorts;
  readonly #board: Board;
  readonly #obtaining: Obtaining;
  readonly #questions: Questions;
  readonly #disposed = new AbortController();
  readonly #happenings: Emitter<Happening>;
  readonly #clock: AwsClock;
  readonly #skewNote: SkewNote | undefined;
  readonly #listening: Disposable | undefined;
  readonly #renewals: Renewals;
  readonly #reminders: Reminders;
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
    const gate = new Gate({
      wall: () => ports.now(),
      random: () => ports.random(),
      note,
      wait: (ms, signal) => this.#board.pause(ms, signal),
      onTrouble: (task, fault, step) => this.#tellTrouble(task, fault, step),
    });
    const round: RoundPorts = {
      exclusive: (key, signal, work) => ports.peers.exclusive(key, signal, work),
      pause: (ms, signal) => this.#board.pause(ms, signal),
      closed: this.#disposed.signal,
      log: (line) => ports.log(line),
    };
    this.#renewals = new Renewals({
      now: () => this.now(),
      wall: () => ports.now(),
      random: () => ports.random(),
      held: () => this.#held(),
      look: (id) => this.get(id),
      hostOf: (id) => this.#obtaining.hostOf(id),
      renew: (id) => this.#obtaining.renewUnattended(id, { kind: 'schedule' }),
      pull: () => this.#board.ledger.pull(this.#disposed.signal),
      inTurn: (work) => inTurn(round, work),
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
      onOverruled: (id) => this.#obtaining.abort(id),
      nextDueAt: (now) => this.#nextDueAt(now),
      onTick: () => {
        if (this.#attendance !== undefined) {
          this.#renewals.tick();
          this.#reminders.tick();
        }
      },
    });
    this.#obtaining = new Obtaining({
      ports,
      board: this.#board,
      gate,
      happenings: this.#happenings,
      closed: this.#disposed.signal,
      now: () => this.now(),
      hearTime: async () => this.#skewNote?.hear(),
      measured: (skewMs) => this.measured(skewMs),
      forgetQuestion: (id) => this.#questions.forget(id),
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
      failedAt: (id) => this.#obtaining.failure(id)?.at,
      saidNo: (id) => {
        this.#obtaining.fail(id, { kind: 'cancelled' });
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
   * Starts the session of a request and makes it this window's active one, unless it is to stand aside. One that is
   * live with plenty of time left is only made active. Never rejects.
   */
  async start(
    request: SessionRequest,
    signal: AbortSignal,
    options: StartOptions = {},
  ): Promise<StartResult> {
    const result = await this.#obtaining.start(request, signal, options);
    if (result.ok && options.aside !== true) {
      this.setActive(result.session.id);
    }
    return result;
  }

  /**
   * Gets new credentials for a session, whatever is left of the old ones; one that failed to start is started, and made
   * active. Never rejects; cancelled when the session is not there any more.
   */
  async renew(id: string, signal: AbortSignal, by: Asker = person): Promise<StartResult> {
    const kept = this.#board.ledger.get(id);
    if (isHeld(kept)) {
      return this.#obtaining.renew(kept, by, signal);
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
    this.#obtaining.abort(id);
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
          failure: this.#obtaining.failure(id),
        }),
        renew: () => void this.#obtaining.renewUnattended(id, { kind: 'tool' }),
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
    this.#obtaining.abortAll();
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
}
