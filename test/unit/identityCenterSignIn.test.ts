import assert from 'node:assert/strict';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Fault } from '../../src/aws/faults.ts';
import { Secret } from '../../src/aws/secret.ts';
import type { SignInToken } from '../../src/aws/sources/identityCenterApi.ts';
import { createIdentityCenter } from '../../src/clients/identityCenter.ts';
import { challengeOf, makeVerifier } from '../../src/signIn/pkce.ts';
import { hasConformance, noConformance, readConformance } from '../support/conformance.ts';
import { useFolder } from '../support/folder.ts';
import { describeIf } from '../support/skip.ts';
import { allowInBrowser, dataWith, openSignInRig, signInAt, type SignInRig } from '../support/signInRig.ts';

const minute = 60_000;
const never = new AbortController().signal;

function good(result: SignInToken | Fault): SignInToken {
  assert.ok(!('kind' in result), JSON.stringify(result));
  return result;
}

function why(result: SignInToken | Fault): string {
  assert.ok('kind' in result, 'a fault is expected');
  return result.kind === 'signInFailed' ? result.why : result.kind;
}

describe('PKCE', () => {
  describeIf(hasConformance, noConformance, 'the vector of RFC 7636', () => {
    it('gives the challenge of Appendix B', () => {
      const { cases } = JSON.parse(readConformance('rfc/pkce.json')) as {
        cases: readonly { verifier: string; challengeS256: string }[];
      };
      assert.ok(cases.length > 0);
      for (const { verifier, challengeS256 } of cases) {
        assert.equal(challengeOf(verifier), challengeS256);
      }
    });
  });

  it('makes verifiers of 64 characters, another one each time', () => {
    const verifiers = Array.from({ length: 50 }, makeVerifier);
    assert.equal(new Set(verifiers).size, 50);
    for (const verifier of verifiers) {
      assert.match(verifier, /^[\w-]{64}$/);
    }
  });
});

