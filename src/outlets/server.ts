import { randomBytes } from 'node:crypto';
import { chmod, readFile, unlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { ToolSupply } from '../session/agentAccess.ts';
import type { KeysSupply } from '../session/keySupply.ts';
import type { Several } from '../session/named.ts';
import type { StoredSession } from '../session/types.ts';
import { within } from '../session/within.ts';
import { writePrivately } from './folder.ts';
import { errorCode } from './liveness.ts';
import type { Address } from './registration.ts';
import { errorReply, supplyReply } from './reply.ts';
import type { Reply, Schema, SupplySentences } from './reply.ts';
import { judgeRequest } from './request.ts';
import type { Door } from './request.ts';
import { ownerSuffix } from './tokenFile.ts';
import { WaitingRoom } from './waitingRoom.ts';

/** Where to listen. */
export type Transport =
  /** A Unix socket; the folder it lies in keeps everybody else out. */
  | { readonly kind: 'socket'; readonly path: string }
  | {
      readonly kind: 'tcp';
      /** Tried first, so that open terminals keep their address over a reload; another one when it is taken. */
      readonly port?: number;
      /**
       * Says by the port which file is written (0600) with the token for AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE. It is
       * removed at the end.
       */
      tokenFile?(port: number): string;
    };

/** What a fetch asks of the sessions. */
export interface SupplyRequest {
  /** How long the answer may wait for a person, milliseconds. */
  readonly holdMs: number;
  readonly signal: AbortSignal;
  /** It comes from an agent's terminal. */
  readonly agent: boolean;
}

/** What a server needs. */
export interface ServerOptions {
  readonly transport: Transport;
  supply(id: string, request: SupplyRequest): Promise<ToolSupply | Several | KeysSupply>;
  readonly sentences: SupplySentences;
  /** Every record of this window, for its peers. */
  records(): readonly StoredSession[];
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** For faults of ours; nothing secret is in a line. */
  log(line: string): void;
  /** Other waiting times, for tests. */
  readonly patience?: Partial<Readonly<Record<Schema, Patience>>>;
}

/** Milliseconds. */
export interface Patience {
  /** How long the sessions may wait for a person. */
  readonly holdMs: number;
  /** When the asker is told to come again, whatever is still going on. */
  readonly answerMs: number;
}

/** A running server. */
export interface CredentialServer {
  readonly address: Address;
  /** Ends it: nothing listens when the promise resolves, fetches under way are aborted, the token file is gone. */
  dispose(): Promise<void>;
}

/**
 * Go's SDK gives the process 60 s and our helper gives up after 55; for the endpoint the JavaScript SDK gives up after
 * 1 s and botocore after 2.
 */
const PATIENCE: Readonly<Record<Schema, Patience>> = {
  process: { holdMs: 50_000, answerMs: 54_000 },
  container: { holdMs: 800, answerMs: 900 },
};

/**
 * More than any build on one machine runs at a time, few enough to leave the extension host its file descriptors. None of
 * our heads is longer than a few lines: one that trickles in is cut off.
 */
const ROOM = { most: 256, headMs: 3000 } as const;

/** `http.Server` looks for slow connections at an interval that never ends; `WaitingRoom` does it only while there are. */
const NEVER_MS = 2 ** 31 - 1;

/**
 * Serves credentials of live sessions to the AWS tools of this person and, over the same socket, records to the other
 * windows. Rejects with Node's error when it cannot listen.
 */
export async function startServer(options: ServerOptions): Promise<CredentialServer> {
  const { transport } = options;
  const fetches = new Set<AbortController>();
  // Lets nobody in before it is known where the server listens.
  let door: Door = { hosts: [], tokens: undefined };
  const server = createServer({
    connectionsCheckingInterval: NEVER_MS,
    maxHeaderSize: 8192,
  });
  // What is pipelined behind a request never reaches the sessions.
  server.maxRequestsPerSocket = 1;
  const room = new WaitingRoom(ROOM);
  server.on('connection', (socket) => room.enter(socket));
  server.on('request', (request, response) => {
    room.hasAsked(request.socket);
    handle(request, response, door, options, fetches).catch((error: unknown) => {
      options.log(`server: ${String(error)}`);
      send(
        response,
        errorReply(500, 'InternalFailure', 'STS Sessions failed inside; its log says more.'),
        false,
      );
    });
  });
  const address = await listen(server, transport);
  server.on('error', (error) => options.log(`server: ${String(error)}`));
  door = doorOf(address);
  try {
    await guardFiles(transport, address);
  } catch (error) {
    server.close();
    throw error;
  }
  return {
    address,
    async dispose() {
      fetches.forEach((fetch) => fetch.abort());
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      room.dispose();
      if (transport.kind === 'tcp' && transport.tokenFile !== undefined && address.kind === 'tcp') {
        await removeToken(transport.tokenFile(address.port), address.token);
      }
    },
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  door: Door,
  options: ServerOptions,
  fetches: Set<AbortController>,
): Promise<void> {
  response.on('error', () => undefined);
  const verdict = judgeRequest(
    { method: request.method, url: request.url, rawHeaders: request.rawHeaders },
    door,
  );
  switch (verdict.kind) {
    case 'refused':
      send(response, verdict.reply, false);
      return;
    case 'sessions':
      send(response, { status: 200, body: { sessions: options.records() }, message: undefined }, false);
      return;
    case 'supply': {
      const { schema, id, agent, plain } = verdict;
      const patience = options.patience?.[schema] ?? PATIENCE[schema];
      const isHelper = schema === 'process';
      // One signal a fetch and none made of it: hundreds a second leave as little behind as they can.
      const fetch = new AbortController();
      const { signal } = fetch;
      fetches.add(fetch);
      if (isHelper) {
        // Ctrl-C in the terminal ends what only this helper waited for. An SDK at the endpoint gives up within a second or
        // two and asks again: what it started goes on, and the next try finds it done.
        response.on('close', () => fetches.has(fetch) && fetch.abort());
      }
      const supplied = options
        .supply(id, { holdMs: patience.holdMs, signal, agent })
        .finally(() => fetches.delete(fetch));
      const supply = await within(patience.answerMs, supplied);
      if (supply === undefined && isHelper) {
        fetch.abort();
      }
      const reply =
        supply === undefined
          ? errorReply(409, 'Busy', options.sentences.busy())
          : supplyReply(schema, supply, options.sentences, options.now());
      send(response, reply, plain);
    }
  }
}

/** Answers once and closes: a second request on the same connection is never read. */
function send(response: ServerResponse, reply: Reply, plain: boolean): void {
  if (response.headersSent || response.destroyed) {
    return;
  }
  const text = plain && reply.message !== undefined ? reply.message : JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    'Content-Type': plain && reply.message !== undefined ? 'text/plain; charset=utf-8' : 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  });
  response.end(text);
}

