import * as vscode from 'vscode';
import { isForgotten, noteOf, readNote } from './session/remembered.ts';
import type { SessionStore } from './session/types.ts';
import type { Sessions } from './session/sessions.ts';
import type { Context } from './ui/context.ts';
import { t } from './ui/text/l10n.ts';

const activeKey = 'activeSession';

/** Says that what is stored does not outlive the window. */
export function tellNotKept(): void {
  void vscode.window.showWarningMessage(
    t('VS Code could not keep your sessions safely, they last until this window closes'),
  );
}

/** Takes up the sessions of before a reload, and the one that this workspace worked under; `begin` is called then. */
export async function resume(context: Context, sessions: Sessions, begin: () => void): Promise<void> {
  await sessions.load();
  const left = readNote(context.workspaceState.get(activeKey));
  if (sessions.activeId === undefined) {
    sessions.setActive(left?.id);
  }
  if (isForgotten(left, sessions.records(), sessions.now())) {
    tellNotKept();
  }
  let noted = JSON.stringify(left);
  const remember = (): void => {
    const { activeId } = sessions;
    const note = noteOf(activeId === undefined ? undefined : sessions.get(activeId));
    if (JSON.stringify(note) !== noted) {
      noted = JSON.stringify(note);
      void context.workspaceState.update(activeKey, note);
    }
  };
  remember();
  context.subscriptions.push(sessions.onDidChange(remember));
  begin();
}

/** Stands in for a store that is still being opened; whoever asks waits for it. */
export function deferStore(opening: Promise<SessionStore>): SessionStore {
  return {
    load: async () => (await opening).load(),
    save: async (record) => (await opening).save(record),
    remove: async (id) => (await opening).remove(id),
  };
}
