import { readFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';

/** What one part of `npm test` has found. */
export interface Report {
  readonly part: string;
  readonly passed: number;
  readonly failures: readonly Failure[];
  /** Titles, each with its reason. */
  readonly skipped: readonly string[];
  readonly seconds: number;
}

/** One failed test, with all that is known about it. */
export interface Failure {
  readonly title: string;
  readonly message: string;
}

/** The part of mocha's JSON report that is read here. */
interface MochaJson {
  readonly passes: readonly { readonly fullTitle: string }[];
  readonly pending: readonly { readonly fullTitle: string }[];
  readonly failures: readonly {
    readonly fullTitle: string;
    readonly err: { readonly stack?: string; readonly message?: string; readonly diff?: string };
  }[];
}

/** Reads what mocha's JSON reporter wrote; undefined when it never got that far. */
export async function readMochaReport(file: string): Promise<Omit<Report, 'part' | 'seconds'> | undefined> {
  let json: MochaJson;
  try {
    json = JSON.parse(await readFile(file, 'utf8')) as MochaJson;
  } catch {
    return undefined;
  }
  return {
    passed: json.passes.length,
    failures: json.failures.map(({ fullTitle, err }) => ({
      title: fullTitle,
      message: err.stack ?? err.message ?? 'no message',
    })),
    skipped: json.pending.map(({ fullTitle }) => fullTitle),
  };
}

/** One line about a part that has ended. */
export function summaryLine({ part, passed, failures, skipped, seconds }: Report): string {
  return `${part.padEnd(8)} ${counts(passed, failures.length, skipped.length)}  (${seconds.toFixed(1)} s)`;
}

/** Everything that went wrong or was left out, in full. */
export function details(reports: readonly Report[]): string {
  const skipped = reports.flatMap((report) =>
    report.skipped.map((title) => `skipped  ${report.part}: ${title}`),
  );
  const failed = reports.flatMap((report) =>
    report.failures.map(({ title, message }) => {
      const text = stripVTControlCharacters(message).trimEnd().replaceAll('\n', '\n    ');
      return `FAILED  ${report.part}: ${title}\n    ${text}\n`;
    }),
  );
  return [...skipped, ...failed].join('\n');
}

/** `12 passed, 0 failed`, with `, 2 skipped` when some were. */
export function counts(passed: number, failed: number, skipped: number): string {
  const rest = skipped > 0 ? `, ${String(skipped)} skipped` : '';
  return `${String(passed)} passed, ${String(failed)} failed${rest}`;
}

/** Prints what the parts found, the counts last, and says with which code the process should end. */
export function conclude(reports: readonly Report[]): number {
  const more = details(reports);
  if (more !== '') {
    console.log(`\n${more}`);
  }
  const passed = sum(reports.map((report) => report.passed));
  const failed = sum(reports.map((report) => report.failures.length));
  const skipped = sum(reports.map((report) => report.skipped.length));
  console.log(counts(passed, failed, skipped));
  return failed > 0 || passed === 0 ? 1 : 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
