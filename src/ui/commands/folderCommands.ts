import * as vscode from 'vscode';
import type { SessionRequest } from '../../aws/planModel.ts';
import { nameOfRequest } from '../../session/view.ts';
import { commands } from '../ids.ts';
import type { CommandParts } from '../parts.ts';
import { askPick } from '../prompts/input.ts';
import type { PickItem, PickSeparator } from '../prompts/input.ts';
import { requestKey, switcherRows } from '../switcherModel.ts';
import type { SwitcherChoice } from '../switcherModel.ts';
import { folderText } from '../text/folders.ts';

/** Binding folders to sessions. */
export function folderCommands(parts: CommandParts) {
  return {
    [commands.useForFolder]: (argument: unknown) => useForFolder(parts, argument),
    [commands.forgetFolderSession]: (argument: unknown) => forgetFolderSession(parts, argument),
  };
}

async function useForFolder(parts: CommandParts, argument: unknown): Promise<void> {
  const folder = await folderOf(argument, vscode.workspace.workspaceFolders ?? []);
  if (!folder) {
    return;
  }
  if (!(await isTrusted(folder))) {
    return;
  }
  const bound = parts.folders.bindingOf(folder);
  const answer = await askPick<SessionRequest | 'none'>({
    title: folderText.title(folder.name),
    placeholder: folderText.placeholder(),
    items: await itemsFor(parts, bound),
    active: ({ value }) => value !== 'none' && bound !== undefined && requestKey(value) === requestKey(bound),
  });
  if (answer.kind !== 'value') {
    return;
  }
  if (answer.value === 'none') {
    await parts.folders.bind(folder, undefined);
    return;
  }
  await parts.folders.bind(folder, answer.value);
  if (!(await parts.folders.start(answer.value))) {
    return;
  }
  const button = folderText.openTerminal();
  const text = folderText.bound(folder.name, nameOfRequest(answer.value));
  // Not awaited: the command is over, the message may stay for as long as it likes.
  void vscode.window
    .showInformationMessage(text, button)
    .then((choice) =>
      choice === button ? vscode.window.createTerminal({ cwd: folder.uri }).show() : undefined,
    );
}

async function forgetFolderSession(parts: CommandParts, argument: unknown): Promise<void> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const bound = folders.filter((folder) => parts.folders.bindingOf(folder) !== undefined);
  const folder = await folderOf(argument, bound.length > 0 ? bound : folders);
  if (!folder) {
    return;
  }
  if (!(await isTrusted(folder))) {
    return;
  }
  if (parts.folders.bindingOf(folder) === undefined) {
    void vscode.window.showInformationMessage(folderText.notBound(folder.name));
    return;
  }
  await parts.folders.bind(folder, undefined);
  void vscode.window.showInformationMessage(folderText.unbound(folder.name));
}

/** False where the folder is not trusted: none of its sessions is known then, and the person is told. */
async function isTrusted(folder: vscode.WorkspaceFolder): Promise<boolean> {
  if (!vscode.workspace.isTrusted) {
    const button = folderText.manageTrust();
    const choice = await vscode.window.showWarningMessage(folderText.untrusted(folder.name), button);
    if (choice === button) {
      await vscode.commands.executeCommand('workbench.trust.manage');
    }
  }
  return vscode.workspace.isTrusted;
}

/** The folder of a row in the explorer, else the only one, else the one that the person picks. */
async function folderOf(
  argument: unknown,
  folders: readonly vscode.WorkspaceFolder[],
): Promise<vscode.WorkspaceFolder | undefined> {
  if (argument instanceof vscode.Uri) {
    return vscode.workspace.getWorkspaceFolder(argument);
  }
  const [first] = folders;
  if (!first) {
    void vscode.window.showInformationMessage(folderText.noFolder());
    return undefined;
  }
  if (folders.length === 1) {
    return first;
  }
  const answer = await askPick<vscode.WorkspaceFolder>({
    title: folderText.whichFolder(),
    placeholder: folderText.whichFolder(),
    items: folders.map((folder) => ({ label: folder.name, description: folder.uri.fsPath, value: folder })),
  });
  return answer.kind === 'value' ? answer.value : undefined;
}

/** What the switcher has to choose from, without what is no session. */
async function itemsFor(
  parts: CommandParts,
  bound: SessionRequest | undefined,
): Promise<(PickItem<SessionRequest | 'none'> | PickSeparator)[]> {
  const { sessions, switcher } = parts;
  const rows = switcherRows({
    set: await switcher.profiles.read(),
    sessions: sessions.list(),
    activeId: sessions.activeId,
    recent: switcher.recent(),
    saved: switcher.saved?.() ?? [],
    now: switcher.now(),
    warnMs: switcher.warnMs(),
    aliasOf: switcher.aliasOf,
  });
  const items = rows.flatMap((row): (PickItem<SessionRequest | 'none'> | PickSeparator)[] => {
    if (row.kind === 'separator') {
      return [{ label: row.label, kind: vscode.QuickPickItemKind.Separator }];
    }
    const request = requestIn(parts, row.choice);
    const { label, description, detail } = row;
    const isBound = request && bound && requestKey(request) === requestKey(bound);
    return request === undefined
      ? []
      : [
          {
            label,
            description: isBound ? `${description} · ${folderText.now()}` : description,
            ...(detail !== undefined && { detail }),
            value: request,
          },
        ];
  });
  const none = {
    label: `$(circle-slash) ${folderText.none()}`,
    detail: folderText.noneDetail(),
    value: 'none',
  } as const;
  // A group of which nothing is left has no line either.
  const filled = items.filter((item, at) => 'value' in item || 'value' in (items[at + 1] ?? {}));
  return bound === undefined ? filled : [none, ...filled];
}

function requestIn(
  { sessions }: CommandParts,
  choice: SwitcherChoice | undefined,
): SessionRequest | undefined {
  return choice?.kind === 'startSession'
    ? choice.request
    : choice?.kind === 'useSession'
      ? sessions.get(choice.sessionId)?.request
      : undefined;
}
