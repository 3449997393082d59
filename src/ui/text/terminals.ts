import type { TerminalChange, TerminalNote } from '../../session/terminals.ts';
import type { Session } from '../../session/types.ts';
import { endOf } from '../sessionPhase.ts';
import type { SessionPhase } from '../sessionPhase.ts';
import { t } from './l10n.ts';
import { clockTime } from './time.ts';
import { joinFacts, sessionFacts } from './tree.ts';

/** What is said about terminals and their sessions. Times are milliseconds UTC. */
export const terminalText = {
  listTitle: () => t('Terminals and Their Sessions'),
  listPlaceholder: () => t('Choose a terminal to go to'),
  none: () => t('No terminal is open'),
  open: () => t('Open Terminal'),
  openAnother: () => t('Open Another Terminal with This Session'),
  end: () => t('End Session'),
  session,
  way,
  change,
  openAs: (name: string) => t('Open Terminal as {0}', name),
};

function session(
  note: TerminalNote,
  found: Session | undefined,
  phase: SessionPhase | undefined,
  now: number,
): string {
  if (note.way === 'unknown') {
    return t('session not known');
  }
  if (note.sessionId === undefined) {
    return t('no session');
  }
  return found && phase
    ? joinFacts([found.name, sessionFacts(found, phase, now, { active: false, several: false })])
    : joinFacts([note.sessionName, t('ended')]);
}

function way(note: TerminalNote, found: Session | undefined, now: number): string {
  const end = found && endOf(found);
  const until = end === undefined || end <= now ? undefined : t('until {0}', clockTime(end, now));
  switch (note.way) {
    case 'unknown':
      return t('It was there before this window, open a new terminal to be sure');
    case 'own':
      return joinFacts([t('Its own session, whichever is active'), until]);
    case 'shared':
      return note.sessionId === undefined
        ? t('No session was active when its shell started')
        : joinFacts([t('The session that was active when its shell started'), until]);
  }
}

function change({ kind, from, to }: TerminalChange): string {
  if (kind === 'split') {
    return to === undefined
      ? t('The split runs without a session, a split does not keep the one of its terminal: {0}', from.name)
      : t('The split runs as {0}, a split does not keep the session of its terminal: {1}', to, from.name);
  }
  return to === undefined
    ? t('The relaunched terminal runs without a session, it is not under this one any more: {0}', from.name)
    : t('The relaunched terminal runs as {0}, it is not under this session any more: {1}', to, from.name);
}
