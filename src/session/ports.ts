import type { Fault } from '../aws/faults.ts';
import type { Hop, Plan, PlanResult, SessionRequest } from '../aws/planModel.ts';
import type { Problem } from '../aws/problems.ts';
import type { RunOptions, RunResult } from '../aws/run.ts';
import type { Disposable } from './emitter.ts';
import type { Asker } from './happenings.ts';
import type { NoteFile } from './renewalNote.ts';
import type { SkewPorts } from './skewNote.ts';
import type { Peers, Session, SessionStore } from './types.ts';

/** How a run differs from the ordinary. */
export interface RunChoices extends Pick<RunOptions, 'durationSeconds'> {
  /** Nobody has asked for it: no box and no browser opens. */
  readonly unattended?: boolean;
}

/** All that sessions ask of the world. */
export interface SessionPorts {
  /** Plans from today's files. */
  plan(request: SessionRequest): Promise<PlanResult>;
  /** The session's id: equal plans, equal ids. */
  planId(plan: Plan): string;
  /** Takes in which long-term key came in the place of which in other windows, for `planId`. Never rejects. */
  hearKeys?(): Promise<void>;
  /** Asks AWS, and the person where the plan needs one. Gives a cancelled fault when the signal aborts. */
  run(plan: Plan, signal: AbortSignal, options?: RunChoices): Promise<RunResult>;
  /** True when MFA codes of this device come without a person: its authenticator is stored. */
  answersMfa(serial: string): boolean;
  /** Milliseconds since 1970 UTC, by the clock on the wall: it may jump. */
  now(): number;
  /** Milliseconds since any moment: only ever forward, whatever is done to the clock on the wall. */
  monotonic(): number;
  /** 0 to 1, so that windows do not march in step. */
  random(): number;
  /** Calls back once after `ms` of real time, unless disposed of before. */
  setTimer(ms: number, callback: () => void): Disposable;
  /** How long before its end a session is on its warning background, ms. */
  warnMs(): number;
  /** ms UTC at which a guard ends a session that was started at `begunAt`, whatever it could be renewed. */
  endsAt?(about: Omit<Session, 'state'>, begunAt: number): number | undefined;
  /** A tool got a session's credentials at `at`, ms UTC. */
  onServed?(id: string, at: number): void;
  readonly store: SessionStore;
  readonly peers: Peers;
  /** What the windows of the host tell each other about renewals. */
  readonly note: NoteFile;
  /** What they know of the machine's clock; where it is absent, each window goes by what it has measured itself. */
  readonly skew?: SkewPorts;
  /** The store failed; called once. Sessions go on in memory. */
  onStoreFailure(error: unknown): void;
  /** One line for the log, without a secret. */
  log(line: string): void;
}

/** What a start or a renewal gave. `plan`: nothing was asked or sent, the user's files do not say how. */
export type StartResult =
  | { readonly ok: true; readonly session: Session }
  /** `step`: of the plan, counted from 0, -1 for the base; undefined when no call was made or it cannot be told. */
  | { readonly ok: false; readonly why: 'fault'; readonly fault: Fault; readonly step?: number }
  | {
      readonly ok: false;
      readonly why: 'plan';
      readonly problems: readonly Problem[];
      readonly hops: readonly Hop[];
    };

/** How a start differs from the ordinary. */
export interface StartOptions {
  /** Calls AWS even though the session is live with plenty of time left. */
  readonly force?: boolean;
  /** Seconds instead of the plan's, now and at each renewal; calls AWS. */
  readonly durationSeconds?: number;
  /** Leaves this window's active session as it is: it is not for the person's terminals. */
  readonly aside?: boolean;
  /** Who wants it; a person where nothing is said. */
  readonly by?: Asker;
  /** Nobody is there to ask: no box and no browser opens, what would need one fails. */
  readonly unattended?: boolean;
}

/** How a fetch wants to be served. */
export interface SupplyOptions {
  /** How long the answer may be held, ms: for a person, or for AWS. */
  readonly holdMs: number;
  /**
   * A renewal needs a person. Called once for all that are held, and not again within a minute unless the person said
   * no. A promise resolves when the person has answered, or has put the question away.
   */
  onNeedsPerson(session: Session): void | Promise<void>;
  /** Aborts when whoever fetched is gone. */
  readonly signal: AbortSignal;
}
