import { longestGuardWord } from '../../aws/guardEntries.ts';
import type { GuardProblem } from '../../aws/guardEntries.ts';
import type { Guard } from '../../aws/guards.ts';
import type { ReadOnlyHindrance } from '../../aws/readOnly.ts';
import type { Asker } from '../../session/happenings.ts';
import { durationWords } from './input.ts';
import { t } from './l10n.ts';
import { readOnlyHindranceSentence } from './policies.ts';
import { accountForReading, clockTime } from './time.ts';

/** The sentence about a guard in the settings that is not as it should be. */
export function guardProblemSentence(problem: GuardProblem): string {
  const guard = problem.name === '' ? t('guard {0}', problem.index + 1) : problem.name;
  switch (problem.kind) {
    case 'notGuard':
      return t('This entry of the guards guards nothing, it is no object: {0}', guard);
    case 'noMatch':
      return t('This guard guards nothing, say in “match” what it is for: {0}', guard);
    case 'badPattern':
      return t(
        'This guard asks before each start, because a pattern in it cannot be read: {0} ({1})',
        guard,
        problem.field,
      );
    case 'badField':
    case 'unknownField':
      return t(
        'This guard asks before each start, because a member of it cannot be read: {0} ({1})',
        guard,
        problem.field,
      );
  }
}

/** What is asked before a guarded session starts. Times are milliseconds UTC, lengths seconds. */
export interface GuardQuestion {
  readonly name: string;
  readonly guard: Guard;
  readonly accountId: string | undefined;
  readonly accountName: string | undefined;
  readonly role: string | undefined;
  /** When it ends as it is asked for; undefined: nobody knows before. */
  readonly until: number | undefined;
  readonly hindrance: ReadOnlyHindrance | undefined;
  readonly by: Asker | undefined;
  readonly now: number;
}

/** The words of guards. */
export const guardText = {
  title: () => t('Guard This Profile'),
  question: ({ name, guard }: GuardQuestion) => t('Start a session guarded as {1}: {0}', name, guard.name),
  /** A line for each thing that is known. */
  detail: ({ guard, accountId, accountName, role, until, hindrance, by, now }: GuardQuestion) =>
    [
      asker(by),
      accountId === undefined ? undefined : accountLine(accountForReading(accountId), accountName),
      role === undefined ? undefined : t('Role: {0}', role),
      until === undefined ? undefined : t('Until: {0}', untilWords(clockTime(until, now), guard)),
      guard.idleSeconds === undefined
        ? undefined
        : t('Ends when no tool uses it for: {0}', durationWords(guard.idleSeconds)),
      hindrance === undefined ? undefined : cannotBeReadOnly(hindrance),
    ]
      .filter((line) => line !== undefined)
      .join('\n'),
  start: () => t('Start'),
  startReadOnly: () => t('Start Read-Only'),
  startWithAllRights: () => t('Start With All Rights'),
  startedReadOnly: (name: string, guard: Guard) =>
    t('This session is read-only, because it is guarded as {1}: {0}', name, guard.name),
  allRightsButton: () => t('Start With All Rights…'),
  turnedOut: (name: string, guard: Guard) =>
    t('AWS gave a session that is guarded as {1}, keep it or end it: {0}', name, guard.name),
  turnedOutDetail: () =>
    t('Only now it is known which account it belongs to, so that nobody could ask you before'),
  keep: () => t('Keep It'),
  startAgain: () => t('Start Again'),
  openSettings: () => t('Open Settings'),
  ended: (
    name: string,
    guard: string,
    { why, seconds }: { readonly why: 'limit' | 'idle'; readonly seconds: number },
    validUntil: string | undefined,
  ) => {
    const length = durationWords(seconds);
    const text =
      why === 'limit'
        ? t('A session guarded as {1} has ended, it may last {2}: {0}', name, guard, length)
        : t('A session guarded as {1} has ended, no tool used it for {2}: {0}', name, guard, length);
    return validUntil === undefined
      ? text
      : t('{0} (credentials already fetched stay valid at AWS until {1})', text, validUntil);
  },
};

function accountLine(account: string, name: string | undefined): string {
  return name === undefined ? t('Account: {0}', account) : t('Account: {0} ({1})', name, account);
}

function untilWords(time: string, { maxSeconds }: Guard): string {
  return maxSeconds === undefined ? time : t('{0}, whatever is renewed', time);
}

function asker(by: Asker | undefined): string | undefined {
  switch (by?.kind) {
    case 'extension':
      return t('Asked for by the extension: {0}', by.id);
    case 'agent':
      return t('Asked for by a coding agent');
    case 'accountsMenu':
      return t('Asked for through the Accounts menu: by you, or by an extension');
    default:
      return undefined;
  }
}

function cannotBeReadOnly(hindrance: ReadOnlyHindrance): string {
  return t('It has all rights: {0}', readOnlyHindranceSentence(hindrance));
}

type Effect = 'askBeforeStart' | 'readOnlyByDefault' | 'maxMinutes' | 'endWhenIdleMinutes';

/** The words of “Guard This Profile…”. */
export const guardFormText = {
  whatFor: () => t('What is to be guarded?'),
  ofProfile: (profile: string) => ({
    label: t('This profile'),
    description: profile,
    detail: t('Sessions that start from it'),
  }),
  ofAccount: (accountId: string, name: string | undefined) => ({
    label: t('Everything in its account'),
    description: [accountForReading(accountId), name].filter((part) => part !== undefined).join(' · '),
    detail: t('Whatever profile or role leads there'),
  }),
  ofRole: (role: string) => ({
    label: t('This role'),
    description: role,
    detail: t('Whatever profile leads there'),
  }),
  word: () => t('Its word in the status bar and in lists'),
  wordProblem: (text: string) =>
    text === ''
      ? t('Type something here')
      : text.length > longestGuardWord
        ? t('This may have at most {0} characters', longestGuardWord)
        : undefined,
  color: () => t('The color of the icon of its terminals'),
  effects: () => t('What should it do?'),
  effect: (effect: Effect) => {
    switch (effect) {
      case 'askBeforeStart':
        return {
          label: t('Ask before each start'),
          description: t('Renewals do not ask'),
        };
      case 'readOnlyByDefault':
        return {
          label: t('Start read-only'),
          description: t('All rights take one more question'),
        };
      case 'maxMinutes':
        return {
          label: t('End after some time'),
          description: t('Counted from the start, whatever is renewed'),
        };
      case 'endWhenIdleMinutes':
        return {
          label: t('End when no tool uses it'),
          description: t('In any window'),
        };
    }
  },
  minutes: (field: 'maxMinutes' | 'endWhenIdleMinutes') =>
    field === 'maxMinutes'
      ? t('Minutes after which a session ends')
      : t('Minutes without use after which a session ends'),
  minutesProblem: () => t('Write a number of minutes from 1 to 2160 (36 hours)'),
  written: (name: string) => t('The guard stands in your settings and holds from now on: {0}', name),
};
