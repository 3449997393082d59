import { t } from './l10n.ts';

/** What is said when a program that is debugged does not get what was meant for it. */
export const debugText = {
  nobody: (name: string) =>
    t('This program gets no credentials, because no session has this name or ID: {0}', name),
  several: (name: string) =>
    t('This program gets no credentials, because several sessions have this name, use an ID: {0}', name),
  failed: (name: string) => t('This program starts without its session, the log says why: {0}', name),
  inTheWay: (session: string, why: string) => t('This program may not run as {0} ({1})', session, why),
  setUp: () => t('Set Up Delivery'),
  start: () => t('Start Session'),
  copyId: () => t('Copy Session ID'),
  showLog: () => t('Show Log'),
};
