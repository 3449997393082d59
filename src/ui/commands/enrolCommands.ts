import * as vscode from 'vscode';
import type { Credentials } from '../../aws/credentials.ts';
import type { Fault } from '../../aws/faults.ts';
import { deviceProfiles, withMfaSerial, type DeviceProfile } from '../../aws/mfaSerial.ts';
import { kindOf, type ProfileKind, type ProfileSet } from '../../aws/profiles.ts';
import { deviceOfKeys } from '../../aws/sources/staticKeys.ts';
import type { EnrolEnd } from '../../session/enrolPorts.ts';
import { commands } from '../ids.ts';
import { meaningOf, profileIn } from '../meaning.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import { withCancel } from '../progress.ts';
import { askDeviceProfiles } from '../prompts/deviceProfiles.ts';
import { enrolPerson } from '../prompts/enrolPerson.ts';
import {
  enrolText,
  fullSentence,
  notUserSentence,
  refusalSentence,
  rootGuide,
  waitText,
} from '../text/enrolment.ts';
import { faultSentence } from '../text/faults.ts';
import { chooseProfile, liveCredentials } from './target.ts';

/** Enrolling MFA devices, and clearing up what an interrupted enrolment has left. */
export function enrolCommands(parts: CommandParts) {
  return {
    [commands.enrolDevice]: (argument: CommandArgument) => enrolDevice(parts, argument),
  };
}

/** Asks about devices that an enrolment left behind when its window died. */
export function askAboutDevices(parts: CommandParts): void {
  void parts.enrolment.abandoned((profile, serial) =>
    offerDeletion(parts, profile, serial, enrolText.interrupted(serial)),
  );
}

async function enrolDevice(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const set = await parts.files.read();
  const isUser = (name: string | undefined): name is string =>
    name !== undefined && isKind(set, name, 'staticKeys');
  const meaning = meaningOf(parts.sessions, argument, (name) => set.profiles.has(name));
  const named = profileIn(parts.sessions, argument);
  if (meaning.kind === 'session' && named !== undefined && !isUser(named)) {
    // A role's: AWS is asked whose it is, and the person is told.
    const credentials = await liveCredentials(parts, meaning.session);
    if (credentials !== undefined) {
      await enrolAs(parts, named, credentials);
    }
    return;
  }
  const profile = isUser(named)
    ? named
    : await chooseProfile(set, enrolText.title(), (kind) => kind === 'staticKeys');
  if (profile !== undefined) {
    await enrolAs(parts, profile, mfaCredentials(parts, profile));
  }
}

/**
 * Where policies ask for MFA, a session that a code was given for may do what the keys alone may not. Undefined when none
 * of the profile's user is live: then the keys have to do.
 */
function mfaCredentials({ sessions }: Pick<CommandParts, 'sessions'>, profile: string) {
  return sessions.mfaSession(profile, undefined);
}

function isKind(set: ProfileSet, name: string, kind: ProfileKind): boolean {
  const section = set.profiles.get(name);
  return section !== undefined && kindOf(section) === kind;
}

async function enrolAs(
  parts: CommandParts,
  profile: string,
  credentials: Credentials | undefined,
): Promise<void> {
  const person = enrolPerson(
    () => parts.isAsking(),
    () => parts.now(),
  );
  const done = await parts.enrolment.enrol(profile, credentials, person);
  const again = (): Promise<void> => enrolAs(parts, profile, credentials);
  switch (done.kind) {
    case 'left':
      return;
    case 'enrolled':
      await nameIt(parts, profile, done.serial);
      return;
    case 'notUser':
      if (await offer(notUserSentence(done.owner), done.owner.kind === 'root' && enrolText.guideButton())) {
        await vscode.env.openExternal(vscode.Uri.parse(rootGuide));
      }
      return;
    case 'full':
      void vscode.window.showErrorMessage(fullSentence(done.user));
      return;
    case 'failed': {
      const mayNeedCode = credentials === undefined && (done.devices ?? 0) > 0;
      await explain(parts, profile, done.fault, again, mayNeedCode);
      return;
    }
    case 'undone':
      await sayUndone(parts, profile, done, again);
      return;
    case 'remains':
      await offerDeletion(parts, profile, done.serial, enrolText.remains(done.serial), done.fault);
  }
}

/** Says why AWS refused, with what helps. */
async function explain(
  parts: CommandParts,
  profile: string,
  fault: Fault,
  again: () => Promise<void>,
  mayNeedCode: boolean,
): Promise<void> {
  const sentence = refusalSentence(fault, profile, mayNeedCode);
  if (sentence === undefined) {
    await parts.flow.showFault(fault, profile, { kind: 'profile', profile }, again);
  } else if (await offer(sentence, mayNeedCode && enrolText.startMfaButton())) {
    await vscode.commands.executeCommand(commands.startMfaSession, profile);
  }
}

