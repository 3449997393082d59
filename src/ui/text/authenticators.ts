import type { Seed, SeedProblem } from '../../aws/seed.ts';
import type { QrPicture } from '../qrPicture.ts';
import { t } from './l10n.ts';
import { deviceName } from './prompts.ts';
import { remaining } from './time.ts';

/** Where VS Code's SecretStorage keeps what is stored, as far as an extension can tell. */
export type SecretPlace =
  /** In the browser's storage, or only in memory. */
  | 'browser'
  /** On another machine than the extension: the one with the window. */
  | 'remote'
  /** With a keyring, weakly encrypted or only in memory: extensions are not told. */
  | 'linux'
  | 'keychain';

/** Tells the places apart. `isWeb`: VS Code's window is a page in a browser; `remoteName`: `vscode.env.remoteName`. */
export function secretPlace(
  isWeb: boolean,
  remoteName: string | undefined,
  platform: NodeJS.Platform,
): SecretPlace {
  if (isWeb) {
    return 'browser';
  }
  return remoteName !== undefined ? 'remote' : platform === 'linux' ? 'linux' : 'keychain';
}

/** What a person must know before a seed is stored. `stored`: the devices of which a seed is stored already. */
export function keepSeedText(
  serial: string,
  seed: Seed,
  place: SecretPlace,
  stored: readonly { readonly serial: string }[],
) {
  const replaces = stored.some((each) => each.serial === serial);
  const digits =
    seed.digits === 6
      ? []
      : [
          t(
            'AWS takes codes of 6 digits, this authenticator makes {0}: you will still be asked for codes.',
            seed.digits,
          ),
        ];
  const replaced = t(
    'An authenticator of this device is kept here already. This replaces it, and its seed cannot be brought back: if it is only here, nobody can sign in with that device any more.',
  );
  return {
    message: replaces
      ? t('Replace the authenticator of {0} in VS Code?', deviceName(serial))
      : t('Keep the authenticator of {0} in VS Code?', deviceName(serial)),
    detail: [
      ...(replaces ? [replaced] : []),
      t(
        'Sessions then start and renew without asking for a code. A code protects you because it comes from a second device: with the seed beside your access keys, whoever can use this account of your computer has both. Keep your device as well, the seed is never shown again.',
      ),
      placeSentence(place),
      ...digits,
    ].join('\n\n'),
    yes: replaces ? t('Replace Authenticator') : t('Keep Authenticator'),
  };
}

function placeSentence(place: SecretPlace): string {
  switch (place) {
    case 'browser':
      return t(
        'This VS Code runs in a browser: the seed goes into the browser’s storage, which is weaker than a keychain and which another tab can overwrite, or it is kept in memory only and gone when the server stops.',
      );
    case 'remote':
      return t(
        'VS Code keeps it on the machine that shows this window, in the keychain there. If that is a Linux without a keyring, it is weakly encrypted or kept in memory only, which cannot be seen from here.',
      );
    case 'linux':
      return t(
        'VS Code keeps it in your keyring. Without a keyring it is weakly encrypted or kept in memory only, and extensions are not told: the setting “password-store” of “Preferences: Configure Runtime Arguments” says which.',
      );
    case 'keychain':
      return t('VS Code keeps it encrypted, with a key in the keychain of this computer.');
  }
}

/** What a person must know before a seed is removed. */
export function removeSeedText(serial: string) {
  return {
    message: t('Remove the authenticator of {0} from VS Code?', deviceName(serial)),
    detail: t(
      'The seed cannot be brought back from here. Make sure that another device shows the codes, or you cannot sign in with them any more.',
    ),
    yes: t('Remove Authenticator'),
  };
}

/** Why what somebody pasted is no seed. */
export function seedSentence(problem: SeedProblem): string {
  switch (problem.kind) {
    case 'empty':
      return t('Paste the seed or the key URI here');
    case 'notBase32':
      return t('A seed has the letters A to Z and the digits 2 to 7 only, not {0}', problem.character);
    case 'cutOff':
      return t('Characters are missing at the end of the seed');
    case 'notKeyUri':
      return t('A key URI looks like this: otpauth://totp/name?secret=…');
    case 'notTimeBased':
      return t('This key makes codes by counting, AWS takes codes that follow the clock');
    case 'badParameter':
      return t('The key URI asks for something unknown: {0} ({1})', problem.name, problem.value);
  }
}

/** Why a picture gave no seed. */
export function pictureSentence(
  picture: Exclude<QrPicture, { kind: 'text' }> | { readonly kind: 'unreadable' },
): string {
  switch (picture.kind) {
    case 'unreadable':
      return t('This file cannot be read');
    case 'noQrCode':
      return t('No QR code was found in the picture, cut it out larger and try again');
    case 'notAPicture':
      return t('This file is neither a PNG nor a JPEG picture');
    case 'tooLarge':
      return t('This picture is too large, cut the QR code out and try again');
  }
}

/** What is said around authenticators. */
export const authenticatorText = {
  added: (serial: string) =>
    t('Sessions now take their MFA codes from the authenticator: {0}', deviceName(serial)),
  removed: (serial: string) => t('The authenticator is removed: {0}', deviceName(serial)),
  none: () => t('No authenticator is stored'),
  notKept: (serial: string) =>
    t('VS Code’s secret store did not keep the authenticator, nothing was stored: {0}', deviceName(serial)),
  storeFailed: (serial: string) =>
    t('VS Code’s secret store failed, nothing was changed: {0}', deviceName(serial)),
  /** While a start waits; `ms` until the next code. */
  waits: (ms: number) => t('waits for the next MFA code, {0}', remaining(ms)),
};
