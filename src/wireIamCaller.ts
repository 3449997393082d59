import type { Keys } from './aws/credentials.ts';
import type { Fault } from './aws/faults.ts';
import type { Plan, PlanEnvironment, PlanResult, SessionRequest, StsTarget } from './aws/planModel.ts';
import type { ProfileSet } from './aws/profiles.ts';
import { iamTargetOf } from './aws/roles/iamTarget.ts';

/** What it is found with. */
export interface IamCallerParts {
  files(): Promise<ProfileSet>;
  plan(request: SessionRequest): Promise<PlanResult>;
  environment(): PlanEnvironment;
}

/** Who calls IAM for a profile, and where. */
export interface IamCallerOf {
  readonly set: ProfileSet;
  readonly keys: Keys;
  readonly sts: StsTarget;
  readonly iam: StsTarget;
}

/** Undefined when a session has to be started first: the plan does not begin and end with long-term keys. */
export function longTermKeys({ base, steps }: Plan): Keys | undefined {
  return base.kind === 'staticKeys' && steps.every((step) => step.kind === 'sessionToken')
    ? {
        accessKeyId: base.accessKeyId,
        secretAccessKey: base.secretAccessKey,
        sessionToken: base.sessionToken,
      }
    : undefined;
}

/** With the keys that are given, else with the profile's own; a fault where it has none, or is not there any more. */
export async function iamCallerOf(
  parts: IamCallerParts,
  profile: string,
  given: Keys | undefined,
): Promise<IamCallerOf | Fault> {
  const set = await parts.files();
  const planned = await parts.plan({ kind: 'profile', profile });
  const section = set.profiles.get(profile);
  const keys = given ?? (planned.ok ? longTermKeys(planned.plan) : undefined);
  if (!planned.ok || section === undefined || keys === undefined) {
    return { kind: 'planChanged', profile };
  }
  const { target } = planned.plan;
  const iam = iamTargetOf(section, { set, env: parts.environment(), region: target.region });
  return { set, keys, sts: target, iam };
}
