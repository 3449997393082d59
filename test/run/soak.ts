// `npm run soak`: ten minutes of simulated days. Two windows with twenty sessions go through sleeps, outages, throttling,
// ends and kills while tools fetch all the time. Ends with a table, and with 1 when a tool was not served that should
// have been, or a secret is on the disk. `npm run soak -- 2` takes two minutes; STS_SESSIONS_SEED repeats a run.
import { soak } from '../soak/soak.ts';
import { tableOf } from '../soak/table.ts';

const minutes = Number(process.argv[2] ?? 10);
const seed = Number(process.env['STS_SESSIONS_SEED'] ?? Date.now() % 1_000_000);
console.log(`${String(minutes)} minutes, STS_SESSIONS_SEED=${String(seed)}`);
const report = await soak({
  realMs: minutes * 60_000,
  calmMs: 2 * 3_600_000,
  seed,
  log: (line) => console.log(line),
});
console.log(tableOf(report));
process.exitCode = report.complaints.length > 0 ? 1 : 0;
