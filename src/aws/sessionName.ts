import { toSessionName } from './limits.ts';

/** What a template of session names may stand for, each written `${user}`. */
export interface SessionNameParts {
  /** Whoever is signed in to this computer. */
  readonly user: string;
  /** The computer's name. */
  readonly host: string;
  /** `2025-11-23`, by UTC as CloudTrail counts. */
  readonly date: string;
  /** What the session is called in the editor. */
  readonly session: string;
}

/** A RoleSessionName made by a template; what AWS does not take in it becomes `-`. Unknown parts stay as they are written. */
export function sessionNameFrom(template: string, parts: SessionNameParts): string {
  const known = new Map<string, string>(Object.entries(parts));
  return toSessionName(
    template.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => known.get(name) ?? whole),
  );
}
