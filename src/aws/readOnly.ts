import { parseRoleArn } from './arn.ts';
import type { Base, Hop, Plan, PlanResult, SessionPolicies, SessionRequest } from './planModel.ts';
import { isReadOnlyPolicy, readOnlyPolicyArn } from './policies.ts';
import type { Place } from './problems.ts';

/** Why a plan's session cannot be started read-only: there is no call that would take a session policy, or it has others. */
export type ReadOnlyHindrance =
  | 'sessionToken'
  | 'federation'
  | 'temporaryKeys'
  | 'identityCenter'
  | 'process'
  | 'login'
  | 'machine'
  | 'ownPolicies';

/** What a read-only session is called beside the one that may do everything. In AWS's words, as the policy is. */
export function readOnlyName(name: string): string {
  return `${name} (read-only)`;
}

/** What the read-only session is called that coding agents get beside the person's own. */
export function agentName(name: string): string {
  return `${name} (for agents)`;
}

/** True for a request for a read-only session. */
export function isReadOnlyRequest(request: SessionRequest): boolean {
  return 'readOnly' in request && request.readOnly;
}

/** True for a request for the session that coding agents get beside the person's own. */
export function isAgentRequest(request: SessionRequest): boolean {
  return 'forAgents' in request && request.forAgents;
}

/** What coding agents get of a session when that is its read-only version; undefined where there can be none. */
export function agentRequest(request: SessionRequest): SessionRequest | undefined {
  const narrowed = readOnlyRequest(request);
  return narrowed === undefined ? undefined : { ...narrowed, forAgents: true };
}

/** Requests for a role that can be had read-only, unless policies of its own are in the way. */
type Narrowable = Extract<SessionRequest, { kind: 'profile' | 'role' | 'samlRole' | 'webIdentityRole' }>;

/** The same session read-only; undefined for a request whose session can never be that. */
export function readOnlyRequest(request: SessionRequest): Narrowable | undefined {
  switch (request.kind) {
    case 'profile':
    case 'role':
    case 'samlRole':
    case 'webIdentityRole':
      return { ...request, readOnly: true };
    case 'mfaSession':
    case 'federation':
    case 'identityCenterRole':
      return undefined;
  }
}

/** What makes a request ask for less than the role allows, for another request in its place. */
export function narrowedAs({ readOnly, forAgents }: Narrowable): Pick<Narrowable, 'readOnly' | 'forAgents'> {
  return { ...(readOnly && { readOnly }), ...(forAgents && { forAgents }) };
}

/**
 * Why the plan's session cannot be read-only; undefined when it can. Session policies narrow a role that is assumed with
 * AssumeRole, with SAML or as a web identity, and nothing else:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
 */
export function readOnlyHindrance({
  base,
  steps,
}: Pick<Plan, 'base' | 'steps'>): ReadOnlyHindrance | undefined {
  const last = steps.at(-1);
  switch (last?.kind) {
    case 'assumeRole':
      return otherPolicies(last.policies);
    case 'sessionToken':
      return 'sessionToken';
    case 'federationToken':
      return 'federation';
    case undefined:
      return hindranceOfBase(base);
  }
}

/**
 * The plan with AWS's ReadOnlyAccess as session policy of its last role. The hops before are left as they are: they must
 * be able to assume the next one. Where that cannot be, the result says why, on the profile where it stands.
 */
export function asReadOnly(result: PlanResult, request: SessionRequest): PlanResult {
  if (!result.ok) {
    return result;
  }
  const forAgents = isAgentRequest(request);
  const plan: Plan = { ...result.plan, ...(forAgents && { forAgents }) };
  const why = readOnlyHindrance(plan);
  if (why !== undefined) {
    return notReadOnly(plan, why);
  }
  const name = forAgents ? agentName(plan.name) : readOnlyName(plan.name);
  const last = plan.steps.at(-1);
  if (last?.kind === 'assumeRole') {
    const narrowed = { ...last, policies: readOnlyPolicies(last.roleArn) };
    return { ok: true, plan: { ...plan, name, steps: [...plan.steps.slice(0, -1), narrowed] } };
  }
  const { base } = plan;
  if (base.kind === 'webIdentity') {
    return { ok: true, plan: { ...plan, name, base: { ...base, policies: readOnlyPolicies(base.roleArn) } } };
  }
  if (base.kind === 'saml') {
    // Without a role nothing is started: whoever chooses one plans again.
    const policies = base.role === undefined ? {} : { policies: readOnlyPolicies(base.role.roleArn) };
    return { ok: true, plan: { ...plan, name, base: { ...base, ...policies } } };
  }
  return { ok: true, plan };
}

function readOnlyPolicies(roleArn: string): SessionPolicies {
  return { arns: [readOnlyPolicyArn(parseRoleArn(roleArn)?.partition ?? 'aws')] };
}

/** AWS allows what any of several session policies allows, so that one more would give rights and not take them. */
function otherPolicies(policies: SessionPolicies | undefined): ReadOnlyHindrance | undefined {
  return policies === undefined || (policies.inline === undefined && policies.arns?.every(isReadOnlyPolicy))
    ? undefined
    : 'ownPolicies';
}

function hindranceOfBase(base: Base): ReadOnlyHindrance | undefined {
  switch (base.kind) {
    case 'webIdentity':
    case 'saml':
      return otherPolicies(base.policies);
    case 'staticKeys':
      return 'temporaryKeys';
    case 'credentialSource':
      return 'machine';
    case 'identityCenter':
    case 'process':
    case 'login':
      return base.kind;
  }
}

function notReadOnly(plan: Plan, why: ReadOnlyHindrance): PlanResult {
  const last = plan.steps.at(-1);
  const profile = last?.profile ?? plan.base.profile;
  const place: Place | undefined = last === undefined ? plan.base.place : last.place;
  const hop: Hop = { profile, roleArn: undefined, place, broken: true };
  const what = { kind: 'cannotBeReadOnly', name: plan.name, why } as const;
  return { ok: false, problems: [{ what, severity: 'error', place, profile }], hops: [hop] };
}
