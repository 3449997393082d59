import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../../src/aws/faults.ts';
import type { IdentityCenterApi, SignIn, SignInToken } from '../../src/aws/sources/identityCenterApi.ts';
import { createIdentityCenter } from '../../src/clients/identityCenter.ts';
import { Directory } from '../../src/session/directory.ts';
import { Pace } from '../../src/session/pace.ts';
import type { SignIns } from '../../src/session/signIns.ts';
import { useFolder } from '../support/folder.ts';
import { dataWith, manyAccounts, openSignInRig, signInAt, type SignInRig } from '../support/signInRig.ts';

const never = new AbortController().signal;

describe('the accounts and roles of a sign-in', () => {
  const folder = useFolder();
  const stored = new Map<string, unknown>();
  let rig: SignInRig;
  let signIn: SignIn;
  let window: SignIns;

  beforeEach(async () => {
    stored.clear();
    // Many a second: what is tested is getting along with the limit, not waiting for it.
    const data = dataWith({ accounts: manyAccounts(700), callsPerSecond: 300 });
    rig = await openSignInRig(folder(), data);
    signIn = signInAt(rig.sandbox);
    window = rig.window();
    const token = await window.token(signIn, { interactive: true }, never);
    assert.ok(!('kind' in token));
  });
  afterEach(() => rig.close());

  function open(
    api: Pick<IdentityCenterApi, 'accounts' | 'roles'> = createIdentityCenter({ now: Date.now }),
  ) {
    return new Directory({
      api,
      token: (signIn, refused, signal) => window.token(signIn, { refused, interactive: false }, signal),
      store: {
        get: (key) => stored.get(key),
        set: (key, value) => {
          stored.set(key, JSON.parse(JSON.stringify(value ?? null)));
          return Promise.resolve();
        },
      },
      wait: (ms, signal) => delay(ms / 10, undefined, { signal }).catch(() => undefined),
      now: Date.now,
      random: () => 0.5,
      callsPerSecond: 2000,
    });
  }

  it('come in all: 700 accounts, five roles each, through a portal that refuses what is too much', async () => {
    const directory = open();
    const progress: number[] = [];
    // On a slow machine its own limit would never be reached.
    rig.sandbox.control.throttle({ operation: 'ListAccounts', times: 3 });
    rig.sandbox.control.throttle({ operation: 'ListAccountRoles', times: 6 });
    const fault = await directory.loadAll(signIn, ({ done }) => progress.push(done), never);
    assert.equal(fault, undefined, JSON.stringify(fault));
    const { accounts = [] } = directory.listing(signIn);
    assert.equal(accounts.length, 700);
    assert.ok(accounts.every(({ roles }) => roles?.length === 5));
    assert.equal(progress.at(-1), 700);
    assert.deepEqual(
      progress,
      progress.toSorted((a, b) => a - b),
    );
    const refused = rig.sandbox.journal.filter(({ status }) => status === 429).length;
    assert.ok(refused >= 9, `${refused} refused`);
  }).timeout(60_000);

  it('are listed by name, page after page, without a look at any role', async () => {
    const directory = open();
    assert.equal(await directory.loadAccounts(signIn, never), undefined);
    const { accounts = [], loading } = directory.listing(signIn);
    assert.equal(loading, false);
    assert.deepEqual(accounts[0], {
      id: '999900000000',
      name: 'Team 0000',
      email: 'team-0000@acme.example',
      roles: undefined,
    });
    const calls = rig.sandbox.journal
      .filter(({ status }) => status === 200)
      .map(({ operation }) => operation);
    assert.equal(calls.filter((operation) => operation === 'ListAccounts').length, 7);
    assert.equal(calls.filter((operation) => operation === 'ListAccountRoles').length, 0);
  });

  it('are listed once, whoever asks meanwhile', async () => {
    const directory = open();
    await Promise.all([
      directory.loadAccounts(signIn, never),
      directory.loadAccounts(signIn, never),
      directory.loadAccounts(signIn, never),
    ]);
    assert.equal(rig.sandbox.journal.filter(({ operation }) => operation === 'ListAccounts').length, 7);
  });

  it('are known to the next window, and forgotten at the end', async () => {
    const directory = open();
    await directory.loadAccounts(signIn, never);
    await directory.loadRoles(signIn, '999900000007', never);
    const next = open();
    assert.equal(next.listing(signIn).accounts?.length, 700);
    assert.equal(next.account(signIn, '999900000007')?.roles?.length, 5);
    assert.equal(next.nameOf('999900000007'), 'Team 0007');
    const elsewhere = { ...signIn, startUrl: 'https://other.example/start' };
    assert.equal(open().listing(elsewhere).accounts, undefined);
    await next.forget(signIn);
    assert.equal(open().listing(signIn).accounts, undefined);
  });

  for (const [what, value] of Object.entries({
    nothing: undefined,
    text: 'x',
    'another version': { version: 2, startUrl: 'https://acme.example/start', accounts: [] },
    'no list': { version: 1, startUrl: 'https://acme.example/start', accounts: {} },
    'half an account': { version: 1, startUrl: 'https://acme.example/start', accounts: [{ id: '1' }] },
  })) {
    it(`take ${what} in the store for no listing`, () => {
      stored.set('identityCenter acme', value);
      assert.equal(open().listing(signIn).accounts, undefined);
    });
  }

  it('never have a person sign in', async () => {
    rig.sandbox.identityCenter?.endSignIns();
    const directory = open();
    const fault = await directory.loadAccounts(signIn, never);
    assert.equal(fault?.kind, 'signInNeeded');
    assert.equal(directory.listing(signIn).fault?.kind, 'signInNeeded');
    assert.equal(rig.shown.length, 1, 'the sign-in of before');
  });

  it('end with a fault when the portal turns in circles', async () => {
    const circle: Pick<IdentityCenterApi, 'accounts' | 'roles'> = {
      accounts: () => Promise.resolve({ items: [], next: 'again' }),
      roles: () => Promise.resolve({ items: [], next: undefined }),
    };
    assert.equal((await open(circle).loadAccounts(signIn, never))?.kind, 'notAws');
  });

  it('end with a fault when the portal goes on for ever, never with the same page', async () => {
    let calls = 0;
    const endless: Pick<IdentityCenterApi, 'accounts' | 'roles'> = {
      accounts: () => Promise.resolve({ items: [], next: String((calls += 1)) }),
      roles: () => Promise.resolve({ items: [], next: undefined }),
    };
    const directory = open(endless);
    assert.equal((await directory.loadAccounts(signIn, never))?.kind, 'notAws');
    assert.ok(calls <= 1001, String(calls));
    assert.equal(directory.listing(signIn).accounts, undefined, 'nothing is kept');
  });

  it('stop when the person cancels', async () => {
    const directory = open();
    const cancel = new AbortController();
    const fault = await directory.loadAll(
      signIn,
      ({ done }) => {
        if (done >= 3) {
          cancel.abort();
        }
      },
      cancel.signal,
    );
    assert.equal(fault?.kind, 'cancelled');
    const calls = rig.sandbox.journal.filter(({ operation }) => operation === 'ListAccountRoles').length;
    assert.ok(calls < 100, `${calls} calls`);
    assert.equal(directory.listing(signIn).fault, undefined);
  });
});

