import * as vscode from 'vscode';
import { sortDevices } from '../../aws/mfaChoices.ts';
import { deviceProfiles, withMfaSerial } from '../../aws/mfaSerial.ts';
import type { MfaUse } from '../../aws/planModel.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import { deviceOfKeys } from '../../aws/sources/staticKeys.ts';
import { profileIn } from '../meaning.ts';
import type { CommandArgument } from '../meaning.ts';
import { commands } from '../ids.ts';
import type { CommandParts } from '../parts.ts';
import { withCancel } from '../progress.ts';
import { askPick } from '../prompts/input.ts';
import type { Answer, StepOptions } from '../prompts/input.ts';
import { askDevice } from '../prompts/mfaDevice.ts';
import { faultSentence } from '../text/faults.ts';
import { mfaText, mfaUseText } from '../text/mfa.ts';
import { mfaSessionDurationSeconds } from '../settings.ts';
import { chooseProfile } from './target.ts';

/** How MFA is used, and which device gives the codes. */
export function mfaCommands(parts: CommandParts) {
  return {
    [commands.chooseMfaUse]: (argument: CommandArgument) => chooseMfaUse(parts, argument),
    [commands.chooseMfaDevice]: (argument: CommandArgument) => chooseMfaDevice(parts, argument),
  };
}

async function chooseMfaUse(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const profile = await keysProfile(parts, argument, mfaText.useTitle());
  if (profile === undefined) {
    return;
  }
  const current = parts.mfa.use(profile) ?? 'eachRole';
  const uses: readonly MfaUse[] = ['oneSession', 'eachRole'];
  const answer = await askPick<MfaUse>({
    title: mfaText.useTitle(),
    placeholder: mfaText.usePlaceholder(profile),
    items: uses.map((use) => {
      const { label, consequence } = mfaUseText(use, mfaSessionDurationSeconds());
      return {
        label,
        detail: consequence,
        ...(use === current && { description: mfaText.chosen() }),
        value: use,
      };
    }),
    active: (item) => item.value === current,
  });
  if (answer.kind === 'value') {
    await parts.mfa.chooseUse(profile, answer.value);
    vscode.window.setStatusBarMessage(mfaText.used(profile, answer.value), 10_000);
  }
}

async function chooseMfaDevice(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const profile = await keysProfile(parts, argument, mfaText.deviceTitle());
  if (profile === undefined) {
    return;
  }
  const answer = await pickDevice(parts, profile);
  if (answer?.kind !== 'value') {
    return;
  }
  const serial = answer.value;
  const set = await parts.files.read();
  const inFile = ownSerial(set, profile);
  if (serial !== inFile && !(await remember(parts, set, profile, serial))) {
    return;
  }
  if (serial === inFile) {
    await parts.mfa.chooseDevice(profile, undefined);
  }
  void vscode.window.showInformationMessage(mfaText.deviceChosen(profile, serial));
}

/** Lists the devices of a profile's user and asks which one. Undefined when the person left while AWS was asked. */
export async function pickDevice(
  parts: CommandParts,
  profile: string,
  position: Partial<StepOptions> = {},
): Promise<Answer<string> | undefined> {
  const answer = await withCancel(
    mfaText.looking(profile),
    () => parts.isAsking(),
    (signal) => parts.mfa.devices(profile, signal),
  );
  const fault = 'kind' in answer ? answer : undefined;
  if (fault?.kind === 'cancelled') {
    return undefined;
  }
  const note =
    fault === undefined
      ? undefined
      : fault.kind === 'accessDenied'
        ? mfaText.mayNotList()
        : mfaText.noList(faultSentence(fault, { session: profile }).text);
  const inFile = ownSerial(await parts.files.read(), profile);
  return askDevice(
    {
      profile,
      devices: 'kind' in answer ? undefined : sortDevices(answer),
      note,
      current: parts.mfa.device(profile) ?? inFile,
      inFile,
    },
    position,
  );
}

/** Keeps the choice where the person wants it. False when they left, or when the file could not be written. */
async function remember(
  parts: CommandParts,
  set: ProfileSet,
  profile: string,
  serial: string,
): Promise<boolean> {
  const answer = await askPick<'here' | 'file'>({
    title: mfaText.rememberTitle(serial),
    placeholder: mfaText.rememberPlaceholder(),
    items: [
      { label: `$(gear) ${mfaText.here()}`, detail: mfaText.hereDetail(), value: 'here' },
      { label: `$(file) ${mfaText.file()}`, detail: mfaText.fileDetail(), value: 'file' },
    ],
  });
  if (answer.kind !== 'value') {
    return false;
  }
  if (answer.value === 'here') {
    await parts.mfa.chooseDevice(profile, serial);
    return true;
  }
  // Its roles that name a device as well: to every tool their own line counts, not that of the keys.
  const named = deviceProfiles(set, profile, serial).filter(
    (each) => each.name === profile || each.serial !== undefined,
  );
  for (const { name, file } of named) {
    if (!(await parts.files.edit(file, (text) => withMfaSerial(text, name, serial, file)))) {
      return false;
    }
  }
  await parts.mfa.chooseDevice(profile, undefined);
  return true;
}

/** The profile with the long-term keys behind what was chosen; undefined when there is none, the person has been told. */
async function keysProfile(
  parts: CommandParts,
  argument: CommandArgument,
  title: string,
): Promise<string | undefined> {
  const set = await parts.files.read();
  const profile =
    profileIn(parts.sessions, argument) ??
    (typeof argument === 'string' && set.profiles.has(argument) ? argument : undefined) ??
    (await chooseProfile(set, title, (kind) => kind === 'staticKeys'));
  if (profile === undefined) {
    return undefined;
  }
  const planned = await parts.plan({ kind: 'profile', profile });
  const base = planned.ok ? planned.plan.base : undefined;
  if (base?.kind === 'staticKeys' && base.sessionToken === undefined) {
    return base.profile;
  }
  void vscode.window.showInformationMessage(mfaText.noKeys(profile));
  return undefined;
}

function ownSerial(set: ProfileSet, profile: string): string | undefined {
  const section = set.profiles.get(profile);
  return section && deviceOfKeys(section);
}
