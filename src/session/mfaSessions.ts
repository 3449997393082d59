import { timeLeft, type Credentials } from '../aws/credentials.ts';
import type { MfaSessionWanted } from '../aws/effects.ts';
import type { Fault } from '../aws/faults.ts';
import type { SessionRequest } from '../aws/planModel.ts';
import { person } from './happenings.ts';
import { isHeld, type HeldSession, type KeptSession } from './kept.ts';
import type { StartOptions, StartResult } from './ports.ts';
import type { Session } from './types.ts';

/** What is over so soon is not begun with, ms: AWS's clock and ours differ by as much, and a call takes its time. */
const tooShortMs = 60_000;

/**
 * The MFA session of a profile's keys that lasts longest, however it was started: for roles, by hand, or as the profile's
 * own. `serial`: the device that gave the code, whichever when undefined. Undefined when none is live at `now` (ms UTC).
 */
export function liveMfaSession(
  all: Iterable<KeptSession>,
  profile: string,
  serial: string | undefined,
  now: number,
): HeldSession | undefined {
  let best: HeldSession | undefined;
  for (const kept of all) {
    if (!isHeld(kept) || !isMfaSession(kept, profile, serial)) {
      continue;
    }
    const left = timeLeft(kept.credentials, now);
    if (left >= tooShortMs && left > (best === undefined ? 0 : timeLeft(best.credentials, now))) {
      best = kept;
    }
  }
  return best;
}

function isMfaSession(
  { request, roleArn, mfaSource, mfaSerials }: HeldSession,
  profile: string,
  serial: string | undefined,
): boolean {
  const ofKeys = request.kind === 'mfaSession' || request.kind === 'profile';
  return (
    ofKeys &&
    request.profile === profile &&
    roleArn === undefined &&
    mfaSource === undefined &&
    (serial === undefined ? mfaSerials.length > 0 : mfaSerials.includes(serial))
  );
}

/** The part of the sessions that this needs. */
export interface SharingSessions {
  /** See `Sessions`. */
  known(signal: AbortSignal): Promise<void>;
  mfaSession(profile: string, serial: string): Credentials | undefined;
  start(request: SessionRequest, signal: AbortSignal, options: StartOptions): Promise<StartResult>;
  list(): readonly Session[];
  dismiss(id: string): void;
}

/** What guards make of starting one; a fault when it is not to start. */
export type AllowMfaSession = (
  request: Extract<SessionRequest, { kind: 'mfaSession' }>,
  unattended: boolean,
) => Promise<AllowedMfaSession | Fault>;

/** It may start. */
export interface AllowedMfaSession {
  /** To be called when it has started; false: the person did not want it after all, and it has ended. */
  started(session: Session): Promise<boolean>;
}

const unguarded: AllowMfaSession = async () => ({ started: async () => true });

/**
 * MFA sessions that roles share: one for each profile's keys, got for one code by whoever needs it first, in this window
 * or another, and kept as a session of its own.
 */
export class MfaSessions {
  readonly #sessions: () => SharingSessions;
  readonly #answersMfa: (serial: string) => boolean;
  readonly #allow: AllowMfaSession;
  readonly #waiting = new Map<string, string>();

  /** `answersMfa`: codes of the device come without a person. `allow`: a role is no way around the guard of its user. */
  constructor(
    sessions: () => SharingSessions,
    answersMfa: (serial: string) => boolean,
    allow: AllowMfaSession = unguarded,
  ) {
    this.#sessions = sessions;
    this.#answersMfa = answersMfa;
    this.#allow = allow;
  }

  /** The session that a session's start waits for, as people call it; undefined when it waits for none. */
  waitedForBy(session: string): string | undefined {
    return this.#waiting.get(session);
  }

  /** True while a role waits for the MFA session that people call `session`. */
  isWaitedFor(session: string): boolean {
    return [...this.#waiting.values()].includes(session);
  }

  /** Its credentials: kept, or got now. `unattended`: nobody is there to type a code. Rejects only when a port does. */
  async get(
    { session, profile, serial, durationSeconds, refused }: MfaSessionWanted,
    signal: AbortSignal,
    unattended: boolean,
  ): Promise<Credentials | Fault> {
    const sessions = this.#sessions();
    await sessions.known(signal);
    const live = sessions.mfaSession(profile, serial);
    if (live !== undefined && live.accessKeyId !== refused) {
      return live;
    }
    if (unattended && !this.#answersMfa(serial)) {
      // No row says that it failed: nobody has tried.
      return { kind: 'mfaNeedsPerson', serial };
    }
    const request = { kind: 'mfaSession', profile, mfaSerial: serial, durationSeconds } as const;
    const allowed = await this.#allow(request, unattended);
    if ('kind' in allowed) {
      return allowed;
    }
    this.#waiting.set(session, profile);
    try {
      const result = await sessions.start(request, signal, {
        aside: true,
        force: live !== undefined,
        unattended,
        by: unattended ? { kind: 'schedule' } : person,
      });
      if (result.ok && result.session.state.kind === 'live') {
        if (!(await allowed.started(result.session))) {
          return { kind: 'cancelled' };
        }
        return result.session.state.credentials;
      }
      // What it was started for says why; a row of its own would only have to be cleared away.
      this.#forgetFailed(request);
      return result.ok
        ? { kind: 'cancelled' }
        : result.why === 'fault'
          ? result.fault
          : { kind: 'planChanged', profile };
    } finally {
      this.#waiting.delete(session);
    }
  }

  #forgetFailed(request: SessionRequest): void {
    const sessions = this.#sessions();
    const wanted = JSON.stringify(request);
    for (const session of sessions.list()) {
      if (session.state.kind === 'failed' && JSON.stringify(session.request) === wanted) {
        sessions.dismiss(session.id);
      }
    }
  }
}