describe('the pace of calls', () => {
  const throttled: Fault = { kind: 'throttled', host: 'portal.example' };

  /** A clock that waiting moves, and a pace on it. */
  function paced(callsPerSecond: number): { pace: Pace; now: () => number; waits: number[] } {
    let now = 0;
    const waits: number[] = [];
    const pace = new Pace(
      {
        now: () => now,
        random: () => 1,
        wait: (ms) => {
          waits.push(ms);
          now += ms;
          return Promise.resolve();
        },
      },
      callsPerSecond,
    );
    return { pace, now: () => now, waits };
  }

  it('is at most so many a second', async () => {
    const { pace, now } = paced(20);
    for (let call = 0; call < 41; call++) {
      await pace.run(() => Promise.resolve('done'), never);
    }
    assert.equal(now(), 2000);
  });

  it('waits twice as long after each refusal, and gives up after eight', async () => {
    const { pace, waits } = paced(1000);
    let calls = 0;
    const result = await pace.run<SignInToken>(() => {
      calls += 1;
      return Promise.resolve(throttled);
    }, never);
    assert.deepEqual(result, throttled);
    assert.equal(calls, 8);
    assert.deepEqual(
      waits.map((ms) => Math.round(ms / 100) * 100),
      [500, 1000, 2000, 4000, 8000, 16_000, 20_000],
    );
  });

  it('has fewer calls under way after a refusal', async () => {
    const { pace } = paced(1_000_000);
    let running = 0;
    let most = 0;
    const call = async (): Promise<string> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return 'done';
    };
    await Promise.all(Array.from({ length: 40 }, () => pace.run(call, never)));
    const before = most;
    assert.ok(before >= 8 && before < 20, String(before));
    let refusals = 3;
    await pace.run(() => Promise.resolve(refusals-- > 0 ? throttled : 'done'), never);
    most = 0;
    await Promise.all(Array.from({ length: 6 }, () => pace.run(call, never)));
    assert.ok(most <= before / 4 + 1, `${most} after ${before}`);
  });
});
