import * as vscode from 'vscode';
import type { FileRole, Place } from '../../aws/problems.ts';
import { commands, extensionId, walkthrough } from '../ids.ts';
import { asNode, profileIn, sessionIn } from '../meaning.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import { addProfile } from '../prompts/addProfile.ts';
import { openRoles } from '../prompts/saveRole.ts';
import { t } from '../text/l10n.ts';
import { askIssuer } from './issuerCommands.ts';
import { addFromConsole } from './consoleCommands.ts';

/** The user's files, the log and the way in. */
export function fileCommands(parts: CommandParts) {
  return {
    [commands.openConfigFile]: () => openFile(parts, { file: 'config', line: 1 }),
    [commands.openCredentialsFile]: () => openFile(parts, { file: 'credentials', line: 1 }),
    [commands.openProfileSource]: (argument: CommandArgument) => openProfileSource(parts, argument),
    [commands.addProfile]: () => addProfileAndShow(parts),
    [commands.copyRoleArn]: (argument: CommandArgument) => copyRoleArn(parts, argument),
    [commands.copyProfileName]: (argument: CommandArgument) => copyProfileName(parts, argument),
    [commands.refresh]: () => parts.files.refresh(),
    [commands.showLog]: () => parts.showLog(),
    [commands.openWalkthrough]: () =>
      vscode.commands.executeCommand(
        'workbench.action.openWalkthrough',
        `${extensionId}#${walkthrough}`,
        false,
      ),
  };
}

async function openProfileSource(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const node = asNode(argument);
  if (node?.kind === 'roleProblem') {
    await openRoles(node.inFolder);
    return;
  }
  const place = placeIn(argument) ?? (await placeOfProfile(parts, argument)) ?? { file: 'config', line: 1 };
  await openFile(parts, place);
}

async function placeOfProfile(parts: CommandParts, argument: CommandArgument): Promise<Place | undefined> {
  const set = await parts.files.read();
  const node = asNode(argument);
  if (node?.kind === 'ssoSession') {
    return set.ssoSessions.get(node.name)?.places[0];
  }
  const profile = profileIn(parts.sessions, argument);
  return profile === undefined ? undefined : set.profiles.get(profile)?.places[0];
}

/** A line by itself, or the line of a row that stands for a problem or a file. */
function placeIn(argument: CommandArgument): Place | undefined {
  if (typeof argument !== 'object' || argument === null) {
    return undefined;
  }
  if ('file' in argument && isFileRole(argument.file)) {
    const line = 'line' in argument && typeof argument.line === 'number' ? argument.line : 1;
    return { file: argument.file, line };
  }
  const node = asNode(argument);
  return node?.kind === 'problem' ? node.problem.place : undefined;
}

function isFileRole(value: unknown): value is FileRole {
  return value === 'config' || value === 'credentials';
}

async function openFile(parts: CommandParts, place: Place): Promise<void> {
  const path = parts.files.path(place.file);
  if (!(await parts.files.create(place.file))) {
    void vscode.window.showErrorMessage(t('This file cannot be created: {0}', path));
    return;
  }
  const line = new vscode.Position(place.line - 1, 0);
  const selection = new vscode.Range(line, line);
  try {
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(path), { selection, preview: false });
    keepAtLine(editor, selection);
  } catch {
    // A folder in its place, no right to read it, too large for an editor: the view says which.
    void vscode.window.showErrorMessage(
      t('This file cannot be opened, the AWS Sessions view says why: {0}', path),
    );
  }
}

/** How long after it was shown a tab from the background may still be read again, in milliseconds. */
const reloadMs = 1500;

/**
 * VS Code does not watch a file outside of the workspace while its tab is in the background: the tab is shown with its
 * old text, and what changed meanwhile comes a moment later and moves the cursor with it.
 */
function keepAtLine(editor: vscode.TextEditor, selection: vscode.Range): void {
  const listener = vscode.workspace.onDidChangeTextDocument(({ document }) => {
    // A dirty document means that somebody types.
    if (document === editor.document && !document.isDirty) {
      editor.selection = new vscode.Selection(selection.start, selection.end);
      editor.revealRange(selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    }
  });
  setTimeout(() => listener.dispose(), reloadMs);
}

async function addProfileAndShow(parts: CommandParts): Promise<void> {
  const set = await parts.files.read();
  const added = await addProfile(set, {
    edit: (file, change) => parts.files.edit(file, change),
    askIssuer: askIssuer(parts),
    fromConsole: () => addFromConsole(parts, set),
  });
  if (added === undefined) {
    return;
  }
  await parts.files.refresh();
  const start = t('Start Session');
  const choice = await vscode.window.showInformationMessage(t('Profile added: {0}', added), start);
  if (choice === start) {
    await parts.flow.start({ kind: 'profile', profile: added });
  }
}

async function copyRoleArn(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const profile = profileIn(parts.sessions, argument);
  const set = await parts.files.read();
  const node = asNode(argument);
  const ofRow =
    node?.kind === 'samlRole' ? node.roleArn : node?.kind === 'role' ? node.role.roleArn : undefined;
  const arn =
    ofRow ??
    sessionIn(parts.sessions, argument)?.roleArn ??
    (profile === undefined ? undefined : set.profiles.get(profile)?.properties.get('role_arn')?.value);
  if (arn !== undefined) {
    await vscode.env.clipboard.writeText(arn);
  }
}

async function copyProfileName(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const name = profileIn(parts.sessions, argument);
  if (name !== undefined) {
    await vscode.env.clipboard.writeText(name);
  }
}
