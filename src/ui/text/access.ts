import type { Session, Supply } from '../../session/types.ts';
import { t } from './l10n.ts';
import { supplySentences } from './supply.ts';
import { accountForReading, clockTime } from './time.ts';

/** Longer names push what matters out of sight; an extension chooses its own. */
const longestName = 60;

/** The extension's name for a sentence: one line, not endless, and its id where it has none. */
export function extensionName(displayName: unknown, id: string): string {
  const name = typeof displayName === 'string' ? displayName.replaceAll(/[\p{C}\s]+/gu, ' ').trim() : '';
  return name === '' ? id : Array.from(name).slice(0, longestName).join('');
}

/** What is said where other extensions want something of sessions. Times are milliseconds UTC. */
export const accessText = {
  wantsCredentials: (extension: string, session: Session) =>
    session.accountId === undefined
      ? t('The extension “{0}” wants the AWS credentials of {1}', extension, session.name)
      : t(
          'The extension “{0}” wants the AWS credentials of {1} ({2})',
          extension,
          session.name,
          accountForReading(session.accountId),
        ),
  /** Text, a paragraph each. `guard`: the word of the guard that the session is under. */
  credentialsDetail: (id: string, session: Session, guard: string | undefined, now: number) => {
    const { state, roleArn } = session;
    const until = state.kind === 'live' ? state.credentials.expiresAt : undefined;
    const who = roleArn === undefined ? '' : `\n${roleArn}`;
    const may =
      until === undefined
        ? t('With them it can do in AWS whatever the session may.')
        : t('With them it can do in AWS whatever the session may, until {0}.', clockTime(until, now));
    const marked =
      guard === undefined ? [] : [t('This session is marked {0}, so your answer is not remembered.', guard)];
    return [`${may}${who}`, ...marked, selfNamed(id)].join('\n\n');
  },
  allow: () => t('Allow'),
  always: () => t('Always Allow for This Session'),
  deny: () => t('Deny'),
  wantsToStart: (extension: string, profile: string) =>
    t('The extension “{0}” wants to start an AWS session: {1}', extension, profile),
  startDetail: (id: string) =>
    [
      t('It gets no credentials by that, you are asked before it does. Your own terminals stay as they are.'),
      selfNamed(id),
    ].join('\n\n'),
  startButton: () => t('Start Session'),
  waitsForRenewal: (extension: string, session: string) =>
    t('The extension “{0}” waits for a session that is over, renew it to go on: {1}', extension, session),
  manageTitle: () => t('Extension Access'),
  managePlaceholder: () => t('Uncheck what extensions shall ask for again'),
  none: () => t('No other extension has credentials of a session'),
  remembered: (session: string, since: number, now: number) =>
    t('{0} · always, since {1}', session, clockTime(since, now)),
  once: (session: string, until: number | undefined, now: number) =>
    until === undefined
      ? t('{0} · the credentials that it has', session)
      : t('{0} · until {1}, the credentials that it has', session, clockTime(until, now)),
  takenBack: (extensions: string, until: number | undefined, now: number) =>
    until === undefined || until <= now
      ? t('Asked again from now on: {0}', extensions)
      : t(
          'Asked again from now on, what was given out before stays valid at AWS until {1}: {0}',
          extensions,
          clockTime(until, now),
        ),
  notStarted: () => t('No session was started'),
};

/** What other extensions read when they get nothing. `now` gives milliseconds UTC. */
export function apiSentences(now: () => number) {
  const supplied = supplySentences(now);
  return {
    notAllowed: (name: string) => t('The credentials of this session were not allowed: {0}', name),
    saidNoBefore: (name: string) => t('This was not allowed a moment ago, try again in a minute: {0}', name),
    nobody: (name: string) => t('Nobody has answered whether this is allowed: {0}', name),
    cancelled: () => t('This was cancelled'),
    notStarted: (profile: string) => t('This session did not start: {0}', profile),
    noProfile: (profile: string) => t('There is no profile of this name: {0}', profile),
    supply: (supply: Exclude<Supply, { kind: 'credentials' }>): string => {
      switch (supply.kind) {
        case 'ended':
          return supplied.ended(supply.name, supply.validUntil);
        case 'unknown':
          return t('There is no such session any more, start it again');
        case 'needsPerson':
          return t('This session is over, renew it in VS Code and try again: {0}', supply.name);
        case 'failed':
          return supplied.failed(supply.name, supply.fault);
      }
    },
  };
}

function selfNamed(id: string): string {
  return t(
    'The extension says of itself that it is {0}. VS Code does not keep extensions apart, so allow only what you have installed on purpose.',
    id,
  );
}
