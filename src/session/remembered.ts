import type { Session, StoredSession } from './types.ts';

/** What a window notes down outside the store about the session that it works under. */
export interface Remembered {
  readonly id: string;
  /** Its end (ms UTC); undefined: nobody knows, or it was over. */
  readonly until: number | undefined;
}

/** What to note down of the active session; the same note compares equal as JSON. */
export function noteOf(active: Session | undefined): Remembered | undefined {
  return (
    active && {
      id: active.id,
      until: active.state.kind === 'live' ? active.state.credentials.expiresAt : undefined,
    }
  );
}

/** Reads a note that an earlier window left; undefined for anything else. */
export function readNote(value: unknown): Remembered | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value) || typeof value.id !== 'string') {
    return undefined;
  }
  const until = 'until' in value && typeof value.until === 'number' ? value.until : undefined;
  return { id: value.id, until };
}

/**
 * True when a session that must still be live at `now` (ms UTC) is in no record, not even as an ended one: the store
 * has forgotten it without a word, as a browser does that keeps nothing.
 */
export function isForgotten(
  note: Remembered | undefined,
  records: readonly StoredSession[],
  now: number,
): boolean {
  return note?.until !== undefined && now < note.until && !records.some(({ id }) => id === note.id);
}
