import assert from 'node:assert/strict';
import type { Fault } from '../../src/aws/faults.ts';
import { issuerKey } from '../../src/aws/issuers.ts';
import type { Issuer } from '../../src/aws/planModel.ts';
import { Secret } from '../../src/aws/secret.ts';
import type { IssuerGrant, IssuerToken } from '../../src/aws/sources/issuerApi.ts';
import { faultFromIssuerError } from '../../src/aws/sources/issuerFaults.ts';
import { IssuerSignIns } from '../../src/session/issuerSignIns.ts';
import { createIssuerStore } from '../../src/ui/issuerStore.ts';
import { microsoftToken, type GetSession } from '../../src/ui/microsoftToken.ts';
import { ShownClaims } from '../../src/ui/shownClaims.ts';
import { FakeHost } from '../support/fakePeers.ts';
import { FakeSecrets, oneAtATime } from '../support/fakeSecrets.ts';
import { createIdp } from '../support/idp.ts';

const never = new AbortController().signal;
const hour = 3_600_000;
const idp = createIdp();
const corp: Issuer = {
  name: 'corp',
  by: 'signIn',
  url: idp.issuer,
  clientId: 'sts',
  scopes: [],
  sessionNameClaim: undefined,
};
const silently = { interactive: false } as const;
const asking = { interactive: true } as const;

/** Windows of one host before one store, and an issuer that counts. */
class Rig {
  now = Date.now();
  subject = 'alice';
  secrets = new FakeSecrets();
  /** Grants in their order. */
  readonly redeemed: IssuerGrant[] = [];
  /** The issuer's answer to the next refreshes. */
  refreshFault: Fault | undefined;
  /** What an issuer does that takes its time. */
  refreshing: ((signal: AbortSignal) => Promise<IssuerToken | Fault>) | undefined;
  authorized = 0;
  revoked: string[] = [];
  authorize = (_signal: AbortSignal): Promise<IssuerToken | Fault> => Promise.resolve(this.token());
  #valid = '';
  readonly #host = new FakeHost();

