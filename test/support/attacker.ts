// A program of somebody else on the machine: attacks one port as its parent says, and tells what came of it.
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack, AttackResult } from './attacks.ts';

/** Flows at once: fewer than a server's backlog, so that this program waits for the server and not for its own SYNs. */
const lanes = 64;
/** Of a body, bytes. */
const chunk = Buffer.alloc(65_536, 'x');

const result: { -readonly [K in keyof AttackResult]: AttackResult[K] } = {
  connections: 0,
  answers: 0,
  granted: 0,
  bytes: 0,
  seconds: 0,
};

/** Not `once`: a connection that is reset is what is wanted here. */
function event(socket: Socket, name: 'close' | 'drain'): Promise<void> {
  return new Promise((resolve) => void socket.once(name, () => resolve()));
}

function open(port: number): Socket {
  result.connections += 1;
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  let text = '';
  socket.setEncoding('latin1').on('data', (part: string) => (text += part));
  socket.on('close', () => {
    result.answers += text === '' ? 0 : 1;
    result.granted += text.includes('EXAMPLE') || text.startsWith('HTTP/1.1 200') ? 1 : 0;
  });
  return socket;
}

/** One connection after the other in each lane, no more than `perSecond` in all. */
async function requests(attack: Extract<Attack, { kind: 'requests' }>, until: number): Promise<void> {
  const begun = performance.now();
  let sent = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < until) {
      const ahead = (sent / attack.perSecond) * 1000 - (performance.now() - begun);
      if (ahead > 0) {
        await sleep(Math.ceil(ahead));
        continue;
      }
      const text = attack.texts[sent % attack.texts.length] ?? '';
      sent += 1;
      const socket = open(attack.port);
      socket.write(text, 'latin1');
      await event(socket, 'close');
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Keeps so many connections open that never say what they want; what is closed is opened again. */
async function silence(attack: Extract<Attack, { kind: 'silence' }>, until: number): Promise<void> {
  const sockets = new Set<Socket>();
  // However slow the machine is, as many as were asked for.
  while (performance.now() < until || result.connections < attack.count) {
    // In small steps, as far as the backlog goes.
    for (let more = 0; sockets.size < attack.count && more < 50; more += 1) {
      const socket = open(attack.port);
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
    for (const socket of attack.drip ? sockets : []) {
      socket.write(socket.bytesWritten === 0 ? 'GET /container/live-a HTTP/1.1\r\nX-Slow: ' : 'x');
    }
    await sleep(20);
  }
  sockets.forEach((socket) => socket.destroy());
}

/** Sends a head and then a body for as long as anybody takes it. */
async function bodies(attack: Extract<Attack, { kind: 'bodies' }>, until: number): Promise<void> {
  const lane = async (): Promise<void> => {
    do {
      const socket = open(attack.port);
      const closed = event(socket, 'close');
      socket.write(attack.head, 'latin1');
      for (let sent = 0; sent < attack.bytes && !socket.destroyed; sent += chunk.length) {
        const framed = attack.chunked ? [`${chunk.length.toString(16)}\r\n`, chunk, '\r\n'] : [chunk];
        const flows = framed.map((part) => socket.write(part)).every(Boolean);
        if (!flows) {
          await Promise.race([event(socket, 'drain'), closed]);
        }
      }
      socket.destroy();
      await closed;
      result.bytes = Math.max(result.bytes, socket.bytesWritten);
    } while (performance.now() < until);
  };
  await Promise.all(Array.from({ length: 4 }, lane));
}

async function perform(what: Attack): Promise<void> {
  const begun = performance.now();
  const until = begun + what.ms;
  switch (what.kind) {
    case 'requests':
      await requests(what, until);
      break;
    case 'silence':
      await silence(what, until);
      break;
    case 'bodies':
      await bodies(what, until);
      break;
  }
  result.seconds = (performance.now() - begun) / 1000;
  process.send?.(result, () => process.disconnect());
}

process.once('message', (what: Attack) => void perform(what));
process.on('disconnect', () => process.exit());
