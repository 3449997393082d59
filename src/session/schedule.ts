import { timeLeft, type Credentials } from '../aws/credentials.ts';

const second = 1000;
const minute = 60 * second;

/**
 * Credentials are renewed this long before their end: botocore asks again on every call for what lasts less than
 * 15 minutes (its advisory refresh window), so nothing shorter is handed out when it can be helped.
 * https://github.com/boto/botocore/blob/develop/botocore/credentials.py
 */
export const renewBeforeMs = 15 * minute;

/**
 * While something is live the clock is looked at this often, whatever the texts say: a timer that slept with the
 * laptop, or a clock that was set, is noticed within a minute.
 */
export const longestSleepMs = minute;

/** What the remaining time means to a person. */
export type Phase = 'fresh' | 'warning' | 'expired';

type Ends = Pick<Credentials, 'expiresAt' | 'last'>;

/** The phase at `now` (ms UTC); credentials without a known end stay fresh. The end itself is expired. */
export function phaseAt(credentials: Ends, now: number, warnMs: number): Phase {
  const left = timeLeft(credentials, now);
  return left === 0 ? 'expired' : left < warnMs ? 'warning' : 'fresh';
}

/**
 * The time left as texts show it (ms): whole minutes from two minutes up, steps of ten seconds below, so that the last
 * two minutes do not flicker. Rounded down to minutes (`47m` means at least that), and up to ten seconds, so that what
 * is live never says `0s`. Every text that counts down goes through this, or it changes at other moments than
 * `nextChangeAt` says.
 */
export function shownLeft(leftMs: number): number {
  return leftMs >= 2 * minute
    ? Math.floor(leftMs / minute) * minute
    : Math.ceil(leftMs / (10 * second)) * 10 * second;
}

/** More than anybody watches: above it, texts in whole minutes change together. */
const fewSessions = 10;

/**
 * So much longer may a text in whole minutes then stand, ms. Two hundred sessions end at sixty different seconds, and
 * looking at all of them sixty times a minute is what an idle editor must not do.
 */
const togetherMs = 10 * second;

/**
 * The first moment after `now` (ms UTC) at which a text or a phase of any of these credentials changes, at most
 * `longestSleepMs` away; undefined when nothing is live or no end is known. Of many, texts in whole minutes may be late.
 */
export function nextChangeAt(live: Iterable<Ends>, now: number, warnMs: number): number | undefined {
  const ends = Array.from(live, (credentials) => timeLeft(credentials, now));
  const running = ends.filter((left) => left > 0 && left !== Infinity);
  const step = running.length > fewSessions ? togetherMs : 1;
  let next: number | undefined;
  for (const left of running) {
    const at = Math.min(textChangesAt(left, now, step), now + untilWarning(left, warnMs));
    next = Math.min(next ?? Infinity, at, now + longestSleepMs);
  }
  return next;
}

/** `step`: a text in whole minutes waits for the next multiple of it on the clock. */
function textChangesAt(left: number, now: number, step: number): number {
  return left >= 3 * minute
    ? // 47m still stands at 47:00.000 and gives way a millisecond later.
      Math.ceil((now + (left % minute) + 1) / step) * step
    : now + untilShortTextChanges(left);
}

function untilShortTextChanges(left: number): number {
  // 2m stands until the first step below two minutes, 1m 50s.
  return left >= 2 * minute ? left - 110 * second : left % (10 * second) || 10 * second;
}

function untilWarning(left: number, warnMs: number): number {
  return left >= warnMs ? left - warnMs + 1 : Infinity;
}

/** ms UTC from which on a fetch renews first; undefined when the end is unknown, or when nothing may come after it. `startedAt`: when they came. */
export function renewAt(credentials: Ends, startedAt: number): number | undefined {
  const { expiresAt, last } = credentials;
  if (expiresAt === undefined || last === true) {
    return undefined;
  }
  // The shortest session that AWS grants lasts 15 minutes: it would be due at birth, so half of its life counts.
  const life = Math.max(0, expiresAt - startedAt);
  return expiresAt - Math.min(renewBeforeMs, life / 2);
}

/** The longest that a renewal by the clock comes before the moment at which a fetch would renew, ms. */
const longestAheadMs = 3 * minute;

/**
 * ms UTC at which the clock renews without being asked, so that a fetch finds it done; undefined when the end is unknown.
 * `share` (0 to 1) spreads sessions and windows: 0 is the earliest that any of them comes.
 */
export function aheadAt(credentials: Ends, startedAt: number, share: number): number | undefined {
  const due = renewAt(credentials, startedAt);
  if (due === undefined) {
    return undefined;
  }
  const ahead = Math.min(longestAheadMs, Math.max(0, due - startedAt) / 8);
  // Never at the last moment: the call takes its time.
  return due - ahead * (1 - 0.75 * share);
}

/** A question shortly before the end leaves at least so much time to answer it, ms: the phone is in the other room. */
const shortestToAnswerMs = 2 * minute;

/**
 * ms UTC at which a person is asked whether a session that needs one is to go on: at the warning, which comes at half of
 * the life of a short one. Undefined when there is no end, no warning, or nothing that may come after it.
 */
export function remindAt(credentials: Ends, startedAt: number, warnMs: number): number | undefined {
  const { expiresAt, last } = credentials;
  return expiresAt === undefined || last === true || warnMs <= 0
    ? undefined
    : expiresAt - Math.min(warnMs, Math.max(0, expiresAt - startedAt) / 2);
}

/** ms UTC at which one who was asked at `now` is asked once more: when half is left of what was; undefined: no time. */
export function remindAgainAt(credentials: Ends, now: number): number | undefined {
  const left = timeLeft(credentials, now);
  const again = left === Infinity ? 0 : Math.max(left / 2, shortestToAnswerMs);
  return again > 0 && left - again >= minute ? now + left - again : undefined;
}

/**
 * What a fetch at `now` gets: 'serve' them as they are; 'renewFirst', and serve them all the same when that fails;
 * 'over', nothing without a renewal.
 */
export function servable(credentials: Ends, startedAt: number, now: number): 'serve' | 'renewFirst' | 'over' {
  if (timeLeft(credentials, now) === 0) {
    return 'over';
  }
  const due = renewAt(credentials, startedAt);
  return due === undefined || now < due ? 'serve' : 'renewFirst';
}
