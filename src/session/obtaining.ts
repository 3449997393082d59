import type { Fault } from '../aws/faults.ts';
import { wantsSignIn } from '../aws/faults.ts';
import type { PlanResult, SessionRequest } from '../aws/planModel.ts';
import type { Board } from './board.ts';
import type { Emitter } from './emitter.ts';
import { errorName } from './errorName.ts';
import { Flights } from './flights.ts';
import { hostOf, type Gate } from './gate.ts';
import { person, type Asker, type Happening } from './happenings.ts';
import { isHeld, type HeldSession } from './kept.ts';
import { askedNow, cancelled, obtain, overrules, type Errand, type Obtained, type Task } from './obtain.ts';
import type { SessionPorts, StartOptions, StartResult } from './ports.ts';
import { servable } from './schedule.ts';
import type { Session } from './types.ts';
import { unlessAborted } from './unlessAborted.ts';
import { aboutKept, describePlan } from './view.ts';

/** A start waits this long for the store at most, ms: a keyring may be locked until a person unlocks it. */
export const longestLoadMs = 5000;

/** What getting credentials asks of the sessions. */
export interface ObtainingParts {
  readonly ports: SessionPorts;
  readonly board: Board;
  readonly gate: Gate;
  readonly happenings: Emitter<Happening>;
  /** The window is closed. */
  readonly closed: AbortSignal;
  /** AWS's time as well as it is known, ms UTC. */
  now(): number;
  /** Takes in what another window has learnt of AWS's time. */
  hearTime(): Promise<void>;
  /** AWS has said its time: our clock was `skewMs` ahead of it a moment ago. */
  measured(skewMs: number): void;
  /** What a person was asked about the session is settled, or may be asked anew. */
  forgetQuestion(id: string): void;
}

/** Why the last try for a session gave nothing, and when, ms UTC by AWS's clock. */
export interface Failure {
  readonly fault: Fault;
  readonly at: number;
}

/** Gets credentials for sessions, one flight at a time for each, and shows on the board how it goes. */
export class Obtaining {
  readonly #parts: ObtainingParts;
  readonly #flights = new Flights<StartResult>(cancelled);
  readonly #failures = new Map<string, Failure>();
  /** Where the last call for a session went. */
  readonly #hosts = new Map<string, string>();

  constructor(parts: ObtainingParts) {
    this.#parts = parts;
  }

  /** See `Failure`; undefined when the last try was a success, or there was none. */
  failure(id: string): Failure | undefined {
    return this.#failures.get(id);
  }

  /** Where the session's last calls went, when this window has made one. */
  hostOf(id: string): string | undefined {
    return this.#hosts.get(id);
  }

  /** Stops what is being done about a session. */
  abort(id: string): void {
    this.#flights.abort(id);
  }

  /** Stops everything under way. */
  abortAll(): void {
    this.#flights.abortAll();
  }

  /** Starts the session of a request, unless it is live with plenty of time left. Never rejects. */
  async start(
    request: SessionRequest,
    signal: AbortSignal,
    options: StartOptions = {},
  ): Promise<StartResult> {
    const { board, ports, closed } = this.#parts;
    await board.loaded(longestLoadMs, signal);
    const planned = await this.#plan(request);
    // A rotation is noted before the files change, so that what was planned from them is known by now.
    await unlessAborted(ports.hearKeys?.() ?? Promise.resolve(), AbortSignal.any([signal, closed]));
    if (signal.aborted || closed.aborted) {
      return cancelled;
    }
    if ('kind' in planned) {
      return { ok: false, why: 'fault', fault: planned };
    }
    if (!planned.ok) {
      return { ok: false, why: 'plan', problems: planned.problems, hops: planned.hops };
    }
    const { plan } = planned;
    const about = describePlan(ports.planId(plan), request, plan);
    this.#forgetFailed(request, about.id);
    const forced = options.force === true || options.durationSeconds !== undefined;
    const session = forced ? undefined : this.#plenty(about.id);
    if (session !== undefined) {
      return { ok: true, session };
    }
    const kept = board.ledger.get(about.id);
    // A choice of duration lasts until the session is ended.
    const durationSeconds = options.durationSeconds ?? (isHeld(kept) ? kept.durationSeconds : undefined);
    const unattended = options.unattended ?? false;
    const by = options.by ?? person;
    return this.#fly({ about, plan, forced, durationSeconds, unattended, by }, signal);
  }

  /** Gets new credentials for a session, whatever is left of the old ones. Never rejects. */
  renew(kept: HeldSession, by: Asker, signal: AbortSignal): Promise<StartResult> {
    return this.#fly(renewal(kept, by), signal);
  }

