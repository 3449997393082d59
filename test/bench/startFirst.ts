/**
 * Run as a process: loads the bundle of the STS client given as the second argument and starts one role session, as the
 * first start in a window does. Prints the milliseconds that both took together.
 */
import { homedir } from 'node:os';
import { createRequire } from 'node:module';
import { run } from '../../src/aws/run.ts';
import { machineEffects } from '../../src/machine/machine.ts';
import type { createStsSender } from '../../src/clients/sts.ts';
import { benchPlan } from './startPlan.ts';
import { fakeEffects } from '../support/fakeEffects.ts';

const [url = '', bundle = ''] = process.argv.slice(2);
const plan = benchPlan(url);
const load = createRequire(import.meta.url);

const begun = performance.now();
const client = load(bundle) as { createStsSender: typeof createStsSender };
const send = client.createStsSender({ now: Date.now });
const machine = machineEffects({ env: {}, platform: process.platform, home: homedir() });
const effects = fakeEffects({ now: Date.now, send, ...machine });
const result = await run(plan, effects, new AbortController().signal);
const took = performance.now() - begun;

if (!result.ok) {
  throw new Error(`the first start failed: ${result.fault.kind}`);
}
console.log(took);
