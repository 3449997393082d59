import { Findings, placeOf, read } from './findings.ts';
import type { FollowedHop } from './planChain.ts';
import { followSources } from './planChain.ts';
import { checkBasePartition, isTemporary, roleSteps, sessionTokenStep, typedRoleStep } from './planRole.ts';
import type { PlannedTarget } from './planTarget.ts';
import { planTarget } from './planTarget.ts';
import { partitionOfRegion } from './partitions.ts';
import type { Place, Problem } from './problems.ts';
import type { ProfileSet, Section } from './profiles.ts';
import { isManaged } from './profiles.ts';
import type { Secret } from './secret.ts';
import { identityCenterRoleBase } from './sources/identityCenter.ts';
import type { SignIn } from './sources/identityCenterApi.ts';
import { hasStaticKeys, staticKeysBase } from './sources/staticKeys.ts';

/** Where a plan's first credentials come from. */
export type Base =
  | {
      readonly kind: 'staticKeys';
      readonly profile: string;
      readonly accessKeyId: string;
      readonly secretAccessKey: Secret;
      /** Set when the file holds temporary keys that somebody pasted. */
      readonly sessionToken: Secret | undefined;
      readonly accountId: string | undefined;
      readonly place: Place;
    }
  | {
      readonly kind: 'credentialSource';
      readonly profile: string;
      readonly source: 'Environment' | 'Ec2InstanceMetadata' | 'EcsContainer';
      readonly place: Place;
    }
  | {
      readonly kind: 'webIdentity';
      readonly profile: string;
      readonly roleArn: string;
      readonly accountId: string;
      readonly tokenFile: string;
      readonly sessionName: string | undefined;
      /** Seconds; undefined leaves it to AWS (3600). */
      readonly durationSeconds: number | undefined;
      readonly place: Place;
    }
  | {
      readonly kind: 'identityCenter';
      readonly profile: string;
      readonly signIn: SignIn;
      readonly accountId: string | undefined;
      readonly roleName: string | undefined;
      readonly place: Place;
    }
  | {
      readonly kind: 'process';
      readonly profile: string;
      /** Undivided, as the file has it; an argument may hold a password. */
      readonly command: Secret;
      /** `aws_account_id`, for a program that names no account. */
      readonly accountId: string | undefined;
      readonly place: Place;
    }
  | {
      readonly kind: 'login';
      readonly profile: string;
      readonly loginSession: string;
      readonly place: Place;
    };

/** One call to STS, made with the credentials that the hop before it gave. */
export type Step =
  | {
      readonly kind: 'assumeRole';
      /** The role profile it comes from; undefined for a role typed in by hand. */
      readonly profile: string | undefined;
      readonly roleArn: string;
      readonly accountId: string;
      /** RoleSessionName; undefined lets `run` choose one. */
      readonly sessionName: string | undefined;
      readonly externalId: string | undefined;
      /** Seconds; undefined leaves it to AWS (3600). */
      readonly durationSeconds: number | undefined;
      /** Seconds that AWS can grant at most here: 3600 when the caller is itself temporary, else 43200. */
      readonly maxDurationSeconds: number;
      readonly mfaSerial: string | undefined;
      readonly sourceIdentity?: string;
      /** `session_tags`. */
      readonly tags?: readonly SessionTag[];
      /** Keys among those of `tags` that later hops inherit. */
      readonly transitiveTagKeys?: readonly string[];
      readonly target: StsTarget;
      readonly place: Place | undefined;
    }
  | {
      readonly kind: 'sessionToken';
      readonly profile: string;
      /** Seconds; undefined leaves it to AWS (43200). */
      readonly durationSeconds: number | undefined;
      readonly mfaSerial: string | undefined;
      readonly target: StsTarget;
      readonly place: Place | undefined;
    };

/** A session tag: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html */
export interface SessionTag {
  readonly key: string;
  readonly value: string;
}

/** Where a call is sent. */
export interface StsTarget {
  /** The region that signs the request. */
  readonly region: string;
  /** `https://sts.eu-west-1.amazonaws.com`, or what `endpoint_url` says. */
  readonly endpoint: string;
}

/** How to get from what is in the files to a session: pure data, made before anything is asked or sent. */
export interface Plan {
  /** What the session is called where people see it: the profile's name, or what was typed for a role. */
  readonly name: string;
  readonly base: Base;
  readonly steps: readonly Step[];
  /** Where STS is asked with the credentials that come out. */
  readonly target: StsTarget;
  /** The region that tools should use with this session, when the profile or its environment names one. */
  readonly region: string | undefined;
  /** Warnings; a plan with an error is not a plan. */
  readonly problems: readonly Problem[];
}

/**
 * A hop as far as it could be followed, the profile that was asked for first and its sources after it; the tooltip of a
 * broken profile draws these. A source that does not exist is a hop too, without a place.
 */
export interface Hop {
  readonly profile: string;
  readonly roleArn: string | undefined;
  readonly place: Place | undefined;
  /** True for the hop at which the plan breaks. */
  readonly broken: boolean;
}

