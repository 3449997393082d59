import type { Findings } from './findings.ts';
import { read } from './findings.ts';
import { durations } from './limits.ts';
import { checkPoliciesTaken } from './planPolicies.ts';
import type { Base, MfaUse, Plan, PlanEnvironment, Step } from './planModel.ts';
import type { ProfileSet, Section } from './profiles.ts';

type RoleStep = Extract<Step, { kind: 'assumeRole' }>;
type SessionStep = Extract<Step, { kind: 'sessionToken' }>;

/** How a plan gets its MFA where the person can choose, and whose keys it begins with. */
export interface MfaChoice {
  /** The profile with the long-term keys: what is chosen holds for all roles of its user. */
  readonly profile: string;
  readonly use: MfaUse;
  readonly serial: string;
  /** Seconds that the MFA session lasts; undefined leaves it to AWS (43200). */
  readonly sessionSeconds: number | undefined;
}

/** The step whose credentials are the MFA session's that other roles share; undefined where a plan has none. */
export function mfaSessionOf({ steps }: Pick<Plan, 'steps'>): SessionStep | undefined {
  const [first] = steps;
  return first?.kind === 'sessionToken' && first.mfaSerial !== undefined && steps.length > 1
    ? first
    : undefined;
}

/** The choice behind a plan; undefined where there is none: no code is asked for, or AWS takes it in one way only. */
export function mfaChoiceOf({ base, steps }: Pick<Plan, 'base' | 'steps'>): MfaChoice | undefined {
  const { profile } = base;
  const session = mfaSessionOf({ steps });
  if (session?.mfaSerial !== undefined) {
    const { mfaSerial: serial, durationSeconds: sessionSeconds } = session;
    return { profile, use: 'oneSession', serial, sessionSeconds };
  }
  const [first] = steps;
  return isLastingUser(base) && first?.kind === 'assumeRole' && first.mfaSerial !== undefined
    ? { profile, use: 'eachRole', serial: first.mfaSerial, sessionSeconds: undefined }
    : undefined;
}

/**
 * The MFA device of a profile that has long-term keys: the one that the person chose for it comes before the one that the
 * file names.
 */
export function deviceOf(section: Section, env: PlanEnvironment): string | undefined {
  return env.mfaDevices?.get(section.name) ?? read(section, 'mfa_serial')?.value;
}

/** What planning with the person's choices needs to know. */
export interface MfaPlanning {
  readonly set: ProfileSet;
  readonly env: PlanEnvironment;
  /** What the session is called. */
  readonly name: string;
  /** The device of the first role was named for this start alone: no other one takes its place. */
  readonly named?: boolean;
}

/**
 * The steps of a role as the person wants its code to be used: sent with the role, or with GetSessionToken first, whose
 * session all roles of the user then share. From such a session AWS grants an hour at most, as to any temporary keys:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
 * A role that asks for no code is left as it is.
 */
export function withMfaChoice(
  steps: readonly Step[],
  base: Base | undefined,
  { set, env, name, named }: MfaPlanning,
  findings: Findings,
): readonly Step[] {
  const [first, ...rest] = steps;
  if (first?.kind !== 'assumeRole' || first.mfaSerial === undefined || !isLastingUser(base)) {
    return steps;
  }
  const source = set.profiles.get(base.profile);
  if (env.mfaUse?.get(base.profile) !== 'oneSession') {
    const chosen = named === true ? undefined : env.mfaDevices?.get(base.profile);
    return [chosen === undefined ? first : withDevice(first, chosen), ...rest];
  }
  if (source !== undefined) {
    checkPoliciesTaken(source, findings);
  }
  const serial = (source && deviceOf(source, env)) ?? first.mfaSerial;
  const { durationSeconds, place } = first;
  if (durationSeconds !== undefined && durationSeconds > durations.maxChained && rest.length === 0) {
    findings.warning(first.profile ?? name, place, {
      kind: 'durationOverMfaSession',
      name: first.profile ?? name,
      source: base.profile,
      seconds: durationSeconds,
    });
  }
  const session: SessionStep = {
    kind: 'sessionToken',
    profile: base.profile,
    durationSeconds: secondsOf(source, env),
    ...deviceMembers(first.mfaSerial, serial),
    target: first.target,
    place: (source && read(source, 'mfa_serial')?.place) ?? base.place,
  };
  const role: RoleStep = { ...first, mfaSerial: undefined, maxDurationSeconds: durations.maxChained };
  return [session, role, ...rest];
}

/** The step with the code of another device. */
export function withDevice<T extends RoleStep | SessionStep>(step: T, serial: string): T {
  return { ...step, ...deviceMembers(step.mfaSerial, serial) };
}

function deviceMembers(
  inFile: string | undefined,
  serial: string,
): Pick<SessionStep, 'mfaSerial' | 'mfaSerialInFile'> {
  return inFile === undefined || inFile === serial
    ? { mfaSerial: serial }
    : { mfaSerial: serial, mfaSerialInFile: inFile };
}

/** `duration_seconds` of the profile with the keys, where GetSessionToken takes it, else the setting. */
function secondsOf(source: Section | undefined, env: PlanEnvironment): number | undefined {
  const own = Number((source && read(source, 'duration_seconds')?.value) ?? Number.NaN);
  return Number.isInteger(own) && own >= durations.min && own <= durations.maxSessionToken
    ? own
    : env.mfaSessionSeconds;
}

/** True for the long-term keys of a user, to whom alone AWS gives a session for a code. */
function isLastingUser(base: Base | undefined): base is Extract<Base, { kind: 'staticKeys' }> {
  return base?.kind === 'staticKeys' && base.sessionToken === undefined;
}
