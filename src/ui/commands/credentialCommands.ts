import * as vscode from 'vscode';
import type { Credentials } from '../../aws/credentials.ts';
import { credentialFormats, formatCredentials } from '../../aws/formats.ts';
import type { CredentialFormat } from '../../aws/formats.ts';
import type { Session } from '../../session/types.ts';
import { commands } from '../ids.ts';
import type { CommandParts } from '../parts.ts';
import { askPick, askText } from '../prompts/input.ts';
import { t } from '../text/l10n.ts';
import { clockTime } from '../text/time.ts';
import { chooseSession } from './target.ts';
import type { CommandArgument } from './target.ts';

/** Giving credentials away on purpose, and terminals. */
export function credentialCommands(parts: CommandParts) {
  return {
    [commands.copyCredentials]: (argument: CommandArgument) => copyCredentials(parts, argument),
    [commands.runWithCredentials]: (argument: CommandArgument) => runWithCredentials(parts, argument),
    [commands.openTerminal]: (argument: CommandArgument) =>
      openTerminal(parts, argument ?? parts.sessions.activeId),
    [commands.newTerminalAs]: (argument: CommandArgument) => openTerminal(parts, argument),
    [commands.setUpDelivery]: () => parts.delivery.consent(true),
    [commands.removeManagedProfiles]: async () => {
      const { ok, sentence } = await parts.delivery.removeManagedProfiles();
      void (ok ? vscode.window.showInformationMessage(sentence) : vscode.window.showErrorMessage(sentence));
    },
  };
}

const formatLabels: Readonly<Record<CredentialFormat, string>> = {
  bash: 'bash, zsh, sh',
  powershell: 'PowerShell',
  fish: 'fish',
  cmd: 'cmd',
  json: 'JSON',
  env: '.env',
  docker: 'docker run flags',
};

async function copyCredentials(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const session = await chooseSession(parts, argument ?? parts.sessions.activeId, t('Copy Credentials'));
  if (!session) {
    return;
  }
  const answer = await askPick<CredentialFormat>({
    title: t('Copy Credentials of {0}', session.name),
    placeholder: t('For which tool? The credentials go to the clipboard in clear text'),
    items: credentialFormats.map((format) => ({ label: formatLabels[format], value: format })),
  });
  if (answer.kind !== 'value') {
    return;
  }
  const credentials = await liveCredentials(parts, session);
  if (!credentials) {
    return;
  }
  await vscode.env.clipboard.writeText(formatCredentials(answer.value, credentials, session.region));
  const clear = t('Clear Clipboard');
  const choice = await vscode.window.showInformationMessage(
    credentials.expiresAt === undefined
      ? t('Credentials are on the clipboard: {0}', session.name)
      : t(
          'Credentials are on the clipboard, they end at {1} and do not renew: {0}',
          session.name,
          clockTime(credentials.expiresAt, parts.now()),
        ),
    clear,
  );
  if (choice === clear) {
    await vscode.env.clipboard.writeText('');
  }
}

async function runWithCredentials(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const session = await chooseSession(parts, argument ?? parts.sessions.activeId, t('Run Command'));
  if (!session) {
    return;
  }
  const answer = await askText({
    title: t('Run Command with Credentials of {0}', session.name),
    prompt: t('The command gets AWS_ACCESS_KEY_ID and the like in its environment, this once'),
    placeholder: 'docker run -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN image',
    validate: (text) => (text.trim() === '' ? t('Type a command') : undefined),
  });
  if (answer.kind === 'value') {
    report(await parts.delivery.runCommand(session, answer.value));
  }
}

/** Opens a terminal under the session of the argument, else under the one that the person picks. */
export async function openTerminal(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const session = await chooseSession(parts, argument, t('New Terminal As'));
  if (session) {
    await parts.delivery.consent(false);
    report(await parts.delivery.openTerminal(session));
  }
}

/** The session's credentials, renewed first when it is over. Undefined when that did not work; it has been said why. */
async function liveCredentials(parts: CommandParts, session: Session): Promise<Credentials | undefined> {
  const now = (): Session | undefined => parts.sessions.get(session.id);
  if (now()?.state.kind !== 'live') {
    await parts.flow.renew(session);
  }
  const state = now()?.state;
  return state?.kind === 'live' ? state.credentials : undefined;
}

function report(problem: string | undefined): void {
  if (problem !== undefined) {
    void vscode.window.showWarningMessage(problem);
  }
}
