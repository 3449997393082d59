import assert from 'node:assert/strict';
import { HostState } from '../../src/ui/hostState.ts';
import { FakeSecrets } from '../support/fakeSecrets.ts';

describe('what is noted of one computer’s files', () => {
  const { globalState } = new FakeSecrets().context();
  const here = new HostState(globalState, Promise.resolve('here'));
  const there = new HostState(globalState, Promise.resolve('there'));

  it('is not seen by windows on another computer, which read the same state', async () => {
    await globalState.update('of everybody', 1);
    await here.set('keys a', 'mine');
    await there.set('keys a', 'theirs');
    await there.set('keys b', 'theirs');
    assert.deepEqual([here.get('keys a'), there.get('keys a')], ['mine', 'theirs']);
    assert.equal(here.get('keys b'), undefined);
    assert.deepEqual([here.keys(), there.keys()], [['keys a'], ['keys a', 'keys b']]);
    await here.set('keys a', undefined);
    assert.deepEqual([here.keys(), there.get('keys a')], [[], 'theirs']);
  });

  it('is told from what others have noted, when all that is here is forgotten', async () => {
    await here.set('keys c', 'mine');
    const others = globalState.keys().filter((key) => here.isOfOther(key));
    assert.equal(others.length, 2);
    assert.ok(!here.isOfOther('of everybody'));
  });

  it('is nothing before it is known which computer this is, and waits for that to be written', async () => {
    let know: (host: string) => void = () => undefined;
    const early = new HostState(globalState, new Promise((resolve) => (know = resolve)));
    const writing = early.set('keys d', 'early');
    assert.deepEqual([early.keys(), early.get('keys a')], [[], undefined]);
    know('there');
    await writing;
    assert.equal(there.get('keys d'), 'early');
    assert.equal(early.get('keys a'), 'theirs');
  });
});
