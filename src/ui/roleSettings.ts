import * as vscode from 'vscode';
import type { SessionRequest } from '../aws/planModel.ts';
import {
  entryOf,
  requestOf,
  readable,
  readSavedRoles,
  readSuggestedRoles,
  savable,
} from '../aws/roles/savedRole.ts';
import type { RoleEntry, SavedRole } from '../aws/roles/savedRole.ts';
import { settings, settingsSection } from './ids.ts';
import type { SuggestedEntry } from './roleRows.ts';

/** The roles of the user's own settings. A workspace cannot reach them: only the user's value is looked at. */
export function savedRoles(): readonly RoleEntry[] {
  return readSavedRoles(ownList());
}

/** What starts each of them that can be started. */
export function savedRequests(): readonly SessionRequest[] {
  return savedRoles().flatMap(({ role }) =>
    role?.sourceProfile === undefined ? [] : [requestOf(role, role.sourceProfile)],
  );
}

/** The roles that the open folders suggest; none before the folders are trusted. */
export function suggestedRoles(): readonly SuggestedEntry[] {
  if (!vscode.workspace.isTrusted) {
    return [];
  }
  const folders = vscode.workspace.workspaceFolders ?? [];
  const ofFolders = folders.flatMap((folder) => {
    const found = vscode.workspace
      .getConfiguration(settingsSection, folder.uri)
      .inspect<unknown>(settings.suggestedRoles);
    // With a single folder its .vscode/settings.json is the workspace's.
    const value = found?.workspaceFolderValue ?? (folders.length === 1 ? found?.workspaceValue : undefined);
    return readSuggestedRoles(value).map((entry) => ({
      ...entry,
      folder: folder.uri.toString(),
      folderName: readable(folder.name),
    }));
  });
  const file = folders.length > 1 ? vscode.workspace.workspaceFile : undefined;
  const ofFile = vscode.workspace.getConfiguration(settingsSection).inspect<unknown>(settings.suggestedRoles);
  return file === undefined
    ? ofFolders
    : [
        ...ofFolders,
        ...readSuggestedRoles(ofFile?.workspaceValue).map((entry) => ({
          ...entry,
          folder: file.toString(),
          folderName: readable(vscode.workspace.name ?? file.path),
        })),
      ];
}

/** Writes one more role. Rejects when the settings cannot be written. */
export async function addSavedRole(role: SavedRole): Promise<void> {
  await write([...ownList(), entryOf(role)]);
}

/**
 * Changes the entry at `index`; `undefined` removes it. What else stands in it, and in the others, stays. False when
 * it is not the entry any more that the person saw (`name`).
 */
export async function changeSavedRole(
  index: number,
  name: string,
  role: SavedRole | undefined,
): Promise<boolean> {
  const list = ownList();
  const before: unknown = list[index];
  if (before === undefined || readSavedRoles(list)[index]?.name !== name) {
    return false;
  }
  const kept =
    typeof before === 'object' && before !== null && !Array.isArray(before)
      ? Object.entries(before).filter(([key]) => !roleKeys.has(key))
      : [];
  const entry = role && { ...Object.fromEntries(kept), ...entryOf(role) };
  await write(list.flatMap((each, at) => (at === index ? (entry === undefined ? [] : [entry]) : [each])));
  return true;
}

/** Puts an entry back where it was. */
export async function restoreSavedRole(index: number, entry: unknown): Promise<void> {
  await write(ownList().toSpliced(index, 0, entry));
}

/** The entry at `index` as it is written. */
export function savedRoleEntry(index: number): unknown {
  return ownList()[index];
}

const roleKeys: ReadonlySet<string> = new Set<string>(savable);

function ownList(): readonly unknown[] {
  const value = vscode.workspace
    .getConfiguration(settingsSection)
    .inspect<unknown>(settings.roles)?.globalValue;
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

async function write(list: readonly unknown[]): Promise<void> {
  await vscode.workspace
    .getConfiguration(settingsSection)
    .update(settings.roles, list.length === 0 ? undefined : list, vscode.ConfigurationTarget.Global);
}
