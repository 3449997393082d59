import { isRegion } from '../endpoints.ts';
import type { Findings } from '../findings.ts';
import { placeOf, read } from '../findings.ts';
import type { Place } from '../problems.ts';
import type { Base } from '../plan.ts';
import type { ProfileSet, Section } from '../profiles.ts';

const shared = ['sso_start_url', 'sso_region'] as const;

/**
 * An IAM Identity Center profile: the sign-in from its [sso-session] section or, the older way, from the profile itself,
 * and the account and role to take. Without account and role it is a sign-in alone.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html
 */
export function identityCenterBase(
  section: Section,
  place: Place,
  set: ProfileSet,
  findings: Findings,
): Base | undefined {
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
    // With a session these two belong into the session, wherever else they are written.
    if ((session === undefined ? own : named) === undefined) {
      const where = session === undefined ? place : (placeOf(session) ?? place);
      findings.error(name, where, { kind: 'ssoMissingProperty', name, property });
    }
  }
  const from = session ?? section;
  const startUrl = read(from, 'sso_start_url')?.value;
  const region = read(from, 'sso_region');
  const ssoRegion = region?.value;
  // It becomes part of the host that is asked.
  if (region !== undefined && !isRegion(region.value)) {
    findings.error(name, region.place, { kind: 'invalidRegion', name, value: region.value });
  }
  if (startUrl === undefined || ssoRegion === undefined) {
    return undefined;
  }
  return {
    kind: 'identityCenter',
    profile: name,
    ssoSession: sessionName?.value,
    startUrl,
    ssoRegion,
    accountId: account?.value,
    roleName: role?.value,
    place,
  };
}
