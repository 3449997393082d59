import type { Effects } from '../../src/aws/effects.ts';
import { planFor } from '../../src/aws/plan.ts';
import type { Issuer } from '../../src/aws/planModel.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { run } from '../../src/aws/run.ts';

/** A kind of start, and what any program would have to do for the same keys. */
export interface Kind {
  readonly what: string;
  readonly ours: () => Promise<unknown>;
  readonly bare: () => Promise<unknown>;
}

/** Plans and runs a profile of a config file, as a press on Start does. Throws when it gives no keys. */
export async function start(
  config: string,
  profile: string,
  effects: Effects,
  issuers: ReadonlyMap<string, Issuer> = new Map(),
): Promise<void> {
  const env = { region: undefined, endpointUrl: undefined, ignoreConfiguredEndpoints: false, issuers };
  const set = readProfiles({ config, credentials: undefined });
  const planned = planFor(set, { kind: 'profile', profile }, env);
  if (!planned.ok) {
    throw new Error(`${profile} is broken: ${JSON.stringify(planned.problems)}`);
  }
  const result = await run(planned.plan, effects, new AbortController().signal);
  if (!result.ok) {
    throw new Error(`${profile} did not start: ${JSON.stringify(result.fault)}`);
  }
}
