import type { MfaChoice } from '../../aws/planMfa.ts';
import type { MfaUse } from '../../aws/planModel.ts';
import { t } from './l10n.ts';
import { deviceName } from './prompts.ts';
import { remaining } from './time.ts';

/** Seconds that GetSessionToken's credentials last where nobody says otherwise. */
const usualSeconds = 43_200;

/** The two ways to use MFA for roles, each with what comes of it. `seconds`: of an MFA session. */
export function mfaUseText(
  use: MfaUse,
  seconds: number | undefined,
): { readonly label: string; readonly consequence: string } {
  return use === 'oneSession'
    ? {
        label: t('One MFA session for all roles'),
        consequence: t(
          'One code starts them all for {0}, a role lasts at most 1 hour',
          remaining((seconds ?? usualSeconds) * 1000),
        ),
      }
    : {
        label: t('MFA with each role'),
        consequence: t('Each start takes a code, a session lasts as long as the role allows'),
      };
}

/** The line of a plan that says how MFA is used, and where to choose. */
export function mfaChoiceLine({ profile, use, sessionSeconds }: MfaChoice): {
  readonly label: string;
  readonly detail: string;
} {
  const { label, consequence } = mfaUseText(use, sessionSeconds);
  return { label: t('{0}: {1}', label, profile), detail: consequence };
}

/** What is said around the ways to use MFA, and around devices. */
export const mfaText = {
  useTitle: () => t('How MFA Is Used'),
  usePlaceholder: (profile: string) => t('For the roles that ask for a code, with the keys of {0}', profile),
  chosen: () => t('in use'),
  /** After a choice. */
  used: (profile: string, use: MfaUse) =>
    use === 'oneSession'
      ? t('Roles that ask for a code now start from one MFA session: {0}', profile)
      : t('Each role that asks for a code now gets one of its own: {0}', profile),
  /** A second role is there that the same device gave its code for. */
  offer: (profile: string) =>
    t('One code can start all roles, for at most 1 hour each, renewed without another code: {0}', profile),
  offerButton: () => t('Use One MFA Session'),
  keepButton: () => t('Use MFA with Each Role'),
  /** A role that asks for longer than it gets from the MFA session. */
  shortened: (name: string, seconds: number) =>
    t(
      'From an MFA session a role lasts at most 1 hour, this one asks for {1}: {0}',
      name,
      remaining(seconds * 1000),
    ),
  notSaved: () => t('The choice was not kept, VS Code could not write its settings'),
  noKeys: (profile: string) => t('Only the long-term keys of an IAM user have MFA devices: {0}', profile),
  deviceTitle: () => t('Choose MFA Device'),
  looking: (profile: string) => t('Asking AWS for the MFA devices of: {0}', profile),
  devicePlaceholder: (profile: string) =>
    t('Which device gives the codes of {0}? Choose one, or type its ARN', profile),
  inFile: () => t('mfa_serial of the profile'),
  inUse: () => t('in use'),
  /** A row that cannot be chosen. */
  securityKey: (name: string) =>
    t('Security key {0}: works in a browser only, AWS starts sessions with six digits', name),
  none: () => t('AWS knows no MFA device of this user that shows codes'),
  mayNotList: () => t('Your keys may not list devices (iam:ListMFADevices), type the ARN of yours'),
  noList: (sentence: string) => t('The devices cannot be listed, type the ARN of yours: {0}', sentence),
  rememberTitle: (serial: string) => t('Remember {0}', deviceName(serial)),
  rememberPlaceholder: () => t('Where is the choice kept?'),
  here: () => t('In the settings of STS Sessions'),
  hereDetail: () => t('The file and other tools stay as they are'),
  file: () => t('As mfa_serial in the profile'),
  fileDetail: () => t('Other tools read it too, and roles that name a device name this one'),
  deviceChosen: (profile: string, serial: string) =>
    t('Codes for {0} now come from: {1}', profile, deviceName(serial)),
};
