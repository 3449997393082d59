import { t } from './l10n.ts';

/** What is said about folders that have a session. */
export const folderText = {
  title: (folder: string) => t('Session for {0}', folder),
  whichFolder: () => t('Choose a folder'),
  placeholder: () => t('What do terminals and tasks of this folder run as?'),
  none: () => t('No session of its own'),
  noneDetail: () => t('Terminals and tasks get the active session of the window'),
  now: () => t('chosen for this folder'),
  noFolder: () => t('No folder is open in this window'),
  untrusted: (folder: string) => t('A folder has to be trusted before a session is used for it: {0}', folder),
  manageTrust: () => t('Manage Trust'),
  notBound: (folder: string) => t('This folder has no session of its own: {0}', folder),
  bound: (folder: string, name: string) =>
    t('Terminals and tasks of the folder {1} run as this session while it is live: {0}', name, folder),
  unbound: (folder: string) => t('This folder has no session of its own any more: {0}', folder),
  offerOne: (folder: string, name: string) => t('The folder {1} works as this session: {0}', name, folder),
  offerSeveral: (names: readonly string[]) =>
    t('Folders of this window work as these sessions: {0}', names.join(', ')),
  start: () => t('Start'),
  use: () => t('Use'),
  startAll: () => t('Start All'),
  openTerminal: () => t('Open Terminal'),
  tooltipLive: (folder: string, name: string) => t('Folder {1} runs as {0}', name, folder),
  tooltipOver: (folder: string, name: string) =>
    t('Folder {1} works as {0}, which is not live', name, folder),
};
