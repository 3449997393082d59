import assert from 'node:assert/strict';
import type { SupplyOptions } from '../../src/session/ports.ts';
import { settle } from '../support/fakeClock.ts';
import {
  hour,
  Machine,
  minute,
  never,
  Person,
  profile,
  type Call,
  type Window,
} from '../support/sessionWindows.ts';

async function open(machine: Machine, name = 'A'): Promise<{ window: Window; person: Person }> {
  const window = machine.open(name);
  const person = new Person();
  await window.sessions.load();
  window.sessions.attend(person);
  return { window, person };
}

/** A machine whose AWS always grants, with a session that needs a code. */
async function started(life = hour): Promise<{ machine: Machine; window: Window; person: Person }> {
  const machine = new Machine();
  machine.withMfa.add('mfa');
  machine.onCall = (call: Call) => call.grant(life);
  const { window, person } = await open(machine);
  await window.sessions.start(profile('mfa'), never);
  return { machine, window, person };
}

const asked = (...people: readonly Person[]): number =>
  people.reduce((count, person) => count + person.asked.length, 0);

describe('a session that needs a person', () => {
  it('is not renewed by itself; its person is asked once, at the warning', async () => {
    const { machine, person } = await started();
    await machine.clock.advance(50 * minute - 1);
    assert.equal(asked(person), 0);
    await machine.clock.advance(2);
    assert.equal(asked(person), 1);
    assert.equal(machine.asked.get('mfa'), 1);
  });

  it('of a short life asks at half of it', async () => {
    const { machine, person } = await started(15 * minute);
    await machine.clock.advance(7 * minute);
    assert.equal(asked(person), 0);
    await machine.clock.advance(minute);
    assert.equal(asked(person), 1);
  });

  it('asks once more after “Later”, at half of what was left, and then no more', async () => {
    const { machine, person } = await started();
    await machine.clock.advance(51 * minute);
    person.asked[0]?.answer('later');
    await machine.clock.advance(3.5 * minute);
    assert.equal(asked(person), 1);
    await machine.clock.advance(minute);
    assert.equal(asked(person), 2);
    person.asked[1]?.answer('later');
    await machine.clock.advance(10 * minute);
    assert.equal(asked(person), 2);
  });

  it('asks once more when nobody has looked; what became of the first question does not count then', async () => {
    const { machine, person } = await started();
    await machine.clock.advance(56 * minute);
    assert.equal(asked(person), 2);
    person.asked[0]?.answer(undefined);
    await settle();
    person.asked[1]?.answer('later');
    await machine.clock.advance(10 * minute);
    assert.equal(asked(person), 2);
  });

  for (const answer of ['letEnd', undefined] as const) {
    it(`asks no more after ${answer ?? 'the question was closed'}, whatever fetches, nor after a reload`, async () => {
      const { machine, window, person } = await started();
      await machine.clock.advance(51 * minute);
      person.asked[0]?.answer(answer);
      await settle();
      await window.sessions.settled();
      window.sessions.dispose();
      window.kill();
      const again = await open(machine, 'B');
      await machine.clock.advance(7 * minute);
      const nobody = (): void => assert.fail('a fetch asks nobody while it lasts');
      const supply = await again.window.sessions.supply('mfa', {
        holdMs: 0,
        onNeedsPerson: nobody,
        signal: never,
      });
      assert.equal(supply.kind, 'credentials');
      await machine.clock.advance(3 * minute);
      assert.equal(asked(person, again.person), 1);
      let waits = 0;
      void again.window.sessions.supply('mfa', {
        holdMs: 1000,
        onNeedsPerson: () => void (waits += 1),
        signal: never,
      });
      await machine.clock.advance(2000);
      assert.equal(waits, 1, 'after the end a tool may ask');
    });
  }

  it('asks about the next credentials again', async () => {
    const { machine, window, person } = await started();
    await machine.clock.advance(51 * minute);
    person.asked[0]?.answer('letEnd');
    await window.sessions.renew('mfa', never);
    await machine.clock.advance(51 * minute);
    assert.equal(asked(person), 2);
  });

  it('asks nobody when it was renewed or ended before', async () => {
    const { machine, window, person } = await started();
    await machine.clock.advance(45 * minute);
    await window.sessions.renew('mfa', never);
    await machine.clock.advance(40 * minute);
    await window.sessions.end('mfa');
    await machine.clock.advance(hour);
    assert.equal(asked(person), 0);
  });

  it('asks in one window of three: where the person is', async () => {
    const { machine, person } = await started();
    const second = await open(machine, 'B');
    const third = await open(machine, 'C');
    person.focused = false;
    second.person.focused = false;
    await machine.clock.advance(51 * minute);
    assert.deepEqual([asked(person), asked(second.person), asked(third.person)], [0, 0, 1]);
    third.person.asked[0]?.answer('later');
    await machine.clock.advance(5 * minute);
    assert.equal(asked(person, second.person, third.person), 2);
  });

  it('asks where it is active when the person is in no window, and elsewhere when that one dies', async () => {
    const { machine, window, person } = await started();
    const second = await open(machine, 'B');
    person.focused = false;
    second.person.focused = false;
    await machine.clock.advance(51 * minute);
    assert.deepEqual([asked(person), asked(second.person)], [1, 0]);
    window.sessions.dispose();
    window.kill();
    await machine.clock.advance(6 * minute);
    assert.deepEqual([asked(person), asked(second.person)], [1, 1]);
  });

  it('that seemed to need nobody asks as well', async () => {
    const { machine, window, person } = await started();
    machine.answered.add('arn:aws:iam::111122223333:mfa/ada');
    machine.onCall = (call) => call.refuse({ kind: 'mfaNeedsPerson', serial: 'x' });
    window.sessions.authenticatorsChanged();
    await machine.clock.advance(49 * minute);
    assert.deepEqual(person.troubles, [], 'a question says it');
    assert.equal(asked(person), 0);
    await machine.clock.advance(2 * minute);
    assert.equal(asked(person), 1);
  });
});

describe('tools that wait for a person in two windows', () => {
  it('raise one question', async () => {
    const { machine, window } = await started();
    const second = await open(machine, 'B');
    machine.clock.jump(2 * hour);
    let waits = 0;
    const options: SupplyOptions = {
      holdMs: 1000,
      onNeedsPerson: () => void (waits += 1),
      signal: never,
    };
    void window.sessions.supply('mfa', options);
    void second.window.sessions.supply('mfa', options);
    await machine.clock.advance(2000);
    assert.equal(waits, 1);
  });
});
