import assert from 'node:assert/strict';
import { AwsClock } from '../../src/session/awsClock.ts';
import type { NoteFile } from '../../src/session/renewalNote.ts';
import { SkewNote, type SkewPorts } from '../../src/session/skewNote.ts';
import { FakeClock, settle } from '../support/fakeClock.ts';
import {
  hour,
  Machine,
  MemoryNote,
  minute,
  never,
  noon,
  profile,
  Window,
} from '../support/sessionWindows.ts';

/** A machine's clocks, and the note on its disk. */
class Computer {
  readonly wall = new FakeClock(noon);
  readonly file = new MemoryNote();
  readonly log: string[] = [];
  /** Between the starts of the machine and of its clock here, ms. */
  up = 3 * hour;

  /** Time passes while nothing runs. */
  sleep(ms: number): void {
    this.wall.jump(ms);
    this.up += ms;
  }

  window(file: NoteFile = this.file): { note: SkewNote; clock: AwsClock; changes: () => number } {
    const clock = new AwsClock(this.wall);
    let changes = 0;
    const note = new SkewNote({
      file,
      uptime: () => this.up + this.wall.monotonic(),
      clock,
      now: () => this.wall.now(),
      onChange: () => void (changes += 1),
      log: (line) => this.log.push(line),
    });
    return { note, clock, changes: () => changes };
  }

  /** As after a reload: what a new window goes by. */
  async heard(): Promise<number | undefined> {
    const { note, clock } = this.window();
    await note.hear();
    return clock.skewMs;
  }

  async measured(skewMs: number): Promise<void> {
    const { note } = this.window();
    note.tell(skewMs);
    await note.settled();
  }
}

describe('a measured skew', () => {
  it('is what the next window begins with', async () => {
    const computer = new Computer();
    await computer.measured(2 * hour);
    const { note, clock, changes } = computer.window();
    assert.equal(clock.now(), noon);
    await note.hear();
    assert.deepEqual([clock.skewMs, clock.now(), changes()], [2 * hour, noon - 2 * hour, 1]);
    await note.hear();
    assert.equal(changes(), 1, 'it is no news the second time');
  });

  it('is nobody’s news where nothing has been measured', async () => {
    assert.equal(await new Computer().heard(), undefined);
  });

  it('outlasts a sleep, and is old after half a day', async () => {
    const computer = new Computer();
    await computer.measured(hour);
    computer.sleep(8 * hour);
    assert.equal(await computer.heard(), hour);
    computer.sleep(4 * hour);
    assert.equal(await computer.heard(), undefined);
  });

  for (const [what, change] of [
    ['the clock was set right meanwhile', (computer: Computer) => computer.wall.jump(-hour)],
    ['the clock was set wrong further meanwhile', (computer: Computer) => computer.wall.jump(hour)],
    ['the machine was started anew', (computer: Computer) => void (computer.up = minute)],
    [
      'another machine wrote it, which shares the home',
      (computer: Computer) => void (computer.up += 20 * hour),
    ],
  ] as const) {
    it(`counts for nothing when ${what}`, async () => {
      const computer = new Computer();
      await computer.measured(hour);
      await computer.wall.advance(minute);
      change(computer);
      assert.equal(await computer.heard(), undefined);
      await computer.measured(-hour);
      assert.equal(await computer.heard(), -hour, 'the next one counts');
    });
  }

  it('is still believed after the small corrections that clocks get', async () => {
    const computer = new Computer();
    await computer.measured(hour);
    computer.wall.jump(3000);
    assert.equal(await computer.heard(), hour);
  });

  it('never stands against a later one, whoever made it', async () => {
    const computer = new Computer();
    const [one, two] = [computer.window(), computer.window()];
    one.note.tell(hour);
    await one.note.settled();
    await computer.wall.advance(minute);
    two.note.tell(10 * minute);
    two.clock.measured(10 * minute);
    const old = computer.file.text;
    await two.note.settled();
    assert.notEqual(computer.file.text, old);
    await one.note.hear();
    assert.equal(one.clock.skewMs, 10 * minute);
    // What an older window writes late.
    computer.file.text = old;
    await two.note.hear();
    assert.equal(two.clock.skewMs, 10 * minute);
  });

  it('that was told late does not replace a later one', async () => {
    const computer = new Computer();
    const { file } = computer;
    let wake: () => void = () => undefined;
    const sleeping = new Promise<void>((resolve) => (wake = resolve));
    const late = computer.window({
      read: async () => {
        await sleeping;
        return file.read();
      },
      write: (value) => file.write(value),
    });
    late.note.tell(hour);
    await computer.wall.advance(1);
    await computer.measured(minute);
    wake();
    await late.note.settled();
    assert.equal(await computer.heard(), minute);
  });

  it('is not written again and again while nothing changes', async () => {
    const computer = new Computer();
    const { file } = computer;
    let writes = 0;
    const { note } = computer.window({
      read: () => file.read(),
      write: (value) => {
        writes += 1;
        return file.write(value);
      },
    });
    for (let second = 0; second < 15 * 60; second += 30) {
      note.tell(second % 60 === 0 ? 120 : 340);
      await note.settled();
      await computer.wall.advance(30_000);
    }
    assert.equal(writes, 2);
    note.tell(5000);
    await note.settled();
    assert.equal(writes, 3);
  });

  for (const text of [
    '{',
    '[]',
    'null',
    '7',
    '{"version":1,"skewMs":"3600000"}',
    '{"version":2,"skewMs":1}',
  ]) {
    it(`hinders nobody where the file holds ${text}`, async () => {
      const computer = new Computer();
      computer.file.text = text;
      assert.equal(await computer.heard(), undefined);
      await computer.measured(hour);
      assert.equal(await computer.heard(), hour);
    });
  }

  it('is this window’s alone where nothing can be written', async () => {
    const computer = new Computer();
    computer.file.write = () => Promise.reject(new Error('read-only'));
    await computer.measured(hour);
    assert.deepEqual(computer.log, ['skew not noted: Error']);
  });
});

