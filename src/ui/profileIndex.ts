import { isManaged, kindOf } from '../aws/profiles.ts';
import type { ProfileSet } from '../aws/profiles.ts';

/** A row at the top of the profiles, or below one. */
export interface IndexEntry {
  readonly kind: 'profile' | 'ssoSession';
  readonly name: string;
}

/** Who stands below whom. Built once for a ProfileSet; every question after that is one look-up. */
export interface ProfileIndex {
  /** How many profiles a person sees. */
  readonly size: number;
  /** In the order of the files; an sso-session stands where it is first named. */
  readonly roots: readonly IndexEntry[];
  /** Profiles whose source is this profile, in the order of the files. */
  below(profile: string): readonly string[];
  /** Profiles that sign in with this sso-session. */
  ofSsoSession(session: string): readonly string[];
  /** What the profile stands below; undefined at the top, and for a profile that is not shown. */
  parentOf(profile: string): IndexEntry | undefined;
  /** True for a profile that has a row. */
  has(profile: string): boolean;
}

/**
 * Puts every profile in exactly one place: below its source_profile, below its sso-session, or at the top when it
 * has neither, when the source does not exist, and when the sources run in a loop. Managed profiles are left out.
 */
export function indexProfiles(set: ProfileSet): ProfileIndex {
  const sources = new Map<string, string>();
  const shown: string[] = [];
  for (const [name, section] of set.profiles) {
    if (isManaged(section)) {
      continue;
    }
    shown.push(name);
    const source = kindOf(section) === 'role' ? section.properties.get('source_profile')?.value : undefined;
    const target = source === undefined ? undefined : set.profiles.get(source);
    if (source !== undefined && target && !isManaged(target)) {
      sources.set(name, source);
    }
  }
  for (const name of namesInLoops(sources)) {
    sources.delete(name);
  }

  const roots: IndexEntry[] = [];
  const parents = new Map<string, IndexEntry>();
  const belowProfile = new Map<string, string[]>();
  const belowSession = new Map<string, string[]>();
  for (const name of shown) {
    const source = sources.get(name);
    const session = source === undefined ? ssoSessionOf(set, name) : undefined;
    if (source !== undefined) {
      parents.set(name, { kind: 'profile', name: source });
      append(belowProfile, source, name);
    } else if (session !== undefined) {
      if (!belowSession.has(session)) {
        roots.push({ kind: 'ssoSession', name: session });
      }
      parents.set(name, { kind: 'ssoSession', name: session });
      append(belowSession, session, name);
    } else {
      roots.push({ kind: 'profile', name });
    }
  }
  for (const session of set.ssoSessions.keys()) {
    if (!belowSession.has(session)) {
      roots.push({ kind: 'ssoSession', name: session });
    }
  }

  const names = new Set(shown);
  return {
    size: shown.length,
    roots,
    below: (profile) => belowProfile.get(profile) ?? [],
    ofSsoSession: (session) => belowSession.get(session) ?? [],
    parentOf: (profile) => parents.get(profile),
    has: (profile) => names.has(profile),
  };
}

/** The sso-session that a profile signs in with, when the file has that session. */
function ssoSessionOf(set: ProfileSet, profile: string): string | undefined {
  const section = set.profiles.get(profile);
  if (!section || kindOf(section) !== 'identityCenter') {
    return undefined;
  }
  const session = section.properties.get('sso_session')?.value;
  return session !== undefined && set.ssoSessions.has(session) ? session : undefined;
}

/** Every name that comes back to itself. Each name is walked over once, so a long chain costs no more than many short ones. */
function namesInLoops(sources: ReadonlyMap<string, string>): ReadonlySet<string> {
  const inLoop = new Set<string>();
  const walkOf = new Map<string, string>();
  for (const start of sources.keys()) {
    let name: string | undefined = start;
    while (name !== undefined && !walkOf.has(name)) {
      walkOf.set(name, start);
      name = sources.get(name);
    }
    if (name === undefined || walkOf.get(name) !== start) {
      continue;
    }
    for (
      let member: string | undefined = name;
      member !== undefined && !inLoop.has(member);
      member = sources.get(member)
    ) {
      inLoop.add(member);
    }
  }
  return inLoop;
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list) {
    list.push(value);
  } else {
    map.set(key, [value]);
  }
}