describe('signing in at Identity Center', () => {
  const folder = useFolder();
  let rig: SignInRig;

  beforeEach(async () => {
    rig = await openSignInRig(folder());
  });
  afterEach(() => rig.close());

  const operations = (): string[] =>
    rig.sandbox.journal.map(({ operation, status, errorCode }) =>
      errorCode === undefined ? operation : `${operation} ${String(status)} ${errorCode}`,
    );

  describe('in a browser that comes back', () => {
    it('gives a token that can be refreshed', async () => {
      const signIn = signInAt(rig.sandbox);
      const token = good(await rig.authorize(signIn, 'browser'));
      assert.ok(token.refreshToken);
      assert.ok(rig.sandbox.identityCenter?.takes(token.accessToken.reveal()));
      assert.deepEqual(operations(), ['RegisterClient', 'AuthorizePage', 'CreateToken']);
    });

    it('asks for what the AWS CLI asks for, the redirect being the first address in it', async () => {
      good(await rig.authorize(signInAt(rig.sandbox), 'browser'));
      const { pathname, searchParams, search } = new URL(rig.shown[0] ?? '');
      assert.equal(pathname, '/authorize');
      assert.equal(searchParams.get('response_type'), 'code');
      assert.equal(searchParams.get('code_challenge_method'), 'S256');
      assert.equal(searchParams.get('scopes'), 'sso:account:access');
      assert.match(searchParams.get('redirect_uri') ?? '', /^http:\/\/127\.0\.0\.1:\d+\/oauth\/callback$/);
      assert.doesNotMatch(search, /\+/);
      const first = [...searchParams].find(([, value]) => /^https?:\/\//.test(value));
      assert.equal(first?.[0], 'redirect_uri');
    });

    it('listens on 127.0.0.1 alone, and on nothing once it is over', async () => {
      let port = 0;
      rig.person.open = async (url) => {
        port = portOf(url);
        for (const { address } of outside()) {
          assert.equal(await answers(port, address), false, address);
        }
        assert.equal(await answers(port, '127.0.0.1'), true);
        void fetch(await allowInBrowser(url));
        return true;
      };
      good(await rig.authorize(signInAt(rig.sandbox), 'browser'));
      assert.equal(await answers(port, '127.0.0.1'), false);
    });

    it('tells the person that the page can be closed, on a page that loads and runs nothing', async () => {
      let page: Response | undefined;
      rig.person.open = async (url) => {
        page = await fetch(await allowInBrowser(url));
        return true;
      };
      good(await rig.authorize(signInAt(rig.sandbox), 'browser'));
      assert.match((await page?.text()) ?? '', /You can close this page/);
      assert.match(page?.headers.get('content-security-policy') ?? '', /default-src 'none'/);
      assert.equal(page?.headers.get('cache-control'), 'no-store');
    });

    it('keeps nothing of an answer with another state, says so on its page, and waits for its own', async () => {
      let refused: Response | undefined;
      rig.person.open = async (url) => {
        const back = await allowInBrowser(url);
        const other = new URL(back);
        other.searchParams.set('state', 'somebody-else');
        refused = await fetch(other);
        assert.ok(!operations().includes('CreateToken'));
        void fetch(back);
        return true;
      };
      good(await rig.authorize(signInAt(rig.sandbox), 'browser'));
      assert.equal(refused?.status, 400);
      assert.match((await refused?.text()) ?? '', /This one is over/);
    });

    it('takes one answer, and leaves a second one and everything else without', async () => {
      const statuses: number[] = [];
      rig.person.open = async (url) => {
        const back = new URL(await allowInBrowser(url));
        const { port } = back;
        statuses.push((await fetch(`http://127.0.0.1:${port}/favicon.ico`)).status);
        statuses.push((await fetch(`http://localhost:${port}${back.pathname}${back.search}`)).status);
        statuses.push((await fetch(back, { method: 'POST' })).status);
        statuses.push((await fetch(`http://127.0.0.1:${port}//`)).status);
        // Whichever comes second may find the door closed.
        const ask = (): Promise<number> =>
          fetch(back).then(
            ({ status }) => status,
            () => 410,
          );
        statuses.push(...(await Promise.all([ask(), ask()])));
        return true;
      };
      good(await rig.authorize(signInAt(rig.sandbox), 'browser'));
      assert.deepEqual(statuses.slice(0, 4), [404, 421, 405, 400]);
      assert.deepEqual(
        statuses.slice(4).toSorted((a, b) => a - b),
        [200, 410],
      );
      assert.equal(operations().filter((name) => name === 'CreateToken').length, 1);
    });

    it('says that the person said no', async () => {
      rig.person.open = async (url) => {
        void fetch(await allowInBrowser(url, 'denied'));
        return true;
      };
      assert.equal(why(await rig.authorize(signInAt(rig.sandbox), 'browser')), 'denied');
    });

    it('is over at once when the person gives up, or has no browser', async () => {
      let port = 0;
      rig.person.open = async (url) => {
        port = portOf(url);
        return true;
      };
      rig.person.whileWaiting = (cancel) => cancel.abort();
      assert.equal(why(await rig.authorize(signInAt(rig.sandbox), 'browser')), 'cancelled');
      assert.equal(await answers(port, '127.0.0.1'), false);
      rig.person.open = () => Promise.resolve(false);
      assert.equal(why(await rig.authorize(signInAt(rig.sandbox), 'browser')), 'noBrowser');
    });
  });

  describe('with a code', () => {
    it('shows the code and asks until it is confirmed', async () => {
      const answers = [false, false, true];
      rig.person.confirm = () => Promise.resolve(true);
      rig.person.whileWaiting = () => {
        if (rig.waits.length === answers.length) {
          rig.sandbox.identityCenter?.decide(rig.shown[0] ?? '', 'allowed');
        }
      };
      good(await rig.authorize(signInAt(rig.sandbox), 'deviceCode'));
      assert.match(rig.shown[0] ?? '', /^[A-Z]{4}-[A-Z]{4}$/);
      assert.deepEqual(operations(), [
        'RegisterClient',
        'StartDeviceAuthorization',
        'CreateToken 400 AuthorizationPendingException',
        'CreateToken 400 AuthorizationPendingException',
        'CreateToken',
      ]);
      assert.deepEqual(rig.waits, [1000, 1000, 1000]);
    });

    it('asks five seconds later when AWS says to slow down', async () => {
      rig.sandbox.control.raw(
        {
          status: 400,
          headers: { 'x-amzn-ErrorType': 'SlowDownException', 'Content-Type': 'application/json' },
          body: '{"error":"slow_down"}',
        },
        { operation: 'CreateToken', times: 1 },
      );
      good(await rig.authorize(signInAt(rig.sandbox), 'deviceCode'));
      assert.deepEqual(rig.waits, [1000, 6000]);
    });

    it('ends with the code, and says so', async () => {
      rig.person.confirm = () => Promise.resolve(true);
      rig.person.whileWaiting = () => rig.moveClock(minute);
      assert.equal(why(await rig.authorize(signInAt(rig.sandbox), 'deviceCode')), 'tooLate');
      assert.ok(rig.waits.length <= 10);
    });

    it('says that the person said no, and nothing when they left', async () => {
      rig.person.confirm = async ({ userCode }) => {
        rig.sandbox.identityCenter?.decide(userCode, 'denied');
        return true;
      };
      assert.equal(why(await rig.authorize(signInAt(rig.sandbox), 'deviceCode')), 'denied');
      rig.person.confirm = () => Promise.resolve(false);
      assert.equal(why(await rig.authorize(signInAt(rig.sandbox), 'deviceCode')), 'cancelled');
      rig.person.confirm = () => Promise.resolve(true);
      rig.person.whileWaiting = (cancel) => cancel.abort();
      const before = operations().length;
      assert.equal(why(await rig.authorize(signInAt(rig.sandbox), 'deviceCode')), 'cancelled');
      assert.deepEqual(operations().slice(before), ['RegisterClient', 'StartDeviceAuthorization']);
    });

    it('names a start URL that is not Identity Center’s', async () => {
      const stranger = signInAt(rig.sandbox, { startUrl: 'https://other.example/start' });
      assert.equal(why(await rig.authorize(stranger, 'deviceCode')), 'unknownStartUrl');
      assert.equal(why(await rig.authorize(stranger, 'browser')), 'unknownStartUrl');
    });
  });

  describe('keeps the token where the AWS CLI keeps it', () => {
    it('in a file that only its owner reads, with the CLI’s name, fields and times', async () => {
      const signIn = signInAt(rig.sandbox);
      const token = good(await rig.window().token(signIn, { interactive: true }, never));
      // The SHA-1 of “acme”.
      assert.deepEqual(await readdir(rig.folder), ['293abb6b76d7791c0732cc517d38c4b5c734b87f.json']);
      const path = rig.cache.path(signIn);
      assert.equal((await stat(path)).mode & 0o777, 0o600);
      const written = JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;
      assert.deepEqual(Object.keys(written).sort(), [
        'accessToken',
        'clientId',
        'clientSecret',
        'expiresAt',
        'refreshToken',
        'region',
        'registrationExpiresAt',
        'startUrl',
      ]);
      assert.match(written['expiresAt'] ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.equal(written['accessToken'], token.accessToken.reveal());
    });

    it('uses what `aws sso login` left there, without asking', async () => {
      const signIn = signInAt(rig.sandbox);
      const window = rig.window();
      const token = good(await window.token(signIn, { interactive: true }, never));
      await window.signOut(signIn, never);
      const expiresAt = new Date(Date.now() + 60 * minute).toISOString();
      // As botocore writes it, with the fields of the AWS CLI's first versions.
      const text = JSON.stringify({
        startUrl: signIn.startUrl,
        region: signIn.region,
        accessToken: 'EXAMPLEACCESSOFTHECLI',
        expiresAt: expiresAt.replace(/\.\d+Z$/, 'UTC'),
      });
      await writeFile(rig.cache.path(signIn), text);
      rig.shown.length = 0;
      const found = good(await window.token(signIn, { interactive: true }, never));
      assert.equal(found.accessToken.reveal(), 'EXAMPLEACCESSOFTHECLI');
      assert.notEqual(found.accessToken.reveal(), token.accessToken.reveal());
      assert.deepEqual(rig.shown, []);
    });

    for (const [what, text] of Object.entries({
      'no JSON': 'not json',
      'a list': '[]',
      'no token': '{"expiresAt":"2030-01-01T00:00:00Z"}',
      'no time': '{"accessToken":"EXAMPLE"}',
      'a token that would break a header':
        '{"accessToken":"EXA\\r\\nMPLE","expiresAt":"2099-01-01T00:00:00Z"}',
      nothing: '',
    })) {
      it(`takes a file with ${what} for no sign-in`, async () => {
        const signIn = signInAt(rig.sandbox);
        good(await rig.window().token(signIn, { interactive: true }, never));
        await writeFile(rig.cache.path(signIn), text);
        const silent = await rig.window().token(signIn, { interactive: false }, never);
        assert.equal(why(silent), 'signInNeeded');
      });
    }
  });

  describe('is asked of a person once', () => {
    it('for any number of callers in any number of windows', async () => {
      const signIn = signInAt(rig.sandbox);
      const windows = [rig.window(), rig.window(), rig.window()];
      const tokens = await Promise.all(
        windows.flatMap((window) =>
          Array.from({ length: 5 }, () => window.token(signIn, { interactive: true }, never)),
        ),
      );
      assert.equal(new Set(tokens.map((token) => good(token).accessToken.reveal())).size, 1);
      assert.equal(rig.shown.length, 1);
    });

    it('and not at all by what runs in the background', async () => {
      const signIn = signInAt(rig.sandbox);
      assert.equal(why(await rig.window().token(signIn, { interactive: false }, never)), 'signInNeeded');
      assert.deepEqual(operations(), []);
    });

    it('also when a silent caller came first', async () => {
      const signIn = signInAt(rig.sandbox);
      const window = rig.window();
      const [silent, asked] = await Promise.all([
        window.token(signIn, { interactive: false }, never),
        window.token(signIn, { interactive: true }, never),
      ]);
      good(asked);
      assert.ok('kind' in silent ? silent.kind === 'signInNeeded' : true);
      assert.equal(rig.shown.length, 1);
    });
  });

  describe('lasts', () => {
    it('by refreshing a token that ends within 15 minutes, without a person', async () => {
      const signIn = signInAt(rig.sandbox);
      const window = rig.window();
      const first = good(await window.token(signIn, { interactive: true }, never));
      rig.moveClock(44 * minute);
      assert.equal(same(first, await window.token(signIn, { interactive: false }, never)), true);
      rig.moveClock(2 * minute);
      const second = good(await window.token(signIn, { interactive: false }, never));
      assert.equal(same(first, second), false);
      assert.equal(operations().filter((name) => name === 'CreateToken').length, 2);
      assert.ok((await rig.cache.read(signIn))?.accessToken.reveal() === second.accessToken.reveal());
    });

    it('with what it has while AWS cannot be reached, asking once a minute', async () => {
      const signIn = signInAt(rig.sandbox);
      const window = rig.window();
      const first = good(await window.token(signIn, { interactive: true }, never));
      rig.moveClock(50 * minute);
      rig.sandbox.control.fail(503, { operation: 'CreateToken' });
      const before = operations().length;
      for (let round = 0; round < 3; round++) {
        assert.equal(same(first, await window.token(signIn, { interactive: false }, never)), true);
      }
      assert.equal(operations().length - before, 1, 'one call, and no second copy of a refresh token');
      rig.moveClock(11 * minute);
      assert.equal(why(await window.token(signIn, { interactive: true }, never)), 'unavailable');
      assert.equal(rig.shown.length, 1, 'nobody is sent to a browser that would not get further');
    });

    it('until AWS has ended it: then a person signs in again, and nobody else', async () => {
      const signIn = signInAt(rig.sandbox);
      const window = rig.window();
      const first = good(await window.token(signIn, { interactive: true }, never));
      rig.sandbox.identityCenter?.endSignIns();
      const refused = first.accessToken;
      assert.equal(why(await window.token(signIn, { refused, interactive: false }, never)), 'signInNeeded');
      assert.deepEqual(window.state(signIn), { kind: 'out' }, 'whatever its file says');
      const calls = operations().length;
      assert.equal(why(await window.token(signIn, { refused, interactive: false }, never)), 'signInNeeded');
      assert.equal(operations().length, calls, 'AWS is not asked again about what it has ended');
      const second = good(await window.token(signIn, { refused, interactive: true }, never));
      assert.equal(window.state(signIn).kind, 'in');
      assert.equal(same(first, second), false);
      assert.equal(rig.shown.length, 2);
    });

    it('is told as a state with its end', async () => {
      const signIn = signInAt(rig.sandbox);
      const window = rig.window();
      assert.deepEqual(window.state(signIn), { kind: 'unknown' });
      assert.deepEqual(await window.look(signIn), { kind: 'out' });
      const { expiresAt } = good(await window.token(signIn, { interactive: true }, never));
      assert.deepEqual(window.state(signIn), { kind: 'in', until: expiresAt });
      rig.moveClock(61 * minute);
      assert.deepEqual(window.state(signIn), { kind: 'refreshable' });
      rig.moveClock(91 * 24 * 60 * minute);
      assert.deepEqual(window.state(signIn), { kind: 'out' });
    });

    it('without a refresh when it is one of the older kind', async () => {
      const legacy = signInAt(rig.sandbox, { session: undefined, scopes: [] });
      const window = rig.window();
      const token = good(await window.token(legacy, { interactive: true }, never));
      assert.equal(token.refreshToken, undefined);
      rig.moveClock(61 * minute);
      assert.equal(why(await window.token(legacy, { interactive: false }, never)), 'signInNeeded');
    });
  });

  it('sees in one window what another one, or the AWS CLI, changed', async () => {
    const signIn = signInAt(rig.sandbox);
    const [here, there] = [rig.window(), rig.window()];
    await here.look(signIn);
    const changed = new Promise((resolve) => here.onDidChange(resolve));
    good(await there.token(signIn, { interactive: true }, never));
    await changed;
    assert.equal(here.state(signIn).kind, 'in');
  });

  it('signs out here and at AWS', async () => {
    const signIn = signInAt(rig.sandbox);
    const window = rig.window();
    const { accessToken } = good(await window.token(signIn, { interactive: true }, never));
    assert.equal(await window.signOut(signIn, never), undefined);
    assert.deepEqual(window.state(signIn), { kind: 'out' });
    assert.deepEqual(await readdir(rig.folder), []);
    assert.equal(rig.sandbox.identityCenter?.takes(accessToken.reveal()), false);
    assert.equal(await window.signOut(signIn, never), undefined, 'twice is no mistake');
  });

  it('signs out after a refresh that another window has begun, which brings nothing back', async () => {
    const signIn = signInAt(rig.sandbox);
    const [here, there] = [rig.window(), rig.window()];
    good(await here.token(signIn, { interactive: true }, never));
    rig.moveClock(46 * minute);
    const isRefresh = ({ operation, state }: { operation: string; state: string }): boolean =>
      operation === 'CreateToken' && state === 'waiting';
    const goOn = rig.sandbox.control.hold({ operation: 'CreateToken' });
    const refresh = there.token(signIn, { interactive: false }, never);
    await rig.sandbox.waitForCall(isRefresh);
    const out = here.signOut(signIn, never);
    goOn();
    const { accessToken } = good(await refresh);
    assert.equal(await out, undefined);
    assert.deepEqual(await readdir(rig.folder), []);
    assert.equal(rig.sandbox.identityCenter?.takes(accessToken.reveal()), false, 'the newest is ended');
  });

  it('signs out here also when AWS cannot be told, and says so', async () => {
    const signIn = signInAt(rig.sandbox);
    const window = rig.window();
    good(await window.token(signIn, { interactive: true }, never));
    rig.sandbox.control.fail(503, { operation: 'Logout' });
    assert.equal((await window.signOut(signIn, never))?.kind, 'unavailable');
    assert.deepEqual(await readdir(rig.folder), []);
  });
});

describe('the Identity Center client', () => {
  const folder = useFolder();
  let rig: SignInRig;

  beforeEach(async () => {
    rig = await openSignInRig(folder(), dataWith());
  });
  afterEach(() => rig.close());

  it('gets the keys of a role, with their end in milliseconds', async () => {
    const signIn = signInAt(rig.sandbox);
    const { accessToken } = good(await rig.authorize(signIn, 'deviceCode'));
    const api = createIdentityCenter({ now: Date.now });
    const role = { accountId: '444455556666', roleName: 'Developer' };
    const keys = await api.roleCredentials(signIn, accessToken, role, never);
    assert.ok(!('kind' in keys), JSON.stringify(keys));
    assert.ok(
      Math.abs((keys.expiresAt ?? 0) - (rig.sandbox.identityCenter?.now() ?? 0) - 60 * minute) < 5000,
    );
    assert.equal(keys.accountId, '444455556666');
  });

  it('says what is wrong as a fault, and writes no secret into the log', async () => {
    const signIn = signInAt(rig.sandbox);
    const { accessToken } = good(await rig.authorize(signIn, 'deviceCode'));
    const lines: string[] = [];
    const api = createIdentityCenter({ now: Date.now, log: (line) => lines.push(line) });
    const stranger = { accountId: '444455556666', roleName: 'Nobody' };
    assert.deepEqual(await api.roleCredentials(signIn, accessToken, stranger, never), {
      kind: 'roleNotAssigned',
      ...stranger,
      signIn: 'acme',
    });
    const made = new Secret('EXAMPLEACCESSNOBODYKNOWS');
    assert.deepEqual(await api.accounts(signIn, made, undefined, never), {
      kind: 'signInNeeded',
      signIn: 'acme',
    });
    rig.sandbox.control.raw(
      {
        status: 200,
        headers: { 'Content-Type': 'text/html' },
        body: '<!doctype html><p>Sign in to the proxy',
      },
      { operation: 'ListAccounts', times: 1 },
    );
    const page = await api.accounts(signIn, accessToken, undefined, never);
    assert.ok('kind' in page && page.kind === 'notAws' && page.what === 'html');
    rig.sandbox.control.throttle({ operation: 'ListAccounts' });
    const busy = await api.accounts(signIn, accessToken, undefined, never);
    assert.ok('kind' in busy && busy.kind === 'throttled');
    const log = lines.join('\n');
    assert.match(log, /^GetRoleCredentials at 127\.0\.0\.1:\d+: roleNotAssigned in \d+ ms, request /m);
    for (const secret of rig.sandbox.secrets()) {
      assert.ok(!log.includes(secret));
    }
  });
});

function same(a: SignInToken, b: SignInToken | Fault): boolean {
  return good(b).accessToken.reveal() === a.accessToken.reveal();
}

function portOf(url: string): number {
  return Number(new URL(new URL(url).searchParams.get('redirect_uri') ?? '').port);
}

function outside(): readonly { readonly address: string }[] {
  return Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');
}

function answers(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