describe('the windows of a machine whose clock is off', () => {
  it('sign by the same time, before each has asked AWS, and after a reload', async () => {
    const machine = new Machine();
    machine.skewMs = 2 * hour;
    const file = new MemoryNote();
    const skew: SkewPorts = { file, uptime: () => hour + machine.clock.monotonic() };
    const [one, two] = ['A', 'B'].map((name) => new Window(machine, name, { skew }));
    assert.ok(one && two);
    await Promise.all([one.sessions.load(), two.sessions.load()]);
    const starting = one.sessions.start(profile('prod'), never);
    await settle();
    machine.call().grant(hour);
    assert.equal((await starting).ok, true);
    await Promise.all([one.sessions.settled(), two.sessions.settled()]);
    await settle();
    assert.equal(two.sessions.skewMs, 2 * hour, 'the other window has heard of it');
    const after = new Window(machine, 'C', { skew });
    assert.equal(after.sessions.skewMs, undefined);
    await after.sessions.load();
    assert.equal(after.sessions.skewMs, 2 * hour);
    for (const { sessions } of [two, after]) {
      assert.equal(sessions.now(), noon - 2 * hour);
      assert.equal(sessions.get('prod')?.state.kind, 'live');
    }
  });

  it('learn it from a refusal, too', async () => {
    const machine = new Machine();
    const skew: SkewPorts = { file: new MemoryNote(), uptime: () => hour + machine.clock.monotonic() };
    const one = new Window(machine, 'A', { skew });
    await one.sessions.load();
    one.sessions.measured(2 * minute);
    assert.equal(one.sessions.now(), noon - 2 * minute);
    await one.sessions.settled();
    const two = new Window(machine, 'B', { skew });
    await two.sessions.load();
    assert.equal(two.sessions.skewMs, 2 * minute);
  });
});
