import type { Fault } from '../aws/faults.ts';
import type { Credentials } from '../aws/credentials.ts';
import type { Plan } from '../aws/planModel.ts';
import { withinSeconds } from '../aws/planSeconds.ts';
import type { RunResult } from '../aws/run.ts';
import { errorName } from './errorName.ts';
import type { Asker } from './happenings.ts';
import { isHeld, type HeldSession, type KeptSession } from './kept.ts';
import type { Ledger } from './ledger.ts';
import type { SessionPorts, StartResult } from './ports.ts';
import { aheadAt, servable } from './schedule.ts';
import { unlessAborted } from './unlessAborted.ts';
import { describePlan, profileOf, type About } from './view.ts';

/** What to get credentials for. */
export interface Task {
  readonly about: About;
  /** Made a moment ago; undefined: plan from today's files, and insist on the same session. */
  readonly plan: Plan | undefined;
  /** Calls AWS although what is there would do. */
  readonly forced: boolean;
  readonly durationSeconds: number | undefined;
  /** A tool's fetch or the time is behind it, and no person. */
  readonly unattended: boolean;
  readonly by: Asker;
}

/** Credentials are there, new or another window's; or why there are none. */
export type Obtained =
  | { readonly kind: 'done' }
  /** `step`: which of the plan's failed, where it is known. */
  | { readonly kind: 'fault'; readonly fault: Fault; readonly step?: number };

/** A task that has been asked for. */
export interface Errand {
  readonly task: Task;
  /** See `askedNow`. */
  readonly askedAt: number;
  /** ms UTC, by AWS's clock. */
  now(): number;
  /** False: no call now. Rejects with the signal's reason. */
  enter(plan: Plan, signal: AbortSignal): Promise<boolean>;
  /** Hears what became of the call. Rejects with the signal's reason. */
  learn(plan: Plan, result: RunResult, signal: AbortSignal): Promise<void>;
  /** Called with new credentials before the next window's turn, so that it finds them. */
  keep(kept: HeldSession, plan: Plan): void;
  /** Hears by how much our clock is ahead of AWS's, ms, before anything is judged by it; undefined: AWS did not say. */
  measured(skewMs: number | undefined): void;
}

/** A window that is stopped for longer may have lost its turn (outlets/doubt.ts) when it goes on with what AWS gave, ms. */
const loseTurnMs = 10_000;

type Failed = Extract<StartResult, { ok: false }>;

/** A failure that shows nothing. */
export const cancelled: Failed = { ok: false, why: 'fault', fault: { kind: 'cancelled' } };

/** The moment of asking, which orders this among what other windows do: see StoredSession.changedAt. ms UTC. */
export function askedNow(kept: KeptSession | undefined, now: number): number {
  return Math.max(now, (kept?.changedAt ?? 0) + 1);
}

/**
 * True when what is known of the session says to stop: a renewal has nothing to renew any more, and a start gives way to
 * an end that a person asked for after it.
 */
export function overrules(kept: KeptSession | undefined, task: Task, askedAt: number): boolean {
  if (isHeld(kept)) {
    return false;
  }
  return task.plan === undefined || (kept !== undefined && kept.changedAt >= askedAt);
}

/**
 * Gets credentials while no other window does so for the same session. What another window got while this one waited
 * for its turn is taken over without calling AWS. Rejects only when a port does.
 */
export async function obtain(
  ports: SessionPorts,
  ledger: Ledger,
  errand: Errand,
  signal: AbortSignal,
): Promise<Obtained> {
  const { task, askedAt } = errand;
  const { id } = task.about;
  const before = ledger.get(id);
  return exclusively(ports, id, signal, async () => {
    await ledger.pull(signal);
    const kept = ledger.get(id);
    if (signal.aborted || overrules(kept, task, askedAt)) {
      return { kind: 'fault', fault: { kind: 'cancelled' } };
    }
    if (mayAdopt(kept, before, task, errand.now())) {
      ports.log(`${id}: taken over from another window`);
      return { kind: 'done' };
    }
    return ask(ports, ledger, errand, kept, signal);
  });
}

function mayAdopt(
  kept: KeptSession | undefined,
  before: KeptSession | undefined,
  task: Task,
  now: number,
): boolean {
  if (!isHeld(kept) || servable(kept.credentials, kept.startedAt, now) !== 'serve') {
    return false;
  }
  // The clock comes before it is due for a fetch: what is there still serves, and is not what was wanted.
  const isDue =
    task.by.kind === 'schedule' && now >= (aheadAt(kept.credentials, kept.startedAt, 0) ?? Infinity);
  return !isDue && (!task.forced || kept.changedAt !== before?.changedAt);
}

