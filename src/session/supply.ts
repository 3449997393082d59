import type { Fault } from '../aws/faults.ts';
import { wantsSignIn } from '../aws/faults.ts';
import type { KeptSession } from './kept.ts';
import type { SupplyOptions } from './ports.ts';
import { servable } from './schedule.ts';
import type { Session, Supply } from './types.ts';
import type { Span } from './wake.ts';

const second = 1000;

/**
 * How long a fetch waits for a renewal while it could be served anyway. Long enough for a call to STS, short enough that
 * a dead network does not stop whoever fetched.
 */
const earlyRenewalMs = 5 * second;

/** After a failed renewal, what is still valid is served without another try for this long. */
const quietWhileValidMs = 60 * second;

/** After a failed renewal of what is over, fetches get the same fault for this long: tools that retry are no storm. */
const quietWhenOverMs = 5 * second;

/** What is known of a session when somebody fetches. */
export interface SupplyView {
  /** Undefined when there is none, or when it was ended. */
  readonly session: Session | undefined;
  readonly kept: KeptSession | undefined;
  /** The last operation, when it failed; `at` in ms UTC. */
  readonly failure: { readonly fault: Fault; readonly at: number } | undefined;
}

/** What to do about a fetch. */
export interface Decision {
  /** What to set going: a silent renewal, or asking a person for one. */
  readonly act: 'renew' | 'ask' | undefined;
  /** How long it is worth waiting for something better, ms; 0: answer now. */
  readonly waitMs: number;
  /** The answer when the waiting is over. */
  readonly answer: Supply;
}

/** Decides about a fetch at `now` (ms UTC) that may be held for `holdMs`. */
export function decide(view: SupplyView, now: number, holdMs: number): Decision {
  const { session, kept, failure } = view;
  if (session === undefined) {
    return kept === undefined
      ? at({ kind: 'unknown' })
      : at({ kind: 'ended', name: kept.name, validUntil: kept.endedValidUntil });
  }
  const { name, needsPerson, state } = session;
  const late: Supply = needsPerson
    ? { kind: 'needsPerson', name }
    : { kind: 'failed', name, fault: { kind: 'stillRenewing', seconds: Math.ceil(holdMs / second) } };
  switch (state.kind) {
    case 'starting':
      return { act: undefined, waitMs: Infinity, answer: late };
    case 'failed':
      return at({ kind: 'failed', name, fault: state.fault });
    case 'live': {
      const { credentials, startedAt, renewing } = state;
      const answer: Supply = { kind: 'credentials', session, credentials };
      const early = servable(credentials, startedAt, now) === 'renewFirst';
      if (!early || needsPerson || isRecent(failure, now, quietWhileValidMs)) {
        return at(answer);
      }
      return { act: renewing ? undefined : 'renew', waitMs: earlyRenewalMs, answer };
    }
    case 'expired':
      if (state.renewing) {
        return { act: undefined, waitMs: Infinity, answer: late };
      }
      // A silent try that needs a person after all is no reason to keep quiet about it.
      const mayAsk = needsPerson && failure?.fault.kind === 'mfaNeedsPerson';
      if (!mayAsk && isRecent(failure, now, quietWhenOverMs)) {
        if (wantsSignIn(failure.fault)) {
          return { act: 'ask', waitMs: Infinity, answer: { kind: 'failed', name, fault: failure.fault } };
        }
        // Who has just said no is not asked again by the next retry of the same tool.
        const saidNo = needsPerson && failure.fault.kind === 'cancelled';
        return at(saidNo ? late : { kind: 'failed', name, fault: failure.fault });
      }
      return { act: needsPerson ? 'ask' : 'renew', waitMs: Infinity, answer: late };
  }
}

function at(answer: Supply): Decision {
  return { act: undefined, waitMs: 0, answer };
}

function isRecent(
  failure: SupplyView['failure'],
  now: number,
  quietMs: number,
): failure is NonNullable<SupplyView['failure']> {
  return failure !== undefined && now >= failure.at && now - failure.at < quietMs;
}

/** What a fetch asks of the sessions. */
export interface SupplyDesk {
  now(): number;
  look(): SupplyView;
  /** Begins a silent renewal, or joins the one that is under way. */
  renew(): void;
  /** Asks a person, unless that was done a moment ago. */
  ask(session: Session): void;
  /** True after the end of the window's sessions: nothing changes any more. */
  isClosed(): boolean;
  /** Resolves when the session changes, the span is over, or the signal aborts. */
  change(span: Span, signal: AbortSignal): Promise<void>;
}

/** Serves one fetch: decides anew at each change of the session until there is an answer. Never rejects. */
export async function serve(desk: SupplyDesk, options: SupplyOptions): Promise<Supply> {
  const since = desk.now();
  for (let first = true; ; first = false) {
    const now = desk.now();
    const view = desk.look();
    const { act, waitMs, answer } = decide(view, now, options.holdMs);
    if (options.signal.aborted || desk.isClosed()) {
      return { kind: 'failed', name: view.session?.name ?? '', fault: { kind: 'cancelled' } };
    }
    const span: Span = { since, until: since + Math.min(options.holdMs, waitMs) };
    const over = waitMs === 0 || now < since || now >= span.until;
    if (act !== undefined && view.session !== undefined && (first || !over)) {
      if (act === 'renew') {
        desk.renew();
      } else {
        desk.ask(view.session);
      }
    }
    if (over) {
      return answer;
    }
    await desk.change(span, options.signal);
  }
}
