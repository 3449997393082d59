import assert from 'node:assert/strict';
import { accountForReading, clockTime, remaining, remainingWords, shorten } from '../../src/ui/text/time.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe('time in words', () => {
  const table: readonly [ms: number, short: string, words: string][] = [
    [36 * hour, '36h 00m', '36 hours'],
    [2 * hour + 5 * minute + 59 * second, '2h 05m', '2 hours 5 minutes'],
    [hour, '1h 00m', '1 hour'],
    [hour - 1, '59m', '59 minutes'],
    [47 * minute, '47m', '47 minutes'],
    [2 * minute, '2m', '2 minutes'],
    [2 * minute - 1, '1m 59s', '1 minute 59 seconds'],
    [80 * second, '1m 20s', '1 minute 20 seconds'],
    [61 * second, '1m 01s', '1 minute 1 second'],
    [minute, '1m 00s', '1 minute'],
    [5 * second, '5s', '5 seconds'],
    [999, '0s', '0 seconds'],
    [0, '0s', '0 seconds'],
    [-hour, '0s', '0 seconds'],
    [Infinity, 'no known end', 'no known end'],
  ];
  for (const [ms, short, words] of table) {
    it(`${ms} ms is “${short}”, read as “${words}”`, () => {
      assert.equal(remaining(ms), short);
      assert.equal(remainingWords(ms), words);
    });
  }

  it('names the weekday only when it is not today', () => {
    const noon = new Date(2026, 10, 23, 12, 0).getTime();
    assert.equal(clockTime(new Date(2026, 10, 23, 9, 5).getTime(), noon), '09:05');
    assert.equal(clockTime(new Date(2026, 10, 23, 23, 59).getTime(), noon), '23:59');
    assert.equal(clockTime(new Date(2026, 10, 24, 0, 0).getTime(), noon), 'Tue 00:00');
    assert.equal(clockTime(new Date(2026, 10, 22, 14, 5).getTime(), noon), 'Sun 14:05');
  });

  it('groups the digits of an account and touches nothing else', () => {
    assert.equal(accountForReading('111122223333'), '1111-2222-3333');
    assert.equal(accountForReading('12345'), '12345');
    assert.equal(accountForReading('arn:aws:iam::111122223333:root'), 'arn:aws:iam::111122223333:root');
  });

  it('cuts long names in the middle', () => {
    assert.equal(shorten('prod-admin', 24), 'prod-admin');
    assert.equal(shorten('a'.repeat(24), 24), 'a'.repeat(24));
    const cut = shorten('company-production-administrator', 24);
    assert.equal(cut, 'company-prod…ministrator');
    assert.equal(Array.from(cut).length, 24);
    assert.equal(shorten('😀'.repeat(10), 5), '😀😀…😀😀');
    assert.equal(shorten('abcdef', 2), 'a…');
  });
});
