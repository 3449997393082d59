import * as vscode from 'vscode';
import type { ConsoleHindrance } from '../../aws/console.ts';
import type { Secret } from '../../aws/secret.ts';
import type { Session } from '../../session/types.ts';
import { commands } from '../ids.ts';
import type { CommandArgument } from '../meaning.ts';
import { openPage } from '../openPage.ts';
import type { CommandParts } from '../parts.ts';
import { withCancel } from '../progress.ts';
import { consoleHindranceSentence, consoleLinkText } from '../text/consoleLink.ts';
import { chooseSession, isRenewable, liveCredentials } from './target.ts';

/** The AWS console as a session. */
export function consoleLinkCommands(parts: CommandParts) {
  return {
    [commands.openConsole]: (argument: CommandArgument) => openConsole(parts, argument),
  };
}

async function openConsole(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const session = await chooseSession(parts, argument ?? parts.sessions.activeId, {
    title: consoleLinkText.title(),
    among: isRenewable,
    start: true,
  });
  if (session) {
    await openAs(parts, session);
  }
}

async function openAs(parts: CommandParts, session: Session): Promise<void> {
  const link = await makeLink(parts, session, () => openAs(parts, session));
  if (link === undefined) {
    return;
  }
  // False when the person said no to VS Code's own question about the address.
  const opened = await openPage(link.reveal());
  const again = consoleLinkText.openAgain();
  const copy = consoleLinkText.copyLink();
  const choice = await vscode.window.showInformationMessage(
    opened ? consoleLinkText.opened(session.name) : consoleLinkText.notOpened(session.name),
    ...(opened ? [copy] : [again, copy]),
  );
  if (choice === again) {
    await openAs(parts, session);
  } else if (choice === copy) {
    await copyLink(parts, session);
  }
}

/** A link of its own: the one before may have been used. */
async function copyLink(parts: CommandParts, session: Session): Promise<void> {
  const copy = consoleLinkText.copyLink();
  const agreed = await vscode.window.showWarningMessage(
    consoleLinkText.warning(session.name),
    { modal: true },
    copy,
  );
  const link = agreed === copy ? await makeLink(parts, session, () => copyLink(parts, session)) : undefined;
  if (link === undefined) {
    return;
  }
  await vscode.env.clipboard.writeText(link.reveal());
  const clear = consoleLinkText.clearClipboard();
  const choice = await vscode.window.showInformationMessage(consoleLinkText.copied(session.name), clear);
  if (choice === clear) {
    await vscode.env.clipboard.writeText('');
  }
}

/** Undefined when there is no link; the person has been told why. */
async function makeLink(
  parts: CommandParts,
  session: Session,
  again: () => Promise<void>,
): Promise<Secret | undefined> {
  const credentials = await liveCredentials(parts, session);
  if (!credentials) {
    return undefined;
  }
  const made = await withCancel(
    consoleLinkText.opening(session.name),
    () => parts.isAsking(),
    (signal) => parts.console.link(session, credentials, signal),
  );
  if ('link' in made) {
    return made.link;
  }
  if ('hindrance' in made) {
    void explain(made.hindrance, session);
  } else if (made.fault.kind === 'refused') {
    void vscode.window.showErrorMessage(consoleLinkText.refused(session.name));
  } else {
    void parts.flow.showFault(made.fault, session.name, session.request, again);
  }
  return undefined;
}

async function explain(hindrance: ConsoleHindrance, session: Session): Promise<void> {
  const start = consoleLinkText.startFederation();
  const choice = await vscode.window.showErrorMessage(
    consoleHindranceSentence(hindrance, session.name),
    ...(hindrance.kind === 'sessionToken' ? [start] : []),
  );
  if (choice === start && hindrance.kind === 'sessionToken') {
    await vscode.commands.executeCommand(commands.startFederationSession, hindrance.profile);
  }
}
