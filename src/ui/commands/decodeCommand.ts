import * as vscode from 'vscode';
import { findEncodedMessage, prettyMessage, readAuthorization } from '../../aws/authorizationMessage.ts';
import type { Fault } from '../../aws/faults.ts';
import type { Session } from '../../session/types.ts';
import { commands } from '../ids.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import { withCancel } from '../progress.ts';
import { askText } from '../prompts/input.ts';
import { showDocument } from '../shownDocuments.ts';
import { authorizationSentence, decodeText } from '../text/decode.ts';
import { chooseSession, isLive, liveCredentials } from './target.ts';

/** Reading what AWS says about a call that it refused. */
export function decodeCommands(parts: CommandParts) {
  return {
    [commands.decodeAuthorizationMessage]: (argument: CommandArgument) => decode(parts, argument),
  };
}

/** Decodes the message in the selection, else on the clipboard, else the one that is pasted. `argument` may name a session. */
async function decode(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const encoded =
    findEncodedMessage(selectedText()) ?? findEncodedMessage(await vscode.env.clipboard.readText());
  const message = encoded ?? (await askForMessage());
  if (message !== undefined) {
    await decodeAs(parts, argument ?? parts.sessions.activeId, message);
  }
}

async function decodeAs(parts: CommandParts, argument: CommandArgument, encoded: string): Promise<void> {
  const session = await chooseSession(parts, argument, {
    title: decodeText.title(),
    among: isLive,
    start: true,
  });
  const credentials = session && (await liveCredentials(parts, session));
  if (!credentials) {
    return;
  }
  const answer = await withCancel(
    decodeText.decoding(session.name),
    () => parts.isAsking(),
    (signal) => parts.decode(session, credentials, encoded, signal),
  );
  if (typeof answer === 'string') {
    await show(answer);
  } else {
    await explain(parts, answer, session, encoded);
  }
}

async function show(message: string): Promise<void> {
  const authorization = readAuthorization(message);
  await showDocument(decodeText.documentName, prettyMessage(message));
  void vscode.window.showInformationMessage(
    authorization === undefined ? decodeText.unknown() : authorizationSentence(authorization),
  );
}

async function explain(parts: CommandParts, fault: Fault, session: Session, encoded: string): Promise<void> {
  if (fault.kind !== 'accessDenied') {
    await parts.flow.showFault(fault, session.name, session.request, () => decode(parts, undefined));
    return;
  }
  const others = parts.sessions.list().filter((one) => isLive(one) && one.id !== session.id);
  const button = decodeText.otherSession();
  const choice = await vscode.window.showErrorMessage(
    decodeText.notAllowed(session.name),
    ...(others.length > 0 ? [button] : []),
  );
  if (choice === button) {
    await decodeAs(parts, undefined, encoded);
  }
}

function selectedText(): string {
  const editor = vscode.window.activeTextEditor;
  return editor === undefined || editor.selection.isEmpty ? '' : editor.document.getText(editor.selection);
}

async function askForMessage(): Promise<string | undefined> {
  const answer = await askText({
    title: decodeText.title(),
    prompt: decodeText.prompt(),
    validate: (text) => (findEncodedMessage(text) === undefined ? decodeText.notFound() : undefined),
  });
  return answer.kind === 'value' ? findEncodedMessage(answer.value) : undefined;
}
