import assert from 'node:assert/strict';
import { soak } from '../soak/soak.ts';
import { tableOf } from '../soak/table.ts';

// A slice of `npm run soak`, so that the long one is known to work when it is wanted.
describe('two windows with twenty sessions, for twenty seconds of simulated hours', () => {
  it('serve every tool that fetches, through outages, sleep, ends and kills', async function () {
    this.timeout(300_000);
    const seed = Number(process.env['STS_SESSIONS_SEED'] ?? Date.now() % 1_000_000);
    const log: string[] = [];
    const report = await soak({
      realMs: 20_000,
      calmMs: 8 * 60_000,
      seed,
      log: (line) => log.push(line),
    });
    const told = [`STS_SESSIONS_SEED=${String(seed)}`, ...log, tableOf(report)].join('\n');
    assert.equal(report.complaints.length, 0, told);
    assert.ok(report.awakeHours > 0, told);
  });
});
