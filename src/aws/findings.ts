import type { Place, Problem, ProblemKind } from './problems.ts';
import type { Property, Section } from './profiles.ts';

/** Gathers what planning finds wrong, so that one look at a profile shows all of it and not the first of it. */
export class Findings {
  readonly problems: Problem[] = [];
  /** Profiles with at least one error. */
  readonly broken = new Set<string>();

  /** Something with which AWS would refuse, or the AWS CLI fail. `profile` is where it stands. */
  error(profile: string, place: Place | undefined, what: ProblemKind): void {
    this.#add({ what, severity: 'error', place, profile });
    this.broken.add(profile);
  }

  /** Something that works, but not as it reads, or not everywhere. */
  warning(profile: string, place: Place | undefined, what: ProblemKind): void {
    this.#add({ what, severity: 'warning', place, profile });
  }

  /** Once: several services ask for the same `endpoint_url`. */
  #add(problem: Problem): void {
    const text = JSON.stringify(problem);
    if (!this.problems.some((known) => JSON.stringify(known) === text)) {
      this.problems.push(problem);
    }
  }
}

/** A property that says something: blank ones count as absent, so `mfa_serial =` asks for no code. */
export function read(section: Section, key: string): Property | undefined {
  const property = section.properties.get(key);
  return property === undefined || property.value.trim() === '' ? undefined : property;
}

/** The line where a section begins. */
export function placeOf(section: Section): Place | undefined {
  return section.places[0];
}
