import assert from 'node:assert/strict';
import { inTurn, type RoundPorts } from '../../src/session/renewalRound.ts';
import type { Peers } from '../../src/session/types.ts';

describe('a turn at renewing by the clock', () => {
  const closing = new AbortController();
  const take = async (
    work: () => Promise<void>,
    exclusive: Peers['exclusive'] = (_key, _signal, begin) => begin(),
    closed = new AbortController().signal,
  ): Promise<readonly string[]> => {
    const lines: string[] = [];
    const ports: RoundPorts = {
      exclusive,
      pause: () => new Promise(() => undefined),
      closed,
      log: (line) => lines.push(line),
    };
    await inTurn(ports, work);
    return lines;
  };
  const broken = (): Promise<void> => Promise.reject(new TypeError('EXAMPLE'));
  const noLock: Peers['exclusive'] = () => Promise.reject(new RangeError('EXAMPLE'));

  it('does not fail with its work, and says what failed', async () => {
    assert.deepEqual(await take(broken), ['renewing by the clock failed: TypeError']);
  });

  it('is taken where there is no lock, once, and does not fail either', async () => {
    let times = 0;
    assert.deepEqual(await take(async () => void (times += 1), noLock), ['renewing out of turn: RangeError']);
    assert.equal(times, 1);
    assert.deepEqual(await take(broken, noLock), [
      'renewing out of turn: RangeError',
      'renewing by the clock failed: TypeError',
    ]);
  });

  it('is not taken again because it could not be given back', async () => {
    let times = 0;
    const lines = await take(
      async () => void (times += 1),
      async (_key, _signal, begin) => {
        await begin();
        throw new RangeError('EXAMPLE');
      },
    );
    assert.deepEqual([times, lines], [1, ['renewing: the turn was not given back: RangeError']]);
  });

  it('is nothing to tell of while the window closes', async () => {
    closing.abort();
    assert.deepEqual(await take(broken, undefined, closing.signal), []);
    let times = 0;
    assert.deepEqual(await take(async () => void (times += 1), noLock, closing.signal), []);
    assert.equal(times, 0);
  });
});
