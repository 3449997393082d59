import * as vscode from 'vscode';
import type { DeviceProfile } from '../../aws/mfaSerial.ts';
import { enrolText } from '../text/enrolment.ts';

/** Asks which profiles are to name a new device; none when the person left. `profile` is whose user has it. */
export async function askDeviceProfiles(
  profiles: readonly DeviceProfile[],
  profile: string,
): Promise<readonly DeviceProfile[]> {
  const items = profiles.map((each) => ({
    label: each.name,
    description: each.serial === undefined ? enrolText.noDevice() : enrolText.otherDevice(each.serial),
    // A role that asks for no code today would ask for one at each start.
    picked: each.name === profile,
    each,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: enrolText.title(),
    placeHolder: enrolText.profilesPlaceholder(),
    canPickMany: true,
    ignoreFocusOut: true,
  });
  return (chosen ?? []).map(({ each }) => each);
}
