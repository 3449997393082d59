import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Address } from '../../src/outlets/registration.ts';
import type { CredentialServer } from '../../src/outlets/server.ts';
import type { Several } from '../../src/session/named.ts';
import { toRecord } from '../../src/session/record.ts';
import type { Supply } from '../../src/session/types.ts';
import { NOW, credentialsFor, sentences, serve, sessionFor, temporaryFolder } from '../support/outletRig.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

type TcpAddress = Extract<Address, { kind: 'tcp' }>;

const record = toRecord({
  id: 'live-a',
  name: 'live-a',
  request: { kind: 'profile', profile: 'live-a' },
  region: undefined,
  accountId: undefined,
  roleArn: undefined,
  needsPerson: false,
  mfaSerials: [],
  durationSeconds: undefined,
  startedAt: NOW,
  changedAt: NOW,
  credentials: credentialsFor('live-a'),
  endedValidUntil: undefined,
});

function get(
  address: Address,
  path: string,
  options: { headers?: Record<string, string>; method?: string; body?: string } = {},
): Promise<Answer> {
  const where =
    address.kind === 'socket'
      ? { socketPath: address.path, headers: { Host: 'localhost', ...options.headers } }
      : {
          host: '127.0.0.1',
          port: address.port,
          headers: { Authorization: address.token, ...options.headers },
        };
  return new Promise((resolve, reject) => {
    const sent = request({ ...where, path, method: options.method ?? 'GET', agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    sent.on('error', reject);
    sent.end(options.body);
  });
}

/** Sends bytes as they are and resolves to all that comes back until the server closes. */
async function raw(address: Address, bytes: string): Promise<string> {
  const socket = await open(address);
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}

async function open(address: Address): Promise<Socket> {
  const socket =
    address.kind === 'socket' ? connect(address.path) : connect({ host: '127.0.0.1', port: address.port });
  await once(socket, 'connect');
  return socket;
}

describe('the credential server', () => {
  const folder = temporaryFolder();
  const servers: CredentialServer[] = [];
  let names = 0;
  const onSocket = async (options: Parameters<typeof serve>[1] = {}): Promise<Address> => {
    names += 1;
    const server = await serve({ kind: 'socket', path: join(folder.path, `s${names}`) }, options);
    servers.push(server);
    return server.address;
  };
  const onTcp = async (
    options: Parameters<typeof serve>[1] = {},
    transport: { port?: number } = {},
  ): Promise<TcpAddress> => {
    const server = await serve({ kind: 'tcp', ...transport }, options);
    servers.push(server);
    assert.equal(server.address.kind, 'tcp');
    return server.address;
  };

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.dispose()));
  });
  after(() => folder.remove());

  describe('answers', () => {
    it('gives a process what credential_process has to print', async () => {
      const { status, json, headers } = await get(await onSocket(), '/process/live-a');
      assert.equal(status, 200);
      assert.deepEqual(json, {
        Version: 1,
        AccessKeyId: 'ASIAEXAMPLELIVEA',
        SecretAccessKey: 'EXAMPLEKEY/secret+live-a',
        SessionToken: 'EXAMPLETOKEN/live-a==',
        Expiration: '2026-11-23T13:00:00Z',
        AccountId: '111122223333',
      });
      assert.equal(headers['cache-control'], 'no-store');
    });

    it('gives an SDK the container schema, over either transport', async () => {
      const expected = {
        AccessKeyId: 'ASIAEXAMPLELIVEA',
        SecretAccessKey: 'EXAMPLEKEY/secret+live-a',
        Token: 'EXAMPLETOKEN/live-a==',
        Expiration: '2026-11-23T13:00:00Z',
        AccountId: '111122223333',
      };
      for (const address of [await onSocket(), await onTcp()]) {
        assert.deepEqual((await get(address, '/container/live-a')).json, expected);
      }
    });

    it('leaves an unknown end out of the process schema and gives the container schema a quarter of an hour', async () => {
      const credentials = { ...credentialsFor('live-a'), expiresAt: undefined, sessionToken: undefined };
      const address = await onSocket({
        supply: () => Promise.resolve({ kind: 'credentials', session: sessionFor('live-a'), credentials }),
      });
      const asProcess = (await get(address, '/process/live-a')).json;
      assert.equal('Expiration' in asProcess, false);
      assert.equal('SessionToken' in asProcess, false);
      const asContainer = (await get(address, '/container/live-a')).json;
      assert.equal(asContainer['Expiration'], '2026-11-23T12:15:00Z');
      assert.equal(asContainer['Token'], '');
    });

    const refusals: readonly (readonly [Supply | Several, number, string, string])[] = [
      [{ kind: 'unknown' }, 404, 'UnknownSession', sentences.unknown()],
      [{ kind: 'several', name: 'prod' }, 409, 'SeveralSessions', sentences.several('prod')],
      [{ kind: 'ended', name: 'a', validUntil: NOW }, 410, 'SessionEnded', sentences.ended('a', NOW)],
      [{ kind: 'needsPerson', name: 'a' }, 409, 'NeedsPerson', sentences.needsPerson('a')],
      [
        { kind: 'failed', name: 'a', fault: { kind: 'rootCannotAssume' } },
        424,
        'SessionFailed',
        'The session a failed: rootCannotAssume.',
      ],
    ];
    for (const [supply, status, code, message] of refusals) {
      it(`says ${supply.kind} as {Code, Message}, or as plain text to who asks for that`, async () => {
        const address = await onSocket({ supply: () => Promise.resolve(supply) });
        const asJson = await get(address, '/container/a');
        assert.deepEqual([asJson.status, asJson.json], [status, { Code: code, Message: message }]);
        const asText = await get(address, '/process/a', { headers: { Accept: 'text/plain' } });
        assert.deepEqual([asText.status, asText.text], [status, message]);
      });
    }

    it('tells the sessions who asks and how long a person may take', async () => {
      const seen: unknown[] = [];
      const address = await onSocket({
        supply: (_, { holdMs, agent }) => {
          seen.push([holdMs, agent]);
          return Promise.resolve({ kind: 'unknown' });
        },
      });
      await get(address, '/process/a', { headers: { 'X-STS-Sessions-Agent': '1' } });
      await get(address, '/container/a', { headers: { 'X-STS-Sessions-Agent': '0' } });
      assert.deepEqual(seen, [
        [50_000, true],
        [800, false],
      ]);
    });

    it('aborts what a process waited for when the process goes away', async () => {
      let aborted: Promise<unknown> | undefined;
      let asked: () => void = () => undefined;
      const isAsked = new Promise<void>((resolve) => (asked = resolve));
      const address = await onSocket({
        supply: (_, { signal }) => {
          aborted = once(signal, 'abort');
          asked();
          return aborted.then(() => ({ kind: 'unknown' }));
        },
      });
      const socket = await open(address);
      socket.write('GET /process/a HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await isAsked;
      socket.destroy();
      await aborted;
    });

    it('tells an SDK to come again, and goes on with the work it started', async () => {
      let finish: (supply: Supply) => void = () => undefined;
      let signal: AbortSignal | undefined;
      const address = await onSocket({
        patience: { container: { holdMs: 1, answerMs: 5 } },
        supply: (_, request) => {
          signal = request.signal;
          return new Promise((resolve) => (finish = resolve));
        },
      });
      const { status, json } = await get(address, '/container/live-a');
      assert.deepEqual([status, json['Code'], json['Message']], [409, 'Busy', sentences.busy()]);
      assert.equal(signal?.aborted, false);
      finish({ kind: 'unknown' });
    });

    it('answers 500 and says nothing of the cause when the sessions throw', async () => {
      const lines: string[] = [];
      const address = await onSocket({
        supply: () => Promise.reject(new Error('boom')),
        log: (line) => void lines.push(line),
      });
      const { status, text } = await get(address, '/process/live-a');
      assert.equal(status, 500);
      assert.equal(text.includes('boom'), false);
      assert.deepEqual(lines, ['server: Error: boom']);
      assert.equal((await get(address, '/process/live-a')).status, 500);
    });
  });

  describe('refuses', () => {
    it('every Host but its own, and two of them', async () => {
      const socket = await onSocket();
      const tcp = await onTcp();
      for (const host of ['evil.example', 'localhost:1', 'localhost.', '127.0.0.1', 'LOCALHOST']) {
        assert.equal((await get(socket, '/process/live-a', { headers: { Host: host } })).status, 403, host);
      }
      const wrong = [
        'evil.example',
        'localhost',
        '127.0.0.1',
        `127.0.0.1:${tcp.port + 1}`,
        `evil@127.0.0.1:${tcp.port}`,
      ];
      for (const host of wrong) {
        assert.equal((await get(tcp, '/process/live-a', { headers: { Host: host } })).status, 403, host);
      }
      for (const host of [`127.0.0.1:${tcp.port}`, `localhost:${tcp.port}`]) {
        assert.equal((await get(tcp, '/process/live-a', { headers: { Host: host } })).status, 200, host);
      }
      const twice = 'GET /process/live-a HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n';
      assert.match(await raw(socket, twice), /^HTTP\/1\.1 40[03] /);
      assert.match(await raw(socket, 'GET /process/live-a HTTP/1.1\r\nHost: \r\n\r\n'), /^HTTP\/1\.1 403 /);
      assert.match(await raw(socket, 'GET /process/live-a HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 403 /);
    });

    it('web pages', async () => {
      const socket = await onSocket();
      const fromPages: Record<string, string>[] = [
        { Origin: 'http://localhost' },
        { Origin: 'null' },
        { 'Sec-Fetch-Site': 'same-origin' },
      ];
      for (const headers of fromPages) {
        const { status, json } = await get(socket, '/process/live-a', { headers });
        assert.deepEqual([status, json['Code']], [403, 'NotForBrowsers']);
      }
    });

    it('a missing, wrong, cut, longer, prefixed or doubled token on TCP', async () => {
      const tcp = await onTcp();
      const { token, peerToken } = tcp;
      assert.match(token, /^[0-9a-f]{64}$/);
      assert.notEqual(token, peerToken);
      for (const wrong of [
        '',
        'x',
        token.slice(1),
        `${token}0`,
        `Bearer ${token}`,
        token.toUpperCase(),
        peerToken,
      ]) {
        const { status, text } = await get(tcp, '/process/live-a', { headers: { Authorization: wrong } });
        assert.equal(status, wrong === peerToken ? 404 : 403);
        assert.equal(text.includes('EXAMPLEKEY'), false);
      }
      const twice = await raw(
        tcp,
        `GET /process/live-a HTTP/1.1\r\nHost: 127.0.0.1:${tcp.port}\r\nAuthorization: ${token}\r\nAuthorization: x\r\n\r\n`,
      );
      assert.match(twice, /^HTTP\/1\.1 403 /);
      assert.match(
        await raw(tcp, `GET /process/live-a HTTP/1.1\r\nHost: 127.0.0.1:${tcp.port}\r\n\r\n`),
        /^HTTP\/1\.1 403 /,
      );
    });

    it('records of other windows to who has only the tools’ token', async () => {
      const tcp = await onTcp({ records: () => [record] });
      const withTools = await get(tcp, '/sessions');
      assert.equal(withTools.status, 404);
      const withPeers = await get(tcp, '/sessions', { headers: { Authorization: tcp.peerToken } });
      assert.deepEqual(withPeers.json, { sessions: [JSON.parse(JSON.stringify(record))] });
      const socket = await onSocket({ records: () => [record] });
      assert.equal((await get(socket, '/sessions')).status, 200);
    });

    it('every method but GET', async () => {
      const socket = await onSocket();
      for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE']) {
        const { status, text } = await get(socket, '/process/live-a', { method });
        assert.equal(status, 405, method);
        assert.equal(text.includes('EXAMPLEKEY'), false);
      }
      assert.equal(
        (await raw(socket, 'CONNECT x:1 HTTP/1.1\r\nHost: localhost\r\n\r\n')).includes('200'),
        false,
      );
    });

    it('a body', async () => {
      const socket = await onSocket();
      const headers = { 'Content-Length': '1' };
      assert.equal((await get(socket, '/process/live-a', { headers, body: 'x' })).status, 413);
      const chunked = 'GET /process/live-a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n';
      assert.match(await raw(socket, `${chunked}ffffff\r\n`), /^HTTP\/1\.1 413 /);
    });

    it('every path but those two, however it is written', async () => {
      const socket = await onSocket();
      const paths = [
        '/',
        '/process',
        '/process/',
        '/process/-a',
        '/process/.',
        '/process/..',
        '/process/live-a/',
        '/process/live-a?x=1',
        '/process/live-a%00',
        '/process/../process/live-a',
        '/process/%6cive-a',
        '//process/live-a',
        '/Process/live-a',
        'http://localhost/process/live-a',
        `/process/live${'a'.repeat(200)}`,
        '/sessions/',
        '/constructor/live-a',
      ];
      for (const path of paths) {
        assert.equal((await get(socket, path)).status, 404, path);
      }
    });
  });

  describe('stands', () => {
    it('pipelined requests: one is answered, then the line is closed', async () => {
      const socket = await onSocket();
      const one = 'GET /process/live-a HTTP/1.1\r\nHost: localhost\r\n\r\n';
      const text = await raw(socket, one.repeat(50));
      assert.equal(text.split('HTTP/1.1 200').length - 1, 1);
      assert.match(text, /Connection: close/);
    });

    it('a head that is too long or is no HTTP', async () => {
      const socket = await onSocket();
      const long = `GET /process/live-a HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`;
      assert.match(await raw(socket, long), /^HTTP\/1\.1 431 /);
      assert.match(await raw(socket, '\0\u0001\u0002nonsense\r\n\r\n'), /^HTTP\/1\.1 400 /);
      assert.equal((await get(socket, '/process/live-a')).status, 200);
    });

    it('a head that never ends: it is cut off', async () => {
      const socket = await onSocket();
      assert.match(await raw(socket, 'GET /process/live-a HTTP/1.1\r\nHost: loc'), /^HTTP\/1\.1 408 /);
    });

    it('a thousand connections that say nothing', async () => {
      const address = await onTcp();
      let over = 0;
      let enough: () => void = () => undefined;
      const dropped = new Promise<void>((resolve) => (enough = resolve));
      const idle = Array.from({ length: 1000 }, () => {
        const socket = connect({ host: '127.0.0.1', port: address.port });
        socket.on('error', () => undefined);
        socket.resume();
        socket.on('close', () => {
          over += 1;
          if (over === 1000 - 256) {
            enough();
          }
        });
        return { socket, closed: once(socket, 'close') };
      });
      await dropped;
      for (const { socket } of idle) {
        socket.destroy();
      }
      await Promise.all(idle.map(({ closed }) => closed));
      assert.equal((await get(address, '/process/live-a')).status, 200);
    });

    it('being ended while a fetch is held', async () => {
      let asked: () => void = () => undefined;
      const isAsked = new Promise<void>((resolve) => (asked = resolve));
      const server = await serve(
        { kind: 'socket', path: join(folder.path, 'held') },
        {
          supply: async (_, { signal }) => {
            asked();
            await once(signal, 'abort');
            return { kind: 'unknown' };
          },
        },
      );
      const held = get(server.address, '/process/a').catch((error: NodeJS.ErrnoException) => error.code);
      await isAsked;
      await server.dispose();
      assert.equal(await held, 'ECONNRESET');
      assert.equal(existsSync(join(folder.path, 'held')), false);
    });
  });

  describe('keeps its files to its owner', () => {
    it('a socket of mode 0600', async () => {
      const address = await onSocket();
      assert.equal(statSync(address.kind === 'socket' ? address.path : '').mode & 0o777, 0o600);
    });

    it('a token file of mode 0600 with the token and nothing else, new at every start, gone at the end', async () => {
      const tokenFile = join(folder.path, 'token');
      const first = await serve({ kind: 'tcp', tokenFile: () => tokenFile });
      const firstToken = readFileSync(tokenFile, 'utf8');
      assert.equal(first.address.kind === 'tcp' && first.address.token, firstToken);
      assert.equal(statSync(tokenFile).mode & 0o777, 0o600);
      const second = await serve({ kind: 'tcp', tokenFile: () => tokenFile });
      assert.notEqual(readFileSync(tokenFile, 'utf8'), firstToken);
      await first.dispose();
      assert.equal(existsSync(tokenFile), true, 'the token of a later server stays');
      await second.dispose();
      assert.equal(existsSync(tokenFile), false);
    });

    it('replaces a token file that somebody left readable', async () => {
      const tokenFile = join(folder.path, 'open-token');
      writeFileSync(tokenFile, 'old', { mode: 0o644 });
      const server = await serve({ kind: 'tcp', tokenFile: () => tokenFile });
      assert.equal(statSync(tokenFile).mode & 0o777, 0o600);
      await server.dispose();
    });

    it('the same port after a restart, another one when it is taken', async () => {
      const first = await serve({ kind: 'tcp' });
      const { port } = first.address as TcpAddress;
      await first.dispose();
      const again = await onTcp({}, { port });
      assert.equal(again.port, port);
      assert.notEqual((await onTcp({}, { port })).port, port);
    });
  });
});
