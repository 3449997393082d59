import * as vscode from 'vscode';
import { credentialFormats, formatCredentials } from '../../aws/formats.ts';
import type { CredentialFormat } from '../../aws/formats.ts';
import { person } from '../../session/happenings.ts';
import { commands } from '../ids.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import { askPick, askText } from '../prompts/input.ts';
import { giveAwayText } from '../text/giveAway.ts';
import { t } from '../text/l10n.ts';
import { chooseSession, isRenewable, liveCredentials } from './target.ts';

/** Giving credentials away on purpose, and terminals. */
export function credentialCommands(parts: CommandParts) {
  return {
    [commands.copyCredentials]: (argument: CommandArgument) => copyCredentials(parts, argument),
    [commands.runWithCredentials]: (argument: CommandArgument) => runWithCredentials(parts, argument),
    [commands.copySessionId]: (argument: CommandArgument) => copySessionId(parts, argument),
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
  const session = await chooseSession(parts, argument ?? parts.sessions.activeId, {
    title: t('Copy Credentials'),
    among: isRenewable,
    start: true,
  });
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
  const seconds = await parts.clipboard.put(formatCredentials(answer.value, credentials, session.region));
  parts.sessions.handedOut(session.id, person, { kind: 'clipboard', form: answer.value });
  const clear = giveAwayText.clearNow();
  const said = giveAwayText.copied(session.name, credentials.expiresAt, parts.now());
  const choice = await vscode.window.showInformationMessage(giveAwayText.cleared(said, seconds), clear);
  if (choice === clear) {
    await parts.clipboard.clear();
  }
}

/** For STS_SESSIONS_ID in a task or a launch configuration, where the session's name is not enough. */
async function copySessionId(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const session = await chooseSession(parts, argument, {
    title: t('Copy Session ID'),
    among: isRenewable,
    start: true,
  });
  if (session) {
    await vscode.env.clipboard.writeText(session.id);
  }
}

async function runWithCredentials(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const session = await chooseSession(parts, argument ?? parts.sessions.activeId, {
    title: t('Run Command'),
    among: isRenewable,
    start: true,
  });
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
    const problem = await parts.delivery.runCommand(session, answer.value);
    if (problem === undefined) {
      parts.sessions.handedOut(session.id, person, { kind: 'command' });
    }
    report(problem);
  }
}

/** Opens a terminal under the session of the argument, started first where need be, else under the one that is picked. */
export async function openTerminal(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const session = await chooseSession(parts, argument, { title: t('New Terminal As'), start: true });
  if (session) {
    await parts.delivery.consent(false);
    report(await parts.delivery.openTerminal(session));
  }
}

function report(problem: string | undefined): void {
  if (problem !== undefined) {
    void vscode.window.showWarningMessage(problem);
  }
}
