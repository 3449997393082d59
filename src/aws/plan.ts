import { Findings, placeOf, read } from './findings.ts';
import type { FollowedHop } from './planChain.ts';
import { followSources } from './planChain.ts';
import { federationStep } from './planFederation.ts';
import {
  checkBasePartition,
  isTemporary,
  roleOfBase,
  roleSteps,
  sessionTokenStep,
  typedRoleStep,
} from './planRole.ts';
import type { PlannedTarget } from './planTarget.ts';
import { planTarget, regionInPartition } from './planTarget.ts';
import { withDevice, withMfaChoice } from './planMfa.ts';
import { partitionOfRegion } from './partitions.ts';
import { checkPoliciesTaken } from './planPolicies.ts';
import type { Base, Plan, PlanEnvironment, PlanResult, SessionRequest, Step } from './planModel.ts';
import type { ProfileSet, Section } from './profiles.ts';
import { asReadOnly, isReadOnlyRequest } from './readOnly.ts';
import { isManaged } from './profiles.ts';
import { identityCenterRoleBase } from './sources/identityCenter.ts';
import { samlRoleBase } from './sources/saml.ts';
import { hasStaticKeys, staticKeysBase } from './sources/staticKeys.ts';
import { webIdentityRoleBase } from './sources/webIdentity.ts';
import { checkInherited } from './tags.ts';

/**
 * How to get the session that was asked for from what stands in the files, or why there is no way. Asks nobody, sends
 * nothing, never throws. Where the SDKs disagree, it goes the AWS CLI's way and adds a warning.
 *
 * A profile with long-term keys becomes a session too, through GetSessionToken, so that what is handed to tools always
 * ends; temporary keys are passed on as they are.
 */
export function planFor(set: ProfileSet, request: SessionRequest, env: PlanEnvironment): PlanResult {
  const result = planRequest(set, request, env);
  return isReadOnlyRequest(request) ? asReadOnly(result, request) : result;
}

function planRequest(set: ProfileSet, request: SessionRequest, env: PlanEnvironment): PlanResult {
  switch (request.kind) {
    case 'profile':
      return planProfile(set, request.profile, env);
    case 'mfaSession':
      return planMfaSession(set, request, env);
    case 'role':
      return planTypedRole(set, request, env);
    case 'identityCenterRole':
      return planIdentityCenterRole(set, request, env);
    case 'federation':
      return planFederation(set, request, env);
    case 'samlRole':
      return planSamlRole(set, request, env);
    case 'webIdentityRole':
      return planWebIdentityRole(set, request, env);
  }
}

/** True when a person must be there to start or renew it: a step asks for an MFA code. */
export function needsPerson(plan: Plan): boolean {
  return plan.steps.some((step) => step.mfaSerial !== undefined);
}

/** True when a renewal takes another sign-in: an assertion lasts for minutes, unless a program brings the next. */
export function signsInAnew({ base }: Plan): boolean {
  if (base.kind !== 'saml') {
    return false;
  }
  const { way, loginUrl, command } = base.assertion;
  return way === undefined ? loginUrl !== undefined || command === undefined : way !== 'process';
}

function planProfile(set: ProfileSet, name: string, env: PlanEnvironment): PlanResult {
  const findings = new Findings();
  const section = visibleProfile(set, name);
  if (section === undefined) {
    findings.error(name, undefined, { kind: 'unknownProfile', name });
    return broken(findings, [{ profile: name, roleArn: undefined, place: undefined }]);
  }
  const chain = followSources({ set, env }, section, false, findings);
  checkPoliciesTaken(section, findings);
  const { base } = chain;
  const arns = [
    ...chain.roles.map((role) => read(role, 'role_arn')?.value),
    roleOfBase(base),
    base?.kind === 'login' ? base.login.arn : undefined,
    read(section, 'mfa_serial')?.value,
  ];
  const where = planTarget(section, { set, env, askedRegion: undefined, arns }, findings);
  checkBasePartition(base, where, findings);
  if (chain.roles.length === 0 && base?.kind === 'staticKeys' && base.sessionToken === undefined) {
    const asked = { mfaSerial: undefined, durationSeconds: undefined };
    const step = sessionTokenStep(section, asked, where.target, findings);
    const chosen = env.mfaDevices?.get(name);
    return result(
      name,
      base,
      [chosen === undefined ? step : withDevice(step, chosen)],
      where,
      chain.hops,
      findings,
    );
  }
  const steps = withMfaChoice(roleSteps(chain, where, findings), base, { set, env, name }, findings);
  return result(name, base, steps, where, chain.hops, findings);
}

