import type { ConsoleHindrance } from '../../aws/console.ts';
import { t } from './l10n.ts';

/** The words of “Open AWS Console”. */
export const consoleLinkText = {
  title: () => t('Open AWS Console'),
  opening: (session: string) => t('Opening the AWS console: {0}', session),
  opened: (session: string) => t('The AWS console opens in the browser: {0}', session),
  notOpened: (session: string) => t('The AWS console was not opened: {0}', session),
  refused: (session: string) =>
    t('AWS opens no console for these credentials, use a role or a federation session instead: {0}', session),
  openAgain: () => t('Try Again'),
  copyLink: () => t('Copy Link'),
  /** Before a link is made that can be given away. */
  warning: (session: string) =>
    t('Whoever has this link within 15 minutes is signed in to the AWS console as you: {0}', session),
  copied: (session: string) =>
    t('The link to the AWS console is on the clipboard, it ends in 15 minutes: {0}', session),
  clearClipboard: () => t('Clear Clipboard'),
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
