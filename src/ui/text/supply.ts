import type { Fault } from '../../aws/faults.ts';
import type { AgentRefusal } from '../../session/agentAccess.ts';
import { agentRefusal } from './agents.ts';
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
        ? t('This session was ended in VS Code, start it there again to go on: {0}', name)
        : t(
            'This session was ended in VS Code, what was fetched before stays valid at AWS until {1}: {0}',
            name,
            clockTime(validUntil, now()),
          ),
    unknown: (): string =>
      t('VS Code does not know this AWS session, start it there and try again, or open a new terminal'),
    noKeys: (): string =>
      t('VS Code’s secret store does not have the keys of this AWS profile, look at the profile there'),
    several: (name: string): string =>
      t('Several AWS sessions have this name in VS Code, use “Copy Session ID” there: {0}', name),
    needsPerson: (name: string): string =>
      t('This session is over, enter the MFA code that VS Code asks for and try again: {0}', name),
    failed: (name: string, fault: Fault): string =>
      faultSentence(fault, { session: name }).text || t('This session was not renewed: {0}', name),
    refused: (name: string, why: AgentRefusal): string => agentRefusal(name, why),
    busy: (): string => t('VS Code is still renewing this session, try again in a moment'),
  };
}