function planMfaSession(
  set: ProfileSet,
  request: Extract<SessionRequest, { kind: 'mfaSession' }>,
  env: PlanEnvironment,
): PlanResult {
  const name = request.profile;
  const findings = new Findings();
  const section = visibleProfile(set, name);
  const place = section && placeOf(section);
  const hops = [{ profile: name, roleArn: undefined, place }];
  if (section === undefined) {
    findings.error(name, undefined, { kind: 'unknownProfile', name });
    return broken(findings, hops);
  }
  checkPoliciesTaken(section, findings);
  const arns = [request.mfaSerial, read(section, 'mfa_serial')?.value];
  const where = planTarget(section, { set, env, askedRegion: undefined, arns }, findings);
  const base = hasStaticKeys(section) ? staticKeysBase(section, findings) : undefined;
  // https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html: long-term keys only.
  if (!hasStaticKeys(section) || (base?.kind === 'staticKeys' && base.sessionToken !== undefined)) {
    findings.error(name, place, { kind: 'needsLongTermKeys', name });
  }
  const step = sessionTokenStep(
    section,
    { ...request, mfaSerial: request.mfaSerial ?? env.mfaDevices?.get(name) },
    where.target,
    findings,
  );
  return result(name, base, [step], where, hops, findings);
}

function planFederation(
  set: ProfileSet,
  request: Extract<SessionRequest, { kind: 'federation' }>,
  env: PlanEnvironment,
): PlanResult {
  const { profile, userName } = request;
  const findings = new Findings();
  const section = visibleProfile(set, profile);
  const place = section && placeOf(section);
  const hops = [{ profile, roleArn: undefined, place }];
  if (section === undefined) {
    findings.error(profile, undefined, { kind: 'unknownProfile', name: profile });
    return broken(findings, hops);
  }
  const where = planTarget(
    section,
    { set, env, askedRegion: undefined, arns: [read(section, 'mfa_serial')?.value] },
    findings,
  );
  const base = hasStaticKeys(section) ? staticKeysBase(section, findings) : undefined;
  // https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html: long-term keys only.
  if (!hasStaticKeys(section) || (base?.kind === 'staticKeys' && base.sessionToken !== undefined)) {
    findings.error(profile, place, { kind: 'needsLongTermKeys', name: profile, wanted: 'federation' });
  }
  const step = federationStep(section, request, where.target, findings);
  return result(userName, base, [step], where, hops, findings);
}

function planTypedRole(
  set: ProfileSet,
  request: Extract<SessionRequest, { kind: 'role' }>,
  env: PlanEnvironment,
): PlanResult {
  const { name, roleArn, sourceProfile } = request;
  const findings = new Findings();
  const source = visibleProfile(set, sourceProfile);
  const top: FollowedHop = { profile: name, roleArn, place: undefined };
  if (source === undefined) {
    const kind = set.profiles.has(sourceProfile) ? 'managedSourceProfile' : 'missingSourceProfile';
    findings.error(name, undefined, { kind, name, source: sourceProfile });
    findings.broken.add(sourceProfile);
    return broken(findings, [top, { profile: sourceProfile, roleArn: undefined, place: undefined }]);
  }
  // Its own keys and not a session of theirs: from GetSessionToken's, AWS grants an hour at most.
  const chain = followSources({ set, env }, source, true, findings);
  const where = planTarget(source, { set, env, askedRegion: request.region, arns: [roleArn] }, findings);
  checkBasePartition(chain.base, where, findings);
  const steps = roleSteps(chain, where, findings);
  const chained = steps.length > 0 || isTemporary(chain.base);
  const own = typedRoleStep(request, { ...where, chained }, findings);
  const all = own === undefined ? steps : [...steps, own];
  const planning = { set, env, name, named: steps.length === 0 };
  return result(
    name,
    chain.base,
    withMfaChoice(all, chain.base, planning, findings),
    where,
    [top, ...chain.hops],
    findings,
  );
}

