import { t } from './l10n.ts';
import { clockTime, remaining } from './time.ts';

/** What is said about renewals that the clock brings about. Times are milliseconds UTC. */
export const renewalText = {
  endsSoon: (name: string, end: number, now: number) =>
    t('This session ends {1}, renew it with an MFA code to keep it: {0}', name, clockTime(end, now)),
  endsWithoutSignIn: (name: string, end: number, now: number) =>
    t('This session ends {1}, sign in again to keep it: {0}', name, clockTime(end, now)),
  laterButton: () => t('Later'),
  letEndButton: () => t('Let It End'),
  notRenewed: (name: string, why: string, end: number, now: number) =>
    t(
      'A renewal failed and is tried again by itself, the session goes on until {1}: {0} ({2})',
      name,
      clockTime(end, now),
      why,
    ),
  overAndNotRenewed: (name: string, why: string) =>
    t('A renewal failed and is tried again by itself, the session is over until then: {0} ({1})', name, why),
  /** `skewMs`: above 0 where the computer is ahead. */
  clockIsOff: (skewMs: number) =>
    skewMs > 0
      ? t(
          'This computer’s clock is ahead of AWS’s, set it right because other tools may be refused: {0}',
          remaining(roundly(skewMs)),
        )
      : t(
          'This computer’s clock is behind AWS’s, set it right because other tools may be refused: {0}',
          remaining(roundly(-skewMs)),
        ),
};

/** Where only minutes are shown, to ten seconds: a skew is known to a second, and 6m 59s is no “6m”. */
function roundly(ms: number): number {
  return ms < 2 * 60_000 ? ms : Math.round(ms / 10_000) * 10_000;
}
