import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { demoData, writeDemoHome } from '../sandbox/demo.ts';
import type { WindowProcess } from '../support/windowProcess.ts';
import { openWorld, type WindowWorld } from '../support/windowWorld.ts';

const minute = 60_000;
/** Longer than anything takes on the busiest machine. */
const longestMs = 120_000;

// Processes of their own over real files, locks and sockets, on a clock that stands still unless the test moves it.
describe('two windows with a guard', function () {
  this.timeout(longestMs);
  let world: WindowWorld | undefined;
  afterEach(async () => {
    await world?.close();
    world = undefined;
  });

  const open = async (guard: object): Promise<WindowWorld> => {
    const guards = [{ match: { profile: 'billing-read' }, name: 'PROD', ...guard }];
    world = await openWorld({ data: demoData(), fill: writeDemoHome, seeds: {}, guards });
    return world;
  };
  const start = async (window: WindowProcess): Promise<string> => {
    const request = { kind: 'profile', profile: 'billing-read' } as const;
    const answer = await window.ask({ kind: 'start', request, force: false });
    assert.ok(answer.kind === 'started' && answer.id !== undefined, JSON.stringify(answer));
    return answer.id;
  };
  const fetch = async (window: WindowProcess, id: string): Promise<string> => {
    const answer = await window.ask({ kind: 'supply', id, holdMs: 0 });
    return answer.kind === 'supplied' ? answer.what : answer.kind;
  };
  const states = async (window: WindowProcess): Promise<readonly string[]> => {
    const answer = await window.ask({ kind: 'list' });
    return answer.kind === 'listed' ? answer.sessions.map(({ state }) => state) : [answer.kind];
  };
  /** What guards have ended, as the windows tell it. */
  const ended = ({ logFile }: WindowWorld): readonly string[] =>
    Array.from(readFileSync(logFile, 'utf8').matchAll(/a guard has ended (.*)/g), ([, what]) => what ?? '');
  /** Waits until so many sessions are in each window; the test's own limit ends that. */
  const each = async (windows: readonly WindowProcess[], count: number): Promise<void> => {
    for (;;) {
      const lists = await Promise.all(windows.map((window) => states(window)));
      if (lists.every(({ length }) => length === count)) {
        return;
      }
      await delay(20);
    }
  };

  /** Waits until a use at this moment is noted for every window: nobody in a window waits for that. */
  const isNoted = async (machine: WindowWorld, id: string): Promise<void> => {
    for (;;) {
      const note = machine.files().find((path) => path.startsWith('used/') && path.endsWith(id));
      const file = note === undefined ? undefined : join(machine.helperFolder, note);
      if (file !== undefined && statSync(file).mtimeMs >= machine.hand.now() - 1000) {
        return;
      }
      await delay(20);
    }
  };

  it('against idleness keep what the other one serves, and one of them ends it and tells it', async () => {
    const machine = await open({ endWhenIdleMinutes: 10 });
    const [a, b] = [machine.open('a'), machine.open('b')];
    await Promise.all([a.ready, b.ready]);
    const id = await start(a);
    await each([b], 1);
    machine.hand.pass(9 * minute);
    assert.equal(await fetch(b, id), 'credentials', 'the other window serves it');
    await isNoted(machine, id);
    // Nobody has fetched from this one: by what it knows itself it would be over, and each fetch judges it first.
    machine.hand.pass(2 * minute);
    assert.equal(await fetch(a, id), 'credentials');
    await isNoted(machine, id);
    machine.hand.pass(9 * minute);
    assert.equal(await fetch(b, id), 'credentials');
    await isNoted(machine, id);
    assert.deepEqual(ended(machine), []);
    machine.hand.pass(11 * minute);
    await each([a, b], 0);
    assert.deepEqual(ended(machine), ['billing-read: idle']);
    assert.deepEqual([await fetch(a, id), await fetch(b, id)], ['ended', 'ended']);
    assert.deepEqual(machine.problems, []);
  });

  it('against length count from the one start, also in a window that came later and is left alone', async () => {
    const machine = await open({ maxMinutes: 30 });
    const a = machine.open('a');
    await a.ready;
    const id = await start(a);
    machine.hand.pass(20 * minute);
    const b = machine.open('b');
    await b.ready;
    await each([b], 1);
    assert.equal(await fetch(b, id), 'credentials');
    await a.kill();
    machine.hand.pass(9 * minute);
    assert.equal(await fetch(b, id), 'credentials');
    assert.deepEqual(ended(machine), []);
    machine.hand.pass(minute);
    assert.equal(await fetch(b, id), 'ended', 'before anything is served it is judged');
    await each([b], 0);
    assert.deepEqual(ended(machine), ['billing-read: limit']);
    const c = machine.open('c');
    await c.ready;
    assert.deepEqual([await states(c), await fetch(c, id)], [[], 'ended'], 'and stays so');
    assert.deepEqual(machine.problems, []);
  });
});