function planIdentityCenterRole(
  set: ProfileSet,
  request: Extract<SessionRequest, { kind: 'identityCenterRole' }>,
  env: PlanEnvironment,
): PlanResult {
  const { name, ssoSession, accountId, roleName } = request;
  const findings = new Findings();
  const section = set.ssoSessions.get(ssoSession);
  const hops = [{ profile: name, roleArn: undefined, place: section && placeOf(section) }];
  const base = identityCenterRoleBase(request, section, { set, env }, findings);
  if (section === undefined || base === undefined) {
    return broken(findings, hops);
  }
  // The one thing that tells the partition where no region is named.
  const partition = partitionOfRegion(base.signIn.region)?.id ?? 'aws';
  const arns = [`arn:${partition}:iam::${accountId}:role/${roleName}`];
  const where = planTarget(section, { set, env, askedRegion: undefined, arns }, findings);
  // Without any region most tools give up, and nothing else here tells which one people work in.
  const toolRegion = where.toolRegion ?? base.signIn.region;
  return result(name, base, [], { ...where, toolRegion }, hops, findings);
}

function planSamlRole(
  set: ProfileSet,
  request: Extract<SessionRequest, { kind: 'samlRole' }>,
  env: PlanEnvironment,
): PlanResult {
  const { name, profile, roleArn } = request;
  const findings = new Findings();
  const section = visibleProfile(set, profile);
  const hops = [{ profile: name, roleArn, place: section && placeOf(section) }];
  if (section === undefined) {
    findings.error(name, undefined, { kind: 'unknownProfile', name: profile });
    return broken(findings, hops);
  }
  const base = samlRoleBase(section, request, findings);
  const askedRegion = regionInPartition(section, { set, env, roleArn });
  const where = planTarget(section, { set, env, askedRegion, arns: [roleArn] }, findings);
  checkBasePartition(base, where, findings);
  return result(name, base, [], where, hops, findings);
}

function planWebIdentityRole(
  set: ProfileSet,
  request: Extract<SessionRequest, { kind: 'webIdentityRole' }>,
  env: PlanEnvironment,
): PlanResult {
  const { name, roleArn } = request;
  const findings = new Findings();
  const base = webIdentityRoleBase(request, env, findings);
  // It is in no file: the environment and what was asked for say where to call.
  const nowhere: Section = { name, places: [], properties: new Map() };
  const askedRegion = request.region ?? regionInPartition(nowhere, { set, env, roleArn });
  const where = planTarget(nowhere, { set, env, askedRegion, arns: [roleArn] }, findings);
  checkBasePartition(base, where, findings);
  return result(name, base, [], where, [{ profile: name, roleArn, place: undefined }], findings);
}

/** A profile that people may use: not one of those that the extension itself keeps in the file for its terminals. */
function visibleProfile(set: ProfileSet, name: string): Section | undefined {
  const section = set.profiles.get(name);
  return section === undefined || isManaged(section) ? undefined : section;
}

function result(
  name: string,
  base: Base | undefined,
  steps: readonly Step[],
  where: PlannedTarget,
  hops: readonly FollowedHop[],
  findings: Findings,
): PlanResult {
  checkInherited(steps, name, findings);
  if (base === undefined || findings.broken.size > 0) {
    return broken(findings, hops);
  }
  return {
    ok: true,
    plan: { name, base, steps, target: where.target, region: where.toolRegion, problems: findings.problems },
  };
}

function broken({ problems, broken }: Findings, hops: readonly FollowedHop[]): PlanResult {
  return { ok: false, problems, hops: hops.map((hop) => ({ ...hop, broken: broken.has(hop.profile) })) };
}