function doorOf(address: Address): Door {
  return address.kind === 'socket'
    ? { hosts: ['localhost'], tokens: undefined }
    : { hosts: [`127.0.0.1:${address.port}`, `localhost:${address.port}`], tokens: address };
}

/** Keeps what the server leaves in the file system to its owner. */
async function guardFiles(transport: Transport, address: Address): Promise<void> {
  if (transport.kind === 'socket') {
    await chmod(transport.path, 0o600);
  } else if (transport.tokenFile !== undefined && address.kind === 'tcp') {
    await writePrivately(transport.tokenFile(address.port), address.token);
  }
}

/** Where it listens now; on TCP with tokens of 256 random bits, new at every start. */
async function listen(server: Server, transport: Transport): Promise<Address> {
  if (transport.kind === 'socket') {
    await listening(server, { path: transport.path });
    return { kind: 'socket', path: transport.path };
  }
  try {
    await listening(server, { host: '127.0.0.1', port: transport.port ?? 0 });
  } catch (error) {
    const code = errorCode(error);
    if (transport.port === undefined || (code !== 'EADDRINUSE' && code !== 'EACCES')) {
      throw error;
    }
    await listening(server, { host: '127.0.0.1', port: 0 });
  }
  const bound = server.address();
  if (bound === null || typeof bound === 'string') {
    throw new Error('a TCP server has a port');
  }
  const owner = transport.tokenFile === undefined ? '' : ownerSuffix();
  return { kind: 'tcp', port: bound.port, token: `${newToken()}${owner}`, peerToken: newToken() };
}

function newToken(): string {
  return randomBytes(32).toString('hex');
}

function listening(server: Server, where: { path: string } | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** After a reload the next server may have written its own token already: that one stays. */
async function removeToken(path: string, token: string): Promise<void> {
  try {
    if ((await readFile(path, 'latin1')) === token) {
      await unlink(path);
    }
  } catch {
    // Gone already.
  }
}
