import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { run } from '../../src/aws/run.ts';
import { machineEffects } from '../../src/machine/machine.ts';
import { createStsSender } from '../../src/clients/sts.ts';
import { median, ms, timed } from './measure.ts';
import type { BenchRow } from './row.ts';
import { benchKeys, benchPlan, benchRegion, benchRole } from './startPlan.ts';
import { fakeEffects } from '../support/fakeEffects.ts';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');

const warmRounds = 60;
const firstRounds = 7;
const cliRounds = 3;

/** What the issue promises over the bare SDK call to the same sandbox, ms. */
const warmLimit = 15;
const firstLimit = 150;

/**
 * How long the start of a role session takes beside the bare SDK call and `aws sts assume-role`, all in turn against one
 * sandbox in a process of its own. `bundle` is the built STS client. Rejects when the sandbox or a call fails.
 */
export async function benchStart(bundle = join(root, 'dist/sts.cjs')): Promise<readonly BenchRow[]> {
  if (!existsSync(bundle)) {
    throw new Error(`${bundle} is missing: npm run build`);
  }
  const sandbox = spawn(process.execPath, [join(root, 'test/sandbox/main.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(createInterface(sandbox.stdout), 'line')) as [string];
    const { url } = JSON.parse(line) as { url: string };
    const { bare, ours } = await warm(url);
    const first = await repeat(firstRounds, async () => {
      const child = await execute(process.execPath, [
        join(import.meta.dirname, 'startFirst.ts'),
        url,
        bundle,
      ]);
      return Number(child.stdout);
    });
    const cli = await awsCli(url);
    return [
      {
        what: 'start of a role session, warm, over the bare SDK call',
        ours: `${ms(ours - bare)} (${ms(ours)} beside ${ms(bare)})`,
        limit: `${warmLimit} ms`,
        ok: ours - bare <= warmLimit,
      },
      {
        what: 'first start in a window, loading included, over the bare SDK call',
        ours: `${ms(first - bare)} (${ms(first)} beside ${ms(bare)})`,
        limit: `${firstLimit} ms`,
        ok: first - bare <= firstLimit,
      },
      {
        what: 'beside it: aws sts assume-role',
        ours: cli === undefined ? 'not installed' : ms(cli),
        limit: '–',
        ok: true,
      },
    ];
  } finally {
    sandbox.kill();
  }
}

/** Medians of both, taken in turn so that a busy machine slows both. */
async function warm(url: string): Promise<{ bare: number; ours: number }> {
  const keys = benchKeys();
  const client = new STSClient({ region: benchRegion, endpoint: url, credentials: keys });
  const call = { RoleArn: benchRole, RoleSessionName: 'bench' };
  const plan = benchPlan(url);
  const send = createStsSender({ now: Date.now });
  const machine = machineEffects({ env: {}, platform: process.platform, home: homedir() });
  const effects = fakeEffects({ now: Date.now, send, ...machine });
  const bare: number[] = [];
  const ours: number[] = [];
  // The first of each warms up and does not count.
  for (let round = 0; round <= warmRounds; round += 1) {
    const bareTime = await timed(() => client.send(new AssumeRoleCommand(call)));
    const ourTime = await timed(async () => {
      const result = await run(plan, effects, new AbortController().signal);
      if (!result.ok) {
        throw new Error(`the start failed: ${result.fault.kind}`);
      }
    });
    if (round > 0) {
      bare.push(bareTime);
      ours.push(ourTime);
    }
  }
  client.destroy();
  return { bare: median(bare), ours: median(ours) };
}

/** Undefined where there is no AWS CLI. */
async function awsCli(url: string): Promise<number | undefined> {
  const keys = benchKeys();
  const words = ['sts', 'assume-role', '--role-arn', benchRole, '--role-session-name', 'bench'];
  const env = {
    PATH: process.env['PATH'],
    HOME: tmpdir(),
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  };
  const call = () => execute('aws', [...words, '--endpoint-url', url, '--region', benchRegion], { env });
  try {
    return await repeat(cliRounds, () => timed(call));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

async function repeat(rounds: number, measure: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    times.push(await measure());
  }
  return median(times);
}
