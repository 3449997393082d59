import type { AssertionWay, Base, SamlRole } from '../../aws/planModel.ts';
import { accountOfRole, groupByAccount } from '../../aws/saml/assertion.ts';
import type { AccountRoles, AssertionTrouble, SamlAssertion } from '../../aws/saml/assertion.ts';
import type { WayMissed } from '../../signIn/samlSignIn.ts';
import { t } from './l10n.ts';
import { roleSessionName } from './signIn.ts';
import { samlFaultText } from './samlFaults.ts';
import { accountForReading, remaining } from './time.ts';
import { roleNameOf } from './tree.ts';

/** The name of an account where it is known. */
export type NameOf = (accountId: string) => string | undefined;

/** What is said around signing in with SAML. */
export const samlText = {
  waiting: (profile: string) => t('Signing in to {0}: finish it in the browser', profile),
  signingIn: (profile: string) => t('Signing in to {0}', profile),
  offerTitle: (profile: string) => t('Sign in to {0}', profile),
  pasteTitle: (profile: string) => t('Paste the SAML response of {0}', profile),
  pastePlaceholder: () => t('Sign in, copy the response, then take it from the clipboard'),
  fromClipboard: () => t('$(clippy) Take It from the Clipboard'),
  fromClipboardDetail: () =>
    t('The page’s form, its field SAMLResponse, or the request that the browser sends to AWS'),
  openPage: () => t('$(link-external) Open the Sign-In Page'),
  openPageDetail: () => t('In your browser; the response is in its developer tools, under Network'),
  clipboardEmptied: () => t('The SAML response was taken off the clipboard'),
  pick: (profile: string, leftMs: number) =>
    t('{0}: choose a role within {1}', profile, remaining(roughly(leftMs))),
  pickOver: (profile: string) => t('{0}: the sign-in is over', profile),
  signInAgain: () => t('Sign In Again'),
  signInAgainDetail: () => t('AWS takes a SAML assertion for 5 minutes at most'),
  lastTime: () => t('Last time'),
  signOutTitle: () => t('Sign Out of SAML Provider'),
  signOutPlaceholder: () => t('Where should the browser window forget you?'),
  nothingToSignOut: () => t('The browser window for SAML sign-ins remembers you nowhere'),
  signingOut: (host: string) => t('Signing out of {0}', host),
  signedOut: (host: string) =>
    t('You are signed out of {0} (sessions that were started with it last until their own end)', host),
  notSignedOut: (host: string) =>
    t('The sign-in is still kept, close its browser window and try again: {0}', host),
  sealedTitle: (profile: string) => t('A role for {0}', profile),
  sealedRole: () => t('The assertion is encrypted, so say which role you want: its ARN'),
  sealedProvider: () => t('The ARN of the SAML provider in IAM'),
};

const sorter = new Intl.Collator('en', { numeric: true });

/** Steps in which the time left is counted, ms: a title that changes each second is read aloud each second. */
const step = 10_000;

function roughly(leftMs: number): number {
  return Math.max(step, Math.ceil(leftMs / step) * step);
}

/** Whose assertion it is, in the words of whoever made it: a person must be able to see that it is theirs. */
export function signedInAs({ sessionName, subject, issuer }: SamlAssertion): string {
  const who = sessionName ?? subject;
  if (who === undefined) {
    return issuer === undefined ? t('Signed in') : t('Signed in at {0}', issuer);
  }
  return issuer === undefined ? t('Signed in as {0}', who) : t('Signed in as {0} at {1}', who, issuer);
}

/** `Sandbox · 1111-2222-3333`, or the digits alone. */
export function accountLabel(accountId: string, nameOf: NameOf): string {
  const name = nameOf(accountId);
  const digits = accountForReading(accountId);
  return name === undefined ? digits : `${name} · ${digits}`;
}

/**
 * An assertion's roles by account, the accounts as a person looks for them: by name, and behind those by number. The roles
 * of each are in the provider's order.
 */
export function rolesByAccount(roles: readonly SamlRole[], nameOf: NameOf): readonly AccountRoles[] {
  const name = ({ accountId }: AccountRoles): string | undefined => nameOf(accountId);
  const key = (group: AccountRoles): string => name(group) ?? group.accountId;
  const unnamed = (group: AccountRoles): number => (name(group) === undefined ? 1 : 0);
  return groupByAccount(roles).toSorted(
    (one, other) => unnamed(one) - unnamed(other) || sorter.compare(key(one), key(other)),
  );
}

/** What a session of such a role is called: account and role, as people say it. */
export function samlSessionName(role: SamlRole, nameOf: NameOf): string {
  const account = accountOfRole(role);
  return roleSessionName(
    nameOf(account) ?? accountForReading(account),
    roleNameOf(role.roleArn) ?? role.roleArn,
  );
}

/** Where the assertion of a plan comes from, and for which role. A command may hold a password and is not shown. */
export function samlBaseWords({ assertion, role }: Extract<Base, { kind: 'saml' }>): string {
  const { loginUrl, command } = assertion;
  const from =
    loginUrl !== undefined && URL.canParse(loginUrl)
      ? t('SAML sign-in at {0}', new URL(loginUrl).host)
      : command === undefined
        ? t('SAML, pasted')
        : t('SAML from a command');
  return role === undefined ? from : t('{0}, role {1}', from, role.roleArn);
}

/** A way as it stands in a list. `address`: where an identity provider posts to for our listener. */
export function wayLook(
  way: AssertionWay,
  address: string,
): { readonly label: string; readonly detail: string } {
  switch (way) {
    case 'browser':
      return {
        label: t('$(globe) In a Browser Window'),
        detail: t('The page of your identity provider opens in Chrome, Edge, Brave or Chromium'),
      };
    case 'listener':
      return {
        label: t('$(plug) In Your Own Browser'),
        detail: t('Your identity provider must be set up to post to {0}', address),
      };
    case 'process':
      return { label: t('$(terminal) With a Command'), detail: t('A program that prints the SAML response') };
    case 'paste':
      return {
        label: t('$(clippy) By Pasting'),
        detail: t('You copy the SAML response out of your browser'),
      };
  }
}

/** Why a way was missed, in a sentence. */
export function missedSentence(missed: WayMissed): string {
  if (missed.kind === 'closed') {
    return t('The window was closed before the sign-in was finished, choose how to go on');
  }
  if (missed.kind === 'tooLate') {
    return t('Nobody finished the sign-in in time, choose how to go on');
  }
  switch (missed.why) {
    case 'noBrowser':
      return t('No Chrome, Edge, Brave or Chromium was found here, choose another way');
    case 'noScreen':
      return t('The editor runs where a window would not be seen, choose another way');
    case 'browserFailed':
      return t('The browser did not start, choose another way');
    case 'browserForbidden':
      return t('An administrator’s policy forbids that the browser is driven, choose another way');
    case 'portTaken':
      return t('Another program uses the port that the identity provider posts to, choose another way');
    case 'portBusy':
      return t(
        'Another sign-in has the port that the identity provider posts to, finish it and try again, or choose another way',
      );
    case 'notReachable':
      return t('Your browser does not get to the page on the computer of the editor, choose another way');
    case 'notOpened':
      return t('Your browser could not be opened, choose another way');
  }
}

/** Why what is on the clipboard cannot be used. */
export function pasteTrouble(profile: string, what: AssertionTrouble, detail: string): string {
  return what === 'nothing'
    ? t('There is no SAML response on the clipboard')
    : samlFaultText({ kind: 'samlUnreadable', profile, what, detail }, profile).text;
}
