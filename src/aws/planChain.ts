import type { Findings } from './findings.ts';
import { placeOf, read } from './findings.ts';
import { otherUses } from './otherSdks.ts';
import type { Base, Hop, PlanEnvironment } from './planModel.ts';
import type { SourceKind } from './planKinds.ts';
import { kindsOf } from './planKinds.ts';
import type { ProfileSet, Section } from './profiles.ts';
import { isManaged } from './profiles.ts';
import { credentialSourceBase } from './sources/credentialSource.ts';
import { identityCenterBase } from './sources/identityCenter.ts';
import { loginBase } from './sources/login.ts';
import { processBase } from './sources/process.ts';
import { samlBase } from './sources/saml.ts';
import { hasStaticKeys, staticKeysBase } from './sources/staticKeys.ts';
import { webIdentityBase } from './sources/webIdentity.ts';
import { vaultIdOf } from './vaultPointer.ts';

/** What planning reads: the files, and the environment beside them. */
export interface PlanFiles {
  readonly set: ProfileSet;
  readonly env: PlanEnvironment;
}

/** A hop, before anybody knows whether it is broken. */
export type FollowedHop = Omit<Hop, 'broken'>;

/** A profile and its sources, as far as they could be followed. */
export interface Chain {
  /** Undefined with an error among the findings. */
  readonly base: Base | undefined;
  /** Role profiles, the one that was asked for first: the reverse of the order in which they are assumed. */
  readonly roles: readonly Section[];
  readonly hops: readonly FollowedHop[];
}

/**
 * Follows `source_profile` from a profile down to where its credentials come from, by the AWS CLI's rules (botocore's
 * AssumeRoleProvider). A loop and not a recursion: somebody's generated file has a thousand of them.
 * `asSource`: the profile lends its credentials to somebody else, so that its own keys count before its own role.
 */
export function followSources(
  files: PlanFiles,
  start: Section,
  asSource: boolean,
  findings: Findings,
): Chain {
  const { set } = files;
  const roles: Section[] = [];
  const hops: FollowedHop[] = [];
  const seen = new Set<string>();
  const end = (base: Base | undefined): Chain => ({ base, roles, hops });

  for (let section = start; ; asSource = true) {
    const { name } = section;
    seen.add(name);
    const kind = usedKind(section, asSource, findings);
    const isRole = kind === 'role' || kind === 'credentialSource';
    hops.push({
      profile: name,
      roleArn:
        isRole || kind === 'webIdentity' || kind === 'saml' ? read(section, 'role_arn')?.value : undefined,
      place: placeOf(section),
    });
    if (!isRole) {
      const base = baseOf(kind, section, files, findings);
      // Who starts a chain is asked nothing on its way: the picker belongs to the profile's own start.
      if (asSource && base?.kind === 'saml' && base.role === undefined && !findings.broken.has(name)) {
        findings.error(name, base.place, { kind: 'samlSourceWithoutRole', name });
      }
      return end(base);
    }
    roles.push(section);
    const source = read(section, 'source_profile');
    const machine = read(section, 'credential_source');
    if (source !== undefined && machine !== undefined) {
      findings.error(name, machine.place, { kind: 'bothSources', name });
      return end(undefined);
    }
    if (source === undefined) {
      if (machine === undefined) {
        findings.error(name, read(section, 'role_arn')?.place, { kind: 'noSource', name });
        return end(undefined);
      }
      return end(credentialSourceBase(section, machine, findings));
    }
    if (source.value === name && hasStaticKeys(section)) {
      return end(staticKeysBase(section, findings));
    }
    if (seen.has(source.value)) {
      const names = [...seen];
      const path = [...names.slice(names.indexOf(source.value)), source.value];
      findings.error(name, source.place, { kind: 'sourceLoop', path });
      return end(undefined);
    }
    const next = set.profiles.get(source.value);
    if (next === undefined || isManaged(next)) {
      const kind = next === undefined ? 'missingSourceProfile' : 'managedSourceProfile';
      findings.error(name, source.place, { kind, name, source: source.value });
      findings.broken.add(source.value);
      hops.push({ profile: source.value, roleArn: undefined, place: next && placeOf(next) });
      return end(undefined);
    }
    section = next;
  }
}

/** What the AWS CLI takes the profile for; a warning says so where others would not. */
function usedKind(section: Section, asSource: boolean, findings: Findings): SourceKind | undefined {
  const { name } = section;
  const kinds = kindsOf(section, asSource);
  const [used] = kinds;
  // A role profile that is its own source has its keys in plain sight of everybody.
  const ownKeys = used === 'role' && read(section, 'source_profile')?.value === name;
  const rivals = ownKeys ? kinds.filter((kind) => kind !== 'staticKeys') : kinds;
  if (used !== undefined && rivals.length > 1) {
    const others = otherUses(section, rivals, used, asSource);
    findings.warning(name, placeOf(section), { kind: 'severalKinds', name, kinds: rivals, used, others });
  }
  const lonely = read(section, 'source_profile') ?? read(section, 'credential_source');
  if (lonely !== undefined && read(section, 'role_arn') === undefined) {
    const what = { kind: 'sourceWithoutRole', name } as const;
    if (used === undefined) {
      findings.error(name, lonely.place, what);
    } else {
      findings.warning(name, lonely.place, what);
    }
  } else if (used === undefined) {
    findings.error(name, placeOf(section), { kind: 'noCredentials', name });
  }
  return used;
}

function baseOf(
  kind: Exclude<SourceKind, 'role' | 'credentialSource'> | undefined,
  section: Section,
  files: PlanFiles,
  findings: Findings,
): Base | undefined {
  switch (kind) {
    case undefined:
      return undefined;
    case 'staticKeys':
      return staticKeysBase(section, findings);
    case 'webIdentity':
      return webIdentityBase(section, files.env, findings);
    case 'identityCenter': {
      const first =
        read(section, 'sso_session') ??
        read(section, 'sso_start_url') ??
        read(section, 'sso_account_id') ??
        read(section, 'sso_role_name');
      return first && identityCenterBase(section, first.place, files, findings);
    }
    case 'process': {
      const command = read(section, 'credential_process');
      if (command && vaultIdOf(command.value) !== undefined) {
        // Ours: asking it would be asking ourselves, and we have no answer.
        findings.error(section.name, command.place, { kind: 'keysNotInVault', name: section.name });
        return undefined;
      }
      return command && processBase(section, command);
    }
    case 'saml':
      return samlBase(section, findings);
    case 'login': {
      const login = read(section, 'login_session');
      return login && loginBase(section, login, files, findings);
    }
  }
}
