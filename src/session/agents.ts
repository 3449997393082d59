import type { Fault } from '../aws/faults.ts';
import { wantsSignIn } from '../aws/faults.ts';
import type { Guard } from '../aws/guards.ts';
import type { PlanResult, SessionRequest } from '../aws/planModel.ts';
import { agentRequest, isAgentRequest } from '../aws/readOnly.ts';
import type { ReadOnlyHindrance } from '../aws/readOnly.ts';
import {
  decideForAgent,
  type AgentAccess,
  type AgentQuestion,
  type AgentRefusal,
  type ToolSupply,
} from './agentAccess.ts';
import { DisposableStore, type Disposable } from './emitter.ts';
import { errorName } from './errorName.ts';
import type { Asker, Happening } from './happenings.ts';
import type { StartResult, SupplyOptions } from './ports.ts';
import type { Sessions } from './sessions.ts';
import type { Session } from './types.ts';

/** An agent that is refused tries again, and again: after a no, nobody is asked about the same for so long. */
const quietAfterNoMs = 10 * 60_000;

/** After a read-only session that did not start, fetches get the same answer for so long. */
const quietAfterFailureMs = 30_000;

const agent: Asker = { kind: 'agent' };

/** All that serving agents asks of the world. */
export interface AgentPorts {
  readonly sessions: Pick<
    Sessions,
    | 'known'
    | 'get'
    | 'list'
    | 'records'
    | 'start'
    | 'supply'
    | 'end'
    | 'dismiss'
    | 'handedOut'
    | 'onDidHappen'
  >;
  /** Plans from today's files. */
  plan(request: SessionRequest): Promise<PlanResult>;
  /** Undefined until the person has chosen once. */
  access(): AgentAccess | undefined;
  guardOf(session: Session): Pick<Guard, 'readOnly' | 'asksFirst'> | undefined;
  /** Has the person choose what agents get. Resolves when they have, or have put the question away. */
  askToChoose(session: Session): Promise<void>;
  /** Asks for a yes; false for a no, and when the question was put away. */
  ask(question: AgentQuestion, session: Session): Promise<boolean>;
  /** Starts with a person there, aside; undefined when it did not, and they know why. */
  start(request: SessionRequest): Promise<Session | undefined>;
  /** Says that agents get nothing of a session. */
  tellRefused(session: Session, why: AgentRefusal): void;
  /** Asks the person to renew a session whose renewal needs one. */
  askToRenew(session: Session): Promise<void>;
  now(): number;
  setTimer(ms: number, callback: () => void): Disposable;
  /** One line for the log, without a secret. */
  log(line: string): void;
}

/** What a fetch comes to now: an answer, or something to wait for and what to say when that takes too long. */
type Next =
  | { readonly kind: 'answer'; readonly answer: ToolSupply }
  | { readonly kind: 'serve'; readonly id: string }
  | { readonly kind: 'wait'; readonly for: Promise<void>; readonly late: ToolSupply };

/**
 * Serves what runs in the terminals of coding agents: what the person has chosen that agents get, and no more. The
 * read-only session that agents get of a role is one of its own beside the person's, and ends with it.
 */
export class Agents implements Disposable {
  readonly #ports: AgentPorts;
  readonly #store = new DisposableStore();
  /** Closed while this window is: no session starts for an agent any more. */
  readonly #disposed = new AbortController();
  /** The one question about what agents get, until somebody has chosen. */
  #choosing = false;
  /** Under way for a request: a question to the person, or a start without one. */
  readonly #underWay = new Map<string, Promise<void>>();
  /** When a person said no (ms UTC), by what they were asked about. */
  readonly #saidNoAt = new Map<string, number>();
  readonly #failures = new Map<string, { readonly fault: Fault; readonly at: number }>();
  /** Read-only sessions that can be had by a sign-in only, as the last try has shown. */
  readonly #wantSignIn = new Set<string>();
  /** Read-only sessions that a person ended while the session beside them goes on. */
  readonly #endedAlone = new Set<string>();
  /** Guarded sessions that the person has let agents have. */
  readonly #allowed = new Set<string>();
  /** What somebody was told once. */
  readonly #told = new Set<string>();

