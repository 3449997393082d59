import assert from 'node:assert/strict';
import { isSeedProblem, parseAuthenticator, type Authenticator } from '../../src/aws/seed.ts';
import { AuthenticatorVault } from '../../src/ui/authenticators.ts';
import { SecretItems } from '../../src/ui/secretItems.ts';
import { FakeSecrets, oneAtATime } from '../support/fakeSecrets.ts';

const serial = 'arn:aws:iam::111122223333:mfa/alice';
const other = 'arn:aws:iam::111122223333:mfa/bob';
const text = 'SANDBOXSEEDOFALICEFORTESTSONLY23';
const now = 1_767_268_800_000;

function authenticator(source = text): Authenticator {
  const read = parseAuthenticator(source);
  assert.ok(!isSeedProblem(read));
  return read;
}

interface Given {
  readonly store?: FakeSecrets;
  readonly keys?: boolean;
  readonly host?: string;
}

describe('the vault of authenticators', () => {
  const vaults: AuthenticatorVault[] = [];
  let log: string[] = [];
  const exclusive = oneAtATime();
  const open = async ({ store = new FakeSecrets(), keys = true, host = 'host' }: Given = {}) => {
    const vault = new AuthenticatorVault({
      context: store.context({ keys }),
      hostId: Promise.resolve(host),
      exclusive,
      log: (line) => log.push(line),
    });
    vaults.push(vault);
    await vault.reconcile();
    return vault;
  };
  const secretOf = async (vault: AuthenticatorVault, of = serial) => (await vault.find(of))?.secret.reveal();
  beforeEach(() => (log = []));
  afterEach(() => vaults.splice(0).forEach((vault) => vault.dispose()));

  for (const keys of [true, false]) {
    describe(keys ? 'with a store that lists its keys' : 'with a store that does not', () => {
      it('gives back what was stored, in this window and in others, and never shows it', async () => {
        const store = new FakeSecrets();
        const one = await open({ store, keys });
        const two = await open({ store, keys });
        const heard: string[] = [];
        two.onDidChange((changed) => heard.push(changed));
        assert.equal(one.has(serial), false);
        const uri = `otpauth://totp/AWS:alice@acme?secret=${text}&algorithm=SHA256&digits=8&period=60`;
        assert.equal(await one.add(serial, authenticator(uri), now), true);
        for (const vault of [one, two, await open({ store, keys })]) {
          assert.equal(vault.has(serial), true);
          const seed = await vault.find(serial);
          assert.deepEqual(
            { ...seed, secret: seed?.secret.reveal() },
            { secret: text, algorithm: 'SHA256', digits: 8, period: 60 },
          );
          assert.deepEqual(vault.list(), [{ serial, label: 'AWS: alice@acme', addedAt: now }]);
        }
        assert.ok(heard.length > 0);
        assert.doesNotMatch(JSON.stringify([...store.state]), new RegExp(text));
      });

      it('forgets what was removed', async () => {
        const store = new FakeSecrets();
        const one = await open({ store, keys });
        const two = await open({ store, keys });
        await one.add(serial, authenticator(), now);
        assert.equal(await secretOf(two), text);
        await one.remove(serial);
        assert.deepEqual([one.has(serial), two.has(serial)], [false, false]);
        assert.equal(await secretOf(two), undefined, 'and puts nothing back');
        assert.equal(store.items.size, 0);
        assert.doesNotMatch(JSON.stringify([...store.state]), /alice/);
      });

      it('keeps what two windows add at once', async () => {
        const store = new FakeSecrets();
        const one = await open({ store, keys });
        const two = await open({ store, keys });
        await Promise.all([
          one.add(serial, authenticator(), now),
          two.add(other, authenticator('JBSWY3DPEHPK3PXP'), now),
        ]);
        const three = await open({ store, keys });
        assert.deepEqual(
          three.list().map((entry) => entry.serial),
          [serial, other],
        );
        assert.equal(await secretOf(three, other), 'JBSWY3DPEHPK3PXP');
      });

      it('finds its items again when the list is lost', async () => {
        const store = new FakeSecrets();
        await (await open({ store, keys })).add(serial, authenticator(), now);
        store.state.delete('authenticators.host');
        assert.equal((await open({ store, keys })).has(serial), true);
      });
    });
  }

  it('misses a seed that the store lost, until it is there again', async () => {
    const store = new FakeSecrets();
    await (await open({ store })).add(serial, authenticator(), now);
    const items = new Map(store.items);
    store.items.clear();
    const vault = await open({ store });
    assert.equal(vault.has(serial), true, 'nobody has looked yet');
    const changed: string[] = [];
    vault.onDidChange((of) => changed.push(of));
    assert.equal(await vault.find(serial), undefined);
    assert.equal(vault.has(serial), false);
    assert.deepEqual(changed, [serial]);
    assert.equal(vault.list().length, 1, 'it can still be removed or added again');
    for (const [key, value] of items) {
      store.items.set(key, value);
    }
    assert.equal(await secretOf(vault), text);
    assert.equal(vault.has(serial), true);
  });

  it('puts back what it still knows when the store loses it', async () => {
    const store = new FakeSecrets();
    const vault = await open({ store });
    await vault.add(serial, authenticator(), now);
    store.items.clear();
    assert.equal(await secretOf(vault), text);
    assert.equal(store.items.size, 1);
  });

  it('says when the store keeps nothing', async () => {
    const store = new FakeSecrets();
    store.forgets = true;
    const vault = await open({ store });
    assert.equal(await vault.add(serial, authenticator(), now), false);
    assert.equal(vault.has(serial), false);
  });

  it('goes on with what it knows when the store fails, and rejects when it knows nothing', async () => {
    const store = new FakeSecrets();
    const vault = await open({ store });
    await vault.add(serial, authenticator(), now);
    const fresh = await open({ store });
    store.failing = 'all';
    assert.equal(await secretOf(vault), text);
    await assert.rejects(fresh.find(serial));
    await assert.rejects(fresh.add(other, authenticator(), now));
    await assert.rejects(fresh.remove(serial));
    assert.equal(fresh.has(serial), true, 'what could not be removed is still there');
    await open({ store });
    assert.doesNotMatch(log.join(), new RegExp(text));
  });

  it('leaves items of a newer version and broken ones alone', async () => {
    const store = new FakeSecrets();
    const vault = await open({ store });
    await vault.add(serial, authenticator(), now);
    const [key] = [...store.items.keys()];
    assert.ok(key);
    for (const value of [
      '{"version":2,"serial":"x","label":"","addedAt":1,"seed":{}}',
      '{"version":1,"serial":"x"',
      'null',
      '[]',
      JSON.stringify({ version: 1, serial, label: '', addedAt: 1, secret: 'not base 32', digits: 6 }),
    ]) {
      store.items.set(key, value);
      const fresh = await open({ store });
      assert.equal(await fresh.find(serial), undefined, value);
      assert.equal(store.items.get(key), value);
    }
    store.state.set('authenticators.host', { a: 1, b: null, c: { serial: 1 } });
    assert.deepEqual(
      (await open({ store: Object.assign(new FakeSecrets(), { state: store.state }) })).list(),
      [],
    );
  });

  it('shows a host only its own', async () => {
    const store = new FakeSecrets();
    await (await open({ store })).add(serial, authenticator(), now);
    const elsewhere = await open({ store, host: 'other' });
    assert.deepEqual([elsewhere.has(serial), await elsewhere.find(serial)], [false, undefined]);
  });
});

describe('secret items', () => {
  const family = { name: 'session', version: 1, indexKey: 'index' };

  it('are listed when two windows add at once, and when the lock fails', async () => {
    const store = new FakeSecrets();
    const lock = oneAtATime();
    const broken: typeof lock = () => Promise.reject(new Error('no lock'));
    const window = (exclusive = lock) =>
      new SecretItems(store.context({ keys: false }), family, 'host', exclusive);
    await Promise.all([window().write('a', { n: 1 }), window().write('b', { n: 2 })]);
    await window(broken).write('c', { n: 3 });
    assert.deepEqual([...(await window().ids())].sort(), ['a', 'b', 'c']);
    await window().remove('b');
    assert.deepEqual([...(await window().ids())].sort(), ['a', 'c']);
    assert.deepEqual(await window().read('a'), { n: 1 });
    assert.equal(await window().read('b'), undefined);
  });
});
