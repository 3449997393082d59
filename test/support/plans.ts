import assert from 'node:assert/strict';
import type { Plan, PlanEnvironment, PlanResult, SessionRequest } from '../../src/aws/planModel.ts';
import { planFor } from '../../src/aws/plan.ts';
import { readProfiles } from '../../src/aws/profiles.ts';

/** An environment that names nothing. */
export const bareEnvironment: PlanEnvironment = {
  region: undefined,
  endpointUrl: undefined,
  ignoreConfiguredEndpoints: false,
};

/** What a planning test starts from: file texts, what is asked for, and what the environment adds. */
export interface PlanInput {
  readonly config?: string;
  readonly credentials?: string;
  /** A profile's name, or a whole request. */
  readonly ask: string | SessionRequest;
  readonly env?: Partial<PlanEnvironment>;
}

/** Plans from the texts of the two files. */
export function planOf({ config, credentials, ask, env }: PlanInput): PlanResult {
  const set = readProfiles({ config, credentials });
  const request: SessionRequest = typeof ask === 'string' ? { kind: 'profile', profile: ask } : ask;
  return planFor(set, request, { ...bareEnvironment, ...env });
}

/** The plan, where the test expects one. */
export function goodPlan(input: PlanInput): Plan {
  const result = planOf(input);
  assert.ok(result.ok, `no plan: ${JSON.stringify(result)}`);
  return result.plan;
}

/** Every problem as `severity kind file:line profile`, which a test can compare as a list. */
export function problemsOf(result: PlanResult): string[] {
  const problems = result.ok ? result.plan.problems : result.problems;
  return problems.map(({ severity, what, place, profile }) => {
    const where = place === undefined ? 'nowhere' : `${place.file}:${place.line}`;
    return `${severity} ${what.kind} ${where} ${profile}`;
  });
}

/** A user's long-term keys, as lines of a profile. */
export const keys = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = EXAMPLEKEY\n';
/** The line that makes them temporary. */
export const token = 'aws_session_token = EXAMPLETOKEN\n';
/** An MFA device. */
export const device = 'arn:aws:iam::111122223333:mfa/alice';

/** A role's ARN. */
export const arn = (name: string, account = '222233334444'): string => `arn:aws:iam::${account}:role/${name}`;

/** The lines of a role profile: three and what `more` adds. */
export const role = (name: string, source: string, more = ''): string =>
  `[profile ${name}]\nrole_arn = ${arn(name)}\nsource_profile = ${source}\n${more}`;

/** A typed role, from `user` unless told. */
export function typed(over: Partial<Extract<SessionRequest, { kind: 'role' }>> = {}): SessionRequest {
  return {
    kind: 'role',
    name: 'by hand',
    sourceProfile: 'user',
    roleArn: arn('Typed'),
    externalId: undefined,
    sessionName: undefined,
    durationSeconds: undefined,
    mfaSerial: undefined,
    region: undefined,
    ...over,
  };
}

/** A request for GetSessionToken. */
export function mfaSession(profile: string, mfaSerial?: string, durationSeconds?: number): SessionRequest {
  return { kind: 'mfaSession', profile, mfaSerial, durationSeconds };
}
