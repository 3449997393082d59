import { CancellationTokenSource, LanguageModelTextPart, lm } from 'vscode';
import type { ApiAnswer, CompanionActions } from './protocol.ts';

/** Uses language-model tools outside of any chat. */
export function useTools() {
  return {
    toolNames: ({ prefix }: CompanionActions['toolNames']['request']): string[] =>
      lm.tools.map(({ name }) => name).filter((name) => name.startsWith(prefix)),
    invokeTool: async ({
      name,
      input,
    }: CompanionActions['invokeTool']['request']): Promise<ApiAnswer<string>> => {
      try {
        const options = { input, toolInvocationToken: undefined };
        const { content } = await lm.invokeTool(name, options, new CancellationTokenSource().token);
        const parts = content.filter((part) => part instanceof LanguageModelTextPart);
        return { value: parts.map(({ value }) => value).join('') };
      } catch (error) {
        const { name: kind, message } = error instanceof Error ? error : new Error(String(error));
        return { error: { name: kind, message } };
      }
    },
  };
}
