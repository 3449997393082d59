import type { DeviceCode, SignIn } from '../../aws/sources/identityCenterApi.ts';
import { signInName } from '../../aws/sources/identityCenterApi.ts';
import type { ListedAccount, Progress } from '../../session/directory.ts';
import type { SignInState } from '../../session/tokenShelf.ts';
import { t } from './l10n.ts';
import { accountForReading, clockTime } from './time.ts';

/** What is said around signing in at Identity Center. Times are milliseconds UTC. */
export const signInText = {
  code: (name: string, code: DeviceCode) =>
    t('Sign in to {0}: the page in the browser must show {1}', name, code.userCode),
  codeDetail: (code: DeviceCode) =>
    t(
      'Go on only if it shows this code. The page is {0}; it can be opened on any device.',
      code.verificationUri,
    ),
  openPage: () => t('Copy Code and Open Page'),
  copyLink: () => t('Copy Link'),
  waitingForCode: (name: string, code: DeviceCode) =>
    t('Signing in to {0}: confirm the code {1} in the browser', name, code.userCode),
  waitingForBrowser: (name: string) => t('Signing in to {0}: finish it in the browser', name),
  page: () => ({
    title: t('AWS Sessions'),
    done: t('You are signed in. You can close this page and go back to your editor.'),
    failed: t('Nobody was signed in with this page. You can close it and go back to your editor.'),
    other: t(
      'This page belongs to a sign-in that is over. Use the newest page, or sign in again from your editor.',
    ),
  }),
  signedIn: (signIn: SignIn) => t('You are signed in to {0}', signInName(signIn)),
  signedOut: (signIn: SignIn) =>
    t(
      'You are signed out of {0} (sessions that were started with it last until their own end)',
      signInName(signIn),
    ),
  signedOutHere: (signIn: SignIn) =>
    t('You are signed out of {0} on this computer, but AWS could not be told', signInName(signIn)),
  listing: (signIn: SignIn) => t('Listing the accounts and roles of {0}', signInName(signIn)),
  progress: ({ done, of }: Progress) => t('{0} of {1} accounts', done, of),
  listed: (accounts: readonly ListedAccount[]) =>
    t(
      '{0} accounts with {1} roles',
      accounts.length,
      accounts.reduce((sum, { roles }) => sum + (roles?.length ?? 0), 0),
    ),
};

/** What the row of an sso-session says beside its name. */
export function signInFacts(state: SignInState | undefined, now: number): string {
  const what = t('Identity Center');
  switch (state?.kind) {
    case undefined:
    case 'unknown':
      return what;
    case 'out':
      return t('{0} · not signed in', what);
    case 'refreshable':
      return t('{0} · signed in', what);
    case 'in':
      return t('{0} · sign-in until {1}', what, clockTime(state.until, now));
  }
}

/** What the row of an account says beside its name. */
export function accountFacts({ id, name, roles }: ListedAccount): string {
  const account = name === id ? undefined : accountForReading(id);
  const count =
    roles === undefined ? undefined : roles.length === 1 ? t('1 role') : t('{0} roles', roles.length);
  return [account, count].filter((fact) => fact !== undefined).join(' · ');
}

/** What a role of Identity Center that is in no profile is called: account and role, as people say it. */
export function roleSessionName(accountName: string, roleName: string): string {
  return `${accountName}/${roleName}`;
}
