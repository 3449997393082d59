import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../sandbox/sandbox.ts';
import { writeDemoHome } from '../sandbox/demo.ts';
import type { Activation } from '../companion/protocol.ts';
import { extensionId, packagedExtension, packageFolder } from '../support/packaged.ts';
import { root } from '../support/rig.ts';
import { launchWorkbench } from '../support/workbench.ts';
import type { BenchRow } from './row.ts';

const STARTS = 20;
const TIME_LIMIT_MS = 10;
const HEAP_LIMIT_MIB = 3;
const SIZE_LIMIT_KB = 350;

/** An extension that does nothing, to be beside ours in the same host. */
const IDLE = { publisher: 'sts-sessions-test', name: 'idle' };
const IDLE_ID = `${IDLE.publisher}.${IDLE.name}`;

/** Time and heap of activation in a real extension host, above those of an extension that does nothing. */
export async function benchActivation(): Promise<BenchRow[]> {
  const ours = await extensionId();
  const found = await measureStarts(ours);
  const of = (id: string, what: 'ms' | 'heapBytes'): number =>
    median(found.filter((activation) => activation.id === id).map((activation) => activation[what]));
  const time = of(ours, 'ms') - of(IDLE_ID, 'ms');
  const heap = (of(ours, 'heapBytes') - of(IDLE_ID, 'heapBytes')) / 2 ** 20;
  const idle = `an extension that does nothing (${of(IDLE_ID, 'ms').toFixed(1)} ms)`;
  return [
    {
      what: `activation, median of ${String(STARTS)} starts, above ${idle}`,
      ours: `${time.toFixed(1)} ms`,
      limit: `${String(TIME_LIMIT_MS)} ms`,
      ok: time <= TIME_LIMIT_MS,
    },
    {
      what: 'heap after activation, above the same',
      ours: `${heap.toFixed(2)} MiB`,
      limit: `${String(HEAP_LIMIT_MIB)} MiB`,
      ok: heap <= HEAP_LIMIT_MIB,
    },
  ];
}

/** The size of the packaged extension. */
export async function benchSize(): Promise<BenchRow[]> {
  const kb = (await stat(await packagedExtension())).size / 1000;
  return [
    {
      what: 'size of the .vsix',
      ours: `${kb.toFixed(0)} kB`,
      limit: `${String(SIZE_LIMIT_KB)} kB`,
      ok: kb <= SIZE_LIMIT_KB,
    },
  ];
}

async function measureStarts(ours: string): Promise<readonly Activation[]> {
  const home = await mkdtemp(join(tmpdir(), 'sts-bench-'));
  const workspace = join(home, 'project');
  await mkdir(workspace);
  const sandbox = await startSandbox();
  await writeDemoHome(home, sandbox.url);
  const workbench = await launchWorkbench({
    home,
    workspace,
    vsix: await packagedExtension(),
    more: [await packageIdle()],
    companion: true,
    env: { STS_SESSIONS_MEASURE: `${ours},${IDLE_ID}` },
  });
  try {
    const page = await workbench.openPage();
    // The first start fills V8's code cache, which every later one has.
    await page.companion;
    const found: Activation[] = [];
    for (let start = 0; start < STARTS; start++) {
      await page.reload();
      found.push(...(await (await page.companion).ask('activations', {})));
    }
    return found;
  } finally {
    await workbench.stop();
    await sandbox.close();
    await rm(home, { recursive: true, force: true });
  }
}

async function packageIdle(): Promise<string> {
  const folder = join(root, 'out/idle');
  await mkdir(folder, { recursive: true });
  const manifest = {
    ...IDLE,
    version: '0.0.1',
    description: 'Does nothing.',
    engines: { vscode: '^1.101.0' },
    activationEvents: ['onCommand:idle.never'],
    main: './extension.cjs',
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'extension.cjs'), 'exports.activate = () => {};\n');
  return packageFolder(folder, 'idle', ['--skip-license']);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
