import type { SortedDevices } from '../../aws/mfaChoices.ts';
import { mfaSerialProblem } from '../../aws/limits.ts';
import { inputSentence } from '../text/input.ts';
import { mfaText } from '../text/mfa.ts';
import { deviceName } from '../text/prompts.ts';
import { askPick } from './input.ts';
import type { Answer, PickItem, PickNote, StepOptions } from './input.ts';

/** What a person chooses a device from. */
export interface DeviceList {
  readonly profile: string;
  /** Undefined where AWS did not say. */
  readonly devices: SortedDevices | undefined;
  /** Why not: a sentence. */
  readonly note: string | undefined;
  /** The device of now. */
  readonly current: string | undefined;
  /** The `mfa_serial` of the profile. */
  readonly inFile: string | undefined;
}

/** Asks which MFA device gives a profile's codes; one that is not in the list can be typed. */
export function askDevice(list: DeviceList, position: Partial<StepOptions> = {}): Promise<Answer<string>> {
  const { profile, devices, current, inFile } = list;
  const known = new Set([
    ...(devices?.withCodes ?? []),
    ...[current, inFile].filter((it) => it !== undefined),
  ]);
  const rows = [...known].map((serial): PickItem<string> => ({
    label: `$(device-mobile) ${deviceName(serial)}`,
    description: [
      ...(serial === current ? [mfaText.inUse()] : []),
      ...(serial === inFile ? [mfaText.inFile()] : []),
    ].join(' · '),
    detail: serial,
    value: serial,
  }));
  const note = list.note ?? (devices?.withCodes.length === 0 ? mfaText.none() : undefined);
  const notes = [
    ...(note === undefined ? [] : [`$(info) ${note}`]),
    ...(devices?.securityKeys ?? []).map((name) => `$(circle-slash) ${mfaText.securityKey(name)}`),
  ].map((label): PickNote => ({ label, alwaysShow: true }));
  return askPick<string>({
    title: mfaText.deviceTitle(),
    ...position,
    placeholder: mfaText.devicePlaceholder(profile),
    items: [...rows, ...notes],
    active: (item) => item.value === current,
    fromText: (text): PickItem<string> | string => {
      const problem = mfaSerialProblem(text);
      return problem === undefined ? { label: deviceName(text), value: text } : inputSentence(problem);
    },
  });
}
