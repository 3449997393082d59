import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** What the fake does with one request. */
export type Play =
  /** An error as STS writes it. */
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string; readonly message: string }
  /** A good answer to whatever was asked. */
  | { readonly kind: 'grant' }
  | {
      readonly kind: 'raw';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** 200 and this many bytes, with their length announced or not. */
  | { readonly kind: 'flood'; readonly bytes: number; readonly announced: boolean }
  /** Closes the connection once the request is in. */
  | { readonly kind: 'reset' }
  /** Sends half of an answer, then closes. */
  | { readonly kind: 'half' }
  /** Never answers. */
  | { readonly kind: 'hang' };

/** A request that arrived. */
export interface SeenRequest {
  readonly headers: http.IncomingHttpHeaders;
  readonly body: URLSearchParams;
  /** Counted from 1: the same number is the same connection. */
  readonly connection: number;
}

/** A running fake. */
export interface FakeSts {
  readonly url: string;
  readonly host: string;
  readonly requests: readonly SeenRequest[];
  /** Resolves when a request is there that has not been waited for. */
  nextRequest(): Promise<SeenRequest>;
  close(): void;
}

/** How it is started. */
export interface FakeStsOptions {
  /** One a request; the last one stays. A function decides by the request. */
  readonly plays: readonly (Play | ((request: SeenRequest) => Play))[];
  /** Its clock, ms UTC. */
  readonly clock?: () => number;
  /** PEM texts make it speak TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** A server on 127.0.0.1 that plays answers and failures of STS and of what may stand in its place. */
export async function startFakeSts(options: FakeStsOptions): Promise<FakeSts> {
  const requests: SeenRequest[] = [];
  const arrived: ((request: SeenRequest) => void)[] = [];
  const unseen: SeenRequest[] = [];
  const connections = new Map<Socket, number>();
  const answer = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const seen: SeenRequest = {
        headers: request.headers,
        body: new URLSearchParams(body),
        connection: connections.get(request.socket) ?? 0,
      };
      requests.push(seen);
      const waiting = arrived.shift();
      if (waiting === undefined) {
        unseen.push(seen);
      } else {
        waiting(seen);
      }
      const play = options.plays[Math.min(requests.length, options.plays.length) - 1] ?? { kind: 'hang' };
      perform(typeof play === 'function' ? play(seen) : play, seen, response, options.clock ?? Date.now);
    });
  };
  const server =
    options.tls === undefined ? http.createServer(answer) : https.createServer(options.tls, answer);
  server.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    connections.set(socket, connections.size + 1);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${host}`,
    host,
    requests,
    nextRequest: () => {
      const seen = unseen.shift();
      return seen === undefined ? new Promise((resolve) => arrived.push(resolve)) : Promise.resolve(seen);
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A server that speaks something else than HTTP to whoever connects. */
export async function startGarbage(): Promise<{ host: string; url: string; close(): void }> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end('220 mail.example.test ESMTP\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, url: `http://${host}`, close: () => server.close() };
}

/** `host:port` of a port of 127.0.0.1 on which nobody listens. */
export async function closedPort(): Promise<string> {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `127.0.0.1:${port}`;
}

function perform(play: Play, request: SeenRequest, response: http.ServerResponse, clock: () => number): void {
  response.setHeader('date', new Date(clock()).toUTCString());
  switch (play.kind) {
    case 'grant':
      sendXml(response, 200, grantXml(request.body.get('Action') ?? '', clock()));
      return;
    case 'refuse':
      sendXml(
        response,
        play.status,
        `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${play.code}</Code>` +
          `<Message>${play.message}</Message></Error><RequestId>request-1</RequestId></ErrorResponse>`,
      );
      return;
    case 'raw':
      response.writeHead(play.status, { ...play.headers }).end(play.body);
      return;
    case 'flood':
      flood(play, response);
      return;
    case 'reset':
      response.socket?.destroy();
      return;
    case 'half':
      response.writeHead(200, { 'content-type': 'text/xml', 'content-length': '500' });
      response.write('<AssumeRoleResponse>', () => response.socket?.destroy());
      return;
    case 'hang':
  }
}

function sendXml(response: http.ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'text/xml', 'x-amzn-requestid': 'request-1' }).end(xml);
}

function flood(play: Extract<Play, { kind: 'flood' }>, response: http.ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/xml',
    ...(play.announced ? { 'content-length': String(play.bytes) } : {}),
  });
  const block = Buffer.alloc(64_000, 'a');
  let left = play.bytes;
  const pour = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= block.length;
      if (!response.write(block)) {
        response.once('drain', pour);
        return;
      }
    }
    response.end();
  };
  pour();
}

function grantXml(action: string, now: number): string {
  const inside =
    action === 'GetCallerIdentity'
      ? '<Arn>arn:aws:iam::111122223333:user/alice</Arn><UserId>AIDAEXAMPLE</UserId><Account>111122223333</Account>'
      : `${assumedUser(action)}<Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId>` +
        `<SecretAccessKey>EXAMPLEKEY</SecretAccessKey><SessionToken>EXAMPLETOKEN+/=</SessionToken>` +
        `<Expiration>${new Date(now + 3_600_000).toISOString()}</Expiration></Credentials>`;
  return (
    `<${action}Response xmlns="${namespace}"><${action}Result>${inside}</${action}Result>` +
    `<ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></${action}Response>`
  );
}

function assumedUser(action: string): string {
  return action === 'AssumeRole'
    ? '<AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:me</AssumedRoleId>' +
        '<Arn>arn:aws:sts::111122223333:assumed-role/admin/me</Arn></AssumedRoleUser>'
    : '';
}
