import type { TerminalNote } from '../session/terminals.ts';
import type { Session } from '../session/types.ts';
import { phaseIcons, phaseOf } from './sessionPhase.ts';
import { escapeIcons } from './text/markdown.ts';
import { terminalText } from './text/terminals.ts';

/** A row of the list of terminals. */
export interface TerminalRow {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  /** The session, as long as it is there: another terminal can be opened under it, and it can be ended. */
  readonly session: Session | undefined;
}

/** What a row is made from. */
export interface TerminalRowInput {
  /** What the terminal is called now. */
  readonly name: string;
  readonly note: TerminalNote;
  /** The session of the note, as long as it is there. */
  readonly session: Session | undefined;
  /** Milliseconds UTC. */
  readonly now: number;
  readonly warnMs: number;
}

/** Terminal, session, time left; below it, how it came by the session. */
export function terminalRow({ name, note, session, now, warnMs }: TerminalRowInput): TerminalRow {
  const phase = session && phaseOf(session, now, warnMs);
  const icon =
    phase !== undefined ? phaseIcons[phase].id : note.sessionId === undefined ? 'terminal' : 'circle-slash';
  return {
    label: `$(${icon}) ${escapeIcons(name)}`,
    description: escapeIcons(terminalText.session(note, session, phase, now)),
    detail: escapeIcons(terminalText.way(note, session, now)),
    session,
  };
}
