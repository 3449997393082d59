import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Guard } from '../../src/aws/guards.ts';
import { LastUse, noteEveryMs } from '../../src/outlets/lastUse.ts';
import { GuardWatch, type GuardEnd } from '../../src/session/guardWatch.ts';
import type { Happening } from '../../src/session/happenings.ts';
import type { SessionPorts } from '../../src/session/ports.ts';
import { settle } from '../support/fakeClock.ts';
import { hour, Machine, minute, never, noon, profile, Window } from '../support/sessionWindows.ts';

const none: Guard = {
  name: 'PROD',
  color: undefined,
  asksFirst: false,
  readOnly: false,
  maxSeconds: undefined,
  idleSeconds: undefined,
};

/** A window whose sessions are guarded as wireGuards does it. `shared`: the last uses that all windows note. */
class GuardedWindow {
  readonly window: Window;
  readonly watch: GuardWatch;
  readonly ended: [string, GuardEnd['why']][] = [];
  readonly told: Happening[] = [];
  readonly used = new Map<string, number>();

  constructor(machine: Machine, name: string, guard: Partial<Guard>, shared: Map<string, number>) {
    const whole = { ...none, ...guard };
    const { maxSeconds } = whole;
    const change: Partial<SessionPorts> = {
      endsAt: (_about, begunAt) => (maxSeconds === undefined ? undefined : begunAt + maxSeconds * 1000),
      onServed: (id, at) => {
        this.used.set(id, at);
        shared.set(id, at);
      },
    };
    this.window = new Window(machine, name, change);
    const { sessions } = this.window;
    this.watch = new GuardWatch({
      sessions: () => sessions.list(),
      session: (id) => sessions.get(id),
      guardOf: () => whole,
      now: () => machine.clock.now(),
      moment: (at, signal) => sessions.moment(at, signal),
      usedHere: (id) => this.used.get(id),
      usedAnywhere: async (id) => shared.get(id),
      end: (id, due) => sessions.endOnce(id, due),
      onEnded: (session, { why }) => this.ended.push([session.id, why]),
      log: (line) => assert.fail(line),
    });
    sessions.onDidChange(() => this.watch.look());
    sessions.onDidHappen((happening) => this.told.push(happening));
  }

  async start(machine: Machine, name: string, lifeMs = hour): Promise<number | undefined> {
    const starting = this.window.sessions.start(profile(name), never);
    await settle();
    const call = machine.call();
    call.grant(lifeMs);
    assert.equal((await starting).ok, true);
    return call.durationSeconds;
  }

  fetch(id: string) {
    return this.window.sessions.supply(id, { holdMs: 0, signal: never, onNeedsPerson: () => undefined });
  }
}

describe('a guard that lets a session last', () => {
  it('30 minutes asks AWS for no more, and ends it then', async () => {
    const machine = new Machine();
    const guarded = new GuardedWindow(machine, 'A', { maxSeconds: 1800 }, new Map());
    assert.equal(await guarded.start(machine, 'prod', 30 * minute), 1800);
    await machine.clock.advance(29 * minute);
    assert.equal((await guarded.fetch('prod')).kind, 'credentials', 'its last quarter needs no renewal');
    assert.deepEqual(machine.calls, []);
    await machine.clock.advance(minute);
    assert.deepEqual(guarded.ended, [['prod', 'limit']]);
    assert.deepEqual(guarded.window.sessions.list(), []);
    assert.equal((await guarded.fetch('prod')).kind, 'ended');
    assert.deepEqual(
      guarded.told.map(({ kind, by }) => [kind, by.kind]),
      [
        ['started', 'person'],
        ['ended', 'guard'],
      ],
    );
    assert.deepEqual(guarded.told.at(-1)?.by, { kind: 'guard', why: 'limit' });
    assert.equal(machine.clock.timers, 0, 'nothing goes on waiting');
  });

  it('30 minutes needs no call for the second that AWS counts otherwise', async () => {
    const machine = new Machine();
    const guarded = new GuardedWindow(machine, 'A', { maxSeconds: 1800 }, new Map());
    await guarded.start(machine, 'prod', 30 * minute - 700);
    await machine.clock.advance(30 * minute);
    assert.deepEqual(machine.calls, []);
    assert.deepEqual(
      guarded.told.map(({ kind, by }) => [kind, by.kind]),
      [
        ['started', 'person'],
        ['ended', 'guard'],
      ],
    );
  });

  it('5 minutes ends it though AWS gives 15, and says until when they stay valid', async () => {
    const machine = new Machine();
    const guarded = new GuardedWindow(machine, 'A', { maxSeconds: 300 }, new Map());
    assert.equal(await guarded.start(machine, 'prod', 15 * minute), 300);
    const supply = await guarded.fetch('prod');
    assert.ok(supply.kind === 'credentials');
    assert.equal(supply.credentials.expiresAt, noon + 5 * minute, 'tools learn the earlier end');
    await machine.clock.advance(5 * minute);
    const [, ended] = guarded.told;
    assert.ok(ended?.kind === 'ended' && ended.until === noon + 15 * minute);
  });

  it('3 hours counts renewals in, and the last one asks for what is left', async () => {
    const machine = new Machine();
    const guarded = new GuardedWindow(machine, 'A', { maxSeconds: 3 * 3600 }, new Map());
    assert.equal(await guarded.start(machine, 'prod'), undefined, 'an hour is less than that');
    for (const expected of [undefined, undefined, 2700]) {
      await machine.clock.advance(45 * minute);
      const fetching = guarded.fetch('prod');
      await settle();
      const call = machine.call();
      assert.equal(call.durationSeconds, expected);
      call.grant(expected === undefined ? hour : expected * 1000);
      assert.equal((await fetching).kind, 'credentials');
    }
    await machine.clock.advance(44 * minute);
    assert.equal((await guarded.fetch('prod')).kind, 'credentials');
    assert.deepEqual(machine.calls, [], 'the last credentials are not renewed');
    await machine.clock.advance(minute);
    assert.deepEqual(guarded.ended, [['prod', 'limit']]);
  });

  it('no time of a laptop that slept: it is over before anything is served', async () => {
    const machine = new Machine();
    const guarded = new GuardedWindow(machine, 'A', { maxSeconds: 1800 }, new Map());
    await guarded.start(machine, 'prod', 30 * minute);
    machine.clock.jump(31 * minute);
    await guarded.watch.judge('prod');
    assert.equal((await guarded.fetch('prod')).kind, 'ended');
    assert.deepEqual(machine.calls, []);
  });
});

