import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from '../../src/aws/faults.ts';
import { isFault } from '../../src/aws/faults.ts';
import type { Issuer } from '../../src/aws/planModel.ts';
import { Secret } from '../../src/aws/secret.ts';
import type { DeviceCode, Pending } from '../../src/aws/sources/identityCenterApi.ts';
import type { IssuerToken } from '../../src/aws/sources/issuerApi.ts';
import { createIssuers } from '../../src/clients/oidc.ts';
import { untilConfirmed } from '../../src/signIn/deviceCode.ts';
import { authorizeAtIssuer } from '../../src/signIn/issuer.ts';
import { openLoopback } from '../../src/signIn/loopback.ts';
import type { SignInScreen } from '../../src/signIn/screen.ts';
import { faultSentence } from '../../src/ui/text/faults.ts';
import { json, startHostileIssuer, type HostileIssuer } from '../support/hostileIssuer.ts';
import { assertGoodSentence } from '../support/sentence.ts';

const never = new AbortController().signal;

/** What a person does, and what a browser brings back. */
interface Person {
  /** The query that comes back to the listener; undefined: a good one. */
  comesBackWith?: (page: URL, redirect: URL) => string;
  /** What comes to the listener before that. */
  beforeBack?: (redirect: URL) => Promise<void>;
  open?: () => boolean;
  confirm?: (code: DeviceCode) => boolean;
  /** True: the clock goes on while they are waited for. */
  passTime?: boolean;
}

