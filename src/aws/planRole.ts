import type { RoleArn } from './arn.ts';
import { parseRoleArn } from './arn.ts';
import type { Findings } from './findings.ts';
import { placeOf, read } from './findings.ts';
import { durations, externalIdProblem, mfaSerialProblem, sessionNameProblem } from './limits.ts';
import { partitionById, partitionOfRegion } from './partitions.ts';
import { checkedPolicies, ownerOf, sessionPoliciesOf } from './planPolicies.ts';
import type { Base, SessionRequest, Step, StsTarget } from './planModel.ts';
import type { Chain } from './planChain.ts';
import type { PlannedTarget } from './planTarget.ts';
import type { Place } from './problems.ts';
import type { Section } from './profiles.ts';
import { checkedTagging, taggingOf } from './tags.ts';

/** What a step must know of the plan around it. */
export interface StepContext {
  readonly target: StsTarget;
  /** True when the call is sent to an `endpoint_url`, where another partition than the region's may be meant. */
  readonly customEndpoint: boolean;
  /** True when the caller's own keys are temporary: then AWS grants an hour at most. */
  readonly chained: boolean;
}

/** The AssumeRole steps of a chain, in the order of the calls. */
export function roleSteps(chain: Chain, where: PlannedTarget, findings: Findings): readonly Step[] {
  const steps: Step[] = [];
  for (const role of chain.roles.toReversed()) {
    const chained = steps.length > 0 || isTemporary(chain.base);
    const step = roleStep(role, { ...where, chained }, findings);
    if (step !== undefined) {
      steps.push(step);
    }
  }
  return steps;
}

/**
 * True when a base's keys are certainly temporary, which AWS calls role chaining. The environment and a process may hold
 * either sort: there AWS decides.
 */
export function isTemporary(base: Base | undefined): boolean {
  switch (base?.kind) {
    case 'staticKeys':
      return base.sessionToken !== undefined;
    case 'credentialSource':
      return base.source !== 'Environment';
    case 'webIdentity':
    case 'saml':
    case 'identityCenter':
    case 'login':
      return true;
    case 'process':
    case undefined:
      return false;
  }
}

/** The AssumeRole step of a role profile; undefined when its role cannot be read at all. */
function roleStep(section: Section, context: StepContext, findings: Findings): Step | undefined {
  const { name } = section;
  const roleArn = read(section, 'role_arn');
  if (roleArn === undefined) {
    return undefined;
  }
  const arn = checkedRoleArn(name, roleArn.value, roleArn.place, findings);
  const externalId = read(section, 'external_id');
  if (externalId !== undefined && externalIdProblem(externalId.value) !== undefined) {
    findings.error(name, externalId.place, { kind: 'invalidExternalId', name });
  }
  const sessionName = checkedSessionName(section, findings);
  const mfaSerial = checkedMfaSerial(section, findings);
  const duration = read(section, 'duration_seconds');
  const durationSeconds =
    duration === undefined
      ? undefined
      : checkedDuration(
          name,
          wholeSeconds(name, duration.value, duration.place, findings),
          duration.place,
          context,
          findings,
        );
  if (arn === undefined) {
    return undefined;
  }
  checkPartition(name, roleArn.value, arn, roleArn.place, context, findings);
  return {
    kind: 'assumeRole',
    profile: name,
    roleArn: roleArn.value,
    accountId: arn.accountId,
    sessionName,
    externalId: externalId?.value,
    durationSeconds,
    maxDurationSeconds: context.chained ? durations.maxChained : durations.maxRole,
    mfaSerial,
    ...taggingOf(section, findings),
    ...sessionPoliciesOf(section, roleArn.value, findings),
    target: context.target,
    place: roleArn.place,
  };
}

/** The AssumeRole step of a role that was typed in. The prompts checked it, but a stored request may be older than they. */
export function typedRoleStep(
  request: Extract<SessionRequest, { kind: 'role' }>,
  context: StepContext,
  findings: Findings,
): Step | undefined {
  const { name, roleArn, externalId, sessionName, mfaSerial } = request;
  const arn = checkedRoleArn(name, roleArn, undefined, findings);
  if (externalId !== undefined && externalIdProblem(externalId) !== undefined) {
    findings.error(name, undefined, { kind: 'invalidExternalId', name });
  }
  if (sessionName !== undefined && sessionNameProblem(sessionName) !== undefined) {
    findings.error(name, undefined, { kind: 'invalidSessionName', name, value: sessionName });
  }
  if (mfaSerial !== undefined) {
    checkMfaSerial(name, mfaSerial, undefined, findings);
  }
  const durationSeconds = checkedDuration(name, request.durationSeconds, undefined, context, findings);
  if (arn === undefined) {
    return undefined;
  }
  checkPartition(name, roleArn, arn, undefined, context, findings);
  return {
    kind: 'assumeRole',
    profile: undefined,
    roleArn,
    accountId: arn.accountId,
    sessionName,
    externalId,
    durationSeconds,
    maxDurationSeconds: context.chained ? durations.maxChained : durations.maxRole,
    mfaSerial,
    ...checkedTagging(name, request, findings),
    ...checkedPolicies(name, request.policies, ownerOf(roleArn), findings),
    target: context.target,
    place: undefined,
  };
}

