import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { openFolder } from '../../src/outlets/folder.ts';
import { Emitter } from '../../src/session/emitter.ts';
import { KeySuccession } from '../../src/session/keySuccession.ts';
import type { NoteFile } from '../../src/session/renewalNote.ts';
import type { Peers } from '../../src/session/types.ts';
import { wireSuccession } from '../../src/wireRenewal.ts';
import { settle } from '../support/fakeClock.ts';
import { useFolder } from '../support/folder.ts';
import { Machine, MemoryNote, never, profile, Window } from '../support/sessionWindows.ts';

/** Windows over one file, who take turns. */
class Host {
  readonly file = new MemoryNote();
  readonly log: string[] = [];
  announced = 0;
  #turns: Promise<unknown> = Promise.resolve();

  window(file: NoteFile = this.file, exclusive?: Peers['exclusive']): KeySuccession {
    return new KeySuccession({
      file,
      exclusive: exclusive ?? ((_key, _signal, work) => this.#exclusive(work)),
      announce: () => void (this.announced += 1),
      log: (line) => this.log.push(line),
    });
  }

  async #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.then(work);
    this.#turns = turn.catch(() => undefined);
    return turn;
  }
}

describe('the first of a line of long-term keys', () => {
  it('is known in every window that hears of a rotation, and after a reload', async () => {
    const host = new Host();
    const [a, b] = [host.window(), host.window()];
    await a.succeeds('second', 'first');
    assert.deepEqual([a.firstOf('second'), a.firstOf('first'), host.announced], ['first', 'first', 1]);
    assert.equal(b.firstOf('second'), 'second', 'it has not heard yet');
    await b.succeeds('third', 'second');
    assert.equal(b.firstOf('third'), 'first', 'before it notes, it hears');
    await a.hear();
    assert.equal(a.firstOf('third'), 'first');
    const reloaded = host.window();
    await reloaded.hear();
    assert.deepEqual([reloaded.firstOf('third'), reloaded.firstOf('other')], ['first', 'other']);
    assert.deepEqual(host.log, []);
  });

  it('is not lost when two windows rotate at once', async () => {
    const host = new Host();
    await Promise.all([host.window().succeeds('a2', 'a1'), host.window().succeeds('b2', 'b1')]);
    const later = host.window();
    await later.hear();
    assert.deepEqual([later.firstOf('a2'), later.firstOf('b2')], ['a1', 'b1']);
  });

  it('is known to a window that stands alone, or cannot write, and that is all', async () => {
    const host = new Host();
    const alone = host.window({ read: async () => undefined, write: async () => undefined });
    await alone.succeeds('second', 'first');
    await alone.hear();
    assert.equal(alone.firstOf('second'), 'first');
    const denied = new RangeError('EXAMPLE');
    const broken = { read: () => Promise.reject(denied), write: () => Promise.reject(denied) };
    const window = host.window(broken);
    await window.succeeds('second', 'first');
    assert.equal(window.firstOf('second'), 'first');
    assert.deepEqual(host.log, [
      'key succession not read: RangeError',
      'key succession not noted: RangeError',
    ]);
  });

  it('is noted without a lock where there is none, once', async () => {
    const host = new Host();
    await host.window(host.file, () => Promise.reject(new Error('EXAMPLE'))).succeeds('second', 'first');
    const notReturned: Peers['exclusive'] = async (_key, _signal, work) => {
      await work();
      throw new Error('EXAMPLE');
    };
    await host.window(host.file, notReturned).succeeds('third', 'second');
    const later = host.window();
    await later.hear();
    assert.deepEqual([later.firstOf('second'), later.firstOf('third')], ['first', 'first']);
    assert.equal(host.log.length, 2);
  });

  it('is forgotten for the oldest when there are too many', async () => {
    const host = new Host();
    const window = host.window();
    for (let key = 0; key < 205; key++) {
      await window.succeeds(`new${String(key)}`, `old${String(key)}`);
    }
    const later = host.window();
    await later.hear();
    for (const each of [window, later]) {
      assert.deepEqual([each.firstOf('new4'), each.firstOf('new5')], ['new4', 'old5']);
      assert.equal(each.firstOf('new204'), 'old204');
    }
  });

  it('is nothing in a file that is broken, or of a newer version', async () => {
    const host = new Host();
    const window = host.window();
    for (const value of [null, 1, [], { version: 2, firsts: [['b', 'a']] }, { version: 1, firsts: 'b' }]) {
      await host.file.write(value);
      await window.hear();
      assert.equal(window.firstOf('b'), 'b');
    }
    await host.file.write({ version: 1, firsts: [['b'], 'c', ['d', 1], ['e', 'a']] });
    await window.hear();
    assert.deepEqual(
      ['b', 'c', 'd', 'e'].map((id) => window.firstOf(id)),
      ['b', 'c', 'd', 'a'],
    );
  });
});

describe('the note of keys that came in the place of others', () => {
  const folder = useFolder();

  it('is read by a window that opens, and by one that another window tells', async () => {
    const opened = await openFolder(join(folder(), 'helper'));
    assert.ok(opened.ok);
    const changes = new Emitter<void>();
    const peers: Peers = {
      pull: async () => [],
      announce: () => changes.fire(),
      onDidChange: changes.event,
      exclusive: (_key, _signal, work) => work(),
    };
    const window = (): KeySuccession => {
      const host = { hostId: '', problem: undefined, command: undefined, dispose: async () => undefined };
      return wireSuccession({
        context: { subscriptions: [] },
        host: Promise.resolve({ ...host, folder: opened.folder, peers }),
        peers,
        log: { warn: assert.fail },
      });
    };
    const knows = async (each: KeySuccession): Promise<void> => {
      while (each.firstOf('second') !== 'first') {
        await turn();
      }
    };
    const [a, b] = [window(), window()];
    await b.hear();
    await a.succeeds('second', 'first');
    await knows(b);
    await knows(window());
  });
});

describe('a session whose long-term key another window has rotated', () => {
  it('is renewed, and found by a start, in a window that has not heard of it yet', async () => {
    const machine = new Machine();
    const host = new Host();
    const inFile = { key: 'first' };
    const open = (name: string): Window => {
      const succession = host.window();
      return new Window(machine, name, {
        planId: () => succession.firstOf(inFile.key),
        hearKeys: () => succession.hear(),
      });
    };
    const [a, b] = [open('A'), open('B')];
    const starting = a.sessions.start(profile('prod'), never);
    await settle();
    machine.call().grant();
    assert.equal((await starting).ok, true);
    await settle();

    await host.window().succeeds('second', 'first');
    inFile.key = 'second';
    const renewing = a.sessions.renew('first', never);
    await settle();
    machine.call().grant();
    const renewed = await renewing;
    assert.ok(renewed.ok, JSON.stringify(renewed));
    assert.equal(renewed.session.id, 'first');

    const found = await b.sessions.start(profile('prod'), never);
    assert.ok(found.ok, JSON.stringify(found));
    assert.equal(found.session.id, 'first');
    assert.deepEqual(machine.calls, []);

    inFile.key = 'somebody else’s';
    const other = await a.sessions.renew('first', never);
    assert.ok(!other.ok && other.why === 'fault' && other.fault.kind === 'planChanged');
  });
});
