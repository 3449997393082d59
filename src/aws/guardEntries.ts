import { guardSubjects } from './guards.ts';
import type { Guard, GuardMatch, GuardRule } from './guards.ts';
import { readable, roleColors } from './roles/savedRole.ts';
import type { RoleColor } from './roles/savedRole.ts';

/** What an entry of `stsSessions.guards` can say beside its patterns. */
export const guardFields = [
  'match',
  'name',
  'color',
  'askBeforeStart',
  'readOnlyByDefault',
  'maxMinutes',
  'endWhenIdleMinutes',
] as const;

/** One of them. */
export type GuardField = (typeof guardFields)[number];

/** What is wrong with an entry. `name`: what it is called, empty when it has no name; `index` from 0. */
export type GuardProblem = { readonly index: number; readonly name: string } & (
  | { readonly kind: 'notGuard' }
  /** It has no pattern, so that it would guard nothing or everything. */
  | { readonly kind: 'noMatch' }
  /** A pattern that is no text, or of something that guards do not know. */
  | { readonly kind: 'badPattern'; readonly field: string }
  | { readonly kind: 'badField'; readonly field: GuardField }
  /** A member that means nothing: a misspelt one guards nothing. */
  | { readonly kind: 'unknownField'; readonly field: string }
);

/** What the entries say, and what is wrong with them. */
export interface GuardSettings {
  readonly rules: readonly GuardRule[];
  readonly problems: readonly GuardProblem[];
}

/** Minutes that a guard may allow: a minute to the 36 hours that the longest session of AWS lasts. */
export const guardMinutes = { min: 1, max: 2160 } as const;

/** Characters of a guard's word: a status bar is narrow. */
export const longestGuardWord = 16;
const longestPattern = 2048;

/** What a guard without a name is called. */
export const unnamedGuard = 'GUARDED';

/**
 * Reads the entries of `stsSessions.guards`. settings.json may hold anything. A mistake never loosens: an entry in which
 * something cannot be read asks before each start, and does what can be read; only one without patterns does nothing.
 */
export function readGuards(value: unknown): GuardSettings {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  const problems: GuardProblem[] = [];
  const rules = entries.flatMap((entry, index) => readEntry(entry, index, problems) ?? []);
  return { rules, problems };
}

type Fields = ReadonlyMap<string, unknown>;

function readEntry(entry: unknown, index: number, problems: GuardProblem[]): GuardRule | undefined {
  const raw = fieldsOf(entry);
  if (raw === undefined) {
    problems.push({ index, name: '', kind: 'notGuard' });
    return undefined;
  }
  const given = raw.get('name');
  const name = typeof given === 'string' ? readable(given.trim()).slice(0, longestGuardWord) : '';
  const found: GuardProblem[] = [];
  const wrong = (field: GuardField): void => void found.push({ index, name, kind: 'badField', field });
  const match = readMatch(raw.get('match'), (problem) => found.push({ index, name, ...problem }));
  if (given !== undefined && typeof given !== 'string') {
    wrong('name');
  }
  for (const field of raw.keys()) {
    if (!guardFields.some((each) => each === field)) {
      found.push({ index, name, kind: 'unknownField', field: readable(field) });
    }
  }
  const flag = (field: GuardField): boolean => {
    const read = raw.get(field);
    if (read !== undefined && typeof read !== 'boolean') {
      wrong(field);
    }
    return read !== undefined && read !== false;
  };
  const seconds = (field: GuardField): number | undefined => {
    const read = raw.get(field);
    const good =
      typeof read === 'number' &&
      Number.isInteger(read) &&
      read >= guardMinutes.min &&
      read <= guardMinutes.max;
    if (read !== undefined && !good) {
      wrong(field);
    }
    return good ? read * 60 : undefined;
  };
  const guard: Guard = {
    name: name === '' ? unnamedGuard : name,
    color: colorOf(raw.get('color'), () => wrong('color')),
    asksFirst: flag('askBeforeStart'),
    readOnly: flag('readOnlyByDefault'),
    maxSeconds: seconds('maxMinutes'),
    idleSeconds: seconds('endWhenIdleMinutes'),
  };
  problems.push(...found);
  return match && { match, guard: { ...guard, asksFirst: guard.asksFirst || found.length > 0 } };
}

type MatchProblem = { readonly kind: 'noMatch' } | { readonly kind: 'badPattern'; readonly field: string };

function readMatch(value: unknown, tell: (problem: MatchProblem) => void): GuardMatch | undefined {
  const match: Partial<Record<(typeof guardSubjects)[number], string>> = {};
  for (const [field, pattern] of fieldsOf(value) ?? []) {
    const subject = guardSubjects.find((each) => each === field);
    const text = typeof pattern === 'string' ? pattern.trim() : '';
    if (subject === undefined || text === '' || text.length > longestPattern) {
      // Without it the entry matches more than was meant, which is the safe side.
      tell({ kind: 'badPattern', field: readable(field) });
    } else {
      match[subject] = text;
    }
  }
  if (Object.keys(match).length === 0) {
    tell({ kind: 'noMatch' });
    return undefined;
  }
  return match;
}

function colorOf(value: unknown, wrong: () => void): RoleColor | undefined {
  const color = roleColors.find((each) => each === value);
  if (color === undefined && value !== undefined && value !== '') {
    wrong();
  }
  return color;
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map<string, unknown>(Object.entries(value))
    : undefined;
}
