import { uptime } from 'node:os';
import { noteFile, type NoteName } from './outlets/noteFile.ts';
import type { WindowHost } from './outlets/windowHost.ts';
import type { NoteFile } from './session/renewalNote.ts';
import type { SkewPorts } from './session/skewNote.ts';

/** Where the windows of the host note renewals; whoever asks before the folder is open waits for it. */
export function noteOfRenewals(host: Promise<WindowHost>): NoteFile {
  return deferred(host, 'renewals');
}

/** Where they note how far this machine's clock is off. */
export function noteOfSkew(host: Promise<WindowHost>): SkewPorts {
  return { file: deferred(host, 'skew'), uptime: () => uptime() * 1000 };
}

function deferred(host: Promise<WindowHost>, name: NoteName): NoteFile {
  const file = host.then(({ folder }) => noteFile(folder, name));
  return { read: async () => (await file).read(), write: async (value) => (await file).write(value) };
}
