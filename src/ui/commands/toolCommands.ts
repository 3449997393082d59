import * as vscode from 'vscode';
import { commands } from '../ids.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import { askPick } from '../prompts/input.ts';
import { insteadSentence, removedText } from '../text/delivery.ts';
import { toolsText } from '../text/tools.ts';
import { chooseSession, isRenewable } from './target.ts';

/** Profiles for tools outside the editor. */
export function toolCommands(parts: CommandParts) {
  return {
    [commands.addToolProfile]: (argument: CommandArgument) => add(parts, argument),
    [commands.removeToolProfile]: () => remove(parts),
  };
}

async function add(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const session = await chooseSession(parts, argument, {
    title: toolsText.addTitle(),
    among: isRenewable,
    start: true,
  });
  if (!session) {
    return;
  }
  const { name, state } = await parts.tools.add(session);
  const open = toolsText.openFile();
  if (state.kind !== 'ok') {
    const choice = await vscode.window.showErrorMessage(insteadSentence(state), open);
    if (choice === open) {
      await vscode.commands.executeCommand(commands.openConfigFile);
    }
    return;
  }
  const copy = toolsText.copyName();
  const choice = await vscode.window.showInformationMessage(toolsText.added(name), copy, open);
  if (choice === copy) {
    await vscode.env.clipboard.writeText(name);
  } else if (choice === open) {
    await vscode.commands.executeCommand(commands.openProfileSource, name);
  }
}

async function remove(parts: CommandParts): Promise<void> {
  const profiles = await parts.tools.list();
  if (profiles.length === 0) {
    const button = toolsText.add();
    const choice = await vscode.window.showInformationMessage(toolsText.none(), button);
    if (choice === button) {
      await add(parts, undefined);
    }
    return;
  }
  const answer = await askPick({
    title: toolsText.removeTitle(),
    placeholder: toolsText.choose(),
    items: profiles.map(({ name, sessionId }) => {
      const session = parts.sessions.get(sessionId);
      const description = session === undefined ? toolsText.notStarted() : toolsText.of(session.name);
      return { label: name, description, value: name };
    }),
  });
  if (answer.kind !== 'value') {
    return;
  }
  const state = await parts.tools.remove(answer.value);
  void (state.kind === 'ok'
    ? vscode.window.showInformationMessage(toolsText.removed(answer.value))
    : vscode.window.showErrorMessage(removedText(state).sentence));
}