describe('signing in at an issuer', () => {
  let idp: HostileIssuer;
  let redirect: string | undefined;
  let statuses: number[];
  let waits: number[];
  beforeEach(async () => {
    idp = await startHostileIssuer();
    redirect = undefined;
    statuses = [];
    waits = [];
  });
  afterEach(() => idp.close());

  const issuerAt = (over: Partial<Issuer> = {}): Issuer => ({
    name: 'corp',
    by: 'signIn',
    url: idp.url,
    clientId: 'sts',
    scopes: ['email', 'offline_access'],
    sessionNameClaim: undefined,
    ...over,
  });

  function screenOf(person: Person): SignInScreen {
    const goBack = async (page: URL): Promise<void> => {
      const back = new URL(page.searchParams.get('redirect_uri') ?? '');
      redirect = back.href;
      await person.beforeBack?.(back);
      idp.nonce = page.searchParams.get('nonce') ?? undefined;
      back.search =
        person.comesBackWith?.(page, back) ??
        new URLSearchParams({
          code: 'EXAMPLECODE',
          state: page.searchParams.get('state') ?? '',
          iss: idp.url,
        }).toString();
      statuses.push((await fetch(back)).status);
    };
    return {
      openBrowser: (url) => {
        if (person.open?.() === false) {
          return Promise.resolve(false);
        }
        void goBack(new URL(url));
        return Promise.resolve(true);
      },
      confirmCode: (_name, code) => Promise.resolve(person.confirm?.(code) ?? true),
      waiting: (_name, _code, signal, work) => work(signal),
      pageTexts: () => ({
        title: 'Signed in',
        done: 'You can close this page',
        failed: 'It did not work',
        other: 'This one is over',
      }),
    };
  }

  async function signIn(
    person: Person = {},
    issuer: Partial<Issuer> = {},
    way: 'browser' | 'deviceCode' = 'browser',
  ): Promise<IssuerToken | Fault> {
    const api = createIssuers({ now: Date.now, timeoutMs: 3000 });
    const start = Date.now();
    const parts = {
      api,
      screen: screenOf(person),
      way: () => way,
      now: () => start + (person.passTime === true ? waits.reduce((sum, ms) => sum + ms, 0) : 0),
      wait: (ms: number) => Promise.resolve(void waits.push(ms)),
    };
    return authorizeAtIssuer(parts, issuerAt(issuer), never);
  }

  /** It gave nothing, in a good sentence with a next step, and nothing listens any more. */
  async function gaveNothing(result: IssuerToken | Fault, expected: object): Promise<void> {
    assert.ok('kind' in result && isFault(result), 'nothing came of it');
    assert.deepEqual(pick(result, expected), expected);
    const { text, actions } = faultSentence(result, { session: 'prod' });
    assertGoodSentence(text);
    assert.ok(actions.length > 0);
    if (redirect !== undefined) {
      await assert.rejects(fetch(redirect), 'the listener is closed');
    }
  }

  it('takes a code with state, nonce and issuer checked, for a refresh token as well', async () => {
    let page: URL | undefined;
    const token = await signIn({
      comesBackWith: (opened) => {
        page = opened;
        return `?code=EXAMPLECODE&state=${opened.searchParams.get('state') ?? ''}&iss=${encodeURIComponent(idp.url)}`;
      },
    });
    assert.ok('idToken' in token, JSON.stringify(token));
    assert.equal(token.refreshToken?.reveal(), 'EXAMPLEREFRESH');
    assert.equal(page?.searchParams.get('code_challenge_method'), 'S256');
    assert.equal(page.searchParams.get('scope'), 'openid email offline_access');
    assert.equal(page.searchParams.get('prompt'), 'consent');
    assert.match(page.searchParams.get('redirect_uri') ?? '', /^http:\/\/127\.0\.0\.1:\d+\/oauth\/callback$/);
    assert.match(page.searchParams.get('state') ?? '', /^[\w-]{43}$/);
    assert.doesNotMatch(page.href, /\+/, 'VS Code would make a plus of it');
    assert.equal(statuses[0], 200);
  });

  it('comes back to the port that the issuer knows, where it wants to know one', async () => {
    const { port } = new URL(idp.url);
    await gaveNothing(await signIn({}, { redirectPort: Number(port) }), {
      kind: 'signInFailed',
      why: 'portTaken',
    });
    assert.deepEqual(idp.asked, [], 'nothing is asked before there is a way back');
  });

  describe('refuses what comes back with', () => {
    const good = (page: URL): URLSearchParams =>
      new URLSearchParams({ code: 'C', state: page.searchParams.get('state') ?? '', iss: idp.url });
    const failing = (page: URL, error: string): URLSearchParams => {
      const query = good(page);
      query.delete('code');
      query.set('error', error);
      return query;
    };
    const table: readonly (readonly [string, (page: URL) => URLSearchParams, object])[] = [
      [
        'the no of the person',
        (page) => failing(page, 'access_denied'),
        { kind: 'signInFailed', why: 'denied' },
      ],
      [
        'a client that may not do this',
        (page) => failing(page, 'unauthorized_client'),
        { kind: 'issuerRefused', error: 'unauthorized_client' },
      ],
      [
        'a scope that it does not know',
        (page) => failing(page, 'invalid_scope'),
        { kind: 'issuerRefused', error: 'invalid_scope' },
      ],
      [
        'text in the place of an error',
        (page) => failing(page, '<b>Call +1 555 0100</b>'),
        { kind: 'issuerRefused', error: 'error' },
      ],
      [
        'the name of another issuer (RFC 9207)',
        (page) => {
          const query = good(page);
          query.set('iss', 'https://idp.other');
          return query;
        },
        { kind: 'issuerToken', what: 'issuer' },
      ],
      [
        'no issuer although that was announced',
        (page) => {
          const query = good(page);
          query.delete('iss');
          return query;
        },
        { kind: 'issuerToken', what: 'issuer' },
      ],
    ];
    for (const [title, query, fault] of table) {
      it(title, async () => {
        await gaveNothing(await signIn({ comesBackWith: (page) => `?${query(page).toString()}` }), fault);
        assert.ok(!idp.asked.includes('/token'), 'the code was not given to anybody');
      });
    }
  });

  it('refuses what comes back with another state or none, takes nothing of it, and goes on waiting', async () => {
    const tried: string[] = [];
    const token = await signIn({
      beforeBack: async (back) => {
        for (const query of [
          'code=EXAMPLEWRONG&state=x',
          'code=EXAMPLEWRONG',
          'error=access_denied&state=x',
        ]) {
          const answer = await fetch(`${back.href}?${query}`);
          const said = /This one is over|It did not work/.exec(await answer.text());
          tried.push(`${String(answer.status)} ${said?.[0] ?? ''}`);
        }
        tried.push(...idp.asked.filter((path) => path === '/token'));
      },
    });
    // Only what bears a state is known to be of another sign-in.
    assert.deepEqual(tried, ['400 This one is over', '400 It did not work', '400 This one is over']);
    assert.ok('idToken' in token, JSON.stringify(token));
    assert.equal(idp.asked.filter((path) => path === '/token').length, 1);
  });

  it('gives a second callback nothing: 410 while the code is being redeemed, then nobody is there', async () => {
    const token = await signIn();
    assert.ok('idToken' in token);
    assert.equal(idp.asked.filter((path) => path === '/token').length, 1);
    await assert.rejects(fetch(redirect ?? ''), 'the listener is closed');
    const listener = await openLoopback('s', { title: '', done: '', failed: '', other: '' });
    const back = `${listener.redirectUri}?state=s&code=EXAMPLECODE`;
    assert.equal((await fetch(back)).status, 200);
    assert.equal((await fetch(back)).status, 410);
    await listener.close();
  });

  describe('refuses an ID token', () => {
    const now = Math.floor(Date.now() / 1000);
    const table: readonly (readonly [string, Partial<HostileIssuer>, string])[] = [
      ['for another audience', { claims: { aud: 'somebody' } }, 'audience'],
      ['for another client as well', { claims: { aud: ['sts', 'somebody'], azp: 'somebody' } }, 'audience'],
      ['of another issuer', { claims: { iss: 'https://idp.other' } }, 'issuer'],
      ['with another nonce', { claims: { nonce: 'replayed' } }, 'nonce'],
      ['without a nonce', { claims: { nonce: undefined } }, 'malformed'],
      ['that has expired', { claims: { exp: now - 3600 } }, 'time'],
      ['without a subject', { claims: { sub: undefined } }, 'malformed'],
      ['without an end', { claims: { exp: undefined } }, 'malformed'],
      ['that nobody signed', { header: { alg: 'none' }, signs: 'none' }, 'algorithm'],
      ['signed with a password', { header: { alg: 'HS256' } }, 'algorithm'],
      ['signed by another key', { signs: 'other' }, 'signature'],
      ['signed by a key that is not published', { header: { kid: '2' } }, 'signature'],
    ];
    for (const [title, change, what] of table) {
      it(title, async () => {
        Object.assign(idp, change);
        await gaveNothing(await signIn(), { kind: 'issuerToken', issuer: 'corp', what });
      });
    }

    it('that is not there', async () => {
      idp.answers.set('/token', (_request, response) =>
        json(response, { access_token: 'EXAMPLEACCESS', token_type: 'Bearer' }),
      );
      await gaveNothing(await signIn(), { kind: 'issuerToken', what: 'missing' });
    });
  });

  describe('is told by', () => {
    const discovery = '/.well-known/openid-configuration';
    const raw =
      (status: number, headers: Readonly<Record<string, string>>, body = '') =>
      (_request: IncomingMessage, response: ServerResponse): void => {
        response.writeHead(status, headers).end(body);
      };
    const busy = { kind: 'issuerRefused', error: 'temporarily_unavailable' };
    const table: readonly (readonly [string, string, ReturnType<typeof raw>, object])[] = [
      [
        'nothing at the address',
        discovery,
        raw(404, {}),
        { kind: 'issuerAnswer', what: 'status', detail: 'HTTP 404' },
      ],
      [
        'nobody behind a gateway at the address',
        discovery,
        raw(503, {}),
        { kind: 'issuerAnswer', what: 'status', detail: 'HTTP 503' },
      ],
      ['a page', discovery, raw(200, { 'Content-Type': 'text/html' }, '<html>'), { what: 'notJson' }],
      [
        'half an answer',
        discovery,
        raw(200, { 'Content-Type': 'application/json' }, '{"issuer":'),
        { what: 'notJson' },
      ],
      [
        'another issuer',
        discovery,
        (_request, response) => json(response, { issuer: 'https://idp.other' }),
        { what: 'otherIssuer', detail: 'https://idp.other/' },
      ],
      [
        'a redirect that goes round',
        discovery,
        raw(302, { Location: discovery }),
        { kind: 'issuerAnswer', what: 'redirect' },
      ],
      [
        'an endless answer',
        discovery,
        (_request, response) => {
          response.writeHead(200, { 'Content-Type': 'application/json' });
          const more = (): void => {
            while (!response.destroyed && response.write(' '.repeat(65_536)));
          };
          response.on('drain', more);
          more();
        },
        { kind: 'issuerAnswer', what: 'tooLarge' },
      ],
      ['no keys', '/jwks', raw(404, {}), { kind: 'issuerAnswer', what: 'noKeys' }],
      [
        'a wrong client',
        '/token',
        (_request, response) => json(response, { error: 'invalid_client' }, 401),
        { kind: 'issuerRefused', error: 'invalid_client' },
      ],
      [
        'a wrong client, with a challenge',
        '/token',
        raw(401, { 'WWW-Authenticate': 'Basic realm="idp"' }, '{"error":"invalid_client"}'),
        { kind: 'issuerRefused', error: 'invalid_client' },
      ],
      [
        'a gateway on the way that wants a sign-in of its own',
        '/token',
        raw(401, { 'WWW-Authenticate': 'Negotiate' }, '{"error":"Unauthorized"}'),
        { kind: 'issuerAnswer', what: 'challenge', detail: 'HTTP 401' },
      ],
      ['a gateway without the server', '/token', raw(503, { 'WWW-Authenticate': 'Basic realm="vpn"' }), busy],
      ['a server that is broken just now', '/token', raw(503, { 'Content-Type': 'text/html' }), busy],
      [
        'a server that has too much to do',
        '/token',
        (_request, response) => json(response, { error: 'too_many_requests' }, 429),
        busy,
      ],
      [
        'an error with a text of its own',
        '/token',
        (_request, response) => json(response, { error: 'Bad <b>words</b> of a stranger' }, 400),
        { kind: 'issuerRefused', error: 'error' },
      ],
    ];
    for (const [title, path, answer, fault] of table) {
      it(title, async () => {
        idp.answers.set(path, answer);
        await gaveNothing(await signIn(), fault);
      });
    }

    it('an authorization page that others can read, or that is none', async () => {
      for (const page of ['http://idp.other/auth', 'file:///etc/passwd', 'vscode://evil/run']) {
        idp.answers.set(discovery, (_request, response) =>
          json(response, {
            issuer: idp.url,
            authorization_endpoint: page,
            token_endpoint: `${idp.url}/token`,
          }),
        );
        await gaveNothing(await signIn(), { kind: 'issuerAnswer', what: 'insecure' });
      }
    });

    it('a token endpoint in clear text elsewhere, which is never asked', async () => {
      idp.answers.set(discovery, (_request, response) =>
        json(response, {
          issuer: idp.url,
          authorization_endpoint: `${idp.url}/auth`,
          token_endpoint: 'http://idp.other/token',
        }),
      );
      await gaveNothing(await signIn(), { kind: 'issuerAnswer', what: 'insecure' });
    });

    it('silence', async () => {
      idp.answers.set(discovery, () => undefined);
      await gaveNothing(await signIn(), { kind: 'issuerUnreachable', reason: 'timedOut', code: '3' });
    });

    it('nobody at the port', async () => {
      const { url } = idp;
      await idp.close();
      idp = await startHostileIssuer();
      await gaveNothing(await signIn({}, { url }), { kind: 'issuerUnreachable', reason: 'refused' });
    });

    it('no browser', async () => {
      await gaveNothing(await signIn({ open: () => false }), { kind: 'signInFailed', why: 'noBrowser' });
    });
  });

  describe('with a code', () => {
    const code = (over: object = {}): object => ({
      device_code: 'EXAMPLEDEVICE',
      user_code: 'ABCD-EFGH',
      verification_uri: `${idp.url}/device`,
      expires_in: 600,
      ...over,
    });
    const byCode = (person: Person = {}): Promise<IssuerToken | Fault> => signIn(person, {}, 'deviceCode');

    it('asks until it is confirmed, more slowly when told so', async () => {
      idp.answers.set('/device', (_request, response) => json(response, code({ interval: 2 })));
      const words = ['authorization_pending', 'slow_down'];
      idp.answers.set('/token', (_request, response) => {
        const error = words.shift();
        if (words.length === 0) {
          idp.answers.delete('/token');
        }
        json(response, { error }, 400);
      });
      const token = await byCode();
      assert.ok('idToken' in token, JSON.stringify(token));
      assert.deepEqual(waits, [2000, 2000, 7000]);
    });

    it('asks on when a question gets lost: asleep, another network, a busy issuer', async () => {
      idp.answers.set('/device', (_request, response) => json(response, code({ interval: 2 })));
      const losses: ((response: ServerResponse) => void)[] = [
        (response) => response.destroy(),
        (response) => void response.writeHead(503).end(),
        (response) => json(response, { error: 'slow_down' }, 429),
      ];
      idp.answers.set('/token', (_request, response) => {
        losses.shift()?.(response);
        if (losses.length === 0) {
          idp.answers.delete('/token');
        }
      });
      const token = await byCode();
      assert.ok('idToken' in token, JSON.stringify(token));
      assert.deepEqual(waits, [2000, 7000, 12_000, 17_000], 'less often each time');
    });

    it('says what was in the way when the code is over and the issuer was not reached', async () => {
      idp.answers.set('/device', (_request, response) => json(response, code()));
      idp.answers.set('/token', (_request, response) => response.destroy());
      await gaveNothing(await byCode({ passTime: true }), { kind: 'issuerUnreachable', reason: 'reset' });
      assert.ok(waits.length > 5);
    });

    const host = 'oidc.example';
    const network = (reason: 'tls' | 'proxy', error: string): Fault => ({
      kind: 'network',
      host,
      reason,
      code: error,
    });
    /** What comes of these answers, and a no after them. */
    function ending(...answers: readonly (Fault | Pending)[]): Promise<object> {
      let asked = 0;
      const wait = { screen: screenOf({}), name: 'corp', now: Date.now, wait: () => Promise.resolve() };
      const device = {
        deviceCode: new Secret('EXAMPLEDEVICE'),
        userCode: 'ABCD-EFGH',
        verificationUri: 'https://oidc.example/device',
        verificationUriComplete: 'https://oidc.example/device',
        expiresAt: Date.now() + 600_000,
        intervalMs: 1000,
      };
      const ask = (): Promise<Fault | Pending> => Promise.resolve(answers[asked++] ?? { kind: 'cancelled' });
      return untilConfirmed(wait, device, ask, never);
    }

    it('waits for nothing that does not change by waiting', async () => {
      for (const fault of [network('tls', 'CERT_HAS_EXPIRED'), network('proxy', 'HTTP_407')]) {
        assert.deepEqual(await ending(fault), fault);
      }
    });

    it('waits out whoever answers in the place of AWS, once AWS has answered', async () => {
      const page: Fault = { kind: 'notAws', host, status: 200, what: 'html' };
      assert.deepEqual(await ending(page), page);
      for (const fault of [page, network('tls', 'SELF_SIGNED_CERT_IN_CHAIN')]) {
        assert.deepEqual(await ending({ pending: 'wait' }, fault, fault), { kind: 'cancelled' });
      }
    });

    it('waits out a network with a sign-in page of its own, once the issuer has answered', async () => {
      idp.answers.set('/device', (_request, response) => json(response, code({ interval: 2 })));
      const answers: ((response: ServerResponse) => void)[] = [
        (response) => json(response, { error: 'authorization_pending' }, 400),
        (response) => void response.writeHead(302, { Location: 'https://portal.example/' }).end(),
        (response) => void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>'),
        (response) => void response.writeHead(511, { 'Content-Type': 'text/html' }).end('<html>'),
        (response) => void response.writeHead(403, { 'Content-Type': 'text/html' }).end('<html>'),
        (response) => void response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="portal"' }).end(),
      ];
      const lost = answers.length - 1;
      idp.answers.set('/token', (_request, response) => {
        answers.shift()?.(response);
        if (answers.length === 0) {
          idp.answers.delete('/token');
        }
      });
      const token = await byCode();
      assert.ok('idToken' in token, JSON.stringify(token));
      assert.equal(waits.length, lost + 2);
    });

    it('waits for no issuer that would have it wait for ever', async () => {
      idp.answers.set('/device', (_request, response) =>
        json(response, code({ interval: 1e9, expires_in: 1e9 })),
      );
      idp.answers.set('/token', (_request, response) =>
        json(response, { error: 'authorization_pending' }, 400),
      );
      const result = await byCode({ passTime: true });
      await gaveNothing(result, { kind: 'signInFailed', why: 'tooLate' });
      assert.equal(waits.length, 60);
      assert.ok(waits.every((ms) => ms === 60_000));
    });

    it('is told where the issuer has no codes', async () => {
      idp.answers.set('/.well-known/openid-configuration', (_request, response) =>
        json(response, { issuer: idp.url, token_endpoint: `${idp.url}/token` }),
      );
      await gaveNothing(await byCode(), { kind: 'issuerAnswer', what: 'noDeviceCode' });
    });

    it('opens no page but a web page', async () => {
      idp.answers.set('/device', (_request, response) =>
        json(response, code({ verification_uri: 'file:///bin/sh' })),
      );
      await gaveNothing(await byCode(), { kind: 'issuerAnswer', what: 'insecure' });
    });

    it('shows no code but one that a person can type', async () => {
      for (const bad of ['[ABCD](command:x)', 'ABCD EFGH', 'A'.repeat(41)]) {
        idp.answers.set('/device', (_request, response) => json(response, code({ user_code: bad })));
        await gaveNothing(await byCode(), { kind: 'issuerAnswer', what: 'incomplete' });
      }
    });

    it('opens the page with the code in it only where it is that of the page that is shown', async () => {
      const opened = async (complete: string): Promise<string | undefined> => {
        let page: string | undefined;
        idp.answers.set('/device', (_request, response) =>
          json(response, code({ verification_uri_complete: complete })),
        );
        const confirm = (shown: DeviceCode): boolean => {
          assert.equal(shown.verificationUri, `${idp.url}/device`);
          page = shown.verificationUriComplete;
          return false;
        };
        assert.deepEqual(await byCode({ confirm }), { kind: 'cancelled' });
        return page;
      };
      const good = `${idp.url}/device?user_code=ABCD-EFGH`;
      assert.equal(await opened(good), good);
      for (const bad of ['https://elsewhere.example/device', 'file:///bin/sh', 'vscode://a.b/c']) {
        assert.equal(await opened(bad), `${idp.url}/device`, bad);
      }
    });

    it('ends in silence when the person says no, and by a sentence when the issuer does', async () => {
      idp.answers.set('/device', (_request, response) => json(response, code()));
      assert.deepEqual(await byCode({ confirm: () => false }), { kind: 'cancelled' });
      for (const [error, why] of [
        ['access_denied', 'denied'],
        ['expired_token', 'tooLate'],
      ]) {
        idp.answers.set('/token', (_request, response) => json(response, { error }, 400));
        await gaveNothing(await byCode(), { kind: 'signInFailed', why });
      }
    });
  });

  it('refreshes for the same person only, and keeps a refresh token that is not rotated', async () => {
    const api = createIssuers({ now: Date.now });
    const grant = { kind: 'refresh', refreshToken: new Secret('EXAMPLEOLD'), subject: 'alice' } as const;
    idp.answers.set('/token', (_request, response) =>
      json(response, { access_token: 'a', token_type: 'Bearer', error: undefined }),
    );
    assert.deepEqual(await api.redeem(issuerAt(), grant, never), { kind: 'signInNeeded', signIn: 'corp' });
    idp.answers.clear();
    const token = await api.redeem(issuerAt(), grant, never);
    assert.ok('idToken' in token && token.refreshToken?.reveal() === 'EXAMPLEREFRESH');
    idp.claims = { sub: 'mallory' };
    assert.deepEqual(await api.redeem(issuerAt(), grant, never), {
      kind: 'issuerToken',
      issuer: 'corp',
      what: 'subject',
    });
  });

  it('takes what AWS takes: not a token signed with PS256', async () => {
    idp.header = { alg: 'PS256' };
    const result = await signIn();
    assert.ok('kind' in result && result.kind === 'issuerToken');
  });
});

function pick(value: object, like: object): object {
  const names = Object.keys(like);
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)));
}
