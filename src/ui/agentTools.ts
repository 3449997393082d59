import * as vscode from 'vscode';
import type { Consent } from '../session/apiQuestions.ts';
import type { AgentTools } from '../session/agentTools.ts';
import { agentTools } from './ids.ts';
import { toolText } from './text/agentTools.ts';

/** One of our tools for language models. */
export type AgentToolName = (typeof agentTools)[keyof typeof agentTools];

/** The tools, loaded. */
export interface LoadedTools {
  prepare(name: AgentToolName, input: unknown): vscode.PreparedToolInvocation;
  invoke(
    name: AgentToolName,
    input: unknown,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult>;
}

/** The tools as VS Code calls them. Each asks for a confirmation, and the one that starts has a question of its own. */
export function loadedTools(tools: AgentTools): LoadedTools {
  return {
    prepare: (name, input) => {
      const words = name === agentTools.start ? toolText.start(profileIn(input)) : toolText.whoAmI();
      const { doing, title, message } = words;
      return { invocationMessage: doing, confirmationMessages: { title, message } };
    },
    async invoke(name, input, token) {
      const left = new AbortController();
      const listening = token.onCancellationRequested(() => left.abort());
      try {
        const answer =
          name === agentTools.start
            ? await tools.start(profileIn(input), left.signal)
            : await tools.whoAmI(left.signal);
        return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(JSON.stringify(answer))]);
      } finally {
        listening.dispose();
      }
    },
  };
}

/** Asks whether an agent may start the session of a profile. Closing the question is a no. */
export async function askToStartForAgent(profile: string, server?: string): Promise<Consent> {
  const start: vscode.MessageItem = { title: toolText.startButton() };
  const deny: vscode.MessageItem = { title: toolText.deny(), isCloseAffordance: true };
  const choice = await vscode.window.showWarningMessage(
    server === undefined ? toolText.wantsToStart(profile) : toolText.serverWantsToStart(server, profile),
    { modal: true, detail: toolText.startDetail() },
    start,
    deny,
  );
  return choice === start ? 'once' : 'no';
}

/** The schema has made sure of it; a model that is called without it names none. */
function profileIn(input: unknown): string {
  const profile =
    typeof input === 'object' && input !== null && 'profile' in input ? input.profile : undefined;
  return typeof profile === 'string' ? profile : '';
}
