import type { WrittenForm } from '../../aws/writtenKeys.ts';
import type { WrittenNote } from '../../session/written.ts';
import { t } from './l10n.ts';
import { clockTime, remainingWords } from './time.ts';

/** What is said when keys are given away on purpose: onto the clipboard, into a file. Times are milliseconds UTC. */
export const giveAwayText = {
  copied: (session: string, until: number | undefined, now: number) =>
    until === undefined
      ? t('Credentials are on the clipboard: {0}', session)
      : t(
          'Credentials are on the clipboard, they end at {1} and do not renew: {0}',
          session,
          clockTime(until, now),
        ),
  /** Put behind what was copied; `seconds` 0: it stays. */
  cleared: (what: string, seconds: number) =>
    seconds === 0 ? what : t('{0} (the clipboard is cleared in {1})', what, remainingWords(seconds * 1000)),
  clearNow: () => t('Clear Now'),

  chooseTitle: () => t('Write Credentials into a File'),
  writeTitle: (session: string) => t('Write Credentials of {0} into a File', session),
  writePlaceholder: (until: number | undefined, now: number) =>
    until === undefined
      ? t('Where to? They stand there in clear text until the session ends')
      : t('Where to? They stand there in clear text until {0}', clockTime(until, now)),
  form: (form: WrittenForm) => formLabels[form](),
  formDetail: (form: WrittenForm) => formDetails[form](),
  namePrompt: () => t('The name of the profile, which tools are told with --profile or AWS_PROFILE'),
  nameProblem: (name: string, isTaken: boolean) =>
    isTaken
      ? t('There is a profile of this name, choose another one')
      : name === ''
        ? t('Type a name')
        : t('A profile’s name has letters, digits and - _ / . % @ : +'),
  saveLabel: () => t('Write Credentials'),
  confirm: (session: string) => t('Write the credentials of {0} into a file in clear text?', session),
  confirmDetail: (path: string, until: number | undefined, committable: boolean, now: number) =>
    [
      t('Every program that reads this file can use them: {0}', path),
      until === undefined
        ? t('They are taken out when the session ends, or by hand')
        : t('They do not renew, and are taken out at {0} or when the session ends', clockTime(until, now)),
      ...(committable ? [t('Git may not ignore this file: take care that nobody commits it')] : []),
    ].join('\n\n'),
  confirmButton: () => t('Write'),
  written: (note: WrittenNote, now: number) =>
    note.until === undefined
      ? t('Credentials are written, they go with the session: {0}', whereOf(note))
      : t(
          'Credentials are written, they are taken out at {1}: {0}',
          whereOf(note),
          clockTime(note.until, now),
        ),
  taken: (where: string) => t('Something is there already, choose another place: {0}', where),
  notWritten: (where: string) =>
    t('The credentials could not be written, choose a place that you may write to: {0}', where),
  over: (session: string) =>
    t('These credentials have ended by now and were not written, start the session again: {0}', session),
  startButton: () => t('Start Session'),
  removeNow: () => t('Remove Now'),
  chooseAgain: () => t('Choose Another'),
  openFile: () => t('Open File'),

  removeTitle: () => t('Remove Written Credentials'),
  removePlaceholder: () => t('Which ones? They are taken out of the file at once'),
  nothingWritten: () => t('No credentials of ours stand in a file'),
  removeRow: ({ until }: WrittenNote, now: number) =>
    until === undefined ? '' : t('until {0}', clockTime(until, now)),
  removed: (note: WrittenNote) => t('Credentials are taken out: {0}', whereOf(note)),
  notThere: (note: WrittenNote) => t('These credentials are not there any more: {0}', whereOf(note)),
  notRemoved: (note: WrittenNote) =>
    t('The credentials could not be taken out, remove them by hand: {0}', whereOf(note)),
};

/** Where keys stand: the profile, else the file. */
export function whereOf({ path, name }: Pick<WrittenNote, 'path' | 'name'>): string {
  return name === undefined ? path : t('profile {0}', name);
}

const formLabels: Readonly<Record<WrittenForm, () => string>> = {
  profile: () => t('Profile in the credentials file'),
  env: () => t('.env file…'),
  json: () => t('JSON file…'),
};

const formDetails: Readonly<Record<WrittenForm, () => string>> = {
  profile: () => t('a section of its own, everything else in the file stays as it is'),
  env: () => t('NAME=value, as docker --env-file and dotenv read it'),
  json: () => t('as a credential_process prints it'),
};
