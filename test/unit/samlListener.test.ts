import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createListenerWay, listenerAddress } from '../../src/signIn/samlListener.ts';
import type { ListenerWayParts } from '../../src/signIn/samlListener.ts';
import type { WayResult } from '../../src/signIn/samlWays.ts';
import { FakeHost } from '../support/fakePeers.ts';
import { describeIf } from '../support/skip.ts';

const never = new AbortController().signal;
const form = 'application/x-www-form-urlencoded';
const assertion = 'RVhBTVBMRS1yZXNwb25zZQ==';
const posted = `SAMLResponse=${encodeURIComponent(assertion)}&RelayState=x`;
const loginUrl = 'https://idp.example.com/start?app=aws';
const texts = { title: 'AWS Sessions', done: 'Go <back>', failed: 'No sign-in' };

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** A port that nobody has, on `::1` neither. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const isTaken = await accepts(port, '::1');
  server.close();
  await once(server, 'close');
  return isTaken ? freePort() : port;
}

function ask(
  port: number,
  body: string | undefined,
  options: { host?: string; path?: string; method?: string; headers?: OutgoingHttpHeaders } = {},
): Promise<Answer> {
  const { host = '127.0.0.1', path = '/saml', method = 'POST', headers = {} } = options;
  return new Promise((resolve, reject) => {
    const sent = request({
      host,
      port,
      path,
      method,
      agent: false,
      headers: { 'Content-Type': form, ...headers },
    });
    sent.on('error', reject).on('response', (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (part: string) => (text += part))
        .on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.end(body);
  });
}

function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'));
}

function accepts(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 500 });
    const end = (open: boolean) => (): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}

function reveal(result: WayResult): string {
  return result.kind === 'response' ? result.response.reveal() : result.kind;
}

