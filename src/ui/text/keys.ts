import type { KeyLinesProblem } from '../../aws/keyLines.ts';
import type { FileRole } from '../../aws/problems.ts';
import type { Restart } from '../../session/keyRecord.ts';
import type { Settled } from '../../session/keyVault.ts';
import type { SecretPlace } from './authenticators.ts';
import { t } from './l10n.ts';

/** Why keys are not moved into the vault, or not added to it. */
export type KeysHindrance =
  /** Where VS Code keeps secrets, as `secretPlace` tells. */
  | { readonly kind: 'browser' | 'remote' }
  /** It has lost what an earlier run of the editor put there. */
  | { readonly kind: 'memory' }
  /** The folder of the helper cannot be trusted or written. */
  | { readonly kind: 'noHelper' }
  /** The profile gets its credentials in another way, or in two. */
  | { readonly kind: 'otherKind' }
  /** The keys stand in both files. */
  | { readonly kind: 'bothFiles' }
  | { readonly kind: 'lines'; readonly why: KeyLinesProblem; readonly file: FileRole };

/** The place as a hindrance; undefined where keys may be kept. */
export function hindranceOfPlace(place: SecretPlace): KeysHindrance | undefined {
  return place === 'browser' || place === 'remote' ? { kind: place } : undefined;
}

/** Why not, and what to do. */
export function keysHindranceSentence(hindrance: KeysHindrance, profile: string): string {
  switch (hindrance.kind) {
    case 'browser':
      return t(
        'Keys are not kept where VS Code runs in a browser, which may lose them, use VS Code on the desktop: {0}',
        profile,
      );
    case 'remote':
      return t(
        'VS Code would keep these keys on another computer than the AWS files, open a window on this one: {0}',
        profile,
      );
    case 'memory':
      return t(
        'VS Code keeps secrets in memory only here, set up a keyring and start it again, nothing was moved: {0}',
        profile,
      );
    case 'noHelper':
      return t(
        'The folder by which tools reach VS Code cannot be used, “STS: Show Log” says why, nothing was moved: {0}',
        profile,
      );
    case 'otherKind':
      return t(
        'Only profiles with the access keys of an IAM user and no other credentials can move them: {0}',
        profile,
      );
    case 'bothFiles':
      return t(
        'The keys of this profile stand in both files, take them out of one of them first: {0}',
        profile,
      );
    case 'lines':
      return linesSentence(hindrance.why, hindrance.file, profile);
  }
}

function linesSentence(why: KeyLinesProblem, file: FileRole, profile: string): string {
  switch (why) {
    case 'none':
      return t('{0} has no access key and secret of this profile: {1}', fileWord(file), profile);
    case 'temporary':
      return t('Temporary credentials end by themselves and are not moved: {0}', profile);
    case 'twice':
      return t(
        '{0} holds these keys more than once, leave them in one place first: {1}',
        fileWord(file),
        profile,
      );
    case 'odd':
      return t(
        '{0} has something else than access keys in these lines, mend them first: {1}',
        fileWord(file),
        profile,
      );
  }
}

function fileWord(file: FileRole): string {
  return file === 'config' ? t('The config file') : t('The credentials file');
}

/** What a person must know before keys are moved. */
export function moveKeysText(profile: string, path: string, place: SecretPlace, restart: Restart) {
  return {
    message: t('Move the keys of {0} into the vault?', profile),
    detail: [
      t(
        'The vault is VS Code’s secret store. These keys then work only while VS Code runs on this computer: the AWS CLI and the SDKs get them from it. They do not work in containers, or on other computers that share this file.',
      ),
      t('Move them back before you uninstall STS Sessions, or they are lost.'),
      restart === 'window'
        ? t(
            'They are stored first. They leave the file when a restarted window has read them back: {0}',
            path,
          )
        : t(
            'They are stored first. They leave the file when VS Code was quit and started again and has read them back: {0}',
            path,
          ),
      ...keepingSentences(place),
    ].join('\n\n'),
    yes: t('Move Keys'),
  };
}

/** What a person must know before new keys are stored. */
export function addKeysText(profile: string, place: SecretPlace, restart: Restart) {
  return {
    message: t('Keep the keys of {0} in the vault only?', profile),
    detail: [
      t(
        'The vault is VS Code’s secret store. These keys stand in no file and work only while VS Code runs on this computer: the AWS CLI and the SDKs get them from it.',
      ),
      t('Move them into a file before you uninstall STS Sessions, or they are lost.'),
      restart === 'window'
        ? t(
            'Keep what you have of them, such as the CSV file, until a restarted window has found them again: you are told then.',
          )
        : t(
            'Keep what you have of them, such as the CSV file, until VS Code was quit and started again and has found them: you are told then.',
          ),
      ...keepingSentences(place),
    ].join('\n\n'),
    yes: t('Keep Keys'),
  };
}

function keepingSentences(place: SecretPlace): readonly string[] {
  return place === 'linux'
    ? [
        t(
          'Without a keyring VS Code encrypts them weakly, or keeps them in memory only: the restart shows whether they were.',
        ),
      ]
    : [];
}