  /** A token of an hour; its refresh token is the only one that works from now on. */
  token(refreshes = true): IssuerToken {
    this.#valid = `EXAMPLEREFRESH${this.redeemed.length}-${this.authorized}`;
    const exp = Math.floor((this.now + hour) / 1000);
    return {
      idToken: new Secret(idp.token(this.subject, 'sts', { exp, jti: this.#valid })),
      expiresAt: exp * 1000,
      refreshToken: refreshes ? new Secret(this.#valid) : undefined,
    };
  }

  window(): IssuerSignIns {
    const peers = this.#host.open(() => []);
    return new IssuerSignIns({
      api: {
        redeem: (_issuer, grant, signal) => {
          this.redeemed.push(grant);
          if (this.refreshing) {
            return this.refreshing(signal);
          }
          if (this.refreshFault) {
            return Promise.resolve(this.refreshFault);
          }
          const good = grant.kind === 'refresh' && grant.refreshToken.reveal() === this.#valid;
          return Promise.resolve(good ? this.token() : { kind: 'signInNeeded', signIn: 'corp' });
        },
        revoke: (_issuer, refreshToken) => {
          this.revoked.push(refreshToken.reveal());
          return Promise.resolve(undefined);
        },
      },
      store: createIssuerStore(
        this.secrets.context(),
        Promise.resolve('host'),
        oneAtATime(),
        () => undefined,
      ),
      authorize: async (_issuer, signal) => {
        this.authorized += 1;
        return this.authorize(signal);
      },
      account: () => Promise.reject(new Error('no account here')),
      peers,
      now: () => this.now,
      log: () => undefined,
    });
  }
}

describe('sign-ins at issuers', () => {
  it('asks one person once, for any number of callers and windows', async () => {
    const rig = new Rig();
    const [one, two] = [rig.window(), rig.window()];
    const tokens = await Promise.all([
      one.token(corp, asking, never),
      one.token(corp, asking, never),
      two.token(corp, asking, never),
      two.token(corp, asking, never),
    ]);
    assert.ok(tokens.every((token) => 'idToken' in token));
    assert.equal(rig.authorized, 1);
    assert.equal(rig.redeemed.length, 1, 'the other window refreshes what the first has kept');
    assert.equal((await one.token(corp, silently, never)) === tokens[0], true, 'it is kept until it ends');
  });

  it('opens nothing where nobody waits', async () => {
    const rig = new Rig();
    const fault = await rig.window().token(corp, silently, never);
    assert.deepEqual(fault, { kind: 'signInNeeded', signIn: 'corp' });
    assert.equal(rig.authorized, 0);
  });

  it('asks a person who joins work that may not ask', async () => {
    const rig = new Rig();
    const window = rig.window();
    const [first, second] = await Promise.all([
      window.token(corp, silently, never),
      window.token(corp, asking, never),
    ]);
    assert.ok('kind' in first && first.kind === 'signInNeeded');
    assert.ok('idToken' in second);
  });

  it('gets a new token a minute before the end, after the end and after a restart, with a rotated refresh token', async () => {
    const rig = new Rig();
    const window = rig.window();
    await window.token(corp, asking, never);
    rig.now += hour - 50_000;
    assert.ok('idToken' in (await window.token(corp, silently, never)));
    rig.now += 2 * hour;
    assert.deepEqual(await window.state(corp), { kind: 'refreshable' });
    assert.ok('idToken' in (await window.token(corp, silently, never)));
    assert.equal((await window.state(corp)).kind, 'in');
    assert.ok('idToken' in (await rig.window().token(corp, silently, never)));
    assert.equal(rig.redeemed.length, 3);
    assert.equal(rig.authorized, 1);
  });

  it('never gives a token again that AWS has turned down', async () => {
    const rig = new Rig();
    const window = rig.window();
    const first = await window.token(corp, asking, never);
    assert.ok('idToken' in first);
    const second = await window.token(corp, { ...silently, refused: first.idToken }, never);
    assert.ok('idToken' in second);
    assert.notEqual(second.idToken.reveal(), first.idToken.reveal());
  });

  it('forgets a refresh token that is over, and asks again', async () => {
    const rig = new Rig();
    const window = rig.window();
    await window.token(corp, asking, never);
    rig.now += 2 * hour;
    rig.refreshFault = { kind: 'signInNeeded', signIn: 'corp' };
    assert.ok('kind' in (await window.token(corp, silently, never)));
    assert.deepEqual(await window.state(corp), { kind: 'out' });
    assert.equal(rig.secrets.items.size, 0);
    rig.refreshFault = undefined;
    assert.ok('idToken' in (await window.token(corp, asking, never)));
    assert.equal(rig.authorized, 2);
  });

  it('asks again when the issuer refuses a refresh for whatever reason: Conditional Access, consent, another client', async () => {
    for (const error of ['interaction_required', 'login_required', 'unauthorized_client', 'access_denied']) {
      const rig = new Rig();
      const window = rig.window();
      await window.token(corp, asking, never);
      rig.now += 2 * hour;
      rig.refreshFault = faultFromIssuerError('corp', error);
      const attended = await rig.window().token(corp, asking, never);
      assert.ok('idToken' in attended, `${error}: a person who waits is asked at once`);
      assert.equal(rig.authorized, 2);
      rig.now += 2 * hour;
      const unattended = await rig.window().token(corp, silently, never);
      assert.deepEqual(unattended, { kind: 'signInNeeded', signIn: 'corp' }, error);
      assert.equal(rig.secrets.items.size, 0, `${error}: what is refused is not kept`);
    }
  });

  it('keeps it when somebody on the way may have refused, and asks who waits', async () => {
    const gateway: Fault = {
      kind: 'issuerAnswer',
      issuer: 'corp',
      host: 'idp.example',
      what: 'challenge',
      detail: 'HTTP 401',
    };
    for (const fault of [gateway, faultFromIssuerError('corp', 'Forbidden')]) {
      const rig = new Rig();
      const window = rig.window();
      await window.token(corp, asking, never);
      rig.now += 2 * hour;
      rig.refreshFault = fault;
      assert.deepEqual(await window.token(corp, silently, never), { kind: 'signInNeeded', signIn: 'corp' });
      assert.deepEqual(await window.state(corp), { kind: 'refreshable' });
      rig.refreshFault = undefined;
      assert.ok('idToken' in (await window.token(corp, silently, never)), 'it works in the right network');
      rig.now += 2 * hour;
      rig.refreshFault = fault;
      assert.ok('idToken' in (await window.token(corp, asking, never)));
      assert.equal(rig.authorized, 2);
    }
  });

  it('keeps it when the issuer is only busy, and bothers nobody', async () => {
    for (const error of ['server_error', 'temporarily_unavailable']) {
      const rig = new Rig();
      const window = rig.window();
      await window.token(corp, asking, never);
      rig.now += 2 * hour;
      rig.refreshFault = faultFromIssuerError('corp', error);
      assert.deepEqual(await window.token(corp, asking, never), rig.refreshFault);
      rig.refreshFault = undefined;
      assert.ok('idToken' in (await window.token(corp, silently, never)));
      assert.equal(rig.authorized, 1);
    }
  });

  it('keeps it when the issuer is only out of reach, and bothers nobody', async () => {
    const rig = new Rig();
    const window = rig.window();
    await window.token(corp, asking, never);
    rig.now += 2 * hour;
    const offline: Fault = {
      kind: 'issuerUnreachable',
      issuer: 'corp',
      host: 'idp.example',
      reason: 'dns',
      code: 'ENOTFOUND',
    };
    rig.refreshFault = offline;
    assert.deepEqual(await window.token(corp, silently, never), offline);
    rig.refreshFault = undefined;
    assert.ok('idToken' in (await window.token(corp, silently, never)));
    assert.equal(rig.authorized, 1);
  });

  it('signs out: nothing is left here, and the issuer is told', async () => {
    const rig = new Rig();
    const window = rig.window();
    const token = await window.token(corp, asking, never);
    assert.ok('idToken' in token);
    assert.equal(await window.signOut(corp, never), undefined);
    assert.deepEqual(rig.revoked, [token.refreshToken?.reveal()]);
    assert.equal(rig.secrets.items.size, 0);
    assert.deepEqual(await window.state(corp), { kind: 'out' });
    assert.ok('kind' in (await window.token(corp, silently, never)));
  });

  it('signs out in every window, and so does who signs in as somebody else', async () => {
    const rig = new Rig();
    const [one, two] = [rig.window(), rig.window()];
    for (const change of [
      () => one.signOut(corp, never),
      () => {
        rig.subject = 'bob';
        return one.signIn(corp, never);
      },
    ]) {
      rig.subject = 'alice';
      await one.token(corp, asking, never);
      const mine = await two.token(corp, asking, never);
      assert.ok('idToken' in mine);
      assert.equal(await two.token(corp, silently, never), mine);
      await change();
      await new Promise(setImmediate);
      assert.notEqual((await two.state(corp)).kind, 'in');
    }
  });

  it('signs out after a refresh that another window has begun, which brings nothing back', async () => {
    const rig = new Rig();
    const [one, two] = [rig.window(), rig.window()];
    await one.token(corp, asking, never);
    let answer = (_token: IssuerToken): void => undefined;
    rig.refreshing = () => new Promise((resolve) => (answer = resolve));
    const refresh = two.token(corp, silently, never);
    await new Promise(setImmediate);
    const out = one.signOut(corp, never);
    await new Promise(setImmediate);
    const next = rig.token();
    answer(next);
    await Promise.all([refresh, out]);
    assert.equal(rig.secrets.items.size, 0);
    assert.deepEqual(rig.revoked, [next.refreshToken?.reveal()], 'the newest is told to the issuer');
  });

  it('keeps the next refresh token when nobody waits for it any more, unless somebody signs out', async () => {
    const rig = new Rig();
    const window = rig.window();
    await window.token(corp, asking, never);
    let answer = (_token: IssuerToken | Fault): void => undefined;
    rig.refreshing = (signal) =>
      new Promise((resolve) => {
        answer = resolve;
        signal.addEventListener('abort', () => resolve({ kind: 'cancelled' }));
      });
    const cancel = new AbortController();
    rig.now += 2 * hour;
    const left = window.token(corp, silently, cancel.signal);
    await new Promise(setImmediate);
    cancel.abort();
    assert.deepEqual(await left, { kind: 'cancelled' });
    answer(rig.token());
    await new Promise(setImmediate);
    rig.refreshing = undefined;
    assert.ok('idToken' in (await window.token(corp, silently, never)));
    rig.now += 2 * hour;
    assert.ok(
      'idToken' in (await window.token(corp, silently, never)),
      'the issuer knows the one that was kept',
    );
    assert.equal(rig.authorized, 1);
    rig.now += 2 * hour;
    rig.refreshing = (signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve({ kind: 'cancelled' })));
    const waiting = window.token(corp, silently, never);
    await new Promise(setImmediate);
    const begun = performance.now();
    await window.signOut(corp, never);
    assert.ok(performance.now() - begun < 2000, 'it waits for no issuer');
    assert.deepEqual(await waiting, { kind: 'cancelled' });
    assert.equal(rig.secrets.items.size, 0);
  });

  it('ends a sign-in that is under way when somebody signs out or the window closes', async () => {
    const rig = new Rig();
    rig.authorize = (signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve({ kind: 'cancelled' })));
    for (const end of [
      (window: IssuerSignIns) => window.signOut(corp, never),
      (window: IssuerSignIns) => Promise.resolve(window.dispose()),
    ]) {
      const window = rig.window();
      const waiting = window.token(corp, asking, never);
      await new Promise(setImmediate);
      await end(window);
      assert.deepEqual(await waiting, { kind: 'cancelled' });
    }
  });

  it('goes on in memory when the store keeps nothing of what it takes', async () => {
    const rig = new Rig();
    rig.secrets.forgets = true;
    const window = rig.window();
    for (const turn of [1, 2, 3]) {
      assert.ok('idToken' in (await window.token(corp, asking, never)), String(turn));
      rig.now += 2 * hour;
      await new Promise(setImmediate);
    }
    assert.equal(rig.authorized, 1);
  });

  it('goes on in memory when the store fails, and reads nothing that is not its own', async () => {
    const rig = new Rig();
    rig.secrets.failing = 'all';
    const window = rig.window();
    await window.token(corp, asking, never);
    rig.now += 2 * hour;
    assert.ok('idToken' in (await window.token(corp, silently, never)));
    rig.secrets = new FakeSecrets();
    const other = rig.window();
    for (const stored of [
      '{',
      'null',
      '{"key":"x"}',
      `{"key":${JSON.stringify(issuerKey(corp))},"refreshToken":4}`,
    ]) {
      for (const key of rig.secrets.items.keys()) {
        rig.secrets.items.set(key, stored);
      }
      assert.deepEqual(await other.state(corp), { kind: 'out' });
    }
  });
});

describe('VS Code’s Microsoft account', () => {
  const entra: Issuer = {
    ...corp,
    name: 'entra',
    by: 'microsoft',
    url: 'https://login.microsoftonline.com/acme.example/v2.0',
  };
  const session = (idToken: string | undefined): never =>
    ({
      id: '1',
      accessToken: 'EXAMPLEACCESS',
      account: { id: 'a', label: 'a' },
      scopes: [],
      ...(idToken !== undefined && { idToken }),
    }) as never;
  const in1h = Math.floor((Date.now() + hour) / 1000);
  const good = idp.token('alice', 'sts', { exp: in1h });

  async function ask(
    answers: readonly (string | undefined | Error | null)[],
    wish: { interactive: boolean; refused?: Secret } = asking,
  ): Promise<{ result: IssuerToken | Fault; asked: unknown[] }> {
    const asked: unknown[] = [];
    const getSession: GetSession = (scopes, options) => {
      const answer = answers[asked.length / 2];
      asked.push(scopes, options);
      return answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve(answer === null ? undefined : session(answer));
    };
    const parts = { getSession, detail: 'why', now: Date.now };
    return { result: await microsoftToken(parts, entra, wish, never), asked };
  }

  it('is asked for the app and the tenant, without a dialog when somebody is signed in', async () => {
    const { result, asked } = await ask([good], silently);
    assert.ok('idToken' in result && result.idToken.reveal() === good && result.refreshToken === undefined);
    assert.deepEqual(asked, [
      ['VSCODE_CLIENT_ID:sts', 'VSCODE_TENANT:acme.example', 'openid'],
      { silent: true },
    ]);
  });

  it('opens its dialogs only for a person', async () => {
    assert.deepEqual((await ask([null], silently)).result, { kind: 'signInNeeded', signIn: 'entra' });
    const { result, asked } = await ask([null, good]);
    assert.ok('idToken' in result);
    assert.deepEqual(asked[3], { createIfNone: { detail: 'why' } });
  });

  it('asks for a new one when the one that is there is over or refused', async () => {
    const old = idp.token('alice', 'sts', { exp: 1 });
    for (const wish of [asking, { ...asking, refused: new Secret(old) }]) {
      const { result, asked } = await ask([old, good], wish);
      assert.ok('idToken' in result && result.idToken.reveal() === good);
      assert.deepEqual(asked[3], { forceNewSession: { detail: 'why' } });
    }
    assert.deepEqual((await ask([old], silently)).result, { kind: 'signInNeeded', signIn: 'entra' });
  });

  it('tells what it cannot: no ID token, another audience, a failure; a no is silent', async () => {
    const account = (what: string): object => ({ kind: 'microsoftAccount', issuer: 'entra', what });
    assert.deepEqual((await ask([undefined])).result, account('tooOld'));
    assert.deepEqual((await ask([new Error('No provider')])).result, account('failed'));
    assert.deepEqual((await ask([null, new Error('User did not consent to login.')])).result, {
      kind: 'cancelled',
    });
    const other = (await ask([idp.token('alice', 'vscode', { exp: in1h })])).result;
    assert.deepEqual(other, { kind: 'issuerToken', issuer: 'entra', what: 'audience' });
    assert.deepEqual((await ask(['EXAMPLEOPAQUE'])).result, {
      kind: 'issuerToken',
      issuer: 'entra',
      what: 'malformed',
    });
  });
});

describe('claims that were shown', () => {
  it('are remembered per issuer, role and subject', async () => {
    const shown = new ShownClaims(new FakeSecrets().context().globalState);
    await shown.add(corp, 'arn:a', 'alice');
    assert.ok(shown.has({ ...corp, name: 'renamed' }, 'arn:a', 'alice'));
    assert.ok(!shown.has(corp, 'arn:b', 'alice'));
    assert.ok(!shown.has({ ...corp, clientId: 'other' }, 'arn:a', 'alice'));
    assert.ok(!shown.has(corp, 'arn:a', 'bob'), 'somebody else has signed in');
  });
});
