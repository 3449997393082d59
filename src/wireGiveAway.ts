import * as vscode from 'vscode';
import { takeOutKeys, writeKeys } from './files/writtenFiles.ts';
import { isCommittable } from './machine/gitIgnore.ts';
import { setTimer } from './machine/timer.ts';
import { DisposableStore } from './session/emitter.ts';
import type { Sessions } from './session/sessions.ts';
import { Written } from './session/written.ts';
import type { TakenOut, WrittenNote } from './session/written.ts';
import type { HostState } from './ui/hostState.ts';
import type { Log } from './ui/log.ts';
import type { WrittenPort } from './ui/parts.ts';
import { SecretClipboard } from './ui/secretClipboard.ts';
import { clearClipboardAfterSeconds } from './ui/settings.ts';
import { giveAwayText } from './ui/text/giveAway.ts';

/** What it is made from. */
export interface GiveAwayParts {
  readonly hostState: HostState;
  readonly sessions: Sessions;
  readonly log: Log;
  now(this: void): number;
}

/** Keys that are given away on purpose, and how they go again. */
export interface WiredGiveAway {
  readonly clipboard: SecretClipboard;
  readonly written: WrittenPort;
  /** The sessions of before are known: what was written for others goes. */
  begin(): void;
  /** Clears what this window has put on the clipboard, unless the settings say that it stays. */
  dispose(): Promise<void>;
}

/** Builds the clipboard that forgets, and the keys in files that end. */
export function wireGiveAway({ hostState, sessions, log, now }: GiveAwayParts): WiredGiveAway {
  const store = new DisposableStore();
  const clipboard = new SecretClipboard({
    readText: () => vscode.env.clipboard.readText(),
    writeText: (text) => vscode.env.clipboard.writeText(text),
    isReadable: () => vscode.env.uiKind !== vscode.UIKind.Web || vscode.window.state.focused,
    keepSeconds: clearClipboardAfterSeconds,
    setTimer,
    log: (line) => log.info(line),
  });
  store.add(
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused) {
        void clipboard.focused();
      }
    }),
  );
  const written = new Written({
    store: hostState,
    takeOut: (note) => takeOutKeys(note),
    isThere: (id) => sessions.get(id) !== undefined,
    now,
    onTakenOut: (note, result) => void tell(note, result),
  });
  return {
    clipboard,
    written: {
      list: () => written.list(),
      write: (note, keys) => written.write(note, () => writeKeys(note, keys)),
      takeOut: (note) => written.takeOut(note),
      mayBeCommitted: (path) => {
        const ports = { env: process.env, isTrusted: vscode.workspace.isTrusted };
        return isCommittable(path, ports, AbortSignal.timeout(5000));
      },
    },
    begin: () => {
      void written.sweep();
      // Fires at least once a minute while something is live, so that an end needs no timer of its own.
      store.add(sessions.onDidChange(() => void written.sweep()));
    },
    async dispose() {
      store.dispose();
      // Who wants copied keys to stay wants it after the window, too.
      if (clearClipboardAfterSeconds() > 0) {
        await clipboard.clear();
      }
      clipboard.dispose();
    },
  };
}

async function tell(note: WrittenNote, result: TakenOut): Promise<void> {
  if (result.kind === 'gone') {
    void vscode.window.showInformationMessage(giveAwayText.removed(note));
    return;
  }
  const open = giveAwayText.openFile();
  const choice = await vscode.window.showErrorMessage(giveAwayText.notRemoved(note), open);
  if (choice === open) {
    await vscode.window.showTextDocument(vscode.Uri.file(note.path));
  }
}