/** A plan, or why there is none. */
export type PlanResult =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly hops: readonly Hop[] };

/** What can be asked for. It is stored with a session, and planned anew from today's files at each renewal. */
export type SessionRequest =
  | { readonly kind: 'profile'; readonly profile: string }
  | {
      readonly kind: 'mfaSession';
      readonly profile: string;
      readonly mfaSerial: string | undefined;
      readonly durationSeconds: number | undefined;
    }
  | {
      readonly kind: 'role';
      /** Called this in the tree and the status bar. */
      readonly name: string;
      readonly sourceProfile: string;
      readonly roleArn: string;
      readonly externalId: string | undefined;
      readonly sessionName: string | undefined;
      readonly durationSeconds: number | undefined;
      readonly mfaSerial: string | undefined;
      readonly region: string | undefined;
    }
  /** A role of Identity Center that is in no profile. */
  | {
      readonly kind: 'identityCenterRole';
      /** Called this in the tree and the status bar. */
      readonly name: string;
      readonly ssoSession: string;
      readonly accountId: string;
      readonly roleName: string;
    };

/** The part of the process environment that planning reads; environment.ts makes it. */
export interface PlanEnvironment {
  readonly region: string | undefined;
  /** AWS_ENDPOINT_URL_STS, else AWS_ENDPOINT_URL, unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS. */
  readonly endpointUrl: string | undefined;
  readonly ignoreConfiguredEndpoints: boolean;
  /** AWS_ENDPOINT_URL_SSO and AWS_ENDPOINT_URL_SSO_OIDC, else AWS_ENDPOINT_URL. */
  readonly identityCenter?: { readonly portal: string | undefined; readonly oidc: string | undefined };
  /** AWS_STS_REGIONAL_ENDPOINTS; it beats `sts_regional_endpoints` of the profile. */
  readonly regionalEndpoints?: string | undefined;
  /** AWS_USE_FIPS_ENDPOINT; it beats `use_fips_endpoint` of the profile. */
  readonly fips?: boolean | undefined;
  /** AWS_USE_DUALSTACK_ENDPOINT; it beats `use_dualstack_endpoint` of the profile. */
  readonly dualStack?: boolean | undefined;
}

/**
 * How to get the session that was asked for from what stands in the files, or why there is no way. Asks nobody, sends
 * nothing, never throws. Where the SDKs disagree, it goes the AWS CLI's way and adds a warning.
 *
 * A profile with long-term keys becomes a session too, through GetSessionToken, so that what is handed to tools always
 * ends; temporary keys are passed on as they are.
 */
export function planFor(set: ProfileSet, request: SessionRequest, env: PlanEnvironment): PlanResult {
  switch (request.kind) {
    case 'profile':
      return planProfile(set, request.profile, env);
    case 'mfaSession':
      return planMfaSession(set, request, env);
    case 'role':
      return planTypedRole(set, request, env);
    case 'identityCenterRole':
      return planIdentityCenterRole(set, request, env);
  }
}

/** True when a person must be there to start or renew it: a step asks for an MFA code. */
export function needsPerson(plan: Plan): boolean {
  return plan.steps.some((step) => step.mfaSerial !== undefined);
}

function planProfile(set: ProfileSet, name: string, env: PlanEnvironment): PlanResult {
  const findings = new Findings();
  const section = visibleProfile(set, name);
  if (section === undefined) {
    findings.error(name, undefined, { kind: 'unknownProfile', name });
    return broken(findings, [{ profile: name, roleArn: undefined, place: undefined }]);
  }
  const chain = followSources({ set, env }, section, false, findings);
  const { base } = chain;
  const arns = [
    ...chain.roles.map((role) => read(role, 'role_arn')?.value),
    base?.kind === 'webIdentity' ? base.roleArn : undefined,
    read(section, 'mfa_serial')?.value,
  ];
  const where = planTarget(section, { set, env, askedRegion: undefined, arns }, findings);
  checkBasePartition(base, where, findings);
  if (chain.roles.length === 0 && base?.kind === 'staticKeys' && base.sessionToken === undefined) {
    const asked = { mfaSerial: undefined, durationSeconds: undefined };
    const step = sessionTokenStep(section, asked, where.target, findings);
    return result(name, base, [step], where, chain.hops, findings);
  }
  return result(name, base, roleSteps(chain, where, findings), where, chain.hops, findings);
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
  const arns = [request.mfaSerial, read(section, 'mfa_serial')?.value];
  const where = planTarget(section, { set, env, askedRegion: undefined, arns }, findings);
  const base = hasStaticKeys(section) ? staticKeysBase(section, findings) : undefined;
  // https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html: long-term keys only.
  if (!hasStaticKeys(section) || (base?.kind === 'staticKeys' && base.sessionToken !== undefined)) {
    findings.error(name, place, { kind: 'needsLongTermKeys', name });
  }
  const step = sessionTokenStep(section, request, where.target, findings);
  return result(name, base, [step], where, hops, findings);
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
  return result(
    name,
    chain.base,
    own === undefined ? steps : [...steps, own],
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
