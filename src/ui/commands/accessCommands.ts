import * as vscode from 'vscode';
import { commands } from '../ids.ts';
import type { CommandParts } from '../parts.ts';
import { accessText } from '../text/access.ts';

/** What other extensions may do. */
export function accessCommands(parts: CommandParts) {
  return { [commands.manageExtensionAccess]: () => manageExtensionAccess(parts) };
}

/** Shows who may have what; what is unchecked is taken back. */
async function manageExtensionAccess(parts: CommandParts): Promise<void> {
  const { extensionAccess } = parts;
  const rows = await extensionAccess.list();
  if (rows.length === 0) {
    void vscode.window.showInformationMessage(accessText.none());
    return;
  }
  const items = rows.map((row) => ({
    label: row.extensionName,
    description:
      row.since === undefined
        ? accessText.once(row.name, row.until, parts.now())
        : accessText.remembered(row.name, row.since, parts.now()),
    picked: true,
    row,
  }));
  const kept = await vscode.window.showQuickPick(items, {
    title: accessText.manageTitle(),
    placeHolder: accessText.managePlaceholder(),
    canPickMany: true,
    matchOnDescription: true,
  });
  const gone = kept === undefined ? [] : items.filter((item) => !kept.includes(item));
  if (gone.length === 0) {
    return;
  }
  for (const { row } of gone) {
    await extensionAccess.takeBack(row);
  }
  const until = Math.max(0, ...gone.map(({ row }) => row.until ?? 0));
  const names = [...new Set(gone.map(({ label }) => label))].join(', ');
  void vscode.window.showInformationMessage(accessText.takenBack(names, until, parts.now()));
}