async function sayUndone(
  parts: CommandParts,
  profile: string,
  { serial, why }: { readonly serial: string; readonly why: EnrolEnd },
  again: () => Promise<void>,
): Promise<void> {
  if (typeof why === 'string') {
    const text = why === 'left' ? enrolText.undone(serial) : enrolText.undoneLate(serial);
    void vscode.window.showInformationMessage(text);
    return;
  }
  const sentence = refusalSentence(why, profile, false);
  if (sentence === undefined) {
    const request = { kind: 'profile', profile } as const;
    await parts.flow.showFault(why, profile, request, again, undefined, enrolText.undoneAfter);
  } else {
    void vscode.window.showErrorMessage(enrolText.undoneAfter(sentence));
  }
}

/** Offers to delete a device that nobody has. It stays noted until it is gone or the person leaves it there. */
async function offerDeletion(
  parts: CommandParts,
  profile: string,
  serial: string,
  text: string,
  fault?: Fault,
): Promise<void> {
  const mayNeedCode = fault?.kind === 'accessDenied' && (await mayHelpWithCode(parts, profile, serial));
  const why =
    fault &&
    (refusalSentence(fault, profile, mayNeedCode) ?? faultSentence(fault, { session: profile }).text);
  const remove = enrolText.deleteButton();
  const leave = enrolText.forgetButton();
  const startMfa = enrolText.startMfaButton();
  const said = why === undefined || why === '' ? text : `${text} — ${why}`;
  const buttons = mayNeedCode ? [startMfa, remove, leave] : [remove, leave];
  const choice = await vscode.window.showWarningMessage(said, ...buttons);
  if (choice === startMfa) {
    await vscode.commands.executeCommand(commands.startMfaSession, profile);
    await offerDeletion(parts, profile, serial, text);
    return;
  }
  if (choice === leave) {
    await parts.enrolment.forget(serial);
  }
  if (choice !== remove) {
    return;
  }
  const done = await withCancel(
    waitText('deleting'),
    () => parts.isAsking(),
    (signal) => parts.enrolment.cleanUp(profile, mfaCredentials(parts, profile), serial, signal),
  );
  if (done === 'deleted') {
    void vscode.window.showInformationMessage(enrolText.deleted(serial));
  } else if (done === 'enabled') {
    void vscode.window.showInformationMessage(enrolText.isEnabled(serial));
    await nameIt(parts, profile, serial);
  } else if (done.kind !== 'cancelled') {
    await offerDeletion(parts, profile, serial, enrolText.remains(serial), done);
  }
}

/** True when keys alone were refused, and their user has another device for whose code AWS may allow it. */
async function mayHelpWithCode(parts: CommandParts, profile: string, serial: string): Promise<boolean> {
  const section = (await parts.files.read()).profiles.get(profile);
  const device = parts.mfa.device(profile) ?? (section && deviceOfKeys(section));
  return device !== undefined && device !== serial && mfaCredentials(parts, profile) === undefined;
}

/** Writes the device into the profiles that are to take their codes from it, and says so. */
async function nameIt(
  parts: Pick<CommandParts, 'files' | 'mfa'>,
  profile: string,
  serial: string,
): Promise<void> {
  const profiles = deviceProfiles(await parts.files.read(), profile, serial);
  const [first] = profiles;
  const isPlain = profiles.length === 1 && first?.name === profile && first.serial === undefined;
  const chosen = isPlain || first === undefined ? profiles : await askDeviceProfiles(profiles, profile);
  // A file that cannot be written has been told of; the device is enrolled all the same.
  const written: string[] = [];
  for (const each of chosen) {
    if (await write(parts, each, serial)) {
      written.push(each.name);
    }
  }
  if (written.includes(profile) && parts.mfa.device(profile) !== undefined) {
    // A device that was chosen before would keep the new one from being asked.
    await parts.mfa.chooseDevice(profile, undefined);
  }
  void vscode.window.showInformationMessage(
    written.length > 0
      ? enrolText.enrolledIn(serial, written)
      : first === undefined
        ? enrolText.enrolled(serial)
        : enrolText.notNamed(serial),
  );
}

function write({ files }: Pick<CommandParts, 'files'>, { name, file }: DeviceProfile, serial: string) {
  return files.edit(file, (text) => withMfaSerial(text, name, serial, file));
}

/** Says what is wrong; true when the person pressed the button. */
async function offer(text: string, button: string | false): Promise<boolean> {
  const buttons = button === false ? [] : [button];
  return (await vscode.window.showErrorMessage(text, ...buttons)) !== undefined;
}
