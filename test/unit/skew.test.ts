import assert from 'node:assert/strict';
import { skewOf } from '../../src/aws/skew.ts';
import { Seeded } from '../support/seeded.ts';

const second = 1000;
const hour = 3600 * second;
/** 2026-01-01 12:00 UTC. */
const noon = 1_767_268_800_000;

/** What AWS writes into `Date` at a moment of its clock. */
function dateAt(aws: number): number {
  return Math.floor(aws / second) * second;
}

describe('the skew that an exchange with AWS proves', () => {
  const cases: Readonly<
    Record<string, readonly [sent: number, received: number, server: number, skew: number]>
  > = {
    'is none for a clock that is right': [noon + 40, noon + 240, noon, 0],
    'is none for the part of a second that Date leaves out': [noon + 999, noon + 999, noon, 0],
    'is none where the machine slept during the call': [noon, noon + 8 * hour, noon, 0],
    'is none where the clock was set forward during the call': [noon, noon + hour, noon, 0],
    'is none where a clock that was ahead was set right during the call': [noon + hour, noon + 20, noon, 0],
    'is what the new clock shows where it was set back wrongly': [noon, noon - hour, noon, -hour],
    'is what is left where it was set back by too little': [noon + 2 * hour, noon + hour, noon, hour - 999],
    'is the least that an hour ahead can be': [noon + hour, noon + hour + 300, noon, hour - 999],
    'is the least that an hour behind can be': [noon - hour, noon - hour + 300, noon, -hour + 300],
    'is what a sleep leaves of a clock that is behind': [noon - 3 * hour, noon - hour, noon, -hour],
  };
  for (const [what, [sentAt, receivedAt, serverTime, skew]] of Object.entries(cases)) {
    it(what, () => assert.equal(skewOf({ sentAt, receivedAt, serverTime }), skew));
  }

  it('never says more than is true, nor the other way round, and is off by the call’s time at most', () => {
    const chance = new Seeded(20_260_101);
    for (let round = 0; round < 5000; round += 1) {
      const truth =
        (chance.below(2) === 0 ? 1 : -1) * chance.below(chance.pick([3, 3000, 90_000, 30 * 3_600_000]));
      const sent = noon + chance.below(5000);
      const there = chance.below(chance.pick([1, 50, 20_000, 9 * 3_600_000]));
      const back = chance.below(chance.pick([1, 50, 20_000, 9 * 3_600_000]));
      const exchange = {
        sentAt: sent,
        receivedAt: sent + there + back,
        serverTime: dateAt(sent + there - truth),
      };
      const skew = skewOf(exchange);
      const told = `${JSON.stringify({ truth, there, back, ...exchange })}: ${String(skew)}`;
      assert.ok(Math.abs(skew) <= Math.abs(truth), told);
      assert.ok(skew === 0 || Math.sign(skew) === Math.sign(truth), told);
      assert.ok(Math.abs(truth - skew) <= there + back + second, told);
    }
  });

  it('is what the clock shows afterwards, where it was set back during the call', () => {
    const chance = new Seeded(7);
    for (let round = 0; round < 5000; round += 1) {
      // Of the clock after it was set back, and how much further ahead it was before.
      const truth = (chance.below(2) === 0 ? 1 : -1) * chance.below(chance.pick([3000, 30 * 3_600_000]));
      const [there, between, back] = [chance.below(400), chance.below(400), chance.below(400)];
      const setBack = there + between + back + 1 + chance.below(30 * 3_600_000);
      const aws = noon + chance.below(second);
      // AWS looks at its clock before or after it is set back.
      const looks = chance.below(2) === 0 ? there : there + between;
      const sentAt = aws + truth + setBack;
      const receivedAt = aws + there + between + back + truth;
      const skew = skewOf({ sentAt, receivedAt, serverTime: dateAt(aws + looks) });
      const told = JSON.stringify({ truth, there, between, back, setBack, sentAt, receivedAt, skew });
      assert.ok(receivedAt < sentAt, told);
      assert.ok(Math.abs(truth - skew) <= there + between + back + second, told);
    }
  });
});
