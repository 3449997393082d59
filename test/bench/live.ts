import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { demoData } from '../sandbox/demo.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import { startAttackedHost } from '../support/attacks.ts';
import { packagedExtension } from '../support/packaged.ts';
import { eventually } from '../support/stage.ts';
import { launchWorkbench } from '../support/workbench.ts';
import type { Workbench } from '../support/workbench.ts';
import { packageIdle } from './activation.ts';
import { fetchTimes } from './fetchTimes.ts';
import { ms, percentile } from './measure.ts';
import type { BenchRow } from './row.ts';
import { benchKeys, benchRegion, benchRole } from './startPlan.ts';

const sessionCount = 200;
/** Of those, the ones that are fetched in turn. */
const fetchedCount = 50;
const fetchesPerSecond = 200;
const fetchSeconds = 10;
/** Of a minute: the kernel counts in steps of 10 ms. */
const idleLimitMs = 100;
/** 20 in all, of which 3 may be there before the first start (see activation.ts). */
const heapLimitMib = 17;
const mib = 2 ** 20;

type Page = Awaited<ReturnType<Workbench['openPage']>>;

/**
 * A real extension host with 200 live sessions: heap, timers, fetches from the endpoint, and what an idle minute costs
 * beside a host whose extension does nothing.
 * STS_SESSIONS_BENCH_IDLE_SECONDS makes the minute shorter or longer.
 */
