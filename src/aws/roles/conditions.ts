import type { Condition } from './policyDocument.ts';

/** True, false, or not to be known from here. */
export type Maybe = boolean | 'unknown';

/** What a condition key holds: values, nothing (`absent`), or something that only AWS sees. */
export type KeyValue = readonly string[] | 'absent' | 'unknown';

/** The keys of a request, asked in lower case. */
export type KeyLookup = (key: string) => KeyValue;

/** `and` over three values. */
export function allOf(values: readonly Maybe[]): Maybe {
  return values.includes(false) ? false : values.includes('unknown') ? 'unknown' : true;
}

/** `or` over three values. */
export function anyOf(values: readonly Maybe[]): Maybe {
  return values.includes(true) ? true : values.includes('unknown') ? 'unknown' : false;
}

/**
 * Whether a condition holds. An operator or a date that nobody knows here makes it unknown, never true.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function conditionHolds(condition: Condition, lookup: KeyLookup): Maybe {
  const [, set, name, ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/i.exec(condition.operator) ?? [];
  const actual = lookup(condition.key);
  if (name === undefined || actual === 'unknown') {
    return 'unknown';
  }
  if (name.toLowerCase() === 'null') {
    return condition.values.some((value) => value.toLowerCase() === String(actual === 'absent'));
  }
  const operator = operators.get(name.toLowerCase());
  if (operator === undefined) {
    return 'unknown';
  }
  if (actual === 'absent') {
    // ForAllValues holds for no values, ForAnyValue for none of them, a negated operator for a key that is not there.
    return set === undefined
      ? operator.negated || ifExists !== undefined
      : /^ForAllValues$/i.test(set) || ifExists !== undefined;
  }
  const wanted = condition.values.map((value) => fillIn(value, lookup));
  const fits = (one: string): Maybe => {
    const found = anyOf(
      wanted.map((value) => (value === undefined ? 'unknown' : operator.compare(one, value))),
    );
    return found === 'unknown' ? found : found !== operator.negated;
  };
  return set !== undefined && /^ForAllValues$/i.test(set) ? allOf(actual.map(fits)) : anyOf(actual.map(fits));
}

/**
 * IAM's wildcards: `*` is any text, `?` any one character. By hand, because policies are anybody's: a regular expression
 * of many `*` could take for ever.
 */
export function like(pattern: string, text: string): boolean {
  let at = 0;
  let inPattern = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const wanted = pattern[inPattern];
    if (wanted === '*') {
      star = inPattern;
      resume = at;
      inPattern += 1;
    } else if (wanted !== undefined && (wanted === '?' || wanted === text[at])) {
      inPattern += 1;
      at += 1;
    } else if (star >= 0) {
      // The last `*` takes one character more.
      inPattern = star + 1;
      resume += 1;
      at = resume;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(inPattern));
}

/** `${aws:username}` and its like, from the request; undefined when one of them cannot be known. */
export function fillIn(value: string, lookup: KeyLookup): string | undefined {
  let known = true;
  const filled = value.replaceAll(/\$\{([^}]*)\}/g, (written, inner: string) => {
    if (inner === '*' || inner === '?' || inner === '$') {
      return inner;
    }
    const [key = '', fallback] = inner.split(',', 2);
    const found = lookup(key.trim().toLowerCase());
    const [only, ...more] = typeof found === 'string' ? [] : found;
    if (only !== undefined && more.length === 0) {
      return only;
    }
    const spare = /^\s*'(.*)'\s*$/.exec(fallback ?? '')?.[1];
    known &&= found === 'absent' && spare !== undefined;
    return spare ?? written;
  });
  return known ? filled : undefined;
}

interface Operator {
  readonly negated: boolean;
  readonly compare: (actual: string, wanted: string) => Maybe;
}

const same = (actual: string, wanted: string): boolean => actual === wanted;
const sameIgnoringCase = (actual: string, wanted: string): boolean =>
  actual.toLowerCase() === wanted.toLowerCase();
const alike = (actual: string, wanted: string): boolean => like(wanted, actual);
const ordered =
  (read: (text: string) => number, holds: (actual: number, wanted: number) => boolean) =>
  (actual: string, wanted: string): Maybe => {
    const [left, right] = [read(actual), read(wanted)];
    return Number.isNaN(left) || Number.isNaN(right) ? 'unknown' : holds(left, right);
  };
/** ISO 8601, or seconds since 1970. */
const moment = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));

const comparisons: readonly (readonly [string, (actual: number, wanted: number) => boolean])[] = [
  ['equals', (actual, wanted) => actual === wanted],
  ['lessthan', (actual, wanted) => actual < wanted],
  ['lessthanequals', (actual, wanted) => actual <= wanted],
  ['greaterthan', (actual, wanted) => actual > wanted],
  ['greaterthanequals', (actual, wanted) => actual >= wanted],
];

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['stringequals', { negated: false, compare: same }],
  ['stringnotequals', { negated: true, compare: same }],
  ['stringequalsignorecase', { negated: false, compare: sameIgnoringCase }],
  ['stringnotequalsignorecase', { negated: true, compare: sameIgnoringCase }],
  ['stringlike', { negated: false, compare: alike }],
  ['stringnotlike', { negated: true, compare: alike }],
  ['arnequals', { negated: false, compare: alike }],
  ['arnlike', { negated: false, compare: alike }],
  ['arnnotequals', { negated: true, compare: alike }],
  ['arnnotlike', { negated: true, compare: alike }],
  ['bool', { negated: false, compare: sameIgnoringCase }],
  ...comparisons.flatMap(([name, holds]): readonly (readonly [string, Operator])[] => [
    [`numeric${name}`, { negated: false, compare: ordered(Number, holds) }],
    [`date${name}`, { negated: false, compare: ordered(moment, holds) }],
  ]),
  ['numericnotequals', { negated: true, compare: ordered(Number, (actual, wanted) => actual === wanted) }],
  ['datenotequals', { negated: true, compare: ordered(moment, (actual, wanted) => actual === wanted) }],
]);
