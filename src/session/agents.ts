import type { Guard } from '../aws/guards.ts';
import type { SessionRequest } from '../aws/planModel.ts';
import { decideForAgent, type AgentAccess, type ToolSupply } from './agentAccess.ts';
import { AgentConsent, refused, type ConsentPorts, type Next } from './agentConsent.ts';
import { agent, AgentTwins, requestText, type TwinPorts } from './agentTwins.ts';
import { DisposableStore, type Disposable } from './emitter.ts';
import type { SupplyOptions } from './ports.ts';
import type { Sessions } from './sessions.ts';
import type { Session } from './types.ts';

/** A guard's question, a try without a person, a question to one: what takes more rounds leads nowhere. */
const mostRounds = 5;

/** All that serving agents asks of the world. */
export interface AgentPorts
  extends Omit<ConsentPorts, 'isThere'>, Pick<TwinPorts, 'plan' | 'start' | 'now' | 'log'> {
  readonly sessions: TwinPorts['sessions'] & Pick<Sessions, 'known' | 'supply' | 'handedOut' | 'onDidHappen'>;
  /** Undefined until the person has chosen once. */
  access(): AgentAccess | undefined;
  guardOf(session: Session): Pick<Guard, 'readOnly' | 'asksFirst'> | undefined;
  /** Asks the person to renew a session whose renewal needs one. */
  askToRenew(session: Session): Promise<void>;
  setTimer(ms: number, callback: () => void): Disposable;
}

/**
 * Serves what runs in the terminals of coding agents: what the person has chosen that agents get, and no more. The
 * read-only session that agents get of a role is one of its own beside the person's, and ends with it.
 */
export class Agents implements Disposable {
  readonly #ports: AgentPorts;
  readonly #store = new DisposableStore();
  /** Closed while this window is: no session starts for an agent any more. */
  readonly #disposed = new AbortController();
  readonly #consent: AgentConsent;
  readonly #twins: AgentTwins;
  /** The access key that agents were last given of a session. */
  readonly #given = new Map<string, string>();

  constructor(ports: AgentPorts) {
    this.#ports = ports;
    const { sessions } = ports;
    this.#consent = new AgentConsent({
      askToChoose: (session) => ports.askToChoose(session),
      ask: (question, session) => ports.ask(question, session),
      tellRefused: (session, why) => ports.tellRefused(session, why),
      isThere: (id) => sessions.get(id) !== undefined,
      now: () => ports.now(),
      log: (line) => ports.log(line),
    });
    this.#twins = new AgentTwins({
      sessions,
      plan: (request) => ports.plan(request),
      start: (request) => ports.start(request),
      now: () => ports.now(),
      log: (line) => ports.log(line),
      signal: this.#disposed.signal,
    });
    this.#store.add(
      sessions.onDidHappen((happening) => {
        if (happening.kind === 'ended') {
          const { id } = happening.session;
          this.#given.delete(id);
          this.#consent.forget(id, this.#twins.onEnded(happening));
        }
      }),
    );
  }

  /** Credentials for a fetch that comes from an agent's terminal. Held no longer than asked for; never rejects. */
  async supply(
    id: string,
    { holdMs, signal }: Pick<SupplyOptions, 'holdMs' | 'signal'>,
  ): Promise<ToolSupply> {
    const { sessions } = this.#ports;
    const since = this.#ports.now();
    await sessions.known(signal);
    for (let round = 1; ; round++) {
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
        case 'wait': {
          const left = this.#left(since, holdMs);
          if (left === 0 || signal.aborted || round > mostRounds) {
            return next.late;
          }
          await this.#wait(next.for, left, signal);
        }
      }
    }
  }

  /** The person has chosen, in whatever window. */
  accessChanged(): void {
    this.#consent.chosen();
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
      this.#consent.tell(session, decision.why);
      return refused(name, decision.why);
    }
    const guarded = guard?.asksFirst === true && !this.#consent.isAllowed(id);
    if (decision.kind === 'serve') {
      return guarded ? this.#consent.askGuarded(session) : { kind: 'serve', id };
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
    const found = this.#twins.find(own);
    if (found?.state.kind === 'live') {
      return guarded ? this.#consent.askGuarded(session) : { kind: 'serve', id: found.id };
    }
    const there = this.#twins.find(request);
    if (there !== undefined && there.state.kind !== 'failed') {
      return { kind: 'serve', id: there.id };
    }
    if (state.kind === 'starting') {
      return refused(name, { kind: 'starting' });
    }
    const fault = state.kind === 'failed' ? state.fault : this.#twins.recentFailure(key);
    if (fault !== undefined) {
      return { kind: 'answer', answer: { kind: 'failed', name, fault } };
    }
    // Before anybody types a code for it.
    const why = await this.#twins.hindrance(request);
    if (why !== undefined) {
      this.#consent.tell(session, { kind: 'cannotBeReadOnly', why });
      return refused(name, { kind: 'cannotBeReadOnly', why });
    }
    const question = this.#twins.questionAbout(session, key);
    if (question !== undefined) {
      return this.#consent.ask(question, session, key, () =>
        this.#twins.startAttended(session, request, key),
      );
    }
    // A start with a person there asks for the guard by itself.
    if (guarded) {
      return this.#consent.askGuarded(session);
    }
    const starting = this.#consent.once(key, () => this.#twins.startSilently(session, request, key));
    return { kind: 'wait', for: starting, late: { kind: 'refused', name, why: { kind: 'starting' } } };
  }

  async #serve(id: string, holdMs: number, signal: AbortSignal): Promise<ToolSupply> {
    const { sessions } = this.#ports;
    const onNeedsPerson = (session: Session): Promise<void> => this.#ports.askToRenew(session);
    const supply = await sessions.supply(id, { holdMs, signal, onNeedsPerson });
    if (supply.kind === 'credentials') {
      const { accessKeyId } = supply.credentials;
      // Once for each of them, and not for each fetch: it is for the log of who had what.
      if (this.#given.get(id) !== accessKeyId) {
        this.#given.set(id, accessKeyId);
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
