import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { placeAgentVariables } from '../../src/outlets/agentVariables.ts';
import type { Address } from '../../src/outlets/registration.ts';
import { attack, rightClient, startAttackedHost, wrongRequests } from '../support/attacks.ts';
import { agentVariables } from '../../src/session/agentAccess.ts';
import { installedFolder, openWindow, temporaryFolder } from '../support/outletRig.ts';
import { median } from './measure.ts';
import type { BenchRow } from './row.ts';

const HELPER_RUNS = 60;
const HTTP_RUNS = 500;
const FLOOD = { perSecond: 10_000, ms: 5000 };
const PAUSE_LIMIT_MS = 50;

/** The helper beside `curl` alone, run in turn so that noise hits both, and one fetch by HTTP. */
export async function benchFetch(): Promise<BenchRow[]> {
  const temporary = temporaryFolder();
  const folder = await installedFolder(temporary.path);
  await placeAgentVariables(folder, agentVariables);
  const sockets = await openWindow(folder, 'one');
  try {
    return [
      ...(spawnSync('curl', ['--version'], { stdio: 'ignore' }).status === 0
        ? [await helperBesideCurl(join(folder.path, 'fetch'), sockets.server.address)]
        : []),
      await byHttp(sockets.server.address),
      await underFlood(),
    ];
  } finally {
    await sockets.dispose();
    temporary.remove();
  }
}

async function helperBesideCurl(helper: string, address: Address): Promise<BenchRow> {
  const socket = address.kind === 'socket' ? address.path : '';
  const env = { PATH: process.env['PATH'] ?? '', STS_SESSIONS_ID: 'live-a' };
  const bare = ['-q', '-s', '--unix-socket', socket, 'http://localhost/process/live-a'];
  const ours: number[] = [];
  const curl: number[] = [];
  for (let at = 0; at < HELPER_RUNS; at++) {
    curl.push(await timed('curl', bare, env));
    ours.push(await timed('/bin/sh', [helper], env));
  }
  const ratio = median(ours) / median(curl);
  return {
    what: 'fetch by the helper, p50, beside curl alone',
    ours: `${ratio.toFixed(2)} × (${median(ours).toFixed(1)} ms, curl ${median(curl).toFixed(1)} ms)`,
    limit: '2 ×',
    ok: ratio <= 2,
  };
}

async function byHttp(address: Address): Promise<BenchRow> {
  const times: number[] = [];
  for (let at = 0; at < HTTP_RUNS; at++) {
    const start = performance.now();
    await get(address);
    times.push(performance.now() - start);
  }
  return {
    what: 'fetch by HTTP, p50',
    ours: `${median(times).toFixed(2)} ms`,
    limit: '2 ms',
    ok: median(times) <= 2,
  };
}

/**
 * How long the host stands still while somebody asks wrongly 10,000 times a second and a right client every 50 ms; beside
 * Node's bare server under the same, because on a busy machine every process stands still now and then.
 */
async function underFlood(): Promise<BenchRow> {
  const ours = await pauseUnderFlood(false);
  const bare = await pauseUnderFlood(true);
  const limit = Math.max(PAUSE_LIMIT_MS, 2 * bare.pauseMs);
  return {
    what:
      `longest pause of the host under wrong requests (${ours.perSecond.toFixed(0)} a second, a bare server ` +
      `${bare.pauseMs.toFixed(0)} ms at ${bare.perSecond.toFixed(0)}); right fetches p50 ${median(ours.took).toFixed(1)} ms`,
    ours: `${ours.pauseMs.toFixed(1)} ms`,
    limit: `${limit.toFixed(0)} ms`,
    ok: ours.pauseMs <= limit,
  };
}

async function pauseUnderFlood(
  bare: boolean,
): Promise<{ pauseMs: number; perSecond: number; took: readonly number[] }> {
  const temporary = temporaryFolder();
  const host = await startAttackedHost(temporary.path, { bare });
  try {
    await host.measure();
    const texts = wrongRequests(host);
    const attacking = attack({ kind: 'requests', texts, port: host.tcp.port, ...FLOOD });
    const took = bare ? [] : await rightClient(host, { everyMs: 50, until: attacking });
    const { connections, seconds } = await attacking;
    return { pauseMs: (await host.measure()).longestPauseMs, perSecond: connections / seconds, took };
  } finally {
    await host.kill();
    temporary.remove();
  }
}

async function timed(command: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  const start = performance.now();
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [status] = (await once(child, 'exit')) as [number | null];
  if (status !== 0) {
    throw new Error(`${command} ended with ${status}`);
  }
  return performance.now() - start;
}

function get(address: Address): Promise<void> {
  const where =
    address.kind === 'socket' ? { socketPath: address.path, host: 'localhost' } : { port: address.port };
  return new Promise((resolve, reject) => {
    const sent = request({ ...where, path: '/container/live-a', agent: false }, (response) => {
      response.resume().on('end', resolve);
    });
    sent.on('error', reject);
    sent.end();
  });
}
