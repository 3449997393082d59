import type { ConsoleHindrance } from '../../aws/console.ts';
import { t } from './l10n.ts';
import { accountForReading } from './time.ts';

/** The words of “Open AWS Console”. */
export const consoleLinkText = {
  title: () => t('Open AWS Console'),
  opening: (session: string) => t('Opening the AWS console: {0}', session),
  opened: (session: string) => t('The AWS console opens in the browser: {0}', session),
  notOpened: (session: string) => t('The AWS console was not opened: {0}', session),
  refused: (session: string) =>
    t('AWS opens no console for these credentials, use a role or a federation session instead: {0}', session),
  openedAlone: (session: string, account: string | undefined) =>
    account === undefined
      ? t('The AWS console opens in a window of its own: {0}', session)
      : t('The AWS console opens in a window for account {1}: {0}', session, accountForReading(account)),
  openedTogether: (session: string) =>
    t(
      'There is no browser here that could open a window for one account, the console opens in yours: {0}',
      session,
    ),
  atTitle: (session: string) => t('Open AWS Console as {0}', session),
  atPlaceholder: () => t('Which service? Type a name, or what it does'),
  regionTitle: (session: string, service: string) => t('Open {1} as {0}', session, service),
  regionPlaceholder: () => t('Which region?'),
  lastTime: () => t('last time'),
  ofSession: () => t('the session’s'),
  notARegion: () => t('A region looks like this: eu-west-1'),
  anotherPartition: () => t('That region is in another partition, where this session means nothing'),
  /** In the browser. */
  leadsOnce: () =>
    t(
      'This page leads to the AWS console only once, and only you: open the console again in your editor, or copy its link there.',
    ),
  openAgain: () => t('Try Again'),
  copyLink: () => t('Copy Link'),
  /** Before a link is made that can be given away. */
  warning: (session: string) =>
    t('Whoever has this link within 15 minutes is signed in to the AWS console as you: {0}', session),
  copied: (session: string) =>
    t('The link to the AWS console is on the clipboard, it ends in 15 minutes: {0}', session),
  assumeRole: () => t('Assume Role'),
  startFederation: () => t('Start Federation Session'),
};

/** Why there is no console for a session, and what to do. */
export function consoleHindranceSentence(hindrance: ConsoleHindrance, session: string): string {
  switch (hindrance.kind) {
    case 'sessionToken':
      return t(
        'AWS opens its console for roles and federated users, not for GetSessionToken, start a federation session: {0}',
        session,
      );
    case 'noConsole':
      return t(
        'The address of the AWS console is not known in this region, open it as your organization says: {0}',
        hindrance.region,
      );
  }
}
