import assert from 'node:assert/strict';
import { timeLeft } from '../../src/aws/credentials.ts';
import { AwsClock } from '../../src/session/awsClock.ts';
import { shownLeft } from '../../src/session/schedule.ts';
import { FakeClock } from '../support/fakeClock.ts';
import {
  hour,
  Machine,
  minute,
  never,
  noon,
  Person,
  profile,
  type Window,
} from '../support/sessionWindows.ts';

function clocks(): { wall: FakeClock; aws: AwsClock } {
  const wall = new FakeClock(noon);
  return { wall, aws: new AwsClock(wall) };
}

describe('AWS’s clock', () => {
  it('is the one on the wall until AWS has said otherwise', () => {
    const { wall, aws } = clocks();
    wall.jump(hour);
    assert.equal(aws.now(), noon + hour);
    assert.equal(aws.skewMs, undefined);
  });

  it('is the one on the wall within what a measurement can tell', () => {
    const { wall, aws } = clocks();
    aws.measured(9000);
    assert.equal(aws.now(), wall.now());
    assert.equal(aws.skewMs, 9000);
  });

  for (const skew of [10 * minute, -10 * minute]) {
    it(`goes on by a measured skew of ${skew} ms`, async () => {
      const { wall, aws } = clocks();
      aws.measured(skew);
      await wall.advance(hour);
      assert.equal(aws.now(), noon + hour - skew);
      assert.equal(aws.skewMs, skew);
    });
  }

  it('never goes back with the clock on the wall', async () => {
    const { wall, aws } = clocks();
    await wall.advance(hour);
    wall.jump(-3 * hour);
    assert.equal(aws.now(), noon + hour);
    assert.equal(aws.skewMs, -3 * hour);
    await wall.advance(minute);
    assert.equal(aws.now(), noon + hour + minute);
  });

  it('takes a clock that was ahead and is set right for right', async () => {
    const { wall, aws } = clocks();
    aws.measured(10 * minute);
    await wall.advance(minute);
    wall.jump(-10 * minute);
    assert.equal(aws.skewMs, 0);
    assert.equal(aws.now(), wall.now());
  });

  it('forgets a jump forward that is taken back', () => {
    const { wall, aws } = clocks();
    wall.jump(hour);
    assert.equal(aws.now(), noon + hour);
    wall.jump(-hour);
    assert.equal(aws.now(), noon);
  });

  it('is set right by the next measurement', () => {
    const { wall, aws } = clocks();
    aws.measured(0);
    wall.jump(hour);
    aws.measured(hour);
    assert.equal(aws.now(), noon);
  });
});

describe('sessions by AWS’s clock', () => {
  const started = async (skewMs: number): Promise<{ machine: Machine; window: Window; person: Person }> => {
    const machine = new Machine();
    machine.skewMs = skewMs;
    machine.withMfa.add('mfa');
    machine.onCall = (call) => call.grant();
    const window = machine.open();
    const person = new Person();
    window.sessions.attend(person);
    await window.sessions.start(profile('mfa'), never);
    return { machine, window, person };
  };
  const stateOf = (window: Window): string | undefined => window.sessions.get('mfa')?.state.kind;

  for (const skew of [10 * minute, -10 * minute]) {
    it(`last as long as they last at AWS when the computer is ${skew} ms ahead, and that is told once`, async () => {
      const { machine, window, person } = await started(skew);
      await machine.clock.advance(hour - 1);
      assert.equal(stateOf(window), 'live');
      await machine.clock.advance(1);
      assert.equal(stateOf(window), 'expired');
      await window.sessions.renew('mfa', never);
      assert.deepEqual(person.skews, [skew]);
    });
  }

  it('tell nobody of less than a minute', async () => {
    const { person } = await started(59_000);
    assert.deepEqual(person.skews, []);
  });

  it('are not brought back by a clock that is set back, and their timer does not oversleep', async () => {
    const { machine, window } = await started(0);
    await machine.clock.advance(59 * minute);
    machine.clock.jump(-5 * hour);
    assert.equal(stateOf(window), 'live');
    const { fired } = window;
    await machine.clock.advance(minute);
    assert.equal(stateOf(window), 'expired');
    assert.ok(window.fired > fired, 'it was noticed in time');
    machine.clock.jump(-5 * hour);
    assert.equal(stateOf(window), 'expired');
  });

  describe('tell listeners what is shown', () => {
    /** The minutes that listeners have last seen. */
    const watched = async (
      skewMs: number,
    ): Promise<{ machine: Machine; window: Window; readonly seen: () => number }> => {
      const { machine, window } = await started(skewMs);
      let seen = 0;
      const look = (): number => {
        const state = window.sessions.get('mfa')?.state;
        seen = state?.kind === 'live' ? shownLeft(timeLeft(state.credentials, window.sessions.now())) : 0;
        return seen;
      };
      look();
      window.sessions.onDidChange(look);
      return { machine, window, seen: () => seen };
    };
    it('although the minute passed while they were told', async () => {
      const { machine, window, seen } = await watched(0);
      window.sessions.onDidChange(() => machine.clock.jump(1));
      const renewing = window.sessions.renew('mfa', never);
      await renewing;
      assert.equal(seen(), 60 * minute);
      await machine.clock.advance(10);
      assert.equal(seen(), 59 * minute);
    });

    it('although the host was stopped, and somebody fetches before its timers have fired', async () => {
      const { machine, window, seen } = await watched(0);
      machine.clock.jump(2 * hour);
      const options = { holdMs: minute, onNeedsPerson: () => undefined, signal: never };
      const fetched = window.sessions.supply('mfa', options);
      await machine.clock.advance(10);
      assert.equal(seen(), 0);
      window.sessions.dispose();
      await fetched;
    });

    it('in time, when the clock went forward by less than the timer had still to wait', async () => {
      const { machine, window, seen } = await watched(0);
      await machine.clock.advance(1);
      assert.equal(seen(), 59 * minute);
      machine.clock.jump(30_000);
      window.sessions.setActive(undefined);
      window.sessions.setActive('mfa');
      await machine.clock.advance(30_010);
      assert.equal(seen(), 58 * minute);
    });
  });
});