/** What a person must know before keys go back into a file. */
export function keysBackText(profile: string, path: string) {
  return {
    message: t('Move the keys of {0} back into a file?', profile),
    detail: t(
      'They stand there in clear text again, in a file that only you can read, and the vault forgets them: {0}',
      path,
    ),
    yes: t('Move Back'),
  };
}

/** What became of keys that were on their way. */
export function settledSentence({ kind, profile, file }: Settled): string {
  switch (kind) {
    case 'moved':
      return file === 'config'
        ? t('The keys have left the config file and are in the vault: {0}', profile)
        : t('The keys have left the credentials file and are in the vault: {0}', profile);
    case 'proven':
      return t('The vault has kept these keys, a CSV file with them can go now: {0}', profile);
    case 'lost':
      return file === undefined
        ? t('VS Code’s secret store did not keep these keys, add them again to a file: {0}', profile)
        : t('VS Code’s secret store did not keep the keys, they are in the file as before: {0}', profile);
    case 'changed':
      return t('The keys in the file are others by now, nothing was moved: {0}', profile);
    case 'alone':
      return t('No profile leads to these keys any more, the vault has the only copy: {0}', profile);
    case 'fileFailed':
      return t('The keys are in the vault and still in the file, which could not be written: {0}', profile);
  }
}

/** What is said around long-term keys in the vault. */
export const keysText = {
  moveTitle: () => t('Move Keys into the Vault'),
  movePlaceholder: () => t('Whose keys? They leave the AWS files'),
  none: () => t('No profile has access keys in a file'),
  stored: (profile: string, restart: Restart) =>
    restart === 'window'
      ? t('The keys are stored, restart the window and they leave the file: {0}', profile)
      : t('The keys are stored, quit VS Code and start it again and they leave the file: {0}', profile),
  pending: (profile: string, restart: Restart) =>
    restart === 'window'
      ? t('These keys are stored already and leave the file when the window is restarted: {0}', profile)
      : t(
          'These keys are stored already and leave the file when VS Code was quit and started again: {0}',
          profile,
        ),
  held: (profile: string) =>
    t(
      'The vault still holds keys for this profile, nothing was changed, quit VS Code and start it again to use them: {0}',
      profile,
    ),
  restart: (restart: Restart) => (restart === 'window' ? t('Restart Window') : t('Quit VS Code')),
  notKept: (profile: string) =>
    t('VS Code’s secret store did not keep the keys, nothing was changed: {0}', profile),
  storeFailed: (profile: string) =>
    t('VS Code’s secret store failed, the keys are where they were: {0}', profile),
  busy: (profile: string) => t('Another window is moving keys, try again in a moment: {0}', profile),
  bothPlaces: (profile: string) =>
    t(
      'The keys are in a file again, and still in the vault, to which this profile leads, see its lines: {0}',
      profile,
    ),
  fileFailed: (profile: string) =>
    t('The file could not be written, the keys are where they were: {0}', profile),
  openFile: () => t('Open File'),
  tryAgain: () => t('Try Again'),
  showLog: () => t('Show Log'),

  backTitle: () => t('Move Keys Back'),
  backPlaceholder: () => t('Whose keys? They go back into the file'),
  nothingKept: () => t('The vault holds no keys'),
  pendingRow: (restart: Restart) =>
    restart === 'window'
      ? t('in the file as well, until the window is restarted')
      : t('in the file as well, until VS Code was quit and started again'),
  nowhereRow: () => t('in no profile'),
  lastDigits: (accessKeyId: string) => `…${accessKeyId.slice(-4)}`,
  back: (profile: string) =>
    t('The keys are back in the file, and the vault has forgotten them: {0}', profile),
  taken: (profile: string) =>
    t('The profile has other credentials by now, take them out and try again: {0}', profile),
  notForgotten: (profile: string) =>
    t('The keys are back in the file, and VS Code’s secret store could not forget them: {0}', profile),
  gone: (profile: string) => t('The vault does not have these keys any more: {0}', profile),

  addTitle: () => t('Add IAM User Keys'),
  addPlaceholder: () => t('Where are the keys? They go into the vault and into no file'),
  wayClipboard: () => t('$(clippy) A CSV on the clipboard'),
  wayClipboardDetail: () => t('the text of the file that the console gives'),
  wayFile: () => t('$(file) A CSV file'),
  wayFileDetail: () => t('as the console gives it'),
  wayTyped: () => t('$(edit) Type them'),
  csvFilter: () => t('CSV files'),
  readCsv: () => t('Read CSV'),
  noKeysInCsv: () => t('No keys were found, the first line should be: Access key ID,Secret access key'),
  unreadableCsv: () => t('This file cannot be read'),
  whichRow: () => t('Which of these users?'),
  namePrompt: () => t('The name of the new profile, which tools are told with --profile or AWS_PROFILE'),
  nameTaken: () => t('There is a profile of this name, choose another one'),
  idPrompt: () => t('Access key ID'),
  secretPrompt: () => t('Secret access key'),
  notSecret: () => t('A secret access key is one word, of 40 characters'),
  regionPrompt: () => t('Region for tools (leave it empty for none)'),
  added: (profile: string) => t('The keys are in the vault: {0}', profile),
  clearClipboard: () => t('Clear Clipboard'),
  startSession: () => t('Start Session'),
};
