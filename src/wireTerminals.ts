import * as vscode from 'vscode';
import { requestOf } from './aws/roles/savedRole.ts';
import { launchEnvironment } from './machine/launchEnvironment.ts';
import { pointedAt } from './outlets/delivery.ts';
import { isRunning } from './outlets/liveness.ts';
import { scopedTo } from './outlets/terminal.ts';
import type { TerminalLook } from './outlets/terminals.ts';
import { DisposableStore } from './session/emitter.ts';
import { guardedSession } from './session/guardTarget.ts';
import type { Sessions } from './session/sessions.ts';
import { nameInPlaceOfId, pointedById } from './session/terminals.ts';
import type { TerminalChange } from './session/terminals.ts';
import type { Session } from './session/types.ts';
import { appearanceOf } from './ui/appearance.ts';
import type { Context } from './ui/context.ts';
import { commands } from './ui/ids.ts';
import type { TerminalsPort } from './ui/parts.ts';
import { savedRoles } from './ui/roleSettings.ts';
import { requestKey } from './ui/switcherModel.ts';
import { TerminalWatch } from './ui/terminalWatch.ts';
import { terminalText } from './ui/text/terminals.ts';
import type { WiredGuards } from './wireGuards.ts';

/** What it is made from. */
export interface TerminalParts {
  readonly context: Context;
  readonly sessions: Sessions;
  readonly guards: WiredGuards;
  now(this: void): number;
}

/** The terminals of this window: how those of a session look, and which session each runs under. */
export interface WiredTerminals extends TerminalsPort, vscode.Disposable {
  look(this: void, session: Session): TerminalLook;
}

/** Watches the terminals, and tells the person where one is under another session than they would think. */
export function wireTerminals({ context, sessions, guards, now }: TerminalParts): WiredTerminals {
  const idOfKey = (accessKeyId: string): string | undefined =>
    sessions
      .list()
      .find(({ state }) => state.kind === 'live' && state.credentials.accessKeyId === accessKeyId)?.id;
  const pointed = (read: (name: string) => string | undefined) =>
    pointedById(pointedAt(read, idOfKey), sessions.list());
  const collection = context.environmentVariableCollection;
  const watch = new TerminalWatch({
    state: context.workspaceState,
    isRunning: (pid) => isRunning({ pid, born: undefined }),
    pointed,
    launched: launchEnvironment,
    shared: (terminal) => {
      const workspaceFolder = folderOf(terminal);
      const scoped = workspaceFolder && scopedTo(collection, workspaceFolder);
      return pointed((name) => (scoped?.get(name) ?? collection.get(name))?.value)?.id;
    },
    nameOf: (id) => sessions.get(id)?.name ?? nameInPlaceOfId(id),
    now,
  });
  const store = new DisposableStore();
  store.add(watch);
  store.add(watch.onDidChange((change) => void tell(change)));
  return {
    all: () => watch.all(),
    look: (session) => {
      const { color, others } = colorsOf(session, watch);
      const appearance = appearanceOf({
        session,
        guard: guards.of(guardedSession(session)),
        saved: savedColor(session),
        taken: others,
      });
      return color !== undefined && appearance.color.startsWith('terminal.')
        ? { ...appearance, color }
        : appearance;
    },
    dispose: () => store.dispose(),
  };
}

/** The colour that the session's terminals have, and those of the others. */
function colorsOf(session: Session, { known }: TerminalWatch) {
  const own = known.filter(({ way, color }) => way === 'own' && color !== undefined);
  return {
    color: own.find(({ sessionId }) => sessionId === session.id)?.color,
    others: new Set(
      own.flatMap(({ sessionId, color }) => (sessionId === session.id || color === undefined ? [] : [color])),
    ),
  };
}

function savedColor({ request }: Session) {
  const key = requestKey(request);
  return savedRoles().find(
    ({ role }) =>
      role?.sourceProfile !== undefined && requestKey(requestOf(role, role.sourceProfile)) === key,
  )?.role?.color;
}

/** The folder whose terminal it is; VS Code takes the only one where nothing is said. */
function folderOf({ creationOptions }: vscode.Terminal): vscode.WorkspaceFolder | undefined {
  const cwd = 'cwd' in creationOptions ? creationOptions.cwd : undefined;
  const uri = typeof cwd === 'string' ? (cwd === '' ? undefined : vscode.Uri.file(cwd)) : cwd;
  return uri === undefined
    ? vscode.workspace.workspaceFolders?.[0]
    : vscode.workspace.getWorkspaceFolder(vscode.Uri.from(uri));
}

async function tell(change: TerminalChange): Promise<void> {
  const button = terminalText.openAs(change.from.name);
  const choice = await vscode.window.showWarningMessage(terminalText.change(change), button);
  if (choice === button) {
    await vscode.commands.executeCommand(commands.newTerminalAs, change.from.id);
  }
}
