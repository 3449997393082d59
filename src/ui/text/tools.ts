import { t } from './l10n.ts';

/** What is said about profiles for tools outside the editor. */
export const toolsText = {
  added: (profile: string) =>
    t('Any tool on this computer can use this profile while VS Code runs: {0}', profile),
  removed: (profile: string) =>
    t('The profile is out of the config file, tools that use it stop working: {0}', profile),
  none: () => t('There is no profile for other tools, add one for a session'),
  removeTitle: () => t('Remove Profile for Other Tools'),
  addTitle: () => t('Add Profile for Other Tools'),
  choose: () => t('Which profile is not needed any more?'),
  /** Beside a profile whose session is not there. */
  notStarted: () => t('its session is not started'),
  of: (session: string) => t('session {0}', session),
  copyName: () => t('Copy Profile Name'),
  openFile: () => t('Open Config File'),
  add: () => t('Add Profile'),
};
