import type { Fault } from '../../aws/faults.ts';
import { faultSentence } from './faults.ts';
import { t } from './l10n.ts';
import { clockTime } from './time.ts';

/**
 * What a tool in a terminal prints when it gets no credentials: one sentence each, without line breaks or backslashes.
 * `now` gives milliseconds UTC.
 */
export function supplySentences(now: () => number) {
  return {
    ended: (name: string, validUntil: number | undefined): string =>
      validUntil === undefined || validUntil <= now()
        ? t('The session {0} was ended in VS Code. Start it there again to go on.', name)
        : t(
            'The session {0} was ended in VS Code. What was fetched before stays valid at AWS until {1}.',
            name,
            clockTime(validUntil, now()),
          ),
    unknown: (): string =>
      t('This terminal’s AWS session is not known to VS Code any more. Open a new terminal.'),
    needsPerson: (name: string): string =>
      t('The session {0} is over, and VS Code waits for an MFA code. Enter it there, then try again.', name),
    failed: (name: string, fault: Fault): string =>
      faultSentence(fault, { session: name }).text || t('The session {0} was not renewed.', name),
    busy: (): string => t('VS Code is still renewing this session. Try again in a moment.'),
  };
}
