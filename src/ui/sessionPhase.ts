import { timeLeft } from '../aws/credentials.ts';
import { phaseAt, shownLeft } from '../session/schedule.ts';
import type { Session } from '../session/types.ts';

/** What a session looks like; each phase has a shape and a colour of its own. */
export type SessionPhase = 'starting' | 'renewing' | 'live' | 'ending' | 'expired' | 'failed';

/** A codicon and the theme colour that tints it. */
export interface Icon {
  readonly id: string;
  readonly color: string | undefined;
}

const livePhases = { fresh: 'live', warning: 'ending', expired: 'expired' } as const;

/** Seen at `now`; `warnMs` milliseconds before its end a session is `ending`. */
export function phaseOf(session: Session, now: number, warnMs: number): SessionPhase {
  const { state } = session;
  switch (state.kind) {
    case 'starting':
      return 'starting';
    case 'failed':
      return 'failed';
    case 'expired':
      return state.renewing ? 'renewing' : 'expired';
    case 'live': {
      if (state.renewing) {
        return 'renewing';
      }
      return livePhases[phaseAt(state.credentials, now, warnMs)];
    }
  }
}

/**
 * Milliseconds left at `now`, in the steps in which texts count: Infinity when nobody knows the end, undefined when
 * there is nothing to count.
 */
export function leftOf(session: Session, now: number): number | undefined {
  return session.state.kind === 'live' ? shownLeft(timeLeft(session.state.credentials, now)) : undefined;
}

/** When the session ends or ended, milliseconds UTC; undefined when unknown or not started. */
export function endOf(session: Session): number | undefined {
  const { state } = session;
  return state.kind === 'live'
    ? state.credentials.expiresAt
    : state.kind === 'expired'
      ? state.at
      : undefined;
}

/** The icon of a phase. */
export const phaseIcons: Readonly<Record<SessionPhase, Icon>> = {
  starting: { id: 'loading~spin', color: undefined },
  renewing: { id: 'loading~spin', color: undefined },
  live: { id: 'pass-filled', color: 'testing.iconPassed' },
  ending: { id: 'clock', color: 'problemsWarningIcon.foreground' },
  expired: { id: 'circle-slash', color: 'problemsErrorIcon.foreground' },
  failed: { id: 'error', color: 'problemsErrorIcon.foreground' },
};

/**
 * The session that a profile's row shows: its own before an MFA session made from it, the latest of several. Never a
 * read-only one, beside which the profile's own can still be started.
 */
export function sessionOfProfile(sessions: readonly Session[], profile: string): Session | undefined {
  return (
    sessions.findLast(
      ({ request }) => request.kind === 'profile' && request.profile === profile && request.readOnly !== true,
    ) ?? sessions.findLast((one) => one.request.kind === 'mfaSession' && one.request.profile === profile)
  );
}

/**
 * The profile whose section a session comes from: the source profile for a role typed in by hand, undefined for a role
 * of Identity Center that is in no profile.
 */
export function profileOfSession(session: Session): string | undefined {
  switch (session.request.kind) {
    case 'role':
      return session.request.sourceProfile;
    case 'identityCenterRole':
    case 'webIdentityRole':
      return undefined;
    case 'profile':
    case 'mfaSession':
    case 'samlRole':
    case 'federation':
      return session.request.profile;
  }
}
