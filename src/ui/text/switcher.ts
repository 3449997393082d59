import { t } from './l10n.ts';

/** The words of the switcher that do not depend on a session or a profile. */
export function switcherText(): {
  readonly title: string;
  readonly placeholder: string;
  readonly live: string;
  readonly recent: string;
  readonly savedRoles: string;
  readonly allProfiles: string;
  readonly more: string;
  readonly assumeRole: string;
  readonly signIn: string;
  readonly endAll: string;
  readonly startReadOnly: string;
  readonly openTerminal: string;
  readonly end: string;
  readonly gone: string;
  readonly noneLeft: string;
} {
  return {
    title: t('AWS session'),
    placeholder: t('Switch to a live session, or start one from a profile'),
    live: t('Live'),
    recent: t('Recent'),
    savedRoles: t('Saved roles'),
    allProfiles: t('All profiles'),
    more: t('More'),
    assumeRole: t('Assume role…'),
    signIn: t('Sign in with Identity Center…'),
    endAll: t('End all sessions'),
    startReadOnly: t('Start Read-Only (It Still Reads Data)'),
    openTerminal: t('Open Terminal'),
    end: t('End Session'),
    gone: t('Ended meanwhile'),
    noneLeft: t('No session is left'),
  };
}
