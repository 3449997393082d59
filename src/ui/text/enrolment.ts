import type { Fault } from '../../aws/faults.ts';
import { isRefusal, type DeviceOwner } from '../../aws/mfaDevices.ts';
import type { EnrolAgain, EnrolWait } from '../../session/enrolPorts.ts';
import { t } from './l10n.ts';
import { deviceName } from './prompts.ts';

/** What is said while an MFA device is enrolled. */
export const enrolText = {
  title: () => t('Enroll MFA Device'),
  namePrompt: (user: string, devices: number | undefined) =>
    devices === undefined
      ? t('A name for the new MFA device of {0}', user)
      : t('A name for the new MFA device of {0}, who has {1} of at most 8', user, devices),
  badName: () => t('A name has letters, digits and = , . @ + - _ only, at most 226'),
  nameTaken: () => t('The account has an MFA device of this name already, choose another one'),
  wayPlaceholder: () => t('Scan the QR code with your phone, then say where the two codes come from'),
  typed: () => t('$(device-mobile) I type them from my phone'),
  typedDetail: () => t('the seed stays on your phone only'),
  kept: () => t('$(key) VS Code makes them'),
  keptDetail: () => t('no prompts from now on; scan the QR code as well, it is not shown again'),
  wrongCodes: () => t('AWS did not accept these two codes, try again with the next ones'),
  notKept: () => t('VS Code’s secret store did not keep the seed, type the codes from your phone'),
  codeTitle: (serial: string, number: 1 | 2) =>
    t('Code {0} of 2 for MFA Device {1}', number, deviceName(serial)),
  firstCode: () => t('Enter the 6 digits that your phone shows for the new device'),
  secondCode: () => t('Wait until your phone shows other digits, within 30 seconds, and enter them'),
  notSixDigits: () => t('An MFA code has 6 digits'),
  sameCode: () => t('This is the first code again, wait for the next one'),
  goToPage: () => t('Go to the QR Code'),
  enrolled: (serial: string) => t('The MFA device is enrolled: {0}', deviceName(serial)),
  enrolledIn: (serial: string, profiles: readonly string[]) =>
    t('The MFA device {0} is enrolled, and named in: {1}', deviceName(serial), profiles.join(', ')),
  undone: (serial: string) =>
    t(
      'The new MFA device is deleted again, remove it from your phone if it is there: {0}',
      deviceName(serial),
    ),
  undoneLate: (serial: string) =>
    t('Nobody entered codes for 15 minutes, so the new MFA device is deleted again: {0}', deviceName(serial)),
  undoneAfter: (reason: string) => t('The new MFA device is deleted again, it was not enrolled: {0}', reason),
  remains: (serial: string) =>
    t('The new MFA device was not enrolled and could not be deleted at AWS: {0}', deviceName(serial)),
  interrupted: (serial: string) =>
    t('An enrollment was interrupted, its MFA device may still be at AWS: {0}', deviceName(serial)),
  deleted: (serial: string) => t('Nothing is left of the MFA device at AWS: {0}', deviceName(serial)),
  isEnabled: (serial: string) =>
    t('The MFA device is enrolled after all, so it was not deleted: {0}', deviceName(serial)),
  deleteButton: () => t('Delete Device'),
  forgetButton: () => t('Leave It There'),
  guideButton: () => t('Open AWS’s Guide'),
  startMfaButton: () => t('Start MFA Session'),
  showLogButton: () => t('Show Log'),
  profilesPlaceholder: () => t('Which profiles take their codes from the new device?'),
  noDevice: () => t('has no MFA device'),
  otherDevice: (serial: string) => t('now {0}', deviceName(serial)),
  notNamed: (serial: string) =>
    t('The MFA device is enrolled, and no profile names it yet: {0}', deviceName(serial)),
} as const;

/** The title of a wait. */
export function waitText(what: EnrolWait): string {
  switch (what) {
    case 'looking':
      return t('Looking who you are and which MFA devices you have');
    case 'creating':
      return t('Creating the MFA device');
    case 'nextCode':
      return t('Enrolling the MFA device');
    case 'enabling':
      return t('Enabling the MFA device');
    case 'deleting':
      return t('Deleting the MFA device again');
  }
}

/** Why a box is asked again; undefined the first time. */
export function againText(again: EnrolAgain | undefined): string | undefined {
  return again && enrolText[again]();
}

/** Why these credentials have no MFA device of their own. */
export function notUserSentence(owner: Exclude<DeviceOwner, { kind: 'user' }>): string {
  return owner.kind === 'root'
    ? t(
        'These are the keys of the root user, who gets an MFA device in the AWS console only: sign in there, and delete the keys',
      )
    : t('Only IAM users have MFA devices, and these are the credentials of a session: {0}', owner.name);
}

/** AWS's page about the root user's devices. */
export const rootGuide = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-virt-mfa-for-root.html';

/** The user has as many devices as AWS allows. */
export function fullSentence(user: string): string {
  return t('AWS allows 8 MFA devices, remove one in the AWS console first: {0}', user);
}

/** What a refusal means for an enrolment; undefined for faults that have a sentence of their own everywhere. */
export function refusalSentence(fault: Fault, user: string, mayNeedCode: boolean): string | undefined {
  if (fault.kind === 'accessDenied') {
    return mayNeedCode
      ? t(
          'AWS refused this, start an MFA session first or ask your administrator for the permission: {0}',
          fault.action,
        )
      : t('You may not do this, ask your administrator for the permission: {0}', fault.action);
  }
  if (isRefusal(fault, 'LimitExceeded')) {
    return t('AWS allows no more MFA devices for this user or account: {0}', user);
  }
  if (isRefusal(fault, 'EntityTemporarilyUnmodifiable') || isRefusal(fault, 'ConcurrentModification')) {
    return t('AWS is still busy with an earlier change of this user, try again in a minute: {0}', user);
  }
  return undefined;
}

/** The page with the QR code. */
export const enrolPageText = {
  heading: (serial: string) => t('New MFA device {0}', deviceName(serial)),
  scan: () => t('Scan this QR code with the authenticator app of your phone.'),
  next: () =>
    t(
      'Then answer the box at the top of this window. Closing the box deletes the device again; closing this page does not.',
    ),
  picture: () => t('QR code of the new MFA device. Without a camera, use “Show Secret Key” below.'),
  noPicture: () => t('AWS sent no QR code: add the device to your app with its secret key.'),
  warning: () =>
    t(
      'Whoever reads the QR code or the secret key can make your codes for as long as the device exists: let nobody look, and share this screen with nobody.',
    ),
  show: () => t('Show Secret Key'),
  hide: () => t('Hide Secret Key'),
  key: () => t('Secret key'),
} as const;
