import * as vscode from 'vscode';
import type { Core } from './core.ts';
import { agentTools, mcpProvider, settings, settingsSection } from './ui/ids.ts';

/**
 * What language models and MCP get of us: it loads the parts with the first call, and not before. Nothing where the
 * editor has no such thing.
 */
export function registerForAgents(load: () => Promise<Core>): readonly vscode.Disposable[] {
  const lm: Partial<typeof vscode.lm> | undefined = vscode.lm;
  const tools = Object.values(agentTools).map((name) =>
    lm?.registerTool?.(name, {
      prepareInvocation: async ({ input }) => (await load()).agents.tools.prepare(name, input),
      invoke: async ({ input }, token) => (await load()).agents.tools.invoke(name, input, token),
    }),
  );
  const changes = new vscode.EventEmitter<void>();
  const provider = lm?.registerMcpServerDefinitionProvider?.(mcpProvider, {
    onDidChangeMcpServerDefinitions: changes.event,
    provideMcpServerDefinitions: async () => (await load()).agents.servers.provide(),
    resolveMcpServerDefinition: async (server, token) => (await load()).agents.servers.resolve(server, token),
  });
  const listening = [
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${settingsSection}.${settings.mcpServers}`)) {
        changes.fire();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => changes.fire()),
  ];
  return [changes, ...listening, ...tools, provider].filter((each) => each !== undefined);
}
