import assert from 'node:assert/strict';
import { nextChangeAt, phaseAt, renewAt, servable, shownLeft } from '../../src/session/schedule.ts';
import { hour, minute, noon } from '../support/sessionWindows.ts';

const warn = 10 * minute;
const ending = (left: number | undefined): { expiresAt: number | undefined } => ({
  expiresAt: left === undefined ? undefined : noon + left,
});

describe('the phase of a session', () => {
  const rows = [
    [undefined, 'fresh'],
    [hour, 'fresh'],
    [warn, 'fresh'],
    [warn - 1, 'warning'],
    [1, 'warning'],
    [0, 'expired'],
    [-hour, 'expired'],
  ] as const;
  for (const [left, phase] of rows) {
    it(`${left ?? 'unknown'} ms before the end is ${phase}`, () => {
      assert.equal(phaseAt(ending(left), noon, warn), phase);
    });
  }
});

describe('the time left that texts show', () => {
  const rows = [
    [2 * hour + 5 * minute, 2 * hour + 5 * minute],
    [47 * minute + 59_999, 47 * minute],
    [2 * minute, 2 * minute],
    [2 * minute - 1, 2 * minute],
    [80_000, 80_000],
    [79_999, 80_000],
    [1, 10_000],
    [0, 0],
    [Infinity, Infinity],
  ] as const;
  for (const [left, shown] of rows) {
    it(`${left} ms shows as ${shown}`, () => {
      assert.equal(shownLeft(left), shown);
    });
  }
});

describe('the next change of a text', () => {
  it('is never missed and never further away than a minute', () => {
    const texts = (left: number): string => `${shownLeft(left)} ${phaseAt(ending(left), noon, 90_500)}`;
    for (let left = 1; left < 12 * minute; left += 777) {
      const wait = (nextChangeAt([ending(left)], noon, 90_500) ?? 0) - noon;
      assert.ok(wait >= 1 && wait <= minute, `${left}: ${wait}`);
      assert.equal(texts(left - wait + 1), texts(left), `at ${left} a change was missed before ${wait}`);
      if (wait < minute) {
        assert.notEqual(texts(left - wait), texts(left), `at ${left} nothing changes after ${wait}`);
      }
    }
  });

  it('comes a few times a minute for two hundred sessions, their warnings and ends at their moments all the same', () => {
    const many = Array.from({ length: 200 }, (_, at) => ending(30 * minute + at * 1777));
    let now = noon;
    let looks = 0;
    for (; now < noon + 10 * minute; looks += 1) {
      now = nextChangeAt(many, now, warn) ?? Infinity;
    }
    assert.ok(looks <= 10 * 7, `${looks} looks in ten minutes`);
    const late = [...many, ending(warn + 5000), ending(41_000)];
    assert.equal(nextChangeAt(late, noon, warn), noon + 1000);
    assert.equal(nextChangeAt([...many, ending(warn + 5000)], noon, warn), noon + 5001);
  });

  it('is the end, when that comes first', () => {
    assert.equal(nextChangeAt([ending(7)], noon, warn), noon + 7);
  });

  it('is the earliest of all sessions', () => {
    const all = [ending(hour), ending(undefined), ending(-5), ending(30 * minute + 20)];
    assert.equal(nextChangeAt(all, noon, warn), noon + 1);
    assert.equal(nextChangeAt(all.slice(1), noon, warn), noon + 21);
  });

  it('does not exist when nothing is live or no end is known', () => {
    assert.equal(nextChangeAt([], noon, warn), undefined);
    assert.equal(nextChangeAt([ending(undefined), ending(0), ending(-hour)], noon, warn), undefined);
  });
});

describe('what a fetch may be served', () => {
  it('is renewed 15 minutes before the end, or at half of a short life', () => {
    assert.equal(renewAt(ending(hour), noon), noon + 45 * minute);
    assert.equal(renewAt(ending(30 * minute), noon), noon + 15 * minute);
    assert.equal(renewAt(ending(15 * minute), noon), noon + 7.5 * minute);
    assert.equal(renewAt(ending(undefined), noon), undefined);
  });

  it('is judged by the clock', () => {
    const credentials = ending(hour);
    assert.equal(servable(credentials, noon, noon), 'serve');
    assert.equal(servable(credentials, noon, noon + 45 * minute - 1), 'serve');
    assert.equal(servable(credentials, noon, noon + 45 * minute), 'renewFirst');
    assert.equal(servable(credentials, noon, noon + hour - 1), 'renewFirst');
    assert.equal(servable(credentials, noon, noon + hour), 'over');
    assert.equal(servable(credentials, noon, noon - hour), 'serve');
    assert.equal(servable(ending(undefined), noon, noon + 99 * hour), 'serve');
  });
});
