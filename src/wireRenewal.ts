import { uptime } from 'node:os';
import { noteFile, type NoteName } from './outlets/noteFile.ts';
import type { WindowHost } from './outlets/windowHost.ts';
import type { Disposable } from './session/emitter.ts';
import { KeySuccession } from './session/keySuccession.ts';
import type { NoteFile } from './session/renewalNote.ts';
import type { SkewPorts } from './session/skewNote.ts';
import type { Peers } from './session/types.ts';

/** Where the windows of the host note renewals; whoever asks before the folder is open waits for it. */
export function noteOfRenewals(host: Promise<WindowHost>): NoteFile {
  return deferred(host, 'renewals');
}

/** Where they note how far this machine's clock is off. */
export function noteOfSkew(host: Promise<WindowHost>): SkewPorts {
  return { file: deferred(host, 'skew'), uptime: () => uptime() * 1000 };
}

/** Which long-term key came in the place of which, in any window of the host. */
export function wireSuccession({
  context,
  host,
  peers,
  log,
}: {
  readonly context: { readonly subscriptions: Disposable[] };
  readonly host: Promise<WindowHost>;
  readonly peers: Peers;
  readonly log: { warn(line: string): void };
}): KeySuccession {
  const succession = new KeySuccession({
    file: deferred(host, 'keys'),
    exclusive: (key, signal, work) => peers.exclusive(key, signal, work),
    announce: () => peers.announce(),
    log: (line) => log.warn(line),
  });
  void succession.hear();
  context.subscriptions.push(peers.onDidChange(() => void succession.hear()));
  return succession;
}

function deferred(host: Promise<WindowHost>, name: NoteName): NoteFile {
  const file = host.then(({ folder }) => noteFile(folder, name));
  return { read: async () => (await file).read(), write: async (value) => (await file).write(value) };
}
