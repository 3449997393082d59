/** One measured line of `npm run bench`. */
export interface BenchRow {
  /** What was measured, as a reader would ask for it. */
  readonly what: string;
  /** What came out, with its unit. */
  readonly ours: string;
  /** What it may be at most, with its unit. */
  readonly limit: string;
  readonly ok: boolean;
}
