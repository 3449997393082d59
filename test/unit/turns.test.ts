import assert from 'node:assert/strict';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { Turns } from '../../src/outlets/turns.ts';

const never = new AbortController().signal;

describe('turns within a window', () => {
  it('come one after the other for a key, whatever becomes of them, and at once for another', async () => {
    const turns = new Turns();
    const seen: string[] = [];
    const ends: (() => void)[] = [];
    const work = (name: string) => async (): Promise<string> => {
      seen.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (name === 'b') {
        throw new Error('failed');
      }
      return name;
    };
    const a = turns.take('code', never, work('a'));
    const b = turns.take('code', never, work('b'));
    const c = turns.take('code', never, work('c'));
    const other = turns.take('keys', never, work('other'));
    await turnOfLoop();
    assert.deepEqual(seen, ['a', 'other']);
    ends.shift()?.();
    ends.shift()?.();
    assert.deepEqual([await a, await other], ['a', 'other']);
    await turnOfLoop();
    assert.deepEqual(seen, ['a', 'other', 'b']);
    ends.shift()?.();
    await assert.rejects(b, /failed/);
    await turnOfLoop();
    ends.shift()?.();
    assert.equal(await c, 'c');
    assert.equal(await turns.take('code', never, () => Promise.resolve('later')), 'later');
  });

  it('are given up by whoever does not wait any longer, and not before their time for the next', async () => {
    const turns = new Turns();
    let end: () => void = () => undefined;
    const first = turns.take('code', never, () => new Promise<void>((resolve) => (end = resolve)));
    const patience = new AbortController();
    const second = turns.take('code', patience.signal, () => Promise.reject(new Error('has begun')));
    let begun = false;
    const third = turns.take('code', never, () => Promise.resolve((begun = true)));
    patience.abort(new Error('gone'));
    await assert.rejects(second, /gone/);
    await turnOfLoop();
    assert.equal(begun, false);
    end();
    await first;
    assert.equal(await third, true);
  });
});
