import assert from 'node:assert/strict';
import type { Guard } from '../../src/aws/guards.ts';
import { Guarding } from '../../src/session/guarding.ts';
import { settle } from '../support/fakeClock.ts';
import { hour, Machine, minute, never, profile, Window } from '../support/sessionWindows.ts';

const idle: Guard = {
  name: 'PROD',
  color: undefined,
  asksFirst: false,
  readOnly: false,
  maxSeconds: undefined,
  idleSeconds: 600,
};

/** A window as one editor opens it, with the guard that its settings name. */
function open(machine: Machine, name: string, guard: Guard | undefined, noted: Map<string, number>) {
  const ended: string[] = [];
  const window = new Window(machine, name, { onServed: (id, at) => guarding.served(id, at) });
  const guarding: Guarding = new Guarding({
    sessions: window.sessions,
    isWanted: () => guard !== undefined,
    guardOf: () => guard,
    uses: { note: async (id, at) => void noted.set(id, at), of: async (id) => noted.get(id) },
    onEnded: ({ id }, { why }) => ended.push(`${id} ${why}`),
    log: assert.fail,
  });
  return { window, ended };
}

describe('a guard against idleness, set in one editor of two', () => {
  it('lets a session go on that the other one serves, and ends it when neither does', async () => {
    const machine = new Machine();
    const noted = new Map<string, number>();
    const guarded = open(machine, 'A', idle, noted);
    const free = open(machine, 'B', undefined, noted);
    const starting = guarded.window.sessions.start(profile('prod'), never);
    await settle();
    machine.call().grant(6 * hour);
    assert.equal((await starting).ok, true);
    await machine.clock.advance(9 * minute);
    const { kind } = await free.window.sessions.supply('prod', {
      holdMs: 0,
      signal: never,
      onNeedsPerson: () => undefined,
    });
    assert.equal(kind, 'credentials');
    await machine.clock.advance(9 * minute);
    assert.deepEqual(guarded.ended, []);
    await machine.clock.advance(minute);
    assert.deepEqual(guarded.ended, ['prod idle']);
    assert.deepEqual(free.ended, []);
  });
});
