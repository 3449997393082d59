import { parseArnOwner } from '../aws/arn.ts';
import { timeLeft } from '../aws/credentials.ts';
import type { Fault } from '../aws/faults.ts';
import { needsPerson, signsInAnew } from '../aws/plan.ts';
import { mfaSessionOf } from '../aws/planMfa.ts';
import type { Plan, SessionRequest, Step } from '../aws/planModel.ts';
import { agentName, isAgentRequest, isReadOnlyRequest, readOnlyName } from '../aws/readOnly.ts';
import { isHeld, type KeptSession } from './kept.ts';
import type { Session, SessionState } from './types.ts';

/** What a session is, whatever it does. */
export type About = Omit<Session, 'state'> & {
  /** The devices whose codes are the reason for `needsPerson`. */
  readonly mfaSerials: readonly string[];
};

/** What this window does about a session, beside what its record says. */
export type Doing =
  | {
      readonly kind: 'working';
      readonly about: About;
      /** True when the record that came from another window makes the work pointless. */
      readonly overruledBy: (kept: KeptSession | undefined) => boolean;
    }
  /** A first start failed. */
  | { readonly kind: 'failed'; readonly about: About; readonly fault: Fault };

/** What is known of a session before it starts. */
export function describePlan(id: string, request: SessionRequest, plan: Plan): About {
  const last = plan.steps.at(-1);
  const { base } = plan;
  const mfaSource = mfaSessionOf(plan)?.profile;
  const role =
    last?.kind === 'assumeRole'
      ? last
      : last !== undefined
        ? undefined
        : base.kind === 'webIdentity'
          ? base
          : base.kind === 'saml' && base.role !== undefined
            ? { roleArn: base.role.roleArn, accountId: base.accountId }
            : undefined;
  return {
    id,
    name: plan.name,
    request,
    region: plan.region,
    accountId: role?.accountId ?? (deviceAccount(last) || ('accountId' in base ? base.accountId : undefined)),
    roleArn: role?.roleArn,
    needsPerson: needsPerson(plan),
    ...(signsInAnew(plan) && { signsInAnew: true }),
    ...(mfaSource !== undefined && { mfaSource }),
    ...(last === undefined &&
      base.kind === 'identityCenter' &&
      base.roleName !== undefined && { permissionSet: base.roleName }),
    mfaSerials: [...new Set(plan.steps.map((step) => step.mfaSerial).filter((it) => it !== undefined))],
  };
}

/** A user's own session is in the account that the ARN of their MFA device names; a hardware device has none. */
function deviceAccount(step: Step | undefined): string | undefined {
  return step?.kind === 'sessionToken' ? parseArnOwner(step.mfaSerial ?? '')?.accountId : undefined;
}

/** The profile whose lines in the files a request starts from; the sign-in for a role that is in no profile. */
export function profileOf(request: SessionRequest): string {
  switch (request.kind) {
    case 'role':
      return request.sourceProfile;
    case 'identityCenterRole':
      return request.ssoSession;
    case 'webIdentityRole':
      return request.issuer;
    case 'profile':
    case 'mfaSession':
    case 'samlRole':
    case 'federation':
      return request.profile;
  }
}

/** What the session of a request is called where people see it; the plan gives it the same name. */
export function nameOfRequest(request: SessionRequest): string {
  const name =
    'name' in request ? request.name : request.kind === 'federation' ? request.userName : request.profile;
  if (isAgentRequest(request)) {
    return agentName(name);
  }
  return isReadOnlyRequest(request) ? readOnlyName(name) : name;
}

/**
 * The session as everybody sees it at `now`; undefined when there is none, or when it was ended. `answersMfa` says which
 * devices' codes come without a person, and `hasMfaSession` whether the shared MFA session of a profile is live: both may
 * change while the session is.
 */
export function sessionAt(
  kept: KeptSession | undefined,
  doing: Doing | undefined,
  now: number,
  answersMfa: (serial: string) => boolean,
  hasMfaSession: (profile: string, serial: string) => boolean = () => false,
): Session | undefined {
  const seen = (about: About, state: SessionState): Session => {
    const { mfaSerials, ...shown } = about;
    const { mfaSource } = about;
    const answered =
      mfaSerials.length > 0 &&
      mfaSerials.every(
        (serial) => answersMfa(serial) || (mfaSource !== undefined && hasMfaSession(mfaSource, serial)),
      );
    return { ...shown, needsPerson: shown.needsPerson && !answered, state };
  };
  if (isHeld(kept)) {
    const { credentials, startedAt } = kept;
    const renewing = doing?.kind === 'working';
    // Judged by the clock at each look: a laptop that slept never shows as live what is over.
    const state: SessionState =
      timeLeft(credentials, now) > 0
        ? { kind: 'live', credentials, startedAt, renewing }
        : { kind: 'expired', at: credentials.expiresAt ?? now, renewing };
    return seen(aboutKept(kept), state);
  }
  switch (doing?.kind) {
    case undefined:
      return undefined;
    case 'working':
      return seen(doing.about, { kind: 'starting' });
    case 'failed':
      return seen(doing.about, { kind: 'failed', fault: doing.fault });
  }
}

/** What a record says the session is. */
export function aboutKept(kept: KeptSession): About {
  const { id, name, request, region, accountId, roleArn, needsPerson, mfaSerials } = kept;
  const { signsInAnew: anew, packedPolicyPercent, mfaSource, permissionSet, begunAt } = kept;
  return {
    id,
    name,
    request,
    region,
    accountId,
    roleArn,
    needsPerson,
    mfaSerials,
    ...(anew !== undefined && { signsInAnew: anew }),
    ...(packedPolicyPercent !== undefined && { packedPolicyPercent }),
    ...(mfaSource !== undefined && { mfaSource }),
    ...(permissionSet !== undefined && { permissionSet }),
    ...(begunAt !== undefined && { begunAt }),
  };
}
