import { sessionNamed } from './named.ts';
import type { Session } from './types.ts';

/** Which terminal runs under which session: what is remembered of each, and how that is told from what can be seen. */

/** How a terminal came by its session. */
export type TerminalWay =
  /** It was opened under a session of its own, and keeps it whichever is active. */
  | 'own'
  /** It got what new terminals got when its shell started. */
  | 'shared'
  /** Its shell started before anybody watched, and cannot be asked: nothing is known. */
  | 'unknown';

/** What is remembered of a terminal, by the number of its shell's process. No secret is in it. */
export interface TerminalNote {
  readonly pid: number;
  /** Undefined: it runs without a session, or nothing is known (`way`). */
  readonly sessionId: string | undefined;
  /** What the session was called then. */
  readonly sessionName: string | undefined;
  readonly way: TerminalWay;
  /** The theme colour that it was opened with, so that the session's next one has it too. */
  readonly color: string | undefined;
  /** When its shell was first seen, ms UTC. */
  readonly since: number;
}

/** Where an environment points AWS tools: a session, and whether it is the terminal's own. */
export interface Pointed {
  readonly id: string;
  readonly own: boolean;
}

/** The same by the session's id, where the environment names it: a task may, and a folder whose session is not there. */
export function pointedById(pointed: Pointed | undefined, sessions: readonly Session[]): Pointed | undefined {
  const named = pointed && sessionNamed(sessions, pointed.id);
  return named?.kind === 'one' ? { id: named.session.id, own: pointed?.own === true } : pointed;
}

/** What a session was called that is not there: where something names it by its name, that. */
export function nameInPlaceOfId(id: string): string | undefined {
  return /^[0-9a-f]{20}$/.test(id) ? undefined : id;
}

/** What can be seen of a terminal whose shell is new to us. */
export interface Seen {
  readonly pid: number;
  /** What was given to `createTerminal`, or what the shell was really started with; undefined: neither is known. */
  readonly given: Pointed | undefined;
  /** True when `given` is all that its shell was started with, so that nothing in it means no session. */
  readonly whole: boolean;
  /** What new terminals got at that moment. */
  readonly shared: string | undefined;
  /** True when it is from before anybody watched. */
  readonly old: boolean;
  readonly color: string | undefined;
  /** ms UTC. */
  readonly now: number;
  nameOf(this: void, id: string): string | undefined;
}

/** Why a terminal is under another session than the person would think. */
export type TerminalChange = {
  /** A split of a terminal with a session of its own; or a relaunch of one, which does not keep it after a reload. */
  readonly kind: 'split' | 'relaunch';
  /** What it would have been. */
  readonly from: { readonly id: string; readonly name: string };
  /** What it is; undefined: no session. */
  readonly to: string | undefined;
};

/** Terminals that are remembered at most: more than anybody has open; the newest stay. */
const most = 200;

/** Says which session a shell that is new to us runs under. */
export function noteOfTerminal(seen: Seen): TerminalNote {
  const { pid, given, color, now, nameOf } = seen;
  const id = given?.id ?? (seen.whole ? undefined : seen.old ? undefined : seen.shared);
  const isKnown = given !== undefined || seen.whole || !seen.old;
  return {
    pid,
    sessionId: id,
    sessionName: id === undefined ? undefined : nameOf(id),
    way: given?.own === true ? 'own' : isKnown ? 'shared' : 'unknown',
    color,
    since: now,
  };
}

/**
 * What to tell about a shell that took the place of another one (`before`, the same terminal) or stands beside it
 * (`before`, the terminal that was split); undefined when it runs as one would think.
 */
export function changeOf(
  kind: TerminalChange['kind'],
  before: TerminalNote | undefined,
  after: TerminalNote,
): TerminalChange | undefined {
  // A terminal without a session of its own follows what new terminals get: that is what it is for.
  if (before?.way !== 'own' || before.sessionId === undefined || after.sessionId === before.sessionId) {
    return undefined;
  }
  return {
    kind,
    from: { id: before.sessionId, name: before.sessionName ?? before.sessionId },
    to: after.sessionName ?? after.sessionId,
  };
}

/** The terminals that are remembered, kept over a reload, in which VS Code tells nothing of them but their processes. */
export class TerminalNotes {
  readonly #notes = new Map<number, TerminalNote>();

  /** `stored`: what `toStored` gave before the reload, or anything else. A process that is over is forgotten. */
  constructor(stored: unknown, isRunning: (pid: number) => boolean) {
    for (const value of Array.isArray(stored) ? (stored as readonly unknown[]) : []) {
      const note = readNote(value);
      if (note && isRunning(note.pid)) {
        this.put(note);
      }
    }
  }

  get(pid: number): TerminalNote | undefined {
    return this.#notes.get(pid);
  }

  put(note: TerminalNote): void {
    this.#notes.delete(note.pid);
    this.#notes.set(note.pid, note);
    for (const pid of this.#notes.keys()) {
      if (this.#notes.size <= most) {
        break;
      }
      this.#notes.delete(pid);
    }
  }

  forget(pid: number): void {
    this.#notes.delete(pid);
  }

  toStored(): readonly TerminalNote[] {
    return [...this.#notes.values()];
  }
}

const ways: ReadonlySet<unknown> = new Set<TerminalWay>(['own', 'shared', 'unknown']);

function readNote(value: unknown): TerminalNote | undefined {
  if (
    typeof value !== 'object' ||
    value === null ||
    !('pid' in value && typeof value.pid === 'number' && Number.isSafeInteger(value.pid) && value.pid > 0) ||
    !('since' in value && typeof value.since === 'number') ||
    !('way' in value && ways.has(value.way))
  ) {
    return undefined;
  }
  return {
    pid: value.pid,
    sessionId: textIn(value, 'sessionId'),
    sessionName: textIn(value, 'sessionName'),
    way: value.way === 'own' ? 'own' : value.way === 'shared' ? 'shared' : 'unknown',
    color: textIn(value, 'color'),
    since: value.since,
  };
}

function textIn(value: object, name: string): string | undefined {
  const text: unknown = Reflect.get(value, name);
  return typeof text === 'string' ? text : undefined;
}
