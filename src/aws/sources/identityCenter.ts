import { isRegion, regionalEndpoint } from '../endpoints.ts';
import type { Findings } from '../findings.ts';
import { placeOf, read } from '../findings.ts';
import type { Place } from '../problems.ts';
import type { Base, PlanEnvironment, SessionRequest } from '../planModel.ts';
import type { PlanFiles } from '../planChain.ts';
import { caBundleOf, configuredEndpoint, specialChoice } from '../planTarget.ts';
import type { ProfileSet, Section } from '../profiles.ts';
import type { SignIn } from './identityCenterApi.ts';

type IdentityCenterBase = Extract<Base, { kind: 'identityCenter' }>;

const shared = ['sso_start_url', 'sso_region'] as const;

/** What the AWS CLI asks for where an [sso-session] names no scopes: the least that gives accounts and roles. */
const defaultScopes: readonly string[] = ['sso:account:access'];

/**
 * An IAM Identity Center profile: the sign-in from its [sso-session] section or, the older way, from the profile itself,
 * and the account and role to take. Without account and role it is a sign-in alone.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html
 */
export function identityCenterBase(
  section: Section,
  place: Place,
  files: PlanFiles,
  findings: Findings,
): IdentityCenterBase | undefined {
  const { set } = files;
  const { name } = section;
  const sessionName = read(section, 'sso_session');
  const session = sessionName === undefined ? undefined : set.ssoSessions.get(sessionName.value);
  const account = read(section, 'sso_account_id');
  const role = read(section, 'sso_role_name');
  if (account === undefined && role !== undefined) {
    findings.error(name, role.place, { kind: 'ssoMissingAccount', name });
  }
  if (role === undefined && account !== undefined) {
    findings.error(name, account.place, { kind: 'ssoMissingRole', name });
  }
  if (sessionName !== undefined && session === undefined) {
    findings.error(name, sessionName.place, { kind: 'ssoSessionMissing', name, session: sessionName.value });
    return undefined;
  }
  for (const property of shared) {
    const own = read(section, property);
    const named = session === undefined ? undefined : read(session, property);
    if (session !== undefined && own !== undefined && named !== undefined && own.value !== named.value) {
      findings.error(name, own.place, { kind: 'ssoDisagrees', name, property });
    }
  }
  const signIn = readSignIn({ section, session, place, files }, findings);
  return signIn === undefined
    ? undefined
    : {
        kind: 'identityCenter',
        profile: name,
        signIn,
        accountId: account?.value,
        roleName: role?.value,
        place,
      };
}

/** A role that is in no profile, below the [sso-session] that signs in for it. */
export function identityCenterRoleBase(
  request: Extract<SessionRequest, { kind: 'identityCenterRole' }>,
  session: Section | undefined,
  files: PlanFiles,
  findings: Findings,
): IdentityCenterBase | undefined {
  const { name, accountId, roleName } = request;
  const place = session && placeOf(session);
  if (session === undefined || place === undefined) {
    findings.error(name, undefined, { kind: 'ssoSessionMissing', name, session: request.ssoSession });
    return undefined;
  }
  const signIn = readSignIn({ section: session, session, place, files }, findings);
  return signIn && { kind: 'identityCenter', profile: name, signIn, accountId, roleName, place };
}

/** The sign-in of an [sso-session]; undefined when there is none of this name, or when it says too little. */
export function signInOf(set: ProfileSet, name: string, env: PlanEnvironment): SignIn | undefined {
  const session = set.ssoSessions.get(name);
  const place = session && placeOf(session);
  return session && place && readSignIn({ section: session, session, place, files: { set, env } });
}

/** Every sign-in that the files hold: each [sso-session], and what profiles without one name themselves. */
export function signInsOf(set: ProfileSet, env: PlanEnvironment): readonly SignIn[] {
  const found = new Map<string, SignIn>();
  for (const name of set.ssoSessions.keys()) {
    const signIn = signInOf(set, name, env);
    if (signIn) {
      found.set(`session ${name}`, signIn);
    }
  }
  for (const section of set.profiles.values()) {
    const place = placeOf(section);
    if (place && read(section, 'sso_session') === undefined && read(section, 'sso_start_url') !== undefined) {
      const signIn = readSignIn({ section, session: undefined, place, files: { set, env } });
      if (signIn && !found.has(signIn.startUrl)) {
        found.set(signIn.startUrl, signIn);
      }
    }
  }
  return [...found.values()];
}

interface SignInLines {
  /** Whose endpoints count, and which is to blame. */
  readonly section: Section;
  readonly session: Section | undefined;
  readonly place: Place;
  readonly files: PlanFiles;
}

function readSignIn(lines: SignInLines, findings?: Findings): SignIn | undefined {
  const { section, session, place, files } = lines;
  const { name } = section;
  // With a session these two belong into the session, wherever else they are written.
  const from = session ?? section;
  for (const property of shared) {
    if (read(from, property) === undefined) {
      const where = session === undefined ? place : (placeOf(session) ?? place);
      findings?.error(name, where, { kind: 'ssoMissingProperty', name, property });
    }
  }
  const startUrl = read(from, 'sso_start_url')?.value;
  const region = read(from, 'sso_region');
  if (region !== undefined && !isRegion(region.value)) {
    // It becomes part of the host that is asked.
    findings?.error(name, region.place, { kind: 'invalidRegion', name, value: region.value });
    return undefined;
  }
  if (startUrl === undefined || region === undefined) {
    return undefined;
  }
  const endpoint = (service: 'sso' | 'sso_oidc', host: 'portal.sso' | 'oidc'): string =>
    configuredEndpoint(section, { ...files, service }, findings) ??
    regionalEndpoint(host, region.value, specialChoice(section, files.env));
  const caBundle = caBundleOf(section === session ? trusting(session, files) : section, files.env);
  return {
    session: session?.name,
    startUrl,
    region: region.value,
    scopes: session === undefined ? [] : scopesOf(session),
    oidc: endpoint('sso_oidc', 'oidc'),
    portal: endpoint('sso', 'portal.sso'),
    ...(caBundle !== undefined && { caBundle }),
  };
}

/**
 * Whose `ca_bundle` counts for a sign-in that no profile asked for. The AWS CLI takes that of the profile it runs under;
 * here there is none, so the session may name one itself, else a profile that signs in with it does.
 */
function trusting(session: Section, { set }: PlanFiles): Section {
  const says = (section: Section): boolean => read(section, 'ca_bundle') !== undefined;
  const users = [...set.profiles.values()].filter(
    (profile) => read(profile, 'sso_session')?.value === session.name,
  );
  return says(session) ? session : (users.find(says) ?? session);
}

function scopesOf(session: Section): readonly string[] {
  const scopes = (read(session, 'sso_registration_scopes')?.value ?? '')
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
  return scopes.length > 0 ? scopes : defaultScopes;
}
