import { ageInDays, type AccessKeyInfo, type KeyUse } from '../../aws/accessKeys.ts';
import type { RotationStep } from '../../session/rotationPorts.ts';
import type { RotationNote } from '../../session/rotationNote.ts';
import { t } from './l10n.ts';

/** What is said about long-term keys: their age, their rotation, those of root users. Times are milliseconds UTC. */
export const keyCareText = {
  rotateTitle: () => t('Rotate Keys'),
  ageTitle: () => t('Check Key Age'),
  looking: (profile: string) => t('Looking at the access keys of {0}', profile),
  rotating: (profile: string) => t('Rotating the keys of {0}', profile),
  finishing: (profile: string) => t('Deleting the old key of {0}', profile),
  goingBack: (profile: string) => t('Going back to the old key of {0}', profile),
  step: (step: RotationStep) =>
    step.kind === 'testing'
      ? t('trying the new key, {0} of {1}', step.count, step.of)
      : stepWords[step.kind](),

  noKeys: (profile: string) =>
    t('No long-term keys stand in this profile any more, nothing was changed: {0}', profile),
  age: (id: string, days: number) =>
    days === 1
      ? t('The access key is 1 day old: {0}', id)
      : t('The access key is {1} days old: {0}', id, days),
  ageUnknown: (id: string) => t('AWS does not list this access key for its own user: {0}', id),

  confirm: (profile: string) => t('Rotate the access key of {0}?', profile),
  confirmDetail: (who: string, id: string, days: number | undefined, profiles: readonly string[]) =>
    [
      days === undefined
        ? t('The key {0} belongs to {1}.', id, who)
        : t('The key {0} belongs to {1} and is {2} days old.', id, who, days),
      t(
        'A new key is made, tried until AWS knows it everywhere, and put in its place in: {0}. The old one is then switched off, and deleted only when you say so. Until then you can go back.',
        profiles.join(', '),
      ),
      t(
        'Copies of the old key elsewhere, on servers or in other tools, stop working when it is switched off. Sessions that are live go on with the new key.',
      ),
    ].join('\n\n'),
  rotate: () => t('Rotate'),

  isRoot: (profile: string) =>
    t('These are keys of an account’s root user, AWS advises to delete them and to use a role: {0}', profile),
  advice: () => t('What AWS Advises'),
  rotateAnyway: () => t('Rotate Anyway'),

  twoKeys: (profile: string) => t('{0} Has Two Access Keys', profile),
  twoKeysPlaceholder: () => t('AWS allows two: choose one to delete, to make room for a new one'),
  inProfiles: (profiles: readonly string[]) => t('in your profiles: {0}', profiles.join(', ')),
  inNoProfile: () => t('in none of your profiles'),
  keyDetail: (key: AccessKeyInfo, use: KeyUse | undefined, now: number) =>
    [
      ...(key.isActive ? [] : [t('switched off')]),
      t('{0} days old', ageInDays(key.createdAt, now)),
      ...(use === undefined ? [] : [lastUse(use, now)]),
    ].join(' · '),
  usedHere: (id: string) => t('{0} is the key of this profile', id),
  makeRoom: (id: string) => t('Make room by taking away the access key {0}?', id),
  makeRoomDetail: (detail: string, profiles: readonly string[], isActive: boolean) =>
    [
      detail,
      ...(profiles.length === 0
        ? []
        : [t('These profiles of yours use it and would stop working: {0}', profiles.join(', '))]),
      isActive
        ? t(
            'A key that is switched off can be switched on again in the IAM console, but still counts as one of two. A key that is deleted cannot be brought back.',
          )
        : t('A key that is deleted cannot be brought back.'),
    ].join('\n\n'),
  switchOff: () => t('Switch Off'),
  deleteKey: () => t('Delete'),
  isOff: (id: string) =>
    t('The access key is switched off, delete it once nothing misses it, then rotate: {0}', id),

  done: (id: string) =>
    t('The new key is in use and the old one is switched off, delete it once nothing misses it: {0}', id),
  deleteOld: () => t('Delete Old Key…'),
  goBack: () => t('Go Back'),
  later: () => t('Later'),
  goOn: () => t('Go On'),
  startMfa: () => t('Start MFA Session'),
  confirmDelete: (id: string) => t('Delete the old access key {0}?', id),
  confirmDeleteDetail: (use: KeyUse | undefined, now: number) =>
    [
      ...(use === undefined ? [] : [t('The old key: {0}.', lastUse(use, now))]),
      t('It cannot be brought back, and there is no way back to it.'),
    ].join('\n\n'),
  deleted: (profile: string) => t('Keys are rotated and the old one is deleted: {0}', profile),
  putOff: (profile: string) =>
    t('The old key stays switched off, run Rotate Keys again to delete it: {0}', profile),
  wentBack: (profile: string) => t('The old key is in use again, the new one is deleted: {0}', profile),
  notBegun: (profile: string) => t('Nothing was changed, the key is as it was: {0}', profile),
  elsewhere: (profile: string) =>
    t('The keys of this profile are being rotated already, look for the message about it: {0}', profile),

  interrupted: (note: RotationNote) =>
    t('Rotating the keys of {0} was interrupted, {1}', note.profile, stands(note)),
  /** `why` is a sentence of its own, or words. */
  stopped: (note: RotationNote, why: string) => t('{0} ({1})', why, stands(note)),
  asBefore: (why: string) => t('{0} (the old key is in use as before)', why),
  interruptedShort: () => t('The rotation was interrupted'),
  notEverywhere: (seconds: number) =>
    t('AWS did not take the new key everywhere within {0} seconds, try again later', seconds),
  changed: (profile: string) => t('Other keys stand in the profile by now, look at it: {0}', profile),
  notWritten: (code: string) =>
    t('The new key could not be put in the place of the old one, see that it can be written: {0}', code),
  notListed: (profile: string) =>
    t('AWS shows the keys of another user, end the MFA session of this profile and try again: {0}', profile),
  unproven: (profile: string) =>
    t('Quit VS Code and start it again first, to see that its store has kept these keys: {0}', profile),
  oldSecretLost: () => t('The old key was not kept, so that it cannot be put back'),

  ageLine: (days: number, limit: number) =>
    limit > 0 && days > limit
      ? t('⚠ Access key is {0} days old, more than {1}: “Rotate Keys…” makes a new one', days, limit)
      : t('Access key is {0} days old', days),
  ageAtLeastLine: (days: number, limit: number) =>
    limit > 0 && days > limit
      ? t('⚠ Access key is at least {0} days old, more than {1}: “Rotate Keys…” makes a new one', days, limit)
      : t('Access key is at least {0} days old: “Check Key Age” asks AWS', days),
  ageUnknownLine: () => t('Age of the access key: “Check Key Age” asks AWS'),
  oldKeyLine: (id: string) => t('The old access key is switched off and not deleted yet: {0}', id),
  rootLine: () => t('⚠ Keys of the account’s root user'),
};

/** AWS's page on root users. */
export const rootAdvice =
  'https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html#ru-bp-access-keys';

const stepWords: Readonly<Record<Exclude<RotationStep['kind'], 'testing'>, () => string>> = {
  looking: () => t('looking at the keys'),
  creating: () => t('making a new key'),
  switching: () => t('putting the new key in its place'),
  deactivating: () => t('switching the old key off'),
  deleting: () => t('deleting the old key'),
  goingBack: () => t('going back'),
};

/** What stands, in a few words. */
function stands({ phase, newId, oldId }: RotationNote): string {
  switch (phase) {
    case 'creating':
      return newId === undefined
        ? t('the old key is in use')
        : t('the old key is in use, the new one is still there: {0}', newId);
    case 'switching':
      return t('both keys work');
    case 'deactivating':
      return t('the new key is in use, the old one still works: {0}', oldId);
    case 'deactivated':
      return t('the new key is in use, the old one is switched off: {0}', oldId);
  }
}

function lastUse({ at, service }: KeyUse, now: number): string {
  if (at === undefined) {
    return t('never used');
  }
  const days = ageInDays(at, now);
  const when = days === 0 ? t('used today') : t('last used {0} days ago', days);
  return service === undefined ? when : t('{0} by {1}', when, service);
}
