import * as vscode from 'vscode';
import type { ConsoleHindrance, ConsolePlace } from '../../aws/console.ts';
import type { Secret } from '../../aws/secret.ts';
import { person } from '../../session/happenings.ts';
import type { Session } from '../../session/types.ts';
import { commands } from '../ids.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import { withCancel } from '../progress.ts';
import { askConsolePlace } from '../prompts/consolePlace.ts';
import { consoleHindranceSentence, consoleLinkText } from '../text/consoleLink.ts';
import { giveAwayText } from '../text/giveAway.ts';
import { chooseSession, isRenewable, liveCredentials } from './target.ts';

/** The AWS console as a session. */
export function consoleLinkCommands(parts: CommandParts) {
  return {
    [commands.openConsole]: (argument: CommandArgument) =>
      withSession(parts, argument, (session) => openAs(parts, session, undefined)),
    [commands.openConsoleAt]: (argument: CommandArgument) =>
      withSession(parts, argument, (session) => openAt(parts, session)),
    [commands.copyConsoleLink]: (argument: CommandArgument) =>
      withSession(parts, argument, (session) => copyLink(parts, session, undefined)),
  };
}

async function withSession(
  parts: CommandParts,
  argument: CommandArgument,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const session = await chooseSession(parts, argument ?? parts.sessions.activeId, {
    title: consoleLinkText.title(),
    among: isRenewable,
    start: true,
  });
  if (session) {
    await work(session);
  }
}

async function openAt(parts: CommandParts, session: Session): Promise<void> {
  const place = await askConsolePlace(session, parts.consolePlaces.of(session.id));
  if (place) {
    await parts.consolePlaces.remember(session.id, { page: place.page.id, region: place.region });
    await openAs(parts, session, place);
  }
}

async function openAs(parts: CommandParts, session: Session, place: ConsolePlace | undefined): Promise<void> {
  const link = await makeLink(parts, session, place, () => openAs(parts, session, place));
  if (link === undefined) {
    return;
  }
  // Not opened when the person said no to VS Code's own question about the address.
  const how = await parts.console.open(link, session);
  if (how !== 'notOpened') {
    parts.sessions.handedOut(session.id, person, { kind: 'console' });
  }
  const again = consoleLinkText.openAgain();
  const copy = consoleLinkText.copyLink();
  const choice = await vscode.window.showInformationMessage(
    sentenceFor(how, session),
    ...(how === 'notOpened' ? [again, copy] : [copy]),
  );
  if (choice === again) {
    await openAs(parts, session, place);
  } else if (choice === copy) {
    await copyLink(parts, session, place);
  }
}

function sentenceFor(
  how: Awaited<ReturnType<CommandParts['console']['open']>>,
  { name, accountId }: Session,
): string {
  switch (how) {
    case 'opened':
      return consoleLinkText.opened(name);
    case 'openedAlone':
      return consoleLinkText.openedAlone(name, accountId);
    case 'openedTogether':
      return consoleLinkText.openedTogether(name);
    case 'notOpened':
      return consoleLinkText.notOpened(name);
  }
}

/** A link of its own: the one before may have been used. */
async function copyLink(
  parts: CommandParts,
  session: Session,
  place: ConsolePlace | undefined,
): Promise<void> {
  const copy = consoleLinkText.copyLink();
  const agreed = await vscode.window.showWarningMessage(
    consoleLinkText.warning(session.name),
    { modal: true },
    copy,
  );
  const link =
    agreed === copy
      ? await makeLink(parts, session, place, () => copyLink(parts, session, place))
      : undefined;
  if (link === undefined) {
    return;
  }
  const seconds = await parts.clipboard.put(link.reveal());
  parts.sessions.handedOut(session.id, person, { kind: 'consoleLink' });
  const clear = giveAwayText.clearNow();
  const said = giveAwayText.cleared(consoleLinkText.copied(session.name), seconds);
  const choice = await vscode.window.showInformationMessage(said, clear);
  if (choice === clear) {
    await parts.clipboard.clear();
  }
}

/** Undefined when there is no link; the person has been told why. */
async function makeLink(
  parts: CommandParts,
  session: Session,
  place: ConsolePlace | undefined,
  again: () => Promise<void>,
): Promise<Secret | undefined> {
  const credentials = await liveCredentials(parts, session);
  if (!credentials) {
    return undefined;
  }
  const made = await withCancel(
    consoleLinkText.opening(session.name),
    () => parts.isAsking(),
    (signal) => parts.console.link(session, credentials, signal, place),
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
  const role = consoleLinkText.assumeRole();
  const choice = await vscode.window.showErrorMessage(
    consoleHindranceSentence(hindrance, session.name),
    ...(hindrance.kind === 'sessionToken' ? [start, role] : []),
  );
  if (choice === start && hindrance.kind === 'sessionToken') {
    await vscode.commands.executeCommand(commands.startFederationSession, hindrance.profile);
  } else if (choice === role) {
    await vscode.commands.executeCommand(commands.assumeRole);
  }
}
