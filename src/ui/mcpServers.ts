import * as vscode from 'vscode';
import {
  mcpProblems,
  readMcpServers,
  serverEnvironment,
  unresolvedEnvironment,
} from '../session/mcpServers.ts';
import type { McpServer } from '../session/mcpServers.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Session } from '../session/types.ts';
import { askToStartForAgent } from './agentTools.ts';
import { commands, settings, settingsSection } from './ids.ts';
import { mcpProblemSentence, mcpText } from './text/mcp.ts';

/** What the servers of the settings are made from. */
export interface ServerParts {
  readonly sessions: Pick<Sessions, 'known' | 'list'>;
  /** Pointers to a session for a program; see WiredDelivery. */
  pointers(this: void, session: Session): Promise<ReadonlyMap<string, string>>;
  /** Starts the session of a profile aside; undefined when it did not start. */
  start(this: void, profile: string): Promise<Session | undefined>;
}

/** MCP servers that get a session, as VS Code asks for them. */
export interface LoadedServers {
  provide(): vscode.McpServerDefinition[];
  resolve(
    server: vscode.McpServerDefinition,
    token: vscode.CancellationToken,
  ): Promise<vscode.McpServerDefinition | undefined>;
}

/** The servers of the person's settings; none before the folder is trusted. */
export function loadedServers(parts: ServerParts): LoadedServers {
  /** A problem is told once in a window, however often VS Code asks for the servers. */
  const told = new Set<string>();
  return {
    provide() {
      if (!vscode.workspace.isTrusted) {
        return [];
      }
      for (const sentence of mcpProblems(ownList()).map(mcpProblemSentence)) {
        if (!told.has(sentence)) {
          told.add(sentence);
          void sayProblem(sentence);
        }
      }
      return mcpServers().map(
        ({ label, command, args }) =>
          new vscode.McpStdioServerDefinition(label, command, [...args], { ...unresolvedEnvironment }),
      );
    },
    async resolve(server, token) {
      const entry = mcpServers().find(({ label }) => label === server.label);
      if (entry === undefined || !(server instanceof vscode.McpStdioServerDefinition)) {
        return undefined;
      }
      const left = new AbortController();
      const listening = token.onCancellationRequested(() => left.abort());
      try {
        const session = await sessionFor(entry, parts, left.signal);
        const env = session && serverEnvironment(session, await parts.pointers(session));
        if (session !== undefined && env === undefined) {
          void sayNeedsProfiles(entry);
        }
        if (env === undefined || left.signal.aborted) {
          return undefined;
        }
        server.env = env;
        return server;
      } finally {
        listening.dispose();
      }
    },
  };
}

/** The servers of the person's settings. A workspace cannot add any: only the user's value is looked at. */
export function mcpServers(): readonly McpServer[] {
  return readMcpServers(ownList());
}

/** Writes one more server, over one of the same label. Rejects when the settings cannot be written. */
export async function addMcpServer(server: McpServer): Promise<void> {
  const list = ownList();
  const others = Array.isArray(list) ? list.filter((entry) => !isLabelled(entry, server.label)) : [];
  await vscode.workspace
    .getConfiguration(settingsSection)
    .update(settings.mcpServers, [...others, server], vscode.ConfigurationTarget.Global);
}

async function sessionFor(
  { profile, label }: McpServer,
  { sessions, start }: ServerParts,
  signal: AbortSignal,
): Promise<Session | undefined> {
  await sessions.known(signal);
  const there = sessions
    .list()
    .find(
      ({ request, state }) =>
        request.kind === 'profile' &&
        request.profile === profile &&
        request.readOnly !== true &&
        state.kind !== 'failed' &&
        state.kind !== 'starting',
    );
  if (there !== undefined) {
    return there;
  }
  const consent = await askToStartForAgent(profile, label);
  return consent === 'no' || signal.aborted ? undefined : start(profile);
}

async function sayNeedsProfiles({ label }: McpServer): Promise<void> {
  const button = mcpText.setUp();
  if ((await vscode.window.showWarningMessage(mcpText.needsProfiles(label), button)) === button) {
    await vscode.commands.executeCommand(commands.setUpDelivery);
  }
}

async function sayProblem(sentence: string): Promise<void> {
  const button = mcpText.openSetting();
  if ((await vscode.window.showWarningMessage(sentence, button)) === button) {
    await vscode.commands.executeCommand(
      'workbench.action.openSettings',
      `${settingsSection}.${settings.mcpServers}`,
    );
  }
}

function ownList(): unknown {
  return vscode.workspace.getConfiguration(settingsSection).inspect<unknown>(settings.mcpServers)
    ?.globalValue;
}

function isLabelled(entry: unknown, label: string): boolean {
  return typeof entry === 'object' && entry !== null && 'label' in entry && entry.label === label;
}
