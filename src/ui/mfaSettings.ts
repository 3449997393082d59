import * as vscode from 'vscode';
import { readMfaDevices, readMfaUse } from '../aws/mfaChoices.ts';
import type { MfaUse } from '../aws/planModel.ts';
import { settings, settingsSection } from './ids.ts';

/** What the person chose for the roles of a profile's keys, by profile. Only their own value is looked at. */
export function mfaUse(): ReadonlyMap<string, MfaUse> {
  return readMfaUse(own(settings.mfaUse));
}

/** The MFA device that the person chose for a profile's keys, by profile. Only their own value is looked at. */
export function mfaDevices(): ReadonlyMap<string, string> {
  return readMfaDevices(own(settings.mfaDevices));
}

/** Writes what the person chose for a profile's roles. Rejects when it cannot. */
export function saveMfaUse(profile: string, use: MfaUse): Promise<void> {
  return save(settings.mfaUse, profile, use);
}

/** Writes the device that the person chose for a profile; undefined: the one that the file names. Rejects when it cannot. */
export function saveMfaDevice(profile: string, serial: string | undefined): Promise<void> {
  return save(settings.mfaDevices, profile, serial);
}

async function save(setting: string, profile: string, value: string | undefined): Promise<void> {
  const before = own(setting);
  const entries = typeof before === 'object' && before !== null ? Object.entries(before) : [];
  const others = entries.filter(([name]) => name !== profile);
  const after = value === undefined ? others : [...others, [profile, value]];
  if (after.length === 0 && before === undefined) {
    return;
  }
  await vscode.workspace
    .getConfiguration(settingsSection)
    .update(
      setting,
      after.length === 0 ? undefined : Object.fromEntries(after),
      vscode.ConfigurationTarget.Global,
    );
}

function own(name: string): unknown {
  return vscode.workspace.getConfiguration(settingsSection).inspect<unknown>(name)?.globalValue;
}
