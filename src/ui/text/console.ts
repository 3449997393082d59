import type { SignInState } from '../../session/tokenShelf.ts';
import { identityForReading } from './identity.ts';
import { t } from './l10n.ts';

/** What is said around console sign-ins (`aws login`). */
export const consoleText = {
  signingIn: (profile: string) => t('Signing in to the console: {0}', profile),
  signedIn: (arn: string) => t('You are signed in to the console as {0}', identityForReading(arn)),
  signedOut: (profile: string) =>
    t(
      'You are signed out of the console on this computer: {0} (sessions that were started with it last until their own end)',
      profile,
    ),
  notSignedOut: (profile: string) =>
    t('The console sign-in could not be taken off this computer, its file may not be changed: {0}', profile),
  taken: (kind: string) =>
    t('There is a profile of this name already, with other credentials ({0}): choose another name', kind),
  /** In the list of sign-ins. */
  facts: (state: SignInState) =>
    state.kind === 'out' ? t('console sign-in · not signed in') : t('console sign-in · signed in'),
};

/** What the row of a profile says beside its facts; undefined while somebody is signed in, or nobody has looked. */
export function notSignedIn(state: SignInState | undefined): string | undefined {
  return state?.kind === 'out' ? t('not signed in') : undefined;
}
