import type { Plan } from './planModel.ts';

/** DurationSeconds that STS takes where nobody says one: https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html */
const usual = { role: 3600, token: 43_200 } as const;

/** Seconds that a plan's session is asked for; undefined where that is not ours to say. */
export function secondsOfPlan({ base, steps }: Pick<Plan, 'base' | 'steps'>): number | undefined {
  const last = steps.at(-1);
  switch (last?.kind) {
    case 'assumeRole':
      return Math.min(last.durationSeconds ?? usual.role, last.maxDurationSeconds);
    case 'sessionToken':
    case 'federationToken':
      return last.durationSeconds ?? usual.token;
    case undefined:
      return base.kind === 'webIdentity' || base.kind === 'saml'
        ? (base.durationSeconds ?? usual.role)
        : undefined;
  }
}

/**
 * The duration to run a plan with: the one that was chosen, or the plan's own where nothing is said, but no more than
 * `atMost` seconds; AWS gives no less than its own minimum all the same.
 */
export function withinSeconds(
  plan: Plan,
  chosen: number | undefined,
  atMost: number | undefined,
): { readonly durationSeconds?: number } {
  const asked = chosen ?? secondsOfPlan(plan);
  if (atMost !== undefined && asked !== undefined && asked > atMost) {
    return { durationSeconds: atMost };
  }
  return chosen === undefined ? {} : { durationSeconds: chosen };
}
