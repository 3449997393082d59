import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
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
/** 350 for the first version, 600 with every operation of AWS in it. */
const SIZE_LIMIT_KB = 600;

/** Without an event of its own VS Code would take the extension for one that needs no activation. */
const NEVER = 'onCommand:nobody.runs.this';

/** Extensions that do nothing: one to be beside ours, and one to go first and pay for what only the first pays. */
const PUBLISHER = 'sts-sessions-test';
const IDLE_ID = `${PUBLISHER}.idle`;
const FIRST_ID = `${PUBLISHER}.first`;

/** Time and heap of activation in a real extension host, above those of an extension that does nothing. */
export async function benchActivation(): Promise<BenchRow[]> {
  const ours = await extensionId();
  const found = await measureStarts(ours);
  const of = (id: string, what: 'ms' | 'heapBytes' | 'settledBytes'): number =>
    median(found.filter((activation) => activation.id === id).map((activation) => activation[what]));
  const time = of(ours, 'ms') - of(IDLE_ID, 'ms');
  const heap = (of(ours, 'heapBytes') - of(IDLE_ID, 'heapBytes')) / 2 ** 20;
  const settled = (of(ours, 'settledBytes') - of(IDLE_ID, 'settledBytes')) / 2 ** 20;
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
    {
      what: 'heap before the first start, with all that is loaded after activation, above the same',
      ours: `${settled.toFixed(2)} MiB`,
      limit: `${String(HEAP_LIMIT_MIB)} MiB`,
      ok: settled <= HEAP_LIMIT_MIB,
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
    vsix: await packageSleeping(),
    more: [await packageIdle('idle'), await packageIdle('first')],
    companion: true,
  });
  try {
    const page = await workbench.openPage();
    const measure = async (): Promise<readonly Activation[]> => {
      const companion = await page.companion;
      await page.idle();
      await companion.ask('activate', { ids: [FIRST_ID] });
      return companion.ask('activate', { ids: [ours, IDLE_ID] });
    };
    // Not counted: it reads the files from disk for the first time since they were installed.
    await measure();
    const found: Activation[] = [];
    for (let start = 0; start < STARTS; start++) {
      await page.reload();
      found.push(...(await measure()));
    }
    return found;
  } finally {
    await workbench.stop();
    await sandbox.close();
    await rm(home, { recursive: true, force: true });
  }
}

/**
 * Our extension as it is packaged, but for what wakes it: it sleeps until it is measured, when the host has nothing
 * else to do.
 */
async function packageSleeping(): Promise<string> {
  const folder = join(root, 'out/sleeping');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  await cp(join(root, 'media'), join(folder, 'media'), { recursive: true });
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as object;
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ ...manifest, activationEvents: [NEVER], scripts: {}, devDependencies: {} }),
  );
  return packageFolder(folder, 'sleeping', ['--skip-license']);
}

/** An extension that does nothing, packaged; it is active from the start with `activationEvents: ['*']`. */
export async function packageIdle(name: string, activationEvents = [NEVER]): Promise<string> {
  const folder = join(root, 'out', name);
  await mkdir(folder, { recursive: true });
  const manifest = {
    publisher: PUBLISHER,
    name,
    version: '0.0.1',
    description: 'Does nothing.',
    engines: { vscode: '^1.101.0' },
    activationEvents,
    main: './extension.cjs',
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'extension.cjs'), 'exports.activate = () => {};\n');
  return packageFolder(folder, name, ['--skip-license']);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
