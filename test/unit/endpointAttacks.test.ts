import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import {
  attack,
  fetchCredentials,
  head,
  rightClient,
  startAttackedHost,
  wrongRequests,
} from '../support/attacks.ts';
import type { Attack, AttackResult, AttackedHost } from '../support/attacks.ts';
import { awsTools } from '../support/awsTools.ts';
import { temporaryFolder } from '../support/outletRig.ts';
import { describeIf } from '../support/skip.ts';

/** Long enough for thousands of connections, ms. */
const attackMs = 1500;
/** What the kernel takes for a reader that has not read yet is a few MB on each side; 100 MB would be all of it. */
const bufferedBytes = 32e6;
/** Room for what a process keeps of its first thousand connections; a byte kept of each would be far more. */
const flatBytes = 6 * 2 ** 20;

type Where = { readonly port: number; readonly host: string } | { readonly path: string };

/** Sends bytes as they are; resolves to what comes back until the server closes. */
function raw(where: Where, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(where);
    let text = '';
    socket.setTimeout(60_000, () => socket.destroy(new Error('the connection was left open')));
    socket.setEncoding('latin1').on('data', (part: string) => (text += part));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Who goes on sending to a closed line is reset: that is an answer too.
      if (error.code === undefined) {
        reject(error);
      }
    });
    socket.on('close', () => resolve(text));
    socket.write(bytes, 'latin1');
  });
}