  /**
   * Gets new credentials for a session without a person. Nobody leaves this flight: it goes on for the next fetch when the
   * one that began it gives up. Never rejects.
   */
  async renewUnattended(id: string, by: Asker): Promise<StartResult> {
    const kept = this.#parts.board.ledger.get(id);
    return isHeld(kept) ? this.renew(kept, by, this.#parts.closed) : cancelled;
  }

  /** Notes that a session got nothing. */
  fail(id: string, fault: Fault): void {
    this.#failures.set(id, { fault, at: this.#parts.now() });
    if (fault.kind === 'cancelled') {
      // Who comes back to the terminal after a no is asked again, instead of waiting for a question that is not there.
      this.#parts.forgetQuestion(id);
    }
    this.#parts.ports.log(`${id}: ${fault.kind}`);
  }

  async #fly(task: Task, signal: AbortSignal): Promise<StartResult> {
    const { about } = task;
    const { board, ports, closed } = this.#parts;
    if (closed.aborted) {
      return cancelled;
    }
    let joined = true;
    const result = await this.#flights.join(about.id, signal, async (aborted) => {
      joined = false;
      // Shown at once, even when a port is slow to notice.
      const stop = (): void => board.set(about.id, undefined);
      aborted.addEventListener('abort', stop);
      const askedAt = askedNow(board.ledger.get(about.id), ports.now());
      board.set(about.id, {
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
    const { board, ports } = this.#parts;
    // The call is signed, and its code is made, by AWS's time.
    await this.#parts.hearTime();
    const obtained = await obtain(ports, board.ledger, this.#errand(task, askedAt), aborted).catch(
      (error: unknown): Obtained => ({ kind: 'fault', fault: internal(error) }),
    );
    if (aborted.aborted) {
      this.fail(about.id, { kind: 'cancelled' });
      return cancelled;
    }
    if (obtained.kind === 'fault') {
      return this.#failed(task, obtained);
    }
    this.#failures.delete(about.id);
    this.#parts.forgetQuestion(about.id);
    board.set(about.id, undefined);
    const session = board.get(about.id);
    return session?.state.kind === 'live' ? { ok: true, session } : cancelled;
  }

  #errand(task: Task, askedAt: number): Errand {
    const { about } = task;
    const { board, ports, gate } = this.#parts;
    return {
      task,
      askedAt,
      now: () => this.#parts.now(),
      enter: (plan, signal) => {
        this.#hosts.set(about.id, hostOf(plan));
        return gate.enter(task, plan, signal);
      },
      learn: async (plan, result, signal) => {
        const learned = gate.learn(task, plan, result, signal).catch((error: unknown) => {
          ports.log(`${about.id}: renewals not noted: ${errorName(error)}`);
        });
        // What a person waits for does not wait for a note.
        return task.unattended ? learned : undefined;
      },
      measured: (skewMs) => {
        if (skewMs !== undefined) {
          this.#parts.measured(skewMs);
        }
      },
      keep: (kept, plan) => {
        const renewed = isHeld(board.ledger.get(about.id));
        ports.log(`${about.id}: new credentials`);
        // Refused when another window ended the session meanwhile, or renewed it with a later wish.
        board.set(about.id, undefined, kept);
        this.#parts.happenings.fire({
          kind: renewed ? 'renewed' : 'started',
          at: kept.startedAt,
          by: task.by,
          session: about,
          plan,
          until: kept.credentials.expiresAt,
        });
      },
    };
  }

  #failed({ about, by }: Task, { fault, step }: Extract<Obtained, { kind: 'fault' }>): StartResult {
    const { board, ports, happenings } = this.#parts;
    this.fail(about.id, fault);
    const isTold = fault.kind !== 'cancelled';
    if (isTold) {
      happenings.fire({ kind: 'failed', at: ports.now(), by, session: about, fault: fault.kind, step });
    }
    const isFirst = !isHeld(board.ledger.get(about.id));
    board.set(about.id, isTold && isFirst ? { kind: 'failed', about, fault } : undefined);
    return { ok: false, why: 'fault', fault, ...(step !== undefined && { step }) };
  }

  /** The session when it is live and no fetch would renew it yet. */
  #plenty(id: string): Session | undefined {
    const session = this.#parts.board.get(id);
    const { state } = session ?? {};
    const plenty =
      state?.kind === 'live' && servable(state.credentials, state.startedAt, this.#parts.now()) === 'serve';
    return plenty ? session : undefined;
  }

  /** A mended profile leads to another id: its earlier failure is history when it is started again. */
  #forgetFailed(request: SessionRequest, id: string): void {
    const { board } = this.#parts;
    for (const doing of board.doing()) {
      const { about } = doing;
      if (doing.kind === 'failed' && about.id !== id && sameRequest(about.request, request)) {
        board.set(about.id, undefined);
      }
    }
  }

  async #plan(request: SessionRequest): Promise<PlanResult | Fault> {
    try {
      return await this.#parts.ports.plan(request);
    } catch (error) {
      return internal(error);
    }
  }
}

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