  constructor(ports: AgentPorts) {
    this.#ports = ports;
    this.#store.add(ports.sessions.onDidHappen((happening) => this.#onHappening(happening)));
  }

  /** Credentials for a fetch that comes from an agent's terminal. Held no longer than asked for; never rejects. */
  async supply(
    id: string,
    { holdMs, signal }: Pick<SupplyOptions, 'holdMs' | 'signal'>,
  ): Promise<ToolSupply> {
    const { sessions } = this.#ports;
    const since = this.#ports.now();
    await sessions.known(signal);
    for (;;) {
      const session = sessions.get(id);
      if (session === undefined) {
        return this.#withoutSession(id, signal);
      }
      const next = await this.#next(session);
      switch (next.kind) {
        case 'answer':
          return next.answer;
        case 'serve':
          return this.#serve(next.id, this.#left(since, holdMs), signal);
        case 'wait':
          await this.#wait(next.for, this.#left(since, holdMs), signal);
          if (this.#left(since, holdMs) === 0 || signal.aborted) {
            return next.late;
          }
      }
    }
  }

  /** The person has chosen, elsewhere maybe: when the choice is taken back, they are asked once more. */
  accessChanged(): void {
    this.#choosing = false;
    this.#saidNoAt.clear();
    this.#told.clear();
  }

  dispose(): void {
    this.#disposed.abort();
    this.#store.dispose();
  }

