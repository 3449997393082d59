// Stands for an extension host: the credential server over TCP and over a Unix socket, in a process of its own whose
// heap and event loop can be watched. Arguments: a folder for the socket and the token file, and the port to try first.
// `bare` as the third one: Node's own server that answers everything, as the measure of what the machine can do.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { serve, supplyLive } from './outletRig.ts';
import type { HostQuestion, HostStarted, HostState } from './attacks.ts';

/** What the histogram adds to every pause, ms. */
const resolution = 1;

const [folder = '', port = '0', kind = 'ours'] = process.argv.slice(2);
const pauses = monitorEventLoopDelay({ resolution });
let supplied = 0;

async function start(): Promise<HostStarted> {
  if (kind === 'bare') {
    const server = createServer((_, response) => response.writeHead(200, { Connection: 'close' }).end('{}'));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    return {
      tcp: { port: typeof bound === 'object' ? (bound?.port ?? 0) : 0, token: '', tokenFile: '' },
      socket: '',
    };
  }
  const supply = (id: string): ReturnType<typeof supplyLive> => {
    supplied += 1;
    return supplyLive(id);
  };
  const tokenFile = join(folder, 'token');
  // What a crash leaves behind must not be in the way of the next.
  const socket = join(folder, `socket-${process.pid}`);
  const wished = Number(port);
  const tcp = await serve(
    { kind: 'tcp', tokenFile: () => tokenFile, ...(wished > 0 && { port: wished }) },
    { supply },
  );
  await serve({ kind: 'socket', path: socket }, { supply });
  if (tcp.address.kind !== 'tcp') {
    throw new Error('asked for TCP');
  }
  return { tcp: { port: tcp.address.port, token: tcp.address.token, tokenFile }, socket };
}

function measure(): HostState {
  globalThis.gc?.();
  globalThis.gc?.();
  const state = {
    heapBytes: process.memoryUsage().heapUsed,
    longestPauseMs: Math.max(0, pauses.max / 1e6 - resolution),
    cpuMs: (process.cpuUsage().user + process.cpuUsage().system) / 1000,
    supplied,
  };
  // The collection above is ours, not the host's.
  setImmediate(() => pauses.reset());
  return state;
}

const started = await start();
pauses.enable();
process.on('message', (question: HostQuestion) => {
  if (question === 'measure') {
    process.send?.(measure());
  }
});
process.on('disconnect', () => process.exit());
process.send?.(started);