describe('a guard that ends a session without use', () => {
  it('waits as long as tools fetch', async () => {
    const machine = new Machine();
    const guarded = new GuardedWindow(machine, 'A', { idleSeconds: 600 }, new Map());
    await guarded.start(machine, 'prod', 12 * hour);
    for (let turn = 0; turn < 5; turn += 1) {
      await machine.clock.advance(9 * minute);
      assert.equal((await guarded.fetch('prod')).kind, 'credentials');
    }
    await machine.clock.advance(10 * minute - 1);
    assert.deepEqual(guarded.ended, []);
    await machine.clock.advance(1);
    assert.deepEqual(guarded.ended, [['prod', 'idle']]);
    assert.deepEqual(guarded.told.at(-1)?.by, { kind: 'guard', why: 'idle' });
  });

  it('looks at what other windows served, and only one of them tells it', async () => {
    const machine = new Machine();
    const shared = new Map<string, number>();
    const a = new GuardedWindow(machine, 'A', { idleSeconds: 600 }, shared);
    await a.start(machine, 'prod', 12 * hour);
    const b = new GuardedWindow(machine, 'B', { idleSeconds: 600 }, shared);
    await b.window.sessions.load();
    await machine.clock.advance(9 * minute);
    assert.equal((await b.fetch('prod')).kind, 'credentials');
    await machine.clock.advance(9 * minute);
    assert.deepEqual([...a.ended, ...b.ended], [], 'A knows nothing of the fetch until it looks');
    await machine.clock.advance(2 * minute);
    assert.equal(a.ended.length + b.ended.length, 1);
    assert.deepEqual([...a.window.sessions.list(), ...b.window.sessions.list()], []);
  });
});

describe('200 guarded sessions', () => {
  it('wait with one timer', async () => {
    const machine = new Machine();
    const guarded = new GuardedWindow(machine, 'A', { maxSeconds: 1800, idleSeconds: 600 }, new Map());
    for (let number = 0; number < 200; number += 1) {
      await guarded.start(machine, `prod-${number}`, 30 * minute);
    }
    await machine.clock.advance(9 * minute);
    assert.equal(guarded.window.mostTimers, 1);
    await machine.clock.advance(2 * minute);
    assert.equal(guarded.ended.length, 200);
    assert.equal(guarded.window.mostTimers, 1);
  }).timeout(20_000);
});

describe('the notes of last uses', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sts-used-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are seen by every window, never too early, and written now and then only', async () => {
    const inner = join(folder, 'used');
    const log: string[] = [];
    const [a, b] = [0, 1].map(
      () =>
        new LastUse(
          async () => inner,
          (line) => log.push(line),
        ),
    );
    assert.ok(a && b);
    assert.equal(await b.of('prod'), undefined);
    await a.note('prod', noon);
    await a.note('prod', noon + noteEveryMs - 1);
    const seen = await b.of('prod');
    assert.equal(seen, noon + noteEveryMs);
    await a.note('prod', noon + noteEveryMs);
    assert.equal(await b.of('prod'), noon + 2 * noteEveryMs);
    assert.equal((await stat(join(inner, 'prod'))).size, 0);
    assert.deepEqual(log, []);
  });

  it('go away with time, and where there is no folder nothing is noted', async () => {
    await new LastUse(async () => folder, assert.fail).note('old', noon);
    await new LastUse(async () => folder, assert.fail).note('new', noon + 100 * hour);
    assert.deepEqual(await readdir(folder), ['new']);
    // Another window sweeps at the same time, so that what was listed may be gone.
    await symlink(join(folder, 'nowhere'), join(folder, 'gone'));
    const third = new LastUse(async () => folder, assert.fail);
    await third.note('third', noon + 100 * hour);
    assert.equal(await third.of('third'), noon + 100 * hour + noteEveryMs);
    const alone = new LastUse(async () => undefined, assert.fail);
    await alone.note('prod', noon);
    assert.equal(await alone.of('prod'), undefined);
  });

  it('are made again after a moment in which the folder could not be had', async () => {
    const log: string[] = [];
    const inner = join(folder, 'used');
    await writeFile(inner, 'a file in the way');
    const uses = new LastUse(
      async () => inner,
      (line) => log.push(line),
    );
    await uses.note('prod', noon);
    assert.equal(log.length, 1);
    await rm(inner);
    await uses.note('prod', noon + 1000);
    assert.equal(await uses.of('prod'), noon + 1000 + noteEveryMs);
  });
});
