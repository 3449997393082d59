import { chooseAgentAccess } from '../agentQuestions.ts';
import { commands } from '../ids.ts';

/** Commands about coding agents. */
export function agentCommands() {
  return { [commands.chooseAgentAccess]: () => chooseAgentAccess() };
}
