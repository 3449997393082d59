import type { Consumer } from './judge.ts';
import type { SoakReport } from './soak.ts';

/** The report as a person reads it. */
export function tableOf(report: SoakReport): string {
  const { consumers, troubles, awakeHours, asleepHours } = report;
  const served = consumers.reduce((sum, consumer) => sum + consumer.served, 0);
  const events = [...troubles].map(([what, times]) => `${what} ${String(times)}`).join(', ');
  return [
    row(['session', 'served', 'longest gap', 'least left', 'not served']),
    ...consumers.map(rowOf),
    '',
    `${String(served)} fetches served, ${String(report.fetchesByHelper)} of all by the helper itself`,
    `${awakeHours.toFixed(1)} simulated hours awake, ${asleepHours.toFixed(1)} asleep: ${events}`,
    `${report.callsPerHour.toFixed(1)} calls to AWS an hour, ${String(report.mostCallsAMinute)} in the busiest minute`,
    `heap ${mebibytes(report.heap[0])} after the starts, ${mebibytes(report.heap[1])} at the end; ${mebibytes(report.rss)} in all`,
    `${String(report.mostFiles)} files in the helper's folder at most`,
    ...report.complaints.map((complaint) => `WRONG ${complaint}`),
    report.complaints.length === 0 ? 'all is well' : `${String(report.complaints.length)} things are wrong`,
  ].join('\n');
}

function rowOf({ name, served, longestGapMs, leastLeftMs, failed }: Consumer): string {
  const why = [...failed].map(([reason, times]) => `${reason} ${String(times)}`).join(', ');
  const left = leastLeftMs === Infinity ? '–' : minutes(leastLeftMs);
  return row([name, String(served), minutes(longestGapMs), left, why || '–']);
}

function row([name = '', served = '', gap = '', left = '', failed = '']: readonly string[]): string {
  return `${name.padEnd(24)}${served.padStart(8)}${gap.padStart(14)}${left.padStart(12)}   ${failed}`;
}

function minutes(ms: number): string {
  return `${(ms / 60_000).toFixed(1)} min`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
