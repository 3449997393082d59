import * as vscode from 'vscode';
import { splitCommand } from '../../aws/splitCommand.ts';
import { awsServers } from '../../session/mcpServers.ts';
import type { McpServer } from '../../session/mcpServers.ts';
import { chooseAgentAccess } from '../agentQuestions.ts';
import { commands, settings, settingsSection } from '../ids.ts';
import { addMcpServer } from '../mcpServers.ts';
import type { CommandParts } from '../parts.ts';
import { askPick, askText } from '../prompts/input.ts';
import { mcpText } from '../text/mcp.ts';
import { chooseProfile } from './target.ts';

/** Commands about coding agents. */
export function agentCommands(parts: CommandParts) {
  return {
    [commands.chooseAgentAccess]: () => chooseAgentAccess(),
    [commands.giveMcpServer]: () => giveMcpServer(parts),
  };
}

/** What starts a server. */
type Start = Omit<McpServer, 'profile'>;

async function giveMcpServer(parts: CommandParts): Promise<void> {
  const start = await chooseServer();
  if (start === undefined) {
    return;
  }
  const profile = await chooseProfile(
    await parts.files.read(),
    mcpText.whichProfile(),
    (kind) => kind !== 'none',
  );
  if (profile === undefined) {
    return;
  }
  await addMcpServer({ ...start, profile });
  const button = mcpText.openSetting();
  const choice = await vscode.window.showInformationMessage(mcpText.added(start.label, profile), button);
  if (choice === button) {
    await vscode.commands.executeCommand(
      'workbench.action.openSettings',
      `${settingsSection}.${settings.mcpServers}`,
    );
  }
}

async function chooseServer(): Promise<Start | undefined> {
  const title = mcpText.title();
  const known = awsServers.map((server) => ({
    label: server.label,
    detail: [server.command, ...server.args].join(' '),
    value: server,
  }));
  const answer = await askPick<Start | 'other'>({
    title,
    placeholder: mcpText.whichServer(),
    items: [...known, { label: mcpText.other(), detail: mcpText.otherDetail(), value: 'other' }],
  });
  if (answer.kind !== 'value') {
    return undefined;
  }
  return answer.value === 'other' ? typeServer(title) : answer.value;
}

async function typeServer(title: string): Promise<Start | undefined> {
  const split = (text: string): readonly string[] | undefined =>
    splitCommand(text, process.platform === 'win32');
  const typed = await askText({
    title,
    prompt: mcpText.commandPrompt(),
    placeholder: 'uvx my-mcp-server@latest',
    validate: (text) => {
      const words = split(text);
      return words === undefined ? mcpText.notACommand() : words.length === 0 ? mcpText.empty() : undefined;
    },
  });
  const [command, ...args] = typed.kind === 'value' ? (split(typed.value) ?? []) : [];
  if (command === undefined) {
    return undefined;
  }
  const named = await askText({
    title,
    prompt: mcpText.namePrompt(),
    value: command,
    validate: (text) => (text.trim() === '' ? mcpText.empty() : undefined),
  });
  return named.kind === 'value' ? { label: named.value, command, args } : undefined;
}