async function ask(
  ports: SessionPorts,
  ledger: Ledger,
  errand: Errand,
  kept: KeptSession | undefined,
  signal: AbortSignal,
): Promise<Obtained> {
  const { task, askedAt } = errand;
  const plan = task.plan ?? (await samePlan(ports, task.about, signal));
  if (plan === undefined) {
    const profile = profileOf(task.about.request);
    return { kind: 'fault', fault: { kind: 'planChanged', profile } };
  }
  const { durationSeconds, unattended } = task;
  const described = describePlan(task.about.id, task.about.request, plan);
  // A renewal goes on with what was begun; only a start begins anew.
  const begun = task.plan === undefined ? (kept?.begunAt ?? kept?.startedAt) : undefined;
  const asksAt = errand.now();
  const endsAt = ports.endsAt?.(described, begun ?? asksAt);
  if (endsAt !== undefined && endsAt <= asksAt) {
    return { kind: 'fault', fault: { kind: 'cancelled' } };
  }
  const seconds = endsAt === undefined ? undefined : Math.ceil((endsAt - asksAt) / 1000);
  const chosen = withinSeconds(plan, durationSeconds, seconds);
  if (!(await errand.enter(plan, signal))) {
    return { kind: 'fault', fault: { kind: 'cancelled' } };
  }
  const result = await ports.run(plan, signal, { ...chosen, ...(unattended && { unattended }) });
  await errand.learn(plan, result, signal);
  if (!result.ok) {
    return { kind: 'fault', fault: result.fault, step: result.step };
  }
  const { serverSkewMs, packedPolicyPercent } = result;
  errand.measured(serverSkewMs);
  const startedAt = errand.now();
  if (Math.abs(startedAt - asksAt) > loseTurnMs) {
    await ledger.pull(signal);
  }
  const newest = ledger.get(task.about.id);
  if (newest !== kept && overrules(newest, task, askedAt)) {
    return { kind: 'fault', fault: { kind: 'cancelled' } };
  }
  if (newest !== kept && isHeld(newest) && lastsAsLong(newest.credentials, result.credentials)) {
    ports.log(`${task.about.id}: another window has got newer ones`);
    return { kind: 'done' };
  }
  if (servable(result.credentials, startedAt, startedAt) === 'over') {
    return { kind: 'fault', fault: { kind: 'deadOnArrival' } };
  }
  if (signal.aborted) {
    return { kind: 'fault', fault: { kind: 'cancelled' } };
  }
  const begunAt = begun ?? startedAt;
  const about = { ...described, accountId: result.credentials.accountId ?? described.accountId };
  // Only now the account may be known, and with it the guard.
  const credentials = endedAt(result.credentials, ports.endsAt?.(about, begunAt));
  const record: HeldSession = {
    ...about,
    durationSeconds,
    startedAt,
    changedAt: askedNow(newest, askedAt),
    credentials,
    begunAt,
    endedValidUntil: latestEnd(newest, result.credentials.expiresAt, credentials.expiresAt),
    ...(packedPolicyPercent !== undefined && { packedPolicyPercent }),
  };
  errand.keep(record, plan);
  return { kind: 'done' };
}

/** True when `a` ends no earlier than `b`. */
function lastsAsLong(a: Credentials, b: Credentials): boolean {
  return (a.expiresAt ?? Infinity) >= (b.expiresAt ?? Infinity);
}

/** Today's plan for a session that was started earlier; undefined when the files now lead elsewhere or nowhere. */
async function samePlan(ports: SessionPorts, about: About, signal: AbortSignal): Promise<Plan | undefined> {
  const planned = await ports.plan(about.request);
  if (!planned.ok) {
    return undefined;
  }
  if (ports.planId(planned.plan) !== about.id) {
    // Another window may have rotated the keys a moment ago.
    await unlessAborted(ports.hearKeys?.() ?? Promise.resolve(), signal);
  }
  return ports.planId(planned.plan) === about.id ? planned.plan : undefined;
}

/**
 * AWS counts from its own moment and in seconds: what it gave for just the time that is left ends a little before the
 * guard ends the session, and a call for the rest would be one for 15 minutes, ms.
 */
const notWorthMs = 60_000;

/** The credentials as the session has them: they end with it where a guard ends it first, and are its last. */
function endedAt(credentials: Credentials, endsAt: number | undefined): Credentials {
  const { expiresAt = Infinity } = credentials;
  return endsAt !== undefined && endsAt <= expiresAt + notWorthMs
    ? { ...credentials, expiresAt: Math.min(expiresAt, endsAt), last: true }
    : credentials;
}

/**
 * The latest end of what was fetched, where it comes after that of the session: a shorter renewal does not recall earlier
 * credentials, and AWS knows nothing of our guards. `atAws`: when AWS ends the new ones.
 */
function latestEnd(
  kept: KeptSession | undefined,
  atAws: number | undefined,
  expiresAt: number | undefined,
): number | undefined {
  const earlier = Math.max(kept?.credentials?.expiresAt ?? 0, kept?.endedValidUntil ?? 0, atAws ?? 0);
  return expiresAt !== undefined && earlier > expiresAt ? earlier : undefined;
}

/** Runs `work` under the windows' lock; without it when the lock itself fails, for a session is worth more than a call. */
export async function exclusively<T>(
  ports: Pick<SessionPorts, 'peers' | 'log'>,
  id: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  let begun: Promise<T> | undefined;
  const begin = (): Promise<T> => (begun = work());
  try {
    return await ports.peers.exclusive(id, signal, begin);
  } catch (error) {
    if (begun === undefined && signal.aborted) {
      throw error;
    }
    ports.log(`${id}: no lock between windows: ${errorName(error)}`);
    // A lock that failed after the work, while letting go, does not lose what AWS has given.
    return begun ?? work();
  }
}