describe('the endpoint, attacked', function () {
  // Far above what it takes: a busy machine is no failure.
  this.timeout(300_000);

  const temporary = temporaryFolder();
  let host: AttackedHost;
  let tcp: Where;
  let good: Parameters<typeof head>[0];
  /** One attack while a right client asks every 50 ms: the client is served each time, the attacker never. */
  const underAttack = async (
    what: Omit<Attack, 'port' | 'ms'> & Record<string, unknown>,
  ): Promise<AttackResult> => {
    const before = await host.measure();
    const attacking = attack({ ...what, port: host.tcp.port, ms: attackMs } as Attack);
    const took = await rightClient(host, { everyMs: 50, until: attacking });
    const result = await attacking;
    assert.ok(took.length > 1, 'the right client asked');
    assert.equal(result.granted, 0);
    const { supplied } = await host.measure();
    assert.equal(supplied - before.supplied, took.length, 'nobody else came as far as the sessions');
    return result;
  };

  before(async () => {
    host = await startAttackedHost(temporary.path);
    tcp = { port: host.tcp.port, host: '127.0.0.1' };
    good = {
      host: `127.0.0.1:${host.tcp.port}`,
      token: host.tcp.token,
      path: '/container/live-a',
      method: 'GET',
      more: '',
    };
  });
  after(async () => {
    await host.kill();
    temporary.remove();
  });

  describe('answers only right requests', () => {
    it('answers the request that all of these differ from in one thing', async () => {
      assert.match(await raw(tcp, head(good)), /^HTTP\/1\.1 200 [^]*ASIAEXAMPLELIVEA/);
    });

    it('refuses each wrong one, and none gets as far as the sessions', async () => {
      const { supplied } = await host.measure();
      for (const text of wrongRequests(host)) {
        const answer = await raw(tcp, text);
        assert.match(answer, /^HTTP\/1\.1 4\d\d /, text);
        assert.doesNotMatch(answer, /ASIA|Access-Control/, text);
      }
      assert.equal((await host.measure()).supplied, supplied);
    });

    it('refuses them on the socket too, which knows no tokens', async () => {
      const socket = { path: host.socket };
      const here = { ...good, host: 'localhost' };
      assert.match(await raw(socket, head(here)), /^HTTP\/1\.1 200 /);
      for (const change of [
        { host: 'rebind.example' },
        { host: good.host },
        { more: 'Origin: http://localhost\r\n' },
        { method: 'OPTIONS' },
        { path: '//container/live-a' },
        { path: '/container/%2e%2e/live-a' },
        { path: 'http://localhost/container/live-a' },
        { more: 'Content-Length: 1\r\n' },
      ]) {
        const answer = await raw(socket, head({ ...here, ...change }));
        assert.match(answer, /^HTTP\/1\.1 4\d\d /, JSON.stringify(change));
        assert.doesNotMatch(answer, /ASIA/);
      }
    });

    it('refuses a name that has come to mean this machine, even with the token', async () => {
      const answer = await new Promise<{ status: number | undefined; sent: string }>((resolve, reject) => {
        const sent = request({
          host: 'rebind.example',
          port: host.tcp.port,
          path: good.path,
          headers: { Authorization: good.token },
          lookup: (_name, options, found) =>
            options.all === true
              ? found(null, [{ address: '127.0.0.1', family: 4 }])
              : found(null, '127.0.0.1', 4),
        });
        sent.on('error', reject);
        sent.on('response', (response) => {
          response.resume();
          resolve({ status: response.statusCode, sent: String(sent.getHeader('host')) });
        });
        sent.end();
      });
      assert.deepEqual(answer, { status: 403, sent: `rebind.example:${host.tcp.port}` });
    });

    it('tells no page in a preflight that it may come', async () => {
      for (const more of [
        'Origin: https://evil.example\r\nAccess-Control-Request-Method: GET\r\n',
        'Origin: https://evil.example\r\nAccess-Control-Request-Headers: authorization\r\nAccess-Control-Request-Private-Network: true\r\n',
      ]) {
        const answer = await raw(tcp, head({ ...good, method: 'OPTIONS', more }));
        assert.match(answer, /^HTTP\/1\.1 403 /);
        assert.doesNotMatch(answer, /access-control/i);
      }
    });

    it('says no to what is no request at all, and goes on', async () => {
      const line = `Host: ${good.host}\r\nAuthorization: ${good.token}\r\n`;
      const noise: readonly (string | Buffer)[] = [
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        Buffer.from('16030100c8010000c40303', 'hex'),
        randomBytes(4096),
        '\0'.repeat(4096),
        `GET /container/live-a\0 HTTP/1.1\r\n${line}\r\n`,
        `GET /container/live-a HTTP/1.1\r\n${line}X: a\0b\r\n\r\n`,
        `GET /container/live-a HTTP/1.1\r\nHost : ${good.host}\r\nAuthorization: ${good.token}\r\n\r\n`,
        `GET /container/live-a HTTP/1.1\r\n${line}Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n`,
        `GET /container/live-a HTTP/1.1\r\n${line}Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello`,
        `GET /container/live-a HTTP/9.9\r\n${line}\r\n`,
        `CONNECT ${good.host} HTTP/1.1\r\n${line}\r\n`,
        `GET /container/live-a\u00e9 HTTP/1.1\r\n${line}\r\n`,
        `GET * HTTP/1.1\r\n${line}\r\n`,
        `GET /container/live-a HTTP/1.1\r\n${line}X: ${'x'.repeat(100_000)}\r\n\r\n`,
      ];
      for (const bytes of noise) {
        const answer = await raw(tcp, bytes);
        assert.doesNotMatch(answer, /HTTP\/1\.1 [123]|ASIA/, String(bytes).slice(0, 80));
      }
      assert.equal((await fetchCredentials(host)).status, 200);
    });

    it('answers one of ten thousand requests that come in one go, and asks the sessions once', async () => {
      const { supplied } = await host.measure();
      const answer = await raw(tcp, head(good).repeat(10_000));
      assert.ok(answer.split('HTTP/1.1 ').length <= 2, 'no second answer');
      assert.ok((await host.measure()).supplied - supplied <= 1);
      assert.equal((await fetchCredentials(host)).status, 200);
    });
  });

  describe('serves a right client while somebody', () => {
    it('asks wrongly as fast as it can, up to 10,000 times a second', async () => {
      const result = await underAttack({
        kind: 'requests',
        texts: wrongRequests(host),
        perSecond: 10_000,
      });
      assert.equal(result.answers, result.connections, 'each is told no');
    });

    it('holds a thousand connections open and says nothing', async () => {
      const result = await underAttack({ kind: 'silence', count: 1000, drip: false });
      assert.ok(result.connections >= 1000);
    });

    it('holds a thousand connections open and sends a head a byte at a time', async () => {
      const result = await underAttack({ kind: 'silence', count: 1000, drip: true });
      assert.ok(result.connections >= 1000);
    });

    for (const [title, chunked, more] of [
      ['of a length that is said', false, 'Content-Length: 100000000\r\n'],
      ['in chunks', true, 'Transfer-Encoding: chunked\r\n'],
    ] as const) {
      it(`sends bodies of 100 MB ${title}, of which hardly anything is taken`, async () => {
        const text = head({ ...good, method: chunked ? 'GET' : 'POST', more });
        const result = await underAttack({ kind: 'bodies', head: text, chunked, bytes: 100e6 });
        assert.ok(result.bytes < bufferedBytes, `${result.bytes} bytes went in`);
      });
    }

    it('does all that again, and no memory is kept of it', async () => {
      const texts = wrongRequests(host);
      const before = await host.measure();
      await underAttack({ kind: 'requests', texts, perSecond: 10_000 });
      await underAttack({ kind: 'silence', count: 1000, drip: true });
      const after = await host.measure();
      assert.ok(after.heapBytes - before.heapBytes < flatBytes, `${before.heapBytes} → ${after.heapBytes}`);
    });
  });
});

