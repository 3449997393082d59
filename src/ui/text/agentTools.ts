import { t } from './l10n.ts';

/** What a person reads where a language model uses our tools. */
export const toolText = {
  whoAmI: () => ({
    doing: t('Looking which AWS sessions there are'),
    title: t('Tell the agent which AWS sessions there are?'),
    message: t('It learns their names, accounts, roles, regions and ends, and no credentials.'),
  }),
  start: (profile: string) => ({
    doing: t('Asking for an AWS session: {0}', oneLine(profile)),
    title: t('Let the agent ask for an AWS session: {0}', oneLine(profile)),
    message: t('You are asked once more before it starts. The agent gets no credentials by that.'),
  }),
  wantsToStart: (profile: string) => t('An agent wants to start an AWS session: {0}', oneLine(profile)),
  serverWantsToStart: (server: string, profile: string) =>
    t(
      'The MCP server “{0}” wants an AWS session that is not started: {1}',
      oneLine(server),
      oneLine(profile),
    ),
  startDetail: () =>
    t(
      'It gets no credentials by that. What agents get in their terminals is what you chose: “STS: Choose What Agents Get”.',
    ),
  startButton: () => t('Start Session'),
  deny: () => t('Deny'),
};

/** A model may write anything; what it writes stays one short line. */
function oneLine(text: string): string {
  return Array.from(text.replaceAll(/[\p{C}\s]+/gu, ' ').trim())
    .slice(0, 60)
    .join('');
}
