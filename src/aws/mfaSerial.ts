import { appendProfile, setProperty } from './edit.ts';
import { parseIni } from './ini.ts';
import type { FileRole } from './problems.ts';
import { isManaged, readProfiles, type ProfileSet, type Section } from './profiles.ts';

/** A profile that can name a new MFA device. */
export interface DeviceProfile {
  readonly name: string;
  /** The device that it names now. */
  readonly serial: string | undefined;
  /** Where the name of the device stands, or belongs. */
  readonly file: FileRole;
}

/**
 * The profiles that can take their codes from a new device of this profile's user: itself, and the roles that it is the
 * source of. Those that name the device already are not among them.
 */
export function deviceProfiles(set: ProfileSet, profile: string, serial: string): readonly DeviceProfile[] {
  const isOurs = (section: Section): boolean =>
    section.name === profile ||
    (section.properties.has('role_arn') && section.properties.get('source_profile')?.value === profile);
  return [...set.profiles.values()]
    .filter((section) => isOurs(section) && !isManaged(section))
    .map((section) => {
      const property = section.properties.get('mfa_serial');
      return { name: section.name, serial: property?.value, file: property?.place.file ?? 'config' };
    })
    .filter((each) => each.serial !== serial)
    .toSorted((a, b) => Number(b.name === profile) - Number(a.name === profile));
}

/**
 * The text of a shared file with `mfa_serial` in a profile, in the section that counts, however its header is written. A
 * profile that is not in this file gets a section.
 *
 * @throws RangeError for what cannot stand in the file.
 */
export function withMfaSerial(text: string, profile: string, serial: string, file: FileRole): string {
  const texts = { config: undefined, credentials: undefined, [file]: text };
  const lines = new Set(
    readProfiles(texts)
      .profiles.get(profile)
      ?.places.map(({ line }) => line),
  );
  const sections = parseIni(text, file).sections.filter(({ line }) => lines.has(line));
  const section = sections.findLast(({ properties }) => properties.has('mfa_serial')) ?? sections.at(-1);
  return section === undefined
    ? appendProfile(text, profile, [['mfa_serial', serial]], file)
    : setProperty(text, section.header, 'mfa_serial', serial);
}
