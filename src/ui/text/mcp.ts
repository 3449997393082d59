import type { McpProblem } from '../../session/mcpServers.ts';
import { t } from './l10n.ts';

/** The words around MCP servers that get a session. */
export const mcpText = {
  title: () => t('Give an MCP Server a Session'),
  whichServer: () => t('Which server?'),
  whichProfile: () => t('Whose session? It gets what agents get of it'),
  other: () => t('Another Program…'),
  otherDetail: () => t('Its command line, without keys in it'),
  commandPrompt: () => t('The command that starts the server; no shell reads it'),
  namePrompt: () => t('What is it called?'),
  notACommand: () => t('A quotation in this does not end'),
  empty: () => t('This cannot be empty'),
  added: (label: string, profile: string) =>
    t(
      'The MCP server “{0}” gets what agents get of {1}, agents find it in their list of servers',
      label,
      profile,
    ),
  openSetting: () => t('Open Setting'),
  setUp: () => t('Set Up Delivery'),
  needsProfiles: (label: string) =>
    t('An MCP server gets its session by a managed profile, set up delivery to use it: {0}', label),
};

/** Why an MCP server of the settings is not there. */
export function mcpProblemSentence(problem: McpProblem): string {
  switch (problem.kind) {
    case 'noList':
      return t('MCP servers are not used, because their setting is no list: {0}', 'stsSessions.mcpServers');
    case 'incomplete':
      return t(
        'An MCP server is not used, because it needs a label, a command and a profile, and arguments that are texts: {0}',
        problem.entry,
      );
    case 'twice':
      return t('An MCP server is not used, because another one has its label: {0}', problem.entry);
  }
}
