import { planFor } from '../../src/aws/plan.ts';
import type { Plan } from '../../src/aws/planModel.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { demoData } from '../sandbox/demo.ts';

/** The role of the demo that is started again and again: another account's, no MFA. */
export const benchRole = 'arn:aws:iam::444455556666:role/readonly';
/** The region of the sandbox that is measured against. */
export const benchRegion = 'eu-central-1';

/** The long-term keys of the demo's alice. */
export function benchKeys(): { readonly accessKeyId: string; readonly secretAccessKey: string } {
  const [keys] =
    demoData()
      .accounts.flatMap(({ users }) => users ?? [])
      .find(({ name }) => name === 'alice')?.keys ?? [];
  if (keys === undefined) {
    throw new Error('the demo has no alice');
  }
  // A copy: the SDK marks the object that it is given with where it comes from.
  return { accessKeyId: keys.accessKeyId, secretAccessKey: keys.secretAccessKey };
}

/** The plan that starting a role profile makes, from the text of the files as in the product. */
export function benchPlan(sandboxUrl: string): Plan {
  const { accessKeyId, secretAccessKey } = benchKeys();
  const common = `region = ${benchRegion}\nendpoint_url = ${sandboxUrl}\n`;
  const set = readProfiles({
    config: `[profile alice]\n${common}[profile role]\nrole_arn = ${benchRole}\nsource_profile = alice\n${common}`,
    credentials: `[alice]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  });
  const env = { region: undefined, endpointUrl: undefined, ignoreConfiguredEndpoints: false };
  const result = planFor(set, { kind: 'profile', profile: 'role' }, env);
  if (!result.ok) {
    throw new Error(`the bench's own profile is broken: ${JSON.stringify(result.problems)}`);
  }
  return result.plan;
}
