import type { Guard } from '../aws/guards.ts';
import type { Disposable } from './emitter.ts';
import { errorName } from './errorName.ts';
import type { Asker } from './happenings.ts';
import type { EndedSession, Session } from './types.ts';

/** Why a guard ends a session: it has lasted as long as it may, or nobody has used it for so long. `seconds`: how long. */
export interface GuardEnd {
  readonly why: 'limit' | 'idle';
  readonly seconds: number;
}

/** When a guard ends a session, ms UTC. */
export interface Due extends GuardEnd {
  readonly at: number;
}

/** What the watch asks of the world. */
export interface WatchPorts {
  sessions(): readonly Session[];
  /** One of them: each fetch looks at its own. */
  session(id: string): Session | undefined;
  guardOf(session: Session): Guard | undefined;
  /** ms UTC. */
  now(): number;
  /** Resolves at a moment, when the signal aborts, or before: whoever waits looks again. */
  moment(at: number, signal: AbortSignal): Promise<void>;
  /** The last fetch in this window, ms UTC; undefined: none that it knows of. */
  usedHere(id: string): number | undefined;
  /** The last fetch in any window, ms UTC, never earlier than it was. Never rejects. */
  usedAnywhere(id: string): Promise<number | undefined>;
  /** Ends it once for all windows, by whom `due` says, unless it is not due any more; undefined when this window did not. */
  end(id: string, due: () => Promise<Asker | undefined>): Promise<EndedSession | undefined>;
  /** A guard has ended a session in this window. */
  onEnded(session: Session, end: GuardEnd, ended: EndedSession): void;
  log(line: string): void;
}

interface Waiting {
  readonly at: number;
  readonly stop: AbortController;
}

/** When the guard ends the session, of two reasons the earlier; undefined: never. `usedAt`: ms UTC of its last use. */
export function dueOf(session: Session, guard: Guard, usedAt: number | undefined): Due | undefined {
  const { state } = session;
  if (state.kind !== 'live' && state.kind !== 'expired') {
    return undefined;
  }
  const came = state.kind === 'live' ? state.startedAt : undefined;
  const begunAt = session.begunAt ?? came;
  if (begunAt === undefined) {
    return undefined;
  }
  const { maxSeconds, idleSeconds } = guard;
  const limit: Due | undefined =
    maxSeconds === undefined
      ? undefined
      : { why: 'limit', at: begunAt + maxSeconds * 1000, seconds: maxSeconds };
  // What is over by itself serves nobody: nothing is to be ended for want of use.
  const idle: Due | undefined =
    idleSeconds === undefined || state.kind === 'expired'
      ? undefined
      : { why: 'idle', at: Math.max(begunAt, usedAt ?? 0) + idleSeconds * 1000, seconds: idleSeconds };
  return limit && idle ? (idle.at < limit.at ? idle : limit) : (limit ?? idle);
}

/**
 * Ends guarded sessions at their moments, with one wait for the next of them and no timer of its own. `look` is called
 * whenever sessions or guards changed; `judge` before anything is served, because a laptop that slept wakes late.
 */
export class GuardWatch implements Disposable {
  readonly #ports: WatchPorts;
  /** What other windows were found to have used, ms UTC. */
  readonly #seen = new Map<string, number>();
  readonly #ending = new Map<string, Promise<void>>();
  #waiting: Waiting | undefined;
  #disposed = false;

  constructor(ports: WatchPorts) {
    this.#ports = ports;
  }

  /** Looks again at what is due and when. */
  look(): void {
    if (this.#disposed) {
      return;
    }
    let next: number | undefined;
    const ids = new Set<string>();
    for (const session of this.#ports.sessions()) {
      ids.add(session.id);
      const due = this.#due(session);
      if (due !== undefined && due.at <= this.#ports.now()) {
        void this.judge(session.id);
      } else if (due !== undefined) {
        next = Math.min(next ?? Infinity, due.at);
      }
    }
    for (const id of this.#seen.keys()) {
      if (!ids.has(id)) {
        this.#seen.delete(id);
      }
    }
    this.#waitFor(next);
  }

  /** Ends the session when its time has come. Never rejects; resolves when that is settled. */
  judge(id: string): Promise<void> {
    const session = this.#ports.session(id);
    const due = session && this.#due(session);
    if (this.#disposed || session === undefined || due === undefined || due.at > this.#ports.now()) {
      return this.#ending.get(id) ?? Promise.resolve();
    }
    const before = this.#ending.get(id);
    if (before) {
      return before;
    }
    const ending = this.#end(session, due)
      .catch((error: unknown) => this.#ports.log(`${id}: guard: ${errorName(error)}`))
      .finally(() => {
        this.#ending.delete(id);
        this.look();
      });
    this.#ending.set(id, ending);
    return ending;
  }

  dispose(): void {
    this.#disposed = true;
    this.#waiting?.stop.abort();
    this.#waiting = undefined;
  }

  async #end(session: Session, judged: Due): Promise<void> {
    const { id } = session;
    let { why, seconds } = judged;
    const ended = await this.#ports.end(id, async () => {
      const now = this.#ports.session(id);
      const used = why === 'idle' ? await this.#ports.usedAnywhere(id) : undefined;
      if (used !== undefined) {
        this.#seen.set(id, used);
      }
      const due = now && this.#due(now);
      if (due === undefined || due.at > this.#ports.now()) {
        return undefined;
      }
      // It may have been used meanwhile, and have lasted as long as it may all the same.
      ({ why, seconds } = due);
      return { kind: 'guard', why };
    });
    if (ended !== undefined) {
      this.#ports.onEnded(session, { why, seconds }, ended);
    }
  }

  #due(session: Session): Due | undefined {
    const guard = this.#ports.guardOf(session);
    if (guard === undefined) {
      return undefined;
    }
    const used = Math.max(this.#ports.usedHere(session.id) ?? 0, this.#seen.get(session.id) ?? 0);
    return dueOf(session, guard, used);
  }

  #waitFor(at: number | undefined): void {
    if (at === this.#waiting?.at) {
      return;
    }
    this.#waiting?.stop.abort();
    this.#waiting = undefined;
    if (at !== undefined) {
      this.#waiting = { at, stop: new AbortController() };
      void this.#wait(this.#waiting);
    }
  }

  async #wait(waiting: Waiting): Promise<void> {
    await this.#ports.moment(waiting.at, waiting.stop.signal);
    if (this.#waiting === waiting) {
      this.#waiting = undefined;
      this.look();
    }
  }
}
