import assert from 'node:assert/strict';
import {
  failed,
  mostCallsAtOnce,
  pauseMs,
  pausedUntil,
  permit,
  succeeded,
  type Caller,
} from '../../src/session/allowance.ts';
import { RenewalNote, type NoteFile, type RenewalState } from '../../src/session/renewalNote.ts';
import { MemoryNote, minute, never, noon } from '../support/sessionWindows.ts';

const second = 1000;
const network = { kind: 'network', host: 'sts.example', reason: 'reset', code: 'ECONNRESET' } as const;
const throttled = { kind: 'throttled', host: 'sts.example' } as const;
const none: RenewalState = {
  calls: Infinity,
  countedAt: 0,
  hosts: new Map(),
  sessions: new Map(),
  asked: new Map(),
  waited: new Map(),
};
const clock: Caller = { id: 'prod', host: 'sts.example', isTool: false };
const tool: Caller = { ...clock, isTool: true };

/** Every five seconds for so long, 200 sessions want to be renewed in each of 10 windows; gives the times of the calls. */
function crowd(
  seconds: number,
  answer: (now: number) => 'ok' | typeof network | typeof throttled,
  isTool = false,
) {
  let state = none;
  const times: number[] = [];
  const served = new Map<string, number>();
  for (let passed = 0; passed < seconds; passed += 5) {
    const now = noon + passed * second;
    for (let each = 0; each < 2000; each += 1) {
      const id = `p${each % 200}`;
      if (served.has(id)) {
        continue;
      }
      const caller = { ...clock, id, isTool };
      const [after, said] = permit(state, caller, now);
      state = after;
      if (said.kind !== 'go') {
        continue;
      }
      times.push(passed);
      const result = answer(now);
      if (result === 'ok') {
        served.set(id, passed);
        state = succeeded(state, caller);
      } else {
        [state] = failed(state, caller, result, now, 0.5);
      }
    }
  }
  return { times, served };
}

function busiestMinute(times: readonly number[]): number {
  let most = 0;
  for (const at of times) {
    most = Math.max(most, times.filter((other) => other >= at && other < at + 60).length);
  }
  return most;
}

describe('200 sessions that 10 windows want to renew all the time', () => {
  it('are all renewed within two and a half minutes, by 120 calls a minute at most', () => {
    const { times, served } = crowd(150, () => 'ok');
    assert.equal(served.size, 200);
    assert.equal(times.length, 200);
    assert.ok(busiestMinute(times) <= 2 * mostCallsAtOnce, String(busiestMinute(times)));
  });

  for (const fault of [network, throttled]) {
    it(`make a single call now and then in two hours of ${fault.kind}, and are all renewed soon after`, () => {
      const outage = 2 * 60 * 60;
      const { times, served } = crowd(outage + 20 * 60, (now) =>
        now < noon + outage * second ? fault : 'ok',
      );
      const during = times.filter((at) => at < outage);
      assert.ok(during.length <= 18, `${during.length} calls`);
      assert.ok(busiestMinute(during) <= 2);
      assert.equal(served.size, 200);
      assert.ok(Math.max(...served.values()) <= outage + 14 * 60, String(Math.max(...served.values())));
      assert.ok(busiestMinute(times) <= 2 * mostCallsAtOnce);
    });
  }

  it('are bounded as well when tools stand behind them, which no pause puts off', () => {
    const { times } = crowd(10 * 60, () => network, true);
    assert.ok(busiestMinute(times) <= 2 * mostCallsAtOnce, String(busiestMinute(times)));
  });
});

