import { noteFile } from './outlets/noteFile.ts';
import type { WindowHost } from './outlets/windowHost.ts';
import type { NoteFile } from './session/renewalNote.ts';

/** Where the windows of the host note renewals; whoever asks before the folder is open waits for it. */
export function noteOfRenewals(host: Promise<WindowHost>): NoteFile {
  const file = host.then(({ folder }) => noteFile(folder, 'renewals'));
  return { read: async () => (await file).read(), write: async (value) => (await file).write(value) };
}
