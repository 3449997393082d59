import type { RoleColor } from './roles/savedRole.ts';

/** What a person has set for profiles, accounts or roles that need care. */
export interface Guard {
  /** Its word in the status bar: PROD. */
  readonly name: string;
  readonly color: RoleColor | undefined;
  readonly asksFirst: boolean;
  readonly readOnly: boolean;
  /** The longest that a session may last, seconds. */
  readonly maxSeconds: number | undefined;
  /** The session ends when nobody fetched for so long, seconds. */
  readonly idleSeconds: number | undefined;
}

/** What of a session, or of one that is about to start, a guard's patterns are held against. */
export interface Guarded {
  readonly name: string;
  /** The profile whose lines it starts from. */
  readonly profile: string;
  readonly accountId: string | undefined;
  readonly roleArn: string | undefined;
  /** The role of Identity Center, whose ARN nobody knows. */
  readonly permissionSet?: string | undefined;
}

/** What a guard can look at. */
export const guardSubjects = ['profile', 'account', 'role', 'name'] as const;

/** One of them. */
export type GuardSubject = (typeof guardSubjects)[number];

/** A pattern for each thing that is looked at; `*` stands for any characters and `?` for one. Never empty. */
export type GuardMatch = Readonly<Partial<Record<GuardSubject, string>>>;

/** A guard, and what it guards. */
export interface GuardRule {
  readonly match: GuardMatch;
  readonly guard: Guard;
}

/**
 * The guard of a target: all that match taken together, the strictest of each counts, under the first one's word and
 * colour. Undefined: none matches.
 */
export function guardOf(rules: readonly GuardRule[], target: Guarded): Guard | undefined {
  return rules
    .filter(({ match }) => matches(match, target))
    .map(({ guard }) => guard)
    .reduce<Guard | undefined>((all, one) => (all === undefined ? one : together(all, one)), undefined);
}

/**
 * The same for a target whose account may not be known: what is asked of an account counts as fitting then, because it may
 * be that one.
 */
export function guardAtWorst(rules: readonly GuardRule[], target: Guarded): Guard | undefined {
  return guardOf(
    target.accountId === undefined
      ? rules.map(({ match: { account: _account, ...match }, guard }) => ({ match, guard }))
      : rules,
    target,
  );
}

function together(first: Guard, other: Guard): Guard {
  return {
    name: first.name,
    color: first.color,
    asksFirst: first.asksFirst || other.asksFirst,
    readOnly: first.readOnly || other.readOnly,
    maxSeconds: least(first.maxSeconds, other.maxSeconds),
    idleSeconds: least(first.idleSeconds, other.idleSeconds),
  };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

/** True when every pattern of the match fits; what is not known of a target fits none but `*`. */
function matches(match: GuardMatch, target: Guarded): boolean {
  return guardSubjects.every((subject) => {
    const pattern = match[subject];
    return pattern === undefined || textsOf(target, subject, pattern).some((text) => fits(pattern, text));
  });
}

function textsOf(target: Guarded, subject: GuardSubject, pattern: string): readonly string[] {
  switch (subject) {
    case 'profile':
      return [target.profile];
    case 'name':
      return [target.name];
    case 'account': {
      const { accountId } = target;
      // People read accounts in groups of four and copy them without.
      const read = accountId?.replace(/(\d{4})(?=\d)/g, '$1-');
      return [accountId ?? '', read ?? ''];
    }
    case 'role': {
      const arn = target.roleArn ?? '';
      return pattern.includes(':')
        ? [arn]
        : [arn.slice(arn.lastIndexOf('/') + 1), target.permissionSet ?? ''];
    }
  }
}

/** Upper and lower case are the same: a guard that somebody wrote for `Prod` is meant for `prod`, too. */
function fits(pattern: string, text: string): boolean {
  return wildcard(pattern.toLowerCase(), text.toLowerCase());
}

/** Goes on from the last `*` when it does not fit: linear for one star, never exponential. */
function wildcard(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let next = 0;
  while (next < text.length) {
    if (at < pattern.length && pattern[at] === '*') {
      star = at;
      resume = next;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[next])) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      resume += 1;
      next = resume;
      at = star + 1;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}
