// What the token files of Identity Center and of `aws login` have in common. Nothing in them is trusted: other programs
// write them too.

/** The members of a JSON object; undefined for any other text. */
export function readFields(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The members of an object that came out of JSON; undefined for any other value. */
export function fieldsOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : undefined;
}

/** `2026-11-23T18:40:00Z`: whole seconds, because the AWS CLI's older parsers know no fractions. */
export function writeTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Milliseconds UTC. `UTC` is how the first AWS CLI v2 wrote it; the SDKs write fractions. */
export function readTime(value: unknown): number | undefined {
  const match =
    typeof value === 'string'
      ? /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|UTC|[+-]\d\d:\d\d)$/.exec(value)
      : undefined;
  const time = match ? Date.parse(`${match[1] ?? ''}${match[3] === 'UTC' ? 'Z' : (match[3] ?? '')}`) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** Text that can go into a header: nothing but visible ASCII. */
export function readLine(value: unknown): string | undefined {
  return typeof value === 'string' && /^[!-~]+$/.test(value) ? value : undefined;
}