const javaScript = awsTools.find(({ title }) => title === 'the JavaScript SDK');

describe('whoever takes the port of a window that is gone', function () {
  this.timeout(300_000);

  const temporary = temporaryFolder();
  const hosts: AttackedHost[] = [];
  const start = async (port?: number): Promise<AttackedHost> => {
    const host = await startAttackedHost(temporary.path, port === undefined ? {} : { port });
    hosts.push(host);
    return host;
  };
  let thief: Server | undefined;
  /** Listens where a window did; returns the tokens that tools bring, as they come. */
  const takePort = async (port: number): Promise<readonly string[]> => {
    const tokens: string[] = [];
    const server = createServer((asked, response) => {
      tokens.push(asked.headers.authorization ?? '');
      response.writeHead(500, { Connection: 'close' }).end();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    thief = server;
    return tokens;
  };
  const leavePort = async (): Promise<void> => {
    const server = thief;
    thief = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  };

  afterEach(async () => {
    await leavePort();
    await Promise.all(hosts.splice(0).map((host) => host.kill()));
  });
  after(() => temporary.remove());

  it('gives no right token twice: at the same port the old one is refused and the file’s is new', async () => {
    const first = await start();
    assert.equal((await fetchCredentials(first)).status, 200);
    await first.kill();
    const second = await start(first.tcp.port);
    assert.equal(second.tcp.port, first.tcp.port);
    const { status, text } = await fetchCredentials(second, { Authorization: first.tcp.token });
    assert.equal(status, 403);
    assert.doesNotMatch(text, /ASIA/);
    const inFile = readFileSync(second.tcp.tokenFile, 'utf8');
    assert.equal((await fetchCredentials(second, { Authorization: inFile })).status, 200);
  });

  describeIf(javaScript?.ok === true, 'not installed', 'and a tool that goes on asking there', () => {
    it('hears a token that opens nothing, and the tool is served again when the window is back', async () => {
      const first = await start();
      const env = {
        PATH: process.env['PATH'] ?? '',
        HOME: temporary.path,
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${first.tcp.port}/container/live-a`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: first.tcp.tokenFile,
      };
      const find = async (): Promise<string> => (await javaScript?.find(env, ''))?.stdout ?? '';
      assert.match(await find(), /^ASIAEXAMPLELIVEA /);

      // A crash: the token file of before is still there, and the tool sends what it says.
      await first.kill();
      assert.ok(existsSync(first.tcp.tokenFile));
      const heard = await takePort(first.tcp.port);
      assert.equal(await find(), '');
      assert.ok(heard.includes(first.tcp.token), 'the tool sent what the file said');

      // The window is back while the port is taken: what the thief has heard opens nothing at its new address.
      const elsewhere = await start(first.tcp.port);
      assert.notEqual(elsewhere.tcp.port, first.tcp.port);
      for (const token of heard) {
        assert.equal((await fetchCredentials(elsewhere, { Authorization: token })).status, 403);
      }
      await elsewhere.kill();
      await leavePort();

      // And at its old address: the same environment works on, because the file is read at each fetch.
      const second = await start(first.tcp.port);
      assert.equal(second.tcp.port, first.tcp.port);
      assert.equal((await fetchCredentials(second, { Authorization: first.tcp.token })).status, 403);
      assert.match(await find(), /^ASIAEXAMPLELIVEA /);
    });
  });
});
