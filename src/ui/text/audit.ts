import { t } from './l10n.ts';

/** What is said about the audit log. */
export const auditText = {
  empty: () => t('Nothing has been written into the audit log yet, start a session first'),
  off: () => t('There is no audit log, because the setting turns it off'),
  openSetting: () => t('Open Setting'),
  notWritten: (code: string) => t('The audit log could not be written: {0}', code),
};
