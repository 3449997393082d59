import type { Place, Problem } from './problems.ts';

/** One property of a section, its value as the SDKs read it. */
export interface Property {
  readonly value: string;
  readonly place: Place;
  /** Set when the value is a nested block (`s3 =` and indented lines below it); keys are lower-case. */
  readonly nested: ReadonlyMap<string, Property> | undefined;
}

/** A named section: a profile merged from both files, an sso-session, or a services section. */
export interface Section {
  readonly name: string;
  /** Every header line of it, in reading order, the config file first. */
  readonly places: readonly Place[];
  /** Keys are lower-case. A Map, so that `[constructor]` and `__proto__` are names like any other. */
  readonly properties: ReadonlyMap<string, Property>;
}

/** Both shared files as one value. */
export interface ProfileSet {
  /** In the order in which the files name them, the config file first. */
  readonly profiles: ReadonlyMap<string, Section>;
  readonly ssoSessions: ReadonlyMap<string, Section>;
  readonly services: ReadonlyMap<string, Section>;
  /** What was wrong while reading; what is wrong with a plan is said by `plan`. */
  readonly problems: readonly Problem[];
}
