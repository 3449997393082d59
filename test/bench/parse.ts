import { externalDataInterceptor, loadSharedConfigFiles } from '@smithy/shared-ini-file-loader';
import { planFor } from '../../src/aws/plan.ts';
import type { PlanEnvironment } from '../../src/aws/planModel.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import type { SharedTexts } from '../../src/aws/profiles.ts';
import type { BenchRow } from './row.ts';

const profileCount = 10_000;
const runs = 15;
const ratioLimit = 1.5;
const totalLimitMs = 150;

const environment: PlanEnvironment = {
  region: undefined,
  endpointUrl: undefined,
  ignoreConfiguredEndpoints: true,
};

/**
 * Measures reading 10,000 profiles: the text alone beside the SDK's loader, both from memory and turn by turn in one
 * process, and the text with a plan for each profile.
 */
export async function benchParse(): Promise<BenchRow[]> {
  const texts = manyProfiles(profileCount);
  const config = 'bench-config';
  const credentials = 'bench-credentials';
  externalDataInterceptor.interceptFile(config, texts.config);
  externalDataInterceptor.interceptFile(credentials, texts.credentials);

  const ours: number[] = [];
  const theirs: number[] = [];
  const planned: number[] = [];
  for (let run = 0; run < runs; run++) {
    ours.push(await milliseconds(() => readProfiles(texts)));
    theirs.push(
      await milliseconds(() => loadSharedConfigFiles({ configFilepath: config, filepath: credentials })),
    );
    planned.push(await milliseconds(() => planAll(texts)));
  }

  const loaded = await loadSharedConfigFiles({ configFilepath: config, filepath: credentials });
  const set = readProfiles(texts);
  if (Object.keys(loaded.configFile).length !== profileCount || set.profiles.size !== profileCount) {
    throw new Error('The bench did not measure what it says: not every profile was read.');
  }
  const ratio = median(ours) / median(theirs);
  const total = median(planned);
  return [
    {
      what: `parse 10,000 profiles (${ms(median(ours))}) beside @smithy/shared-ini-file-loader (${ms(median(theirs))})`,
      ours: `${ratio.toFixed(2)} ×`,
      limit: `${ratioLimit} ×`,
      ok: ratio <= ratioLimit,
    },
    {
      what: 'parse and plan 10,000 profiles',
      ours: ms(total),
      limit: ms(totalLimitMs),
      ok: total <= totalLimitMs,
    },
  ];
}

function planAll(texts: SharedTexts): void {
  const set = readProfiles(texts);
  for (const profile of set.profiles.keys()) {
    const result = planFor(set, { kind: 'profile', profile }, environment);
    if (!result.ok) {
      throw new Error(`The bench's own profile ${profile} cannot be planned.`);
    }
  }
}

/** Ten users, and roles that hang from them directly or one through the other, with the comments that people write. */
function manyProfiles(count: number): { config: string; credentials: string } {
  const users = 10;
  const config: string[] = [];
  const credentials: string[] = [];
  for (let index = 0; index < count; index++) {
    if (index < users) {
      config.push(`[profile user-${index}]`, 'region = eu-west-1', 'output = json', '');
      credentials.push(
        `[user-${index}]`,
        `aws_access_key_id = AKIAEXAMPLE${String(index).padStart(9, '0')}`,
        'aws_secret_access_key = EXAMPLEKEY',
        '',
      );
      continue;
    }
    const account = String(100_000_000_000 + index);
    const source = index < users * 10 ? `user-${index % users}` : `role-${users + (index % (users * 9))}`;
    config.push(
      `# team ${index % 97}: who to ask, and why this role exists`,
      `[profile role-${index}]`,
      `role_arn = arn:aws:iam::${account}:role/team/Role-${index}`,
      `source_profile = ${source}`,
      `region = eu-west-${1 + (index % 3)}`,
      `role_session_name = somebody@example.com`,
      ...(index % 4 === 0 ? ['s3 =', '  max_concurrent_requests = 20', '  addressing_style = path'] : []),
      '',
    );
  }
  return { config: config.join('\n'), credentials: credentials.join('\n') };
}

async function milliseconds(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