/** The GetSessionToken step that turns a user's long-term keys into a session. */
export function sessionTokenStep(
  section: Section,
  asked: { readonly mfaSerial: string | undefined; readonly durationSeconds: number | undefined },
  target: StsTarget,
  findings: Findings,
): Extract<Step, { kind: 'sessionToken' }> {
  const { name } = section;
  const own = asked.mfaSerial === undefined ? checkedMfaSerial(section, findings) : undefined;
  if (asked.mfaSerial !== undefined) {
    checkMfaSerial(name, asked.mfaSerial, undefined, findings);
  }
  const { durationSeconds } = asked;
  const max = durations.maxSessionToken;
  if (durationSeconds !== undefined && (durationSeconds < durations.min || durationSeconds > max)) {
    findings.error(name, undefined, { kind: 'durationOutOfRange', name, seconds: durationSeconds, max });
  }
  return {
    kind: 'sessionToken',
    profile: name,
    durationSeconds,
    mfaSerial: asked.mfaSerial ?? own,
    target,
    place: read(section, 'mfa_serial')?.place ?? placeOf(section),
  };
}

/**
 * The role's ARN in parts, or undefined with an error when it is none. An account of other than 12 digits and a
 * partition that nobody knows yet are left for AWS to judge, with a warning.
 */
export function checkedRoleArn(
  name: string,
  value: string,
  place: Place | undefined,
  findings: Findings,
): RoleArn | undefined {
  const arn = parseRoleArn(value);
  if (arn === undefined) {
    findings.error(name, place, { kind: 'invalidRoleArn', name, value });
  } else if (arn.accountId.length !== 12 || partitionById(arn.partition) === undefined) {
    findings.warning(name, place, { kind: 'invalidRoleArn', name, value });
  }
  return arn;
}

/** `role_session_name`, with an error when AWS would refuse it. */
export function checkedSessionName(section: Section, findings: Findings): string | undefined {
  const { name } = section;
  const property = read(section, 'role_session_name');
  if (property !== undefined && sessionNameProblem(property.value) !== undefined) {
    findings.error(name, property.place, { kind: 'invalidSessionName', name, value: property.value });
  }
  return property?.value;
}

function checkedMfaSerial(section: Section, findings: Findings): string | undefined {
  const property = read(section, 'mfa_serial');
  if (property !== undefined) {
    checkMfaSerial(section.name, property.value, property.place, findings);
  }
  return property?.value;
}

/** An error, not a warning: AWS refuses such a serial only after the person has typed a code. */
function checkMfaSerial(name: string, value: string, place: Place | undefined, findings: Findings): void {
  const problem = mfaSerialProblem(value);
  if (problem !== undefined) {
    const { kind } = problem;
    const known = kind === 'mfaSerialIsUser' || kind === 'mfaSerialIsSecurityKey';
    findings.error(name, place, { kind: known ? kind : 'invalidMfaSerial', name, value });
  }
}

/** `duration_seconds` as the AWS CLI reads it: what is no whole number is dropped, silently there, with a warning here. */
export function wholeSeconds(
  name: string,
  value: string,
  place: Place,
  findings: Findings,
): number | undefined {
  if (!/^[+-]?\d{1,15}$/.test(value)) {
    findings.warning(name, place, { kind: 'invalidDuration', name, value });
    return undefined;
  }
  return Number(value);
}

/**
 * What AWS would refuse in any case is an error. Over an hour in a chain is cut down with a warning instead: the same
 * profile may be right for another source. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
 */
export function checkedDuration(
  name: string,
  seconds: number | undefined,
  place: Place | undefined,
  context: Pick<StepContext, 'chained'>,
  findings: Findings,
): number | undefined {
  if (seconds === undefined) {
    return undefined;
  }
  if (seconds < durations.min || seconds > durations.maxRole) {
    findings.error(name, place, { kind: 'durationOutOfRange', name, seconds, max: durations.maxRole });
    return seconds;
  }
  if (context.chained && seconds > durations.maxChained) {
    findings.warning(name, place, { kind: 'durationOverChaining', name, seconds });
    return durations.maxChained;
  }
  return seconds;
}

/** The role of a web identity or an assertion is assumed by the first call, so it must be of the partition that is called. */
export function checkBasePartition(base: Base | undefined, where: PlannedTarget, findings: Findings): void {
  const roleArn = roleOfBase(base);
  const arn = roleArn === undefined ? undefined : parseRoleArn(roleArn);
  if (base !== undefined && roleArn !== undefined && arn !== undefined) {
    checkPartition(base.profile, roleArn, arn, base.place, where, findings);
  }
}

/** The role that a base assumes by itself; undefined where it assumes none. */
export function roleOfBase(base: Base | undefined): string | undefined {
  switch (base?.kind) {
    case 'webIdentity':
      return base.roleArn;
    case 'saml':
      return base.role?.roleArn;
    default:
      return undefined;
  }
}

/** An error for a role that the region's partition cannot know; a warning where an `endpoint_url` may know better. */
function checkPartition(
  name: string,
  value: string,
  arn: RoleArn,
  place: Place | undefined,
  context: Omit<StepContext, 'chained'>,
  findings: Findings,
): void {
  const { region } = context.target;
  const called = partitionOfRegion(region);
  if (called === undefined || called.id === arn.partition || partitionById(arn.partition) === undefined) {
    return;
  }
  const what = { kind: 'partitionMismatch', name, arn: value, region } as const;
  if (context.customEndpoint) {
    findings.warning(name, place, what);
  } else {
    findings.error(name, place, what);
  }
}
