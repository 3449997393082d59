import assert from 'node:assert/strict';
import type { StoredSession } from '../../src/session/types.ts';
import { settle } from '../support/fakeClock.ts';
import { hour, Machine, minute, never, noon, profile, type Window } from '../support/sessionWindows.ts';

const options = { holdMs: 1000, onNeedsPerson: () => undefined, signal: never };

async function live(machine: Machine, window: Window, name: string): Promise<void> {
  const starting = window.sessions.start(profile(name), never);
  await settle();
  machine.call().grant();
  assert.equal((await starting).ok, true);
  await settle();
}

async function keyIn(window: Window, id: string): Promise<string> {
  const supply = await window.sessions.supply(id, options);
  return supply.kind === 'credentials' ? supply.credentials.accessKeyId : supply.kind;
}

describe('two windows', () => {
  it('that start one session at once cause one AssumeRole', async () => {
    const machine = new Machine();
    const [a, b] = [machine.open('A'), machine.open('B')];
    const both = [a.sessions.start(profile('prod'), never), b.sessions.start(profile('prod'), never)];
    await settle();
    machine.call().grant();
    assert.deepEqual(
      (await Promise.all(both)).map((result) => result.ok),
      [true, true],
    );
    assert.equal(machine.asked.get('prod'), 1);
    assert.deepEqual([a.sessions.activeId, b.sessions.activeId], ['prod', 'prod']);
    assert.equal(await keyIn(b, 'prod'), 'ASIAEXAMPLE1');
  });

  it('do so even when neither hears the other', async () => {
    const machine = new Machine();
    machine.host.prompt = false;
    const [a, b] = [machine.open('A'), machine.open('B')];
    await live(machine, a, 'prod');
    machine.host.deliver();
    await settle();
    machine.clock.jump(hour);
    const fetches = [a.sessions.supply('prod', options), b.sessions.supply('prod', options)];
    const forced = b.sessions.renew('prod', never);
    await settle();
    machine.call().grant();
    await Promise.all(fetches);
    assert.equal((await forced).ok, true);
    assert.equal(machine.asked.get('prod'), 2);
    assert.deepEqual([await keyIn(a, 'prod'), await keyIn(b, 'prod')], ['ASIAEXAMPLE2', 'ASIAEXAMPLE2']);
  });

  it('show the same sessions, but each has its own active one', async () => {
    const machine = new Machine();
    const [a, b] = [machine.open('A'), machine.open('B')];
    await live(machine, a, 'prod');
    await live(machine, b, 'dev');
    for (const window of [a, b]) {
      assert.deepEqual(
        window.sessions.list().map((session) => session.name),
        ['dev', 'prod'],
      );
    }
    assert.deepEqual([a.sessions.activeId, b.sessions.activeId], ['prod', 'dev']);
  });

  it('both know of an end; nothing becomes active again by itself', async () => {
    const machine = new Machine();
    const [a, b] = [machine.open('A'), machine.open('B')];
    await live(machine, a, 'prod');
    await b.sessions.end('prod');
    await settle();
    assert.deepEqual(a.sessions.list(), []);
    assert.equal(a.sessions.activeId, undefined);
    assert.equal((await a.sessions.supply('prod', options)).kind, 'ended');
    await live(machine, b, 'prod');
    assert.equal(a.sessions.list().length, 1);
    assert.equal(a.sessions.activeId, undefined);
  });

  it('a renewal under way loses against an end in the other window', async () => {
    for (const prompt of [true, false]) {
      const machine = new Machine();
      const [a, b] = [machine.open('A'), machine.open('B')];
      await live(machine, a, 'prod');
      machine.host.prompt = prompt;
      const renewing = a.sessions.renew('prod', never);
      await settle();
      machine.clock.jump(1000);
      await b.sessions.end('prod');
      await settle();
      if (!prompt) {
        machine.call().grant();
      }
      const result = await renewing;
      machine.host.deliver();
      await settle();
      assert.deepEqual([a.sessions.list(), b.sessions.list()], [[], []], `prompt: ${prompt}`);
      assert.equal(result.ok, !prompt, 'unheard, the answer came first and the end undid it');
    }
  });

  it('a renewal does not bring back what was ended before it, unheard', async () => {
    const machine = new Machine();
    const [a, b] = [machine.open('A'), machine.open('B')];
    await live(machine, a, 'prod');
    machine.host.prompt = false;
    await b.sessions.end('prod');
    machine.clock.jump(1000);
    assert.equal((await a.sessions.renew('prod', never)).ok, false);
    assert.equal(machine.asked.get('prod'), 1);
    assert.deepEqual(a.sessions.list(), []);
  });

  it('a start does bring back what was ended before it', async () => {
    const machine = new Machine();
    const [a, b] = [machine.open('A'), machine.open('B')];
    await live(machine, a, 'prod');
    machine.host.prompt = false;
    await b.sessions.end('prod');
    machine.clock.jump(1000);
    const starting = a.sessions.start(profile('prod'), never, { force: true });
    await settle();
    machine.call().grant();
    assert.equal((await starting).ok, true);
    machine.host.deliver();
    await settle();
    assert.deepEqual([a.sessions.list().length, b.sessions.list().length], [1, 1]);
  });

  it('an end learns how long the credentials last that the other window had', async () => {
    const machine = new Machine();
    const [a, b] = [machine.open('A'), machine.open('B')];
    await live(machine, a, 'prod');
    machine.host.prompt = false;
    machine.clock.jump(10 * minute);
    const renewing = a.sessions.renew('prod', never);
    await settle();
    machine.call().grant();
    await renewing;
    machine.clock.jump(minute);
    assert.equal((await b.sessions.end('prod'))?.validUntil, noon + hour, 'all that b knows');
    machine.host.deliver();
    await settle();
    machine.host.deliver();
    await settle();
    for (const window of [a, b]) {
      const supply = await window.sessions.supply('prod', options);
      assert.equal(supply.kind === 'ended' && supply.validUntil, noon + hour + 10 * minute);
    }
  });

  it('a window that dies in its turn does not block the other', async () => {
    const machine = new Machine();
    const [a, b] = [machine.open('A'), machine.open('B')];
    void a.sessions.start(profile('prod'), never);
    await settle();
    const lost = machine.call();
    const starting = b.sessions.start(profile('prod'), never);
    await settle();
    assert.equal(machine.calls.length, 1);
    a.kill();
    machine.calls.splice(machine.calls.indexOf(lost), 1);
    await settle();
    assert.equal(machine.call().window, 'B');
    machine.call().grant();
    assert.equal((await starting).ok, true);
  });

  it('who waits for its turn may leave; the other goes on', async () => {
    const machine = new Machine();
    const [a, b] = [machine.open('A'), machine.open('B')];
    const first = a.sessions.start(profile('prod'), never);
    await settle();
    const patience = new AbortController();
    const second = b.sessions.start(profile('prod'), patience.signal);
    await settle();
    assert.equal(b.sessions.get('prod')?.state.kind, 'starting');
    patience.abort();
    assert.equal((await second).ok, false);
    assert.deepEqual(b.sessions.list(), []);
    machine.call().grant();
    assert.equal((await first).ok, true);
    await settle();
    assert.equal(b.sessions.list().length, 1);
    assert.equal(b.sessions.activeId, undefined);
  });

  for (const broken of ['take', 'release'] as const) {
    it(`a lock that fails (${broken}) loses no session`, async () => {
      const machine = new Machine();
      const window = machine.open();
      window.peers.brokenLock = broken;
      await live(machine, window, 'prod');
      assert.equal(machine.asked.get('prod'), 1);
      assert.equal(await keyIn(window, 'prod'), 'ASIAEXAMPLE1');
    });
  }

  it('hear of what a third left in the store when it closed, from the next that opens', async () => {
    const machine = new Machine();
    const [a, b] = [machine.open('A'), machine.open('B')];
    await live(machine, a, 'prod');
    machine.host.prompt = false;
    await b.sessions.end('prod');
    await b.sessions.settled();
    b.sessions.dispose();
    b.kill();
    machine.host.deliver();
    await settle();
    assert.equal(a.sessions.list().length, 1, 'too late to hear it from the one that closed');
    machine.host.prompt = true;
    await machine.open('C').sessions.load();
    await settle();
    assert.deepEqual(a.sessions.list(), []);
  });

  it('nonsense from another window changes nothing', async () => {
    const machine = new Machine();
    const window = machine.open();
    await live(machine, window, 'prod');
    const [record] = window.sessions.records();
    const nonsense = [
      null,
      { version: 1 },
      { ...record, version: 2, changedAt: noon + hour },
      { ...record, id: '../x' },
      { ...record, id: 'old', changedAt: 0, credentials: { ...record?.credentials, expiresAt: 0 } },
    ];
    machine.host.open(() => nonsense as readonly StoredSession[]).announce();
    await settle();
    assert.deepEqual(
      window.sessions.list().map((session) => session.id),
      ['prod'],
    );
    assert.equal(await keyIn(window, 'prod'), 'ASIAEXAMPLE1');
  });

  it('a pull that fails is no failure of the start', async () => {
    const machine = new Machine();
    const window = machine.open();
    window.peers.pull = () => Promise.reject(new Error('no socket'));
    await window.sessions.load();
    await live(machine, window, 'prod');
    assert.match(machine.log.join('\n'), /could not be asked/);
  });

  it('a change during a pull is not missed', async () => {
    const machine = new Machine();
    const [a, b] = [machine.open('A'), machine.open('B')];
    const pull = b.peers.pull.bind(b.peers);
    const slow: (() => void)[] = [];
    b.peers.pull = async () => {
      const records = await pull();
      await new Promise<void>((resolve) => slow.push(resolve));
      return records;
    };
    await live(machine, a, 'one');
    await live(machine, a, 'two');
    assert.equal(slow.length, 1, 'one pull at a time');
    slow.shift()?.();
    await settle();
    assert.deepEqual(
      b.sessions.list().map((session) => session.name),
      ['one'],
    );
    slow.shift()?.();
    await settle();
    assert.deepEqual(
      b.sessions.list().map((session) => session.name),
      ['one', 'two'],
    );
  });
});
