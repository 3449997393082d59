import { t } from './l10n.ts';
import { clockTime, remaining } from './time.ts';

/** What is said while a session starts, renews or ends. Times are milliseconds UTC. */
export const flowText = {
  starting: (name: string) => t('Starting session: {0}', name),
  renewing: (name: string) => t('Renewing session: {0}', name),
  cannotStart: (name: string, problem: string) => t('This session cannot start: {0} ({1})', name, problem),
  cannotBeReadOnly: (name: string, problem: string) =>
    t('This session cannot be read-only: {0} ({1})', name, problem),
  needsPerson: (name: string) =>
    t('A terminal waits for a session that is over, renew it with an MFA code to go on: {0}', name),
  needsSignIn: (name: string) =>
    t('A terminal waits for a session that is over, sign in to go on: {0}', name),
  renewButton: () => t('Renew'),
  openTerminalButton: () => t('Open Terminal'),
  terminalHint: (name: string, until: number | undefined, now: number) =>
    until === undefined
      ? t('Open a terminal, it runs as {0}', name)
      : t('Open a terminal, it runs as {0} until {1}', name, clockTime(until, now)),
  shortened: (role: string, askedSeconds: number, grantedSeconds: number) =>
    t(
      'The session is for {1} and not for {2}, more is not allowed: {0}',
      role,
      remaining(grantedSeconds * 1000),
      remaining(askedSeconds * 1000),
    ),
  ended: (name: string | undefined, count: number, validUntil: number | undefined, now: number) => {
    const what = name === undefined ? t('{0} sessions ended', count) : t('Session ended: {0}', name);
    return validUntil === undefined
      ? what
      : t('{0} (credentials already fetched stay valid at AWS until {1})', what, clockTime(validUntil, now));
  },
};
