import * as vscode from 'vscode';
import { mfaSerialProblem } from '../../aws/limits.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import { isManaged } from '../../aws/profiles.ts';
import { isSeedProblem, parseAuthenticator, parseKeyUri, type Authenticator } from '../../aws/seed.ts';
import { pictureSentence, seedSentence } from '../text/authenticators.ts';
import { inputSentence } from '../text/input.ts';
import { t } from '../text/l10n.ts';
import { deviceName } from '../text/prompts.ts';
import { askPick, askText, type PickItem } from './input.ts';
import { pastePicture } from './pastePicture.ts';

/** An authenticator, and the device that it is. */
export interface NewAuthenticator {
  readonly serial: string;
  readonly authenticator: Authenticator;
}

/** No picture of a QR code is larger: whoever chose a film by mistake does not wait for all of it. Bytes. */
const mostPictureBytes = 20 * 1024 * 1024;

const title = (): string => t('Add Authenticator');

/** Asks for an authenticator and for its device; `serial` is suggested. Undefined when the person left. */
export async function askAuthenticator(
  set: ProfileSet,
  serial: string | undefined,
): Promise<NewAuthenticator | undefined> {
  const way = await askPick<'text' | 'file' | 'clipboard'>({
    title: title(),
    placeholder: t('Where is the authenticator’s seed?'),
    items: [
      {
        label: t('$(edit) Type or paste it'),
        description: t('the secret key that AWS shows, or an otpauth:// URI'),
        value: 'text',
      },
      { label: t('$(file-media) QR code in a picture file'), description: t('PNG or JPEG'), value: 'file' },
      {
        label: t('$(clippy) QR code on the clipboard'),
        description: t('a screenshot of it'),
        value: 'clipboard',
      },
    ],
  });
  if (way.kind !== 'value') {
    return undefined;
  }
  const authenticator = await ways[way.value]();
  const chosen = authenticator && (await askDevice(set, serial, authenticator.account));
  return authenticator && chosen !== undefined ? { serial: chosen, authenticator } : undefined;
}

const ways = { text: typed, file: fromFile, clipboard: fromClipboard };

async function typed(): Promise<Authenticator | undefined> {
  const answer = await askText({
    title: title(),
    prompt: t('The secret key that AWS shows beside its QR code, or an otpauth:// URI'),
    placeholder: 'otpauth://totp/…',
    password: true,
    validate: (text) => {
      const read = parseAuthenticator(text);
      return isSeedProblem(read) ? seedSentence(read) : undefined;
    },
  });
  const read = answer.kind === 'value' ? parseAuthenticator(answer.value) : undefined;
  return read && !isSeedProblem(read) ? read : undefined;
}

async function fromFile(): Promise<Authenticator | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title: title(),
      openLabel: t('Read QR Code'),
      filters: { [t('Pictures')]: ['png', 'jpg', 'jpeg'] },
    })) ?? [];
  if (!file) {
    return undefined;
  }
  let bytes: Uint8Array;
  try {
    const { size } = await vscode.workspace.fs.stat(file);
    if (size > mostPictureBytes) {
      void vscode.window.showErrorMessage(pictureSentence({ kind: 'tooLarge' }));
      return undefined;
    }
    bytes = await vscode.workspace.fs.readFile(file);
  } catch {
    void vscode.window.showErrorMessage(pictureSentence({ kind: 'unreadable' }));
    return undefined;
  }
  return readPicture(bytes);
}

function fromClipboard(): Promise<Authenticator | undefined> {
  return pastePicture(title(), readPicture);
}

/** The authenticator in a picture; undefined when there is none, the person has been told why. */
async function readPicture(bytes: Uint8Array): Promise<Authenticator | undefined> {
  // The decoders are loaded with the first picture: nobody needs them twice a year.
  const { readQrPicture } = await import('../qrPicture.ts');
  const picture = readQrPicture(bytes);
  if (picture.kind !== 'text') {
    void vscode.window.showErrorMessage(pictureSentence(picture));
    return undefined;
  }
  const read = parseKeyUri(picture.text);
  if (isSeedProblem(read)) {
    void vscode.window.showErrorMessage(seedSentence(read));
    return undefined;
  }
  return read;
}

/** Whose codes these are: a device that a profile names, or one that is typed. */
async function askDevice(
  set: ProfileSet,
  suggested: string | undefined,
  account: string | undefined,
): Promise<string | undefined> {
  const profiles = new Map<string, string[]>();
  for (const section of set.profiles.values()) {
    const serial = section.properties.get('mfa_serial')?.value;
    if (serial !== undefined && mfaSerialProblem(serial) === undefined && !isManaged(section)) {
      profiles.set(serial, [...(profiles.get(serial) ?? []), section.name]);
    }
  }
  const items = [...profiles].map(([serial, names]) => ({
    label: deviceName(serial),
    description: names.join(', '),
    detail: serial,
    value: serial,
  }));
  // AWS's own QR codes name the account `alice@acme`.
  const user = account?.split('@')[0];
  const guess = suggested ?? items.find(({ value }) => user && value.endsWith(`/${user}`))?.value;
  const answer = await askPick<string>({
    title: title(),
    placeholder: t('Which MFA device is it? Choose one of your profiles’, or type its ARN'),
    items,
    active: (item) => item.value === guess,
    fromText: (text): PickItem<string> | string => {
      const problem = mfaSerialProblem(text);
      return problem === undefined ? { label: deviceName(text), value: text } : inputSentence(problem);
    },
  });
  return answer.kind === 'value' ? answer.value : undefined;
}
