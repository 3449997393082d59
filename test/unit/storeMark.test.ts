import assert from 'node:assert/strict';
import { StoreMark } from '../../src/session/storeMark.ts';
import { SecretItems } from '../../src/ui/secretItems.ts';
import { FakeSecrets, oneAtATime } from '../support/fakeSecrets.ts';

describe('a mark in the secret store', () => {
  const family = { name: 'probe', version: 1, indexKey: 'probeIndex' };
  let store: FakeSecrets;
  beforeEach(() => {
    store = new FakeSecrets();
  });
  /** As a window of that run of the editor has it. */
  const window = (run: string | undefined): StoreMark =>
    new StoreMark({
      run,
      items: Promise.resolve(new SecretItems(store.context(), family, 'host', oneAtATime())),
      notes: {
        get: (key) => store.state.get(key),
        set: (key, value) => {
          store.state.set(key, value);
          return Promise.resolve();
        },
      },
    });

  it('shows that the store outlives the editor', async () => {
    const first = window('1');
    assert.equal(first.isLeft, false);
    assert.equal(await first.outlives(), undefined);
    assert.equal(first.isLeft, true);
    assert.equal(await window('1').outlives(), undefined, 'another window of the same run knows no more');
    assert.equal(await window('2').outlives(), true);
    assert.equal(await window('3').outlives(), true);
    assert.equal(await window(undefined).outlives(), undefined);
  });

  it('that is gone tells of a store in memory for as long as the run lasts, in every window', async () => {
    await window('1').outlives();
    store.items.clear();
    const second = window('2');
    assert.equal(await second.outlives(), false);
    assert.equal(await second.outlives(), false, 'asked again');
    assert.equal(await window('2').outlives(), false, 'another window');
    // The mark of the second run is there in the third: the store keeps what it gets by now.
    assert.equal(await window('3').outlives(), true);
    assert.equal(await window('2').outlives(), undefined, 'a number comes again');
  });

  it('that is gone within the run tells it, too, and so does a store that takes nothing', async () => {
    await window('1').outlives();
    store.items.clear();
    store.forgets = true;
    assert.equal(await window('1').outlives(), false);
    store.failing = 'store';
    assert.equal(await window('2').outlives(), false);
    store.failing = 'get';
    await assert.rejects(window('2').outlives());
  });
});