describe('a SAML response that is posted to this machine', () => {
  let port = 0;
  beforeEach(async () => {
    port = await freePort();
  });

  /** Signs in; `person` is what happens once the page was opened. */
  async function signIn(
    person: (url: string) => Promise<unknown>,
    more: Partial<ListenerWayParts> & { signal?: AbortSignal } = {},
  ): Promise<WayResult> {
    let doing: Promise<unknown> = Promise.resolve();
    const way = createListenerWay({
      port: () => port,
      isReachable: () => Promise.resolve(true),
      openBrowser: (url) => {
        doing = person(url);
        return Promise.resolve(true);
      },
      pageTexts: () => texts,
      exclusive: (_key, _signal, work) => work(),
      ...more,
    });
    const result = await way({ loginUrl, profile: 'saml' }, more.signal ?? never);
    await doing;
    return result;
  }

  it('is taken from the form, and the person told on a page that loads and runs nothing', async () => {
    let answer: Answer | undefined;
    let opened = '';
    const result = await signIn(async (url) => {
      opened = url;
      answer = await ask(port, posted, { headers: { Origin: 'https://idp.example.com' } });
    });
    assert.equal(reveal(result), assertion);
    assert.equal(opened, loginUrl);
    assert.equal(answer?.status, 200);
    assert.match(answer.text, /Go &#60;back&#62;/);
    assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.doesNotMatch(answer.text, /RVhBTVBMRS/);
  });

  it('is taken from a page without an origin, in several parts, and under localhost', async () => {
    for (const headers of [
      { Origin: 'null', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' },
      { Host: `localhost:${String(port)}` },
    ]) {
      assert.equal(reveal(await signIn(() => ask(port, posted, { headers }))), assertion);
    }
    const boundary = 'EXAMPLE';
    const body = `--${boundary}\r\nContent-Disposition: form-data; name="SAMLResponse"\r\n\r\n${assertion}\r\n--${boundary}--\r\n`;
    const headers = { 'Content-Type': `multipart/form-data; boundary=${boundary}` };
    assert.equal(reveal(await signIn(() => ask(port, body, { headers }))), assertion);
  });

  it('is refused when it is no sign-in’s, and the wait goes on', async () => {
    const seen: [string, number][] = [];
    const result = await signIn(async () => {
      const tries: [string, string | undefined, Parameters<typeof ask>[2]][] = [
        ['another name', posted, { headers: { Host: `evil.example:${String(port)}` } }],
        ['another port', posted, { headers: { Host: '127.0.0.1:1' } }],
        ['another path', posted, { path: '/' }],
        ['a longer path', posted, { path: '/saml/acs' }],
        ['no path', posted, { path: '*' }],
        ['a GET', undefined, { method: 'GET', path: `/saml?${posted}` }],
        ['a preflight', undefined, { method: 'OPTIONS' }],
        ['a script', posted, { headers: { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'empty' } }],
        ['a frame', posted, { headers: { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' } }],
        ['JSON', '{"SAMLResponse":"x"}', { headers: { 'Content-Type': 'application/json' } }],
        ['plain text', posted, { headers: { 'Content-Type': 'text/plain' } }],
        ['nothing in it', '', {}],
        ['an empty response', 'SAMLResponse=%20', {}],
        ['another field', 'samlresponse=x', {}],
      ];
      for (const [name, body, options] of tries) {
        seen.push([name, (await ask(port, body, options)).status]);
      }
      await ask(port, posted);
    });
    assert.equal(reveal(result), assertion);
    assert.deepEqual(Object.fromEntries(seen), {
      'another name': 421,
      'another port': 421,
      'another path': 404,
      'a longer path': 404,
      'no path': 404,
      'a GET': 405,
      'a preflight': 405,
      'a script': 403,
      'a frame': 403,
      JSON: 415,
      'plain text': 415,
      'nothing in it': 400,
      'an empty response': 400,
      'another field': 400,
    });
  });

  it('is taken once: a second one is told that it is gone', async () => {
    let second: Answer | undefined;
    const result = await signIn(async () => {
      // The first answer is not read to its end, so the listener is still there for the second.
      const first = request({
        host: '127.0.0.1',
        port,
        path: '/saml',
        method: 'POST',
        headers: { 'Content-Type': form },
      });
      const other = request({
        host: '127.0.0.1',
        port,
        path: '/saml',
        method: 'POST',
        headers: { 'Content-Type': form },
      });
      const answered = once(other, 'response');
      first.on('error', () => undefined);
      // Both connections are open before the first form is complete.
      other.write('SAMLResponse=');
      first.write('SAMLResponse=');
      await Promise.all([once(first, 'socket'), once(other, 'socket')]);
      const firstAnswer = once(first, 'response');
      first.end('Rmlyc3Q%3D');
      const [taken] = (await firstAnswer) as [IncomingMessage];
      assert.equal(taken.statusCode, 200);
      other.end('U2Vjb25k');
      const [response] = (await answered.catch(() => [undefined])) as [IncomingMessage | undefined];
      second = response && { status: response.statusCode ?? 0, headers: {}, text: '' };
      response?.resume();
      taken.resume();
    });
    assert.equal(reveal(result), 'Rmlyc3Q=');
    assert.ok(second === undefined || second.status === 410, 'gone, or nobody there any more');
  });

  it('ends the wait when it is too large, with an answer that a browser can show', async () => {
    let answer: Answer | undefined;
    const result = await signIn(async () => {
      answer = await ask(port, `SAMLResponse=${'A'.repeat(3 * 1024 * 1024)}`);
    });
    assert.deepEqual([result.kind, answer?.status], ['tooLarge', 413]);
  });

  it('is not waited for when it dribbles in', async () => {
    let status = 0;
    const result = await signIn(
      async () => {
        const slow = request({
          host: '127.0.0.1',
          port,
          path: '/saml',
          method: 'POST',
          headers: { 'Content-Type': form },
        });
        const over = new Promise<IncomingMessage | Error>((resolve) => {
          slow.once('response', resolve).on('error', resolve);
        });
        slow.write('SAMLResponse=');
        const end = await over;
        status = end instanceof Error ? 0 : (end.statusCode ?? 0);
        slow.destroy();
        // A busy machine may be as slow with this one: then it is sent again.
        const send = (): Promise<unknown> =>
          ask(port, posted).then(
            (answer) => answer.status,
            (error: NodeJS.ErrnoException) => error.code,
          );
        for (let told: unknown = 408; told === 408 || told === 'ECONNRESET';) {
          told = await send();
        }
      },
      { requestMs: 100 },
    );
    assert.ok([0, 408].includes(status));
    assert.equal(reveal(result), assertion);
  });

  it('goes on waiting when somebody goes away in the middle', async () => {
    const result = await signIn(async () => {
      const broken = request({
        host: '127.0.0.1',
        port,
        path: '/saml',
        method: 'POST',
        headers: { 'Content-Type': form },
      });
      broken.on('error', () => undefined);
      broken.write('SAMLResponse=AAAA');
      await once(broken, 'socket').then(([socket]) => once(socket as NodeJS.EventEmitter, 'connect'));
      broken.destroy();
      await ask(port, posted);
    });
    assert.equal(reveal(result), assertion);
  });

  it('is waited for on this machine alone, and nothing listens afterwards', async () => {
    const outside = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ internal }) => !internal)
      .map(({ address, family, scopeid }) =>
        family === 'IPv6' && scopeid ? `${address}%${String(scopeid)}` : address,
      );
    await signIn(async () => {
      assert.equal(await accepts(port, '127.0.0.1'), true);
      for (const address of outside) {
        assert.equal(await accepts(port, address), false, address);
      }
      await ask(port, posted);
    });
    assert.equal(await accepts(port, '127.0.0.1'), false);
  });

  it('gives up when the person does, and after a while, and leaves nothing listening', async () => {
    const controller = new AbortController();
    const cancelled = await signIn(() => Promise.resolve(controller.abort()), { signal: controller.signal });
    assert.equal(cancelled.kind, 'cancelled');
    assert.equal(await accepts(port, '127.0.0.1'), false);
    const late = await signIn(() => Promise.resolve(), { patienceMs: 30 });
    assert.equal(late.kind, 'tooLate');
    assert.equal(await accepts(port, '127.0.0.1'), false);
    assert.equal((await signIn(() => Promise.resolve(), { signal: AbortSignal.abort() })).kind, 'cancelled');
  });

  it('says so when the port is taken, or the browser is elsewhere, or does not open', async () => {
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    const taken = await signIn(() => Promise.reject(new Error('opened all the same')));
    assert.deepEqual(taken, { kind: 'unavailable', why: 'portTaken' });
    other.close();
    await once(other, 'close');
    const unreachable = { kind: 'unavailable', why: 'notReachable' };
    const isReachable = (address: string): Promise<boolean> =>
      Promise.resolve(address !== listenerAddress(port));
    const opened = (): Promise<never> => Promise.reject(new Error('opened all the same'));
    assert.deepEqual(await signIn(opened, { isReachable }), unreachable);
    const unopened = { kind: 'unavailable', why: 'notOpened' };
    const nobody = () => Promise.resolve();
    assert.deepEqual(await signIn(nobody, { openBrowser: () => Promise.resolve(false) }), unopened);
    assert.deepEqual(await signIn(nobody, { openBrowser: () => Promise.reject(new Error('no')) }), unopened);
    assert.equal(await accepts(port, '127.0.0.1'), false);
  });

  describeIf(hasIpv6(), 'no IPv6', 'for `localhost`, where browsers ask ::1 first,', () => {
    it('is taken there as well, and nothing listens there afterwards', async () => {
      const headers = { Host: `localhost:${String(port)}` };
      const result = await signIn(() => ask(port, posted, { host: '::1', headers }));
      assert.equal(reveal(result), assertion);
      assert.equal(await accepts(port, '::1'), false);
    });

    it('is not waited for while somebody else has the port there', async () => {
      const other = createServer().listen(port, '::1');
      await once(other, 'listening');
      const taken = await signIn(() => Promise.reject(new Error('opened all the same')));
      assert.deepEqual(taken, { kind: 'unavailable', why: 'portTaken' });
      assert.equal(await accepts(port, '127.0.0.1'), false);
      other.close();
      await once(other, 'close');
    });
  });

  it('is waited for by one window after the other: they share the port', async () => {
    const host = new FakeHost();
    const [one, two] = [host.open(() => []), host.open(() => [])];
    const inTurn = (window: typeof one): Partial<ListenerWayParts> => ({
      exclusive: (key, signal, work) => window.exclusive(key, signal, work),
    });
    const order: string[] = [];
    const opened = (): Promise<never> => Promise.reject(new Error('opened all the same'));
    let others: Promise<readonly WayResult[]> = Promise.resolve([]);
    const first = await signIn(async () => {
      order.push('first');
      const leaving = new AbortController();
      const busy = signIn(opened, { ...inTurn(two), turnMs: 20 });
      const left = signIn(opened, { ...inTurn(one), signal: leaving.signal });
      const next = signIn(async () => {
        order.push('next');
        await ask(port, posted.replace('RVhB', 'TmV4'));
      }, inTurn(two));
      others = Promise.all([busy, left, next]);
      leaving.abort();
      await Promise.allSettled([busy, left]);
      order.push('answer');
      await ask(port, posted);
    }, inTurn(one));
    assert.equal(reveal(first), assertion);
    const [busy, left, next] = await others;
    assert.deepEqual(busy, { kind: 'unavailable', why: 'portBusy' }, 'nobody waits for ever');
    assert.deepEqual(left, { kind: 'cancelled' });
    assert.equal(next && reveal(next), assertion.replace('RVhB', 'TmV4'));
    assert.deepEqual(order, ['first', 'answer', 'next']);
  });

  it('is awaited where the provider’s administrator is told', () => {
    assert.equal(listenerAddress(17_000), 'http://127.0.0.1:17000/saml');
  });
});
