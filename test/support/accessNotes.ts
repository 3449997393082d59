import { AccessNote } from '../../src/session/accessNote.ts';
import { MemoryNote } from './sessionWindows.ts';

/** What windows tell each other about other extensions, without files: all that are made with one `shared` are one host. */
export class SharedAccess {
  readonly file = new MemoryNote();
  /** What each window does when another one announces. */
  readonly windows = new Map<AccessNote, () => Promise<void>>();
}

/** The note of a window. `now`: ms UTC. */
export function accessNote(now: () => number, shared = new SharedAccess()): AccessNote {
  const note: AccessNote = new AccessNote({
    file: shared.file,
    exclusive: (work) => work(),
    announce: () => {
      for (const [window, look] of shared.windows) {
        if (window !== note) {
          void look();
        }
      }
    },
    now,
    log: (line) => {
      throw new Error(line);
    },
  });
  shared.windows.set(note, () => note.look());
  return note;
}
