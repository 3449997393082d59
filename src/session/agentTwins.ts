import type { Fault } from '../aws/faults.ts';
import { wantsSignIn } from '../aws/faults.ts';
import type { PlanResult, SessionRequest } from '../aws/planModel.ts';
import { agentRequest, isAgentRequest } from '../aws/readOnly.ts';
import type { ReadOnlyHindrance } from '../aws/readOnly.ts';
import type { AgentQuestion } from './agentAccess.ts';
import type { Asker, Happening } from './happenings.ts';
import type { Sessions } from './sessions.ts';
import type { Session } from './types.ts';

/** After a read-only session that did not start, fetches get the same answer for so long. */
const quietAfterFailureMs = 30_000;

/** Who starts, ends and gets what is here. */
export const agent: Asker = { kind: 'agent' };

/** What the read-only sessions of agents need. */
export interface TwinPorts {
  readonly sessions: Pick<Sessions, 'get' | 'list' | 'records' | 'start' | 'end' | 'dismiss'>;
  /** Plans from today's files. */
  plan(request: SessionRequest): Promise<PlanResult>;
  /** Starts with a person there, aside; undefined when it did not, and they know why. */
  start(request: SessionRequest): Promise<Session | undefined>;
  /** ms UTC. */
  now(): number;
  /** One line for the log, without a secret. */
  log(line: string): void;
  /** Aborts with the window. */
  readonly signal: AbortSignal;
}

/** The read-only sessions that agents have beside a person's: how each starts, and that it ends with the other. */
export class AgentTwins {
  readonly #ports: TwinPorts;
  readonly #failures = new Map<string, { readonly fault: Fault; readonly at: number }>();
  /** Those that can be had by a sign-in only, as the last try has shown. */
  readonly #wantSignIn = new Set<string>();
  /** Those that were ended while the session beside them goes on. */
  readonly #endedAlone = new Set<string>();

  constructor(ports: TwinPorts) {
    this.#ports = ports;
  }

  /** The session of a request, in whatever state. */
  find(request: SessionRequest): Session | undefined {
    const text = requestText(request);
    return this.#ports.sessions.list().find((session) => requestText(session.request) === text);
  }

  /** Why the last start without a person failed, while that is news. */
  recentFailure(key: string): Fault | undefined {
    const { fault, at } = this.#failures.get(key) ?? {};
    const now = this.#ports.now();
    return at !== undefined && now >= at && now - at < quietAfterFailureMs ? fault : undefined;
  }

  /** Why there can be no read-only session, by today's files. */
  async hindrance(request: SessionRequest): Promise<ReadOnlyHindrance | undefined> {
    const planned = await this.#ports.plan(request);
    const [problem] = planned.ok ? [] : planned.problems;
    return problem?.what.kind === 'cannotBeReadOnly' ? problem.what.why : undefined;
  }

  /** What a person must be asked before it can start; undefined when it can start without one. */
  questionAbout(session: Session, key: string): AgentQuestion | undefined {
    if (session.needsPerson) {
      return 'code';
    }
    if (session.signsInAnew === true || this.#wantSignIn.has(key)) {
      return 'signIn';
    }
    return this.#wasEndedAlone(session, key) ? 'again' : undefined;
  }

  /** Starts without a person; what came of it shows when it is looked for again. */
  async startSilently(session: Session, request: SessionRequest, key: string): Promise<void> {
    const options = { aside: true, unattended: true, by: agent };
    const result = await this.#ports.sessions.start(request, this.#ports.signal, options);
    if (result.ok) {
      this.#failures.delete(key);
      this.#endWithout(session, result.session);
      return;
    }
    this.#clearFailed(request);
    const fault: Fault =
      result.why === 'fault' ? result.fault : { kind: 'planChanged', profile: session.name };
    if (wantsSignIn(fault) || fault.kind === 'mfaNeedsPerson') {
      this.#wantSignIn.add(key);
      return;
    }
    this.#failures.set(key, { fault, at: this.#ports.now() });
    this.#ports.log(`${session.id}: no read-only session for agents: ${fault.kind}`);
  }

  /** Starts with a person who has just said yes; false when it did not. */
  async startAttended(session: Session, request: SessionRequest, key: string): Promise<boolean> {
    this.#wantSignIn.delete(key);
    this.#endedAlone.delete(key);
    const started = await this.#ports.start(request);
    this.#endWithout(session, started);
    return started !== undefined;
  }

  /** A session was ended: what agents had of it ends too. Gives the key of that, where there can be such a thing. */
  onEnded({ session, by }: Happening): string | undefined {
    if (isAgentRequest(session.request)) {
      const key = requestText(session.request);
      const goesOn = this.#ports.sessions.list().some(({ request }) => keyBeside(request) === key);
      if (by.kind !== 'agent' && goesOn) {
        this.#endedAlone.add(key);
      }
      return undefined;
    }
    const beside = agentRequest(session.request);
    const key = keyBeside(session.request);
    if (beside !== undefined && key !== undefined) {
      this.#endedAlone.delete(key);
      this.#wantSignIn.delete(key);
      this.#failures.delete(key);
      this.#end(this.find(beside));
    }
    return key;
  }

  /** Ended in this window, or in another one after what the session beside it has now was asked for. */
  #wasEndedAlone(session: Session, key: string): boolean {
    if (this.#endedAlone.has(key)) {
      return true;
    }
    const records = this.#ports.sessions.records();
    const ended = records.find(
      (record) => record.credentials === undefined && requestText(record.request) === key,
    );
    const beside = records.find(({ id }) => id === session.id);
    const isAlone = ended !== undefined && beside !== undefined && ended.changedAt > beside.changedAt;
    if (isAlone) {
      // A renewal of the session beside it is no permission.
      this.#endedAlone.add(key);
    }
    return isAlone;
  }

  /** Ends what was started while the session beside it was ended. */
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
    const failed = this.find(request);
    if (failed?.state.kind === 'failed') {
      this.#ports.sessions.dismiss(failed.id);
    }
  }
}

/** Equal for requests for the same session, in whatever order their members were written. */
export function requestText(request: SessionRequest): string {
  return JSON.stringify(request, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** The key of what agents have of a session. */
function keyBeside(request: SessionRequest): string | undefined {
  const beside = isAgentRequest(request) ? undefined : agentRequest(request);
  return beside && requestText(beside);
}
