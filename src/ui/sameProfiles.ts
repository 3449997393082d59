import type { Property } from '../aws/ini.ts';
import { isManaged } from '../aws/profiles.ts';
import type { ProfileSet, Section } from '../aws/profiles.ts';

/**
 * True when people would see no difference between two readings of the files, lines included: what changed is at most
 * in profiles that the extension keeps for itself. A view that is refreshed forgets its rows for a moment, and a click
 * in that moment is lost.
 */
export function showsTheSame(before: ProfileSet, after: ProfileSet): boolean {
  return (
    JSON.stringify(before.problems) === JSON.stringify(after.problems) &&
    sameSections(visible(before.profiles), visible(after.profiles)) &&
    sameSections([...before.ssoSessions.values()], [...after.ssoSessions.values()]) &&
    sameSections([...before.services.values()], [...after.services.values()])
  );
}

function visible(profiles: ReadonlyMap<string, Section>): Section[] {
  return [...profiles.values()].filter((section) => !isManaged(section));
}

function sameSections(before: readonly Section[], after: readonly Section[]): boolean {
  return (
    before.length === after.length &&
    before.every((section, at) => {
      const other = after[at];
      return (
        other?.name === section.name &&
        JSON.stringify(section.places) === JSON.stringify(other.places) &&
        sameProperties(section.properties, other.properties)
      );
    })
  );
}

function sameProperties(
  before: ReadonlyMap<string, Property>,
  after: ReadonlyMap<string, Property>,
): boolean {
  return (
    before.size === after.size &&
    [...before].every(([key, property]) => {
      const other = after.get(key);
      // A nested block is text in `value` too.
      return (
        other?.value === property.value &&
        other.place.line === property.place.line &&
        other.place.file === property.place.file
      );
    })
  );
}