export async function benchLive(): Promise<BenchRow[]> {
  const idleSeconds = Number(process.env['STS_SESSIONS_BENCH_IDLE_SECONDS'] ?? 60);
  const home = await mkdtemp(join(tmpdir(), 'sts-bench-'));
  const workspace = join(home, 'project');
  await mkdir(workspace);
  const sandbox = await startSandbox({ data: demoData() });
  await writeProfiles(home, sandbox.url);
  const common = { home, workspace, companion: true };
  const ours = await launchWorkbench({ ...common, vsix: await packagedExtension() });
  const empty = await launchWorkbench({ ...common, vsix: await packageIdle('beside', ['*']) });
  try {
    const page = await ours.openPage();
    const beside = await empty.openPage();
    await page.statusBarItem().waitFor();
    await Promise.all([page.idle(), beside.idle()]);
    const before = await restedHeap(page);
    await startAll(page);
    const endpoint = await endpointOf(home);
    const ids = (await sessionIds(home)).slice(0, fetchedCount);
    const pace = { perSecond: fetchesPerSecond, seconds: fetchSeconds };
    const times = await fetchTimes(endpoint, ids, pace);
    const bare = await fetchFromBare(home, pace);
    const after = await restedHeap(page);
    const idle = await idleTime(page, beside, idleSeconds);
    const host = await (await page.companion).ask('host', {});
    const what = `with ${String(sessionCount)} live sessions`;
    return [
      row(`heap ${what}, above that before the first start`, (after - before) / mib, heapLimitMib, 'MiB'),
      row(`timers ${what}`, host.timers, 1, ''),
      row(
        `processor time ${what} in ${String(idleSeconds)} idle s, above an extension that does nothing`,
        idle,
        (idleLimitMs * Math.max(idleSeconds, 10)) / 60,
        'ms',
      ),
      ...fetchRows(times, bare),
    ];
  } finally {
    await ours.stop();
    await empty.stop();
    await sandbox.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** On a machine that does other things too, Node's bare server is late as well: twice its time is then the limit. */
function fetchRows(times: readonly number[], bare: readonly number[]): BenchRow[] {
  const rate = `${String(fetchedCount)} sessions in turn, ${String(fetchesPerSecond)} a second`;
  return ([0.5, 0.99] as const).map((part) => {
    const theirs = percentile(bare, part);
    const what = `fetch by HTTP, ${rate}, p${String(part * 100)} (a bare server ${ms(theirs)})`;
    return row(what, percentile(times, part), Math.max(part === 0.5 ? 1 : 5, 2 * theirs), 'ms');
  });
}

async function fetchFromBare(
  folder: string,
  pace: { readonly perSecond: number; readonly seconds: number },
): Promise<readonly number[]> {
  const host = await startAttackedHost(folder, { bare: true });
  try {
    return await fetchTimes({ port: host.tcp.port, token: 'x' }, ['any'], pace);
  } finally {
    await host.kill();
  }
}

/** A role of its own for each profile, so that each is a session of its own. */
async function writeProfiles(home: string, url: string): Promise<void> {
  const { accessKeyId, secretAccessKey } = benchKeys();
  const common = `region = ${benchRegion}\nendpoint_url = ${url}\n`;
  const roles = Array.from(
    { length: sessionCount },
    (_, at) =>
      `[profile role-${String(at)}]\nrole_arn = ${benchRole}\nrole_session_name = session-${String(at)}\n` +
      `source_profile = alice\n${common}`,
  );
  await mkdir(join(home, '.aws'), { mode: 0o700 });
  await writeFile(join(home, '.aws/config'), `[profile alice]\n${common}${roles.join('')}`, { mode: 0o600 });
  await writeFile(
    join(home, '.aws/credentials'),
    `[alice]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    { mode: 0o600 },
  );
}

async function startAll(page: Page): Promise<void> {
  const companion = await page.companion;
  // Terminals get the endpoint, which is what is measured.
  const asked = companion.ask('executeCommand', { id: 'stsSessions.startSession', args: ['role-0'] });
  await page.press('Do Not Add', page.dialog());
  await asked;
  const names = Array.from({ length: sessionCount }, (_, at) => `role-${String(at)}`);
  for (let at = 0; at < names.length; at += 10) {
    await Promise.all(
      names
        .slice(at, at + 10)
        .map((name) => companion.ask('executeCommand', { id: 'stsSessions.startSession', args: [name] })),
    );
  }
}

/** The least of a few: what is on its way to be freed counts for nobody. */
async function restedHeap(page: Page): Promise<number> {
  const companion = await page.companion;
  let least = Infinity;
  for (let round = 0; round < 5; round += 1) {
    await sleep(500);
    least = Math.min(least, (await companion.ask('host', {})).heapBytes);
  }
  return least;
}

/** User and system time of our host in an idle span beyond that of the other, ms. */
async function idleTime(page: Page, beside: Page, seconds: number): Promise<number> {
  const pids = await Promise.all(
    [page, beside].map(async (one) => (await (await one.companion).ask('host', {})).pid),
  );
  // What the collection above and the fetches before have set off.
  await sleep(10_000);
  const before = await Promise.all(pids.map(processorMs));
  await sleep(seconds * 1000);
  const after = await Promise.all(pids.map(processorMs));
  const [ours = 0, theirs = 0] = after.map((ms, at) => ms - (before[at] ?? 0));
  return ours - theirs;
}

/** proc_pid_stat(5): fields 14 and 15, in ticks of 10 ms. */
async function processorMs(pid: number): Promise<number> {
  const text = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function endpointOf(home: string): Promise<{ port: number; token: string }> {
  const folder = join(home, '.sts-sessions/t');
  const [name = ''] = await eventually(
    () => readdir(folder),
    (names) => names.length === 1,
    'the endpoint has a token file',
  );
  return {
    port: Number(name.slice(name.lastIndexOf('-') + 1)),
    token: await readFile(join(folder, name), 'utf8'),
  };
}

/** Asked as another window would. */
async function sessionIds(home: string): Promise<readonly string[]> {
  const folder = join(home, '.sts-sessions/s');
  const [name = ''] = await readdir(folder);
  const text = await new Promise<string>((resolve, reject) => {
    const sent = request(
      { socketPath: join(folder, name), host: 'localhost', path: '/sessions' },
      (reply) => {
        let body = '';
        reply.setEncoding('utf8').on('data', (part: string) => (body += part));
        reply.on('end', () => resolve(body));
      },
    );
    sent.on('error', reject);
    sent.end();
  });
  const { sessions } = JSON.parse(text) as { sessions: { id: string }[] };
  if (sessions.length !== sessionCount) {
    throw new Error(`${String(sessions.length)} sessions are live, not ${String(sessionCount)}`);
  }
  return sessions.map(({ id }) => id);
}

function row(what: string, value: number, limit: number, unit: string): BenchRow {
  const digits = unit === '' ? 0 : 2;
  return {
    what,
    ours: `${value.toFixed(digits)} ${unit}`.trim(),
    limit: `${Number(limit.toFixed(1)).toString()} ${unit}`.trim(),
    ok: value <= limit,
  };
}