describe('a call that nobody sees', () => {
  it('of a tool is made in a pause, and its success ends the pause', () => {
    const [paused] = failed(none, clock, network, noon, 0.5);
    assert.equal(permit(paused, clock, noon + second)[1].kind, 'pause');
    const [asked, said] = permit(paused, tool, noon + second);
    assert.equal(said.kind, 'go');
    assert.equal(permit(succeeded(asked, tool), clock, noon + 2 * second)[1].kind, 'go');
  });

  it('that fails for a reason of the session’s own puts off no other session', () => {
    const refused = { kind: 'unknownKey', profile: 'p', accessKeyId: 'AKIAEXAMPLE' } as const;
    const [state, isNew] = failed(none, clock, refused, noon, 0.5);
    assert.ok(isNew);
    assert.equal(permit(state, clock, noon + second)[1].kind, 'pause');
    assert.equal(permit(state, { ...clock, id: 'other' }, noon + second)[1].kind, 'go');
    assert.equal(failed(state, clock, refused, noon, 0.5)[1], false, 'the same again is no news');
    assert.ok(failed(state, clock, { kind: 'rootCannotAssume' }, noon, 0.5)[1], 'another fault is');
  });

  it('waits twice as long each time, up to ten minutes, more or less', () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 50].map((tries) => pauseMs(tries, 0.5) / second),
      [30, 60, 120, 240, 480, 600, 600],
    );
    assert.equal(pauseMs(0, 0), 22_500);
    assert.equal(pauseMs(0, 1), 37_500);
  });

  it('is not put off for long by a clock that is set back', () => {
    const [state] = failed(none, clock, network, noon, 0.5);
    const before = noon - 10 * 60 * minute;
    assert.equal(pausedUntil(state.hosts.get(clock.host), before), 0);
    assert.equal(permit({ ...state, calls: 0, countedAt: noon }, tool, before)[1].kind, 'go');
  });
});

describe('the note about renewals', () => {
  const noteOf = (file: NoteFile): RenewalNote =>
    new RenewalNote({
      now: () => noon,
      exclusive: (_key, _signal, work) => work(),
      file,
      log: () => undefined,
    });

  it('is read by another window as it was written', async () => {
    const file = new MemoryNote();
    const [troubled] = failed(none, clock, network, noon, 0.5);
    const state = {
      ...troubled,
      calls: 3,
      countedAt: noon,
      asked: new Map([['a', { startedAt: noon, again: undefined }]]),
    };
    await noteOf(file).update(never, () => [state, undefined]);
    assert.deepEqual(await noteOf(file).look(), state);
  });

  for (const text of [
    '{',
    '[]',
    'null',
    '7',
    '{"hosts":[["a",{"until":"x"}],7],"calls":"many","asked":{}}',
  ]) {
    it(`that holds ${text} hinders nobody`, async () => {
      const file = new MemoryNote();
      file.text = text;
      const note = noteOf(file);
      const said = await note.update(never, (state) => permit(state, clock, noon));
      assert.equal(said.kind, 'go');
    });
  }

  it('keeps what another window has noted while this one was stopped in its turn', async () => {
    const shared = new MemoryNote();
    const other = noteOf(shared);
    await other.claimWait('a', minute, never);
    let changes = 0;
    const stopped = noteOf({
      async read() {
        // Between the reading and the writing of the one, the other has its turn.
        if (changes === 1) {
          await other.claimWait('b', minute, never);
        }
        return shared.read();
      },
      write: (value) => shared.write(value),
    });
    const seen = await stopped.update(never, (state) => {
      changes += 1;
      return [{ ...state, calls: 5, countedAt: noon }, [...state.waited.keys()]];
    });
    assert.deepEqual(seen, ['a', 'b'], 'decided by what is so now');
    const { calls, waited } = await other.look();
    assert.deepEqual([calls, [...waited.keys()]], [5, ['a', 'b']]);
  });

  it('holds for this window where nothing can be written', async () => {
    const file = new MemoryNote();
    file.write = () => Promise.reject(new Error('read-only'));
    const note = noteOf(file);
    assert.equal(await note.claimWait('a', minute, never), true);
    assert.equal(await note.claimWait('a', minute, never), false);
    await note.releaseWait('a', never);
    assert.equal(await note.claimWait('a', minute, never), true);
  });
});