  async #next(session: Session): Promise<Next> {
    const { id, name } = session;
    const guard = this.#ports.guardOf(session);
    const decision = decideForAgent({ access: this.#ports.access(), guard, request: session.request });
    if (decision.kind === 'refuse') {
      this.#tell(session, decision.why);
      return refused(name, decision.why);
    }
    const guarded = guard?.asksFirst === true && !this.#allowed.has(id);
    if (decision.kind === 'serve') {
      return guarded ? this.#askGuarded(session) : { kind: 'serve', id };
    }
    return this.#narrowed(session, decision.request, decision.own, guarded);
  }

  /** From the read-only session beside this one: a person's where it is live, else the agents', started when need be. */
  async #narrowed(
    session: Session,
    request: SessionRequest,
    own: SessionRequest,
    guarded: boolean,
  ): Promise<Next> {
    const { name, state } = session;
    const key = requestText(request);
    const found = this.#find(own);
    if (found?.state.kind === 'live') {
      return guarded ? this.#askGuarded(session) : { kind: 'serve', id: found.id };
    }
    const there = this.#find(request);
    if (there !== undefined && there.state.kind !== 'failed') {
      return { kind: 'serve', id: there.id };
    }
    if (state.kind === 'failed' || state.kind === 'starting') {
      return state.kind === 'failed' ? failed(name, state.fault) : refused(name, { kind: 'starting' });
    }
    const failure = this.#failures.get(key);
    if (failure !== undefined && this.#isRecent(failure.at, quietAfterFailureMs)) {
      return failed(name, failure.fault);
    }
    // Before anybody types a code for it.
    const why = await this.#hindrance(request);
    if (why !== undefined) {
      this.#tell(session, { kind: 'cannotBeReadOnly', why });
      return refused(name, { kind: 'cannotBeReadOnly', why });
    }
    const question = this.#questionAbout(session, key);
    if (question !== undefined) {
      return this.#askFirst(question, session, key, async () => {
        this.#wantSignIn.delete(key);
        this.#endedAlone.delete(key);
        const started = await this.#ports.start(request);
        this.#endWithout(session, started);
        return started !== undefined;
      });
    }
    // A start with a person there asks for the guard by itself.
    if (guarded) {
      return this.#askGuarded(session);
    }
    const late: ToolSupply = { kind: 'refused', name, why: { kind: 'starting' } };
    return { kind: 'wait', for: this.#once(key, () => this.#startSilently(session, request, key)), late };
  }

  #askGuarded(session: Session): Next {
    return this.#askFirst('guarded', session, session.id, () => {
      this.#allowed.add(session.id);
      return Promise.resolve(true);
    });
  }

  async #hindrance(request: SessionRequest): Promise<ReadOnlyHindrance | undefined> {
    const planned = await this.#ports.plan(request);
    const [problem] = planned.ok ? [] : planned.problems;
    return problem?.what.kind === 'cannotBeReadOnly' ? problem.what.why : undefined;
  }

  /** What a person must be asked before the read-only session can start; undefined when it can start without one. */
  #questionAbout({ needsPerson, signsInAnew }: Session, key: string): AgentQuestion | undefined {
    if (needsPerson) {
      return 'code';
    }
    if (signsInAnew === true || this.#wantSignIn.has(key)) {
      return 'signIn';
    }
    return this.#endedAlone.has(key) ? 'again' : undefined;
  }

  async #startSilently(session: Session, request: SessionRequest, key: string): Promise<void> {
    const options = { aside: true, unattended: true, by: agent };
    const result = await this.#ports.sessions.start(request, this.#disposed.signal, options);
    if (result.ok) {
      this.#failures.delete(key);
      this.#endWithout(session, result.session);
      return;
    }
    this.#clearFailed(request);
    if (result.why === 'fault' && (wantsSignIn(result.fault) || result.fault.kind === 'mfaNeedsPerson')) {
      this.#wantSignIn.add(key);
      return;
    }
    const fault = faultOf(result, session.name);
    this.#failures.set(key, { fault, at: this.#ports.now() });
    this.#ports.log(`${session.id}: no read-only session for agents: ${fault.kind}`);
  }

  /** Asks the person once for all that wait, and does what a yes wants done. */
  #askFirst(what: AgentQuestion, session: Session, key: string, onYes: () => Promise<boolean>): Next {
    const at = this.#saidNoAt.get(key);
    if (at !== undefined && this.#isRecent(at, quietAfterNoMs)) {
      return refused(session.name, { kind: 'saidNo' });
    }
    const asking = this.#once(key, async () => {
      const yes = await this.#ports.ask(what, session);
      // Nothing is started for a session that was ended while the question stood there.
      const done = yes && this.#ports.sessions.get(session.id) !== undefined && (await onYes());
      if (!done) {
        this.#saidNoAt.set(key, this.#ports.now());
      }
    });
    const late: ToolSupply = { kind: 'refused', name: session.name, why: { kind: 'asked', what } };
    return { kind: 'wait', for: asking, late };
  }

  /** One piece of work at a time under a key, however many fetches wait for it. Never rejects. */
  #once(key: string, work: () => Promise<void>): Promise<void> {
    const before = this.#underWay.get(key);
    if (before !== undefined) {
      return before;
    }
    const begun = work()
      .catch((error: unknown) => {
        this.#saidNoAt.set(key, this.#ports.now());
        this.#ports.log(`agents: ${errorName(error)}`);
      })
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, begun);
    return begun;
  }

  async #serve(id: string, holdMs: number, signal: AbortSignal): Promise<ToolSupply> {
    const { sessions } = this.#ports;
    const onNeedsPerson = (session: Session): Promise<void> => this.#ports.askToRenew(session);
    const supply = await sessions.supply(id, { holdMs, signal, onNeedsPerson });
    if (supply.kind === 'credentials') {
      const { credentials } = supply;
      // Once for each of them, and not for each fetch: it is for the log of who had what.
      if (this.#isNew(`${id} ${credentials.accessKeyId}`)) {
        sessions.handedOut(id, agent);
      }
    }
    return supply;
  }

  /** What there is to say about a session that is not there; should it come meanwhile, an agent gets none of it so. */
  async #withoutSession(id: string, signal: AbortSignal): Promise<ToolSupply> {
    const supply = await this.#ports.sessions.supply(id, {
      holdMs: 0,
      signal,
      onNeedsPerson: () => undefined,
    });
    return supply.kind === 'credentials'
      ? { kind: 'refused', name: supply.session.name, why: { kind: 'starting' } }
      : supply;
  }

  #tell(session: Session, why: AgentRefusal): void {
    if (why.kind === 'notChosen' && !this.#choosing) {
      this.#choosing = true;
      this.#ports.askToChoose(session).catch((error: unknown) => {
        this.#ports.log(`agents: ${errorName(error)}`);
      });
    } else if (why.kind === 'cannotBeReadOnly' && this.#isNew(session.id)) {
      this.#ports.tellRefused(session, why);
    }
  }

  #onHappening({ kind, session, by }: Happening): void {
    if (kind !== 'ended') {
      return;
    }
    this.#allowed.delete(session.id);
    const { sessions } = this.#ports;
    if (isAgentRequest(session.request)) {
      const key = requestText(session.request);
      const goesOn = sessions.list().some(({ request }) => isBeside(request, key));
      if (by.kind !== 'agent' && goesOn) {
        this.#endedAlone.add(key);
      }
      return;
    }
    const beside = agentRequest(session.request);
    if (beside !== undefined) {
      const key = requestText(beside);
      for (const map of [this.#endedAlone, this.#wantSignIn, this.#failures, this.#saidNoAt]) {
        map.delete(key);
      }
      this.#end(this.#find(beside));
    }
  }

  /** Ends the agents' session when the one beside it was ended while it started. */
  #endWithout(session: Session, started: Session | undefined): void {
    if (this.#ports.sessions.get(session.id) === undefined) {
      this.#end(started);
    }
  }

  #end(session: Session | undefined): void {
    if (session !== undefined) {
      void this.#ports.sessions.end(session.id, agent);
    }
  }

  /** A start that nobody has asked for leaves no row behind when it fails. */
  #clearFailed(request: SessionRequest): void {
    const failed = this.#find(request);
    if (failed?.state.kind === 'failed') {
      this.#ports.sessions.dismiss(failed.id);
    }
  }

  #find(request: SessionRequest): Session | undefined {
    const text = requestText(request);
    return this.#ports.sessions.list().find((session) => requestText(session.request) === text);
  }

  #isNew(what: string): boolean {
    const before = this.#told.size;
    return this.#told.add(what).size > before;
  }

  #isRecent(at: number, quietMs: number): boolean {
    const now = this.#ports.now();
    return now >= at && now - at < quietMs;
  }

  /** ms that a fetch may still be held; none when the clock was set back. */
  #left(since: number, holdMs: number): number {
    const now = this.#ports.now();
    return now < since ? 0 : Math.max(0, since + holdMs - now);
  }

  async #wait(work: Promise<void>, ms: number, signal: AbortSignal): Promise<void> {
    let timer: Disposable | undefined;
    let stop = (): void => undefined;
    const limit = new Promise<void>((resolve) => {
      stop = resolve;
      timer = this.#ports.setTimer(ms, resolve);
    });
    signal.addEventListener('abort', stop);
    await Promise.race([work, limit]);
    signal.removeEventListener('abort', stop);
    timer?.dispose();
  }
}

function failed(name: string, fault: Fault): Next {
  return { kind: 'answer', answer: { kind: 'failed', name, fault } };
}

function refused(name: string, why: AgentRefusal): Next {
  return { kind: 'answer', answer: { kind: 'refused', name, why } };
}

/** True for the session that agents have something of, and that this is. */
function isBeside(request: SessionRequest, key: string): boolean {
  const beside = isAgentRequest(request) ? undefined : agentRequest(request);
  return beside !== undefined && requestText(beside) === key;
}

/** Equal for requests for the same session, in whatever order their members were written. */
function requestText(request: SessionRequest): string {
  return JSON.stringify(request, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

function faultOf(result: Extract<StartResult, { ok: false }>, profile: string): Fault {
  return result.why === 'fault' ? result.fault : { kind: 'planChanged', profile };
}
