import { renewalFile } from './outlets/renewalFile.ts';
import type { WindowHost } from './outlets/windowHost.ts';
import type { NoteFile } from './session/renewalNote.ts';

/** Where the windows of the host note renewals; whoever asks before the folder is open waits for it. */
export function noteOfRenewals(host: Promise<WindowHost>): NoteFile {
  const file = host.then(({ folder }) => renewalFile(folder));
  return { read: async () => (await file).read(), write: async (value) => (await file).write(value) };
}
