import { timeLeft, type Credentials } from '../aws/credentials.ts';
import type { StoredSession } from './types.ts';

/** A record in memory: a StoredSession with its secrets wrapped. */
export interface KeptSession extends Omit<StoredSession, 'version' | 'credentials'> {
  /** Undefined in the tombstone of a session that a person ended. */
  readonly credentials: Credentials | undefined;
}

/** A record that is not a tombstone. */
export type HeldSession = KeptSession & { readonly credentials: Credentials };

const dayMs = 24 * 60 * 60 * 1000;

/** No session outlives 36 h: GetSessionToken's maximum, the longest that STS grants. */
const longestLifeMs = 36 * 60 * 60 * 1000;

/** Tombstones kept at once: far more than a day of work makes, and small enough to store. */
export const maxTombstones = 200;

/** True unless the record is a tombstone. */
export function isHeld(kept: KeptSession | undefined): kept is HeldSession {
  return kept?.credentials !== undefined;
}

/** Which of two records of one session counts: the later wish; at the same moment, the end. A total order. */
export function newer(a: KeptSession, b: KeptSession): KeptSession {
  return compare(a, b) >= 0 ? a : b;
}

/**
 * What two windows' records of one session come to: the newer one. A tombstone learns from a live record that it beats
 * how long the credentials last that the other window may have handed out.
 */
export function merge(a: KeptSession, b: KeptSession): KeptSession {
  const winner = newer(a, b);
  const loser = winner === a ? b : a;
  if (isHeld(winner) || !isHeld(loser) || winner.endedValidUntil === undefined) {
    return winner;
  }
  const until = validUntil(loser);
  return until !== undefined && until <= winner.endedValidUntil
    ? winner
    : { ...winner, endedValidUntil: until };
}

function compare(a: KeptSession, b: KeptSession): number {
  const [kindA, endA] = rank(a);
  const [kindB, endB] = rank(b);
  return (
    sign(a.changedAt, b.changedAt) ||
    sign(kindA, kindB) ||
    sign(endA, endB) ||
    // Of no consequence, as long as every window chooses the same.
    sign(a.startedAt, b.startedAt) ||
    sign(a.durationSeconds ?? 0, b.durationSeconds ?? 0) ||
    sign(a.credentials?.accessKeyId ?? '', b.credentials?.accessKeyId ?? '')
  );
}

function sign<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Orders records of the same moment: a tombstone above credentials, and of equals the one that lasts longer. */
function rank(kept: KeptSession): readonly [number, number] {
  return isHeld(kept) ? [0, kept.credentials.expiresAt ?? Infinity] : [1, kept.endedValidUntil ?? Infinity];
}

/** The record that says a person ended `held`; `now` in ms UTC. */
export function tombstone(held: HeldSession, now: number): KeptSession {
  return {
    ...held,
    changedAt: Math.max(now, held.changedAt + 1),
    credentials: undefined,
    endedValidUntil: validUntil(held),
  };
}

/** The latest end (ms UTC) of everything that the session handed out; undefined when nobody knows. */
export function validUntil(held: HeldSession): number | undefined {
  const { expiresAt } = held.credentials;
  return expiresAt === undefined ? undefined : Math.max(expiresAt, held.endedValidUntil ?? 0);
}

/**
 * True when nobody can have a use for the record any more: a day after the end of what was fetched. Until then an
 * expired session can be renewed, and a tombstone tells a terminal which session ended.
 */
export function isOutdated(kept: KeptSession, now: number): boolean {
  if (isHeld(kept)) {
    return timeLeft(kept.credentials, now - dayMs) === 0;
  }
  return now >= (kept.endedValidUntil ?? kept.changedAt + longestLifeMs) + dayMs;
}
