import assert from 'node:assert/strict';
import { hostOfKeys, isIndexKey, keptSecrets, removeSecret, SecretItems } from '../../src/ui/secretItems.ts';
import type { SecretContext } from '../../src/ui/secretItems.ts';
import { createSecretStore } from '../../src/ui/secretStore.ts';
import type { StoredSession } from '../../src/session/types.ts';
import { FakeSecrets, oneAtATime } from '../support/fakeSecrets.ts';

const host = '0123456789abcdef';
const family = { name: 'session', version: 1, indexKey: 'sessionIndex' };

const session: StoredSession = {
  version: 1,
  id: 'a1b2c3',
  name: 'prod',
  request: { kind: 'profile', profile: 'prod' },
  region: undefined,
  accountId: undefined,
  roleArn: undefined,
  needsPerson: false,
  mfaSerials: [],
  durationSeconds: undefined,
  startedAt: 1,
  changedAt: 1,
  credentials: undefined,
  endedValidUntil: 2,
};

for (const keys of [true, false]) {
  describe(`the secret store${keys ? '' : ' of a VS Code that lists no keys'}`, () => {
    let secrets: FakeSecrets;
    let context: SecretContext;
    let items: SecretItems;
    beforeEach(() => {
      secrets = new FakeSecrets();
      context = secrets.context({ keys });
      items = new SecretItems(context, family, host, oneAtATime());
    });

    it('keeps each item under a key of its own, with its version and its host', async () => {
      await items.write('a', { version: 1, value: 'EXAMPLE' });
      assert.deepEqual([...secrets.items.keys()], [`session.v1.${host}.a`]);
      assert.deepEqual(await items.read('a'), { version: 1, value: 'EXAMPLE' });
      assert.deepEqual(await items.ids(), ['a']);
      await items.remove('a');
      await items.remove('a');
      assert.deepEqual(await items.ids(), []);
    });

    it('lets an older version see nothing of what a newer one keeps, and overwrite none of it', async () => {
      const newer = new SecretItems(context, { ...family, version: 2 }, host, oneAtATime());
      await newer.write('a', { version: 2 });
      await items.write('a', { version: 1 });
      assert.deepEqual(await items.ids(), ['a']);
      await items.remove('a');
      assert.deepEqual(await newer.read('a'), { version: 2 });
      assert.deepEqual(await newer.ids(), ['a']);
    });

    it('goes on with what is left of a store that has lost some of it', async () => {
      for (const id of ['a', 'b', 'c']) {
        await items.write(id, { id });
      }
      secrets.items.delete(`session.v1.${host}.b`);
      secrets.items.set(`session.v1.${host}.c`, '{"id":');
      assert.deepEqual(await items.read('a'), { id: 'a' });
      assert.equal(await items.read('b'), undefined);
      assert.equal(await items.read('c'), undefined, 'a crash has cut it short');
      await items.write('b', { id: 'again' });
      assert.deepEqual(await items.read('b'), { id: 'again' });
    });

    it('is empty when the store has lost it all, and takes new items', async () => {
      await items.write('a', { id: 'a' });
      secrets.items.clear();
      assert.equal(await items.read('a'), undefined);
      await items.write('b', { id: 'b' });
      assert.deepEqual((await items.ids()).includes('b'), true);
    });

    it('loses nothing when two windows write at once', async () => {
      const exclusive = oneAtATime();
      const windows = [1, 2].map(() => new SecretItems(secrets.context({ keys }), family, host, exclusive));
      await Promise.all(
        windows.flatMap((window, number) =>
          ['a', 'b', 'c', 'd'].map((id) => window.write(`${id}${number}`, { id })),
        ),
      );
      const ids = await items.ids();
      assert.deepEqual([...ids].sort(), ['a0', 'a1', 'b0', 'b1', 'c0', 'c1', 'd0', 'd1']);
    });

    it('rejects when the store throws, and tells nobody that something was stored', async () => {
      secrets.failing = 'store';
      await assert.rejects(items.write('a', { id: 'a' }));
      secrets.failing = undefined;
      assert.deepEqual(await items.ids(), []);
      await items.write('a', { id: 'a' });
      secrets.failing = 'delete';
      await assert.rejects(items.remove('a'));
      secrets.failing = 'get';
      await assert.rejects(items.read('a'));
      secrets.failing = undefined;
      assert.deepEqual(await items.ids(), ['a']);
    });

    it('lists all that is in it, of other hosts and newer versions too, and removes one of them', async () => {
      const exclusive = oneAtATime();
      await items.write('a', {});
      await new SecretItems(context, family, 'fedcba9876543210', exclusive).write('b.c', {});
      await new SecretItems(
        context,
        { name: 'keys', version: 7, indexKey: 'keysIndex' },
        host,
        exclusive,
      ).write('d', {});
      secrets.items.set('something else', 'x');
      secrets.state.set('brokenIndex', { not: 'a list' });
      const all = await keptSecrets(context);
      assert.deepEqual(
        all.map(({ family: name, version, hostId, id }) => [name, version, hostId, id]),
        [
          ['session', 1, host, 'a'],
          ['session', 1, 'fedcba9876543210', 'b.c'],
          ['keys', 7, host, 'd'],
        ],
      );
      for (const secret of all.slice(0, 2)) {
        await removeSecret(context, exclusive, secret);
      }
      assert.deepEqual(
        (await keptSecrets(context)).map(({ id }) => id),
        ['d'],
      );
      assert.deepEqual([...secrets.items.keys()], [`keys.v7.${host}.d`, 'something else']);
      assert.equal(isIndexKey('sessionIndex'), true);
    });

    it('finds keys under the first id that this machine had, whatever became of the folder', async () => {
      const [another, elsewhere] = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb'];
      const here = { isHere: true, isSure: true };
      // A folder that could not be opened gives an id that is not to be relied on.
      assert.equal(await hostOfKeys(context, another, { isHere: true, isSure: false }), another);
      assert.equal(await hostOfKeys(context, elsewhere, { isHere: false, isSure: true }), elsewhere);
      secrets.failing = 'all';
      if (keys) {
        assert.equal(await hostOfKeys(context, another, here), another, 'nobody knows what is in it');
      }
      secrets.failing = undefined;
      assert.equal(await hostOfKeys(context, host, here), host);
      assert.equal(await hostOfKeys(context, another, here), host);
      // A window of another machine sees the same state, and must not come by these keys.
      assert.equal(await hostOfKeys(context, elsewhere, { isHere: false, isSure: true }), elsewhere);
      assert.ok(isIndexKey('keysHost'), 'stays when all is deleted');
    });

    it('finds keys in the store where no id was noted, as in another profile of the editor', async () => {
      const other = { isHere: true, isSure: true };
      const of = (name: string): SecretItems =>
        new SecretItems(context, { ...family, name: 'keys', indexKey: 'keysIndex' }, name, oneAtATime());
      await of(host).write('vault-a', {});
      assert.equal(
        await hostOfKeys(context, 'bbbbbbbbbbbbbbbb', { isHere: false, isSure: true }),
        'bbbbbbbbbbbbbbbb',
      );
      assert.equal(await hostOfKeys(context, 'aaaaaaaaaaaaaaaa', other), host);
      assert.equal(secrets.state.get('keysHost'), host);
      secrets.state.delete('keysHost');
      await of('cccccccccccccccc').write('vault-b', {});
      assert.equal(
        await hostOfKeys(context, 'aaaaaaaaaaaaaaaa', other),
        'aaaaaaaaaaaaaaaa',
        'not to be told',
      );
    });

    it('gives sessions back that it holds, and passes over broken ones and those of a newer version', async () => {
      const store = createSecretStore(context, host, oneAtATime());
      const record: StoredSession = session;
      await store.save(record);
      await items.write('newer', { ...record, id: 'newer', version: 2 });
      await items.write('broken', { version: 1 });
      assert.deepEqual(
        (await store.load()).map(({ id }) => id),
        [record.id],
      );
      assert.deepEqual(
        await items.read('newer'),
        JSON.parse(JSON.stringify({ ...record, id: 'newer', version: 2 })),
      );
    });
  });
}
