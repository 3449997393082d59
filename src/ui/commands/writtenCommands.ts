import * as vscode from 'vscode';
import { isName } from '../../aws/ini.ts';
import { nameOfCopy } from '../../aws/writtenKeys.ts';
import type { WrittenForm } from '../../aws/writtenKeys.ts';
import { person } from '../../session/happenings.ts';
import type { Session } from '../../session/types.ts';
import type { WrittenNote } from '../../session/written.ts';
import { commands } from '../ids.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import { askPick, askText } from '../prompts/input.ts';
import { giveAwayText, whereOf } from '../text/giveAway.ts';
import { chooseSession, isRenewable, liveCredentials } from './target.ts';

/** Keys in a file, for tools that know nothing else. */
export function writtenCommands(parts: CommandParts) {
  return {
    [commands.writeCredentials]: (argument: CommandArgument) => writeCredentials(parts, argument),
    [commands.removeWrittenCredentials]: () => removeWritten(parts),
  };
}

const forms: readonly WrittenForm[] = ['profile', 'env', 'json'];

async function writeCredentials(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const session = await chooseSession(parts, argument ?? parts.sessions.activeId, {
    title: giveAwayText.chooseTitle(),
    among: isRenewable,
    start: true,
  });
  if (session) {
    await writeAs(parts, session);
  }
}

async function writeAs(parts: CommandParts, session: Session): Promise<void> {
  const credentials = await liveCredentials(parts, session);
  if (!credentials) {
    return;
  }
  const until = credentials.expiresAt;
  const form = await askPick<WrittenForm>({
    title: giveAwayText.writeTitle(session.name),
    placeholder: giveAwayText.writePlaceholder(until, parts.now()),
    items: forms.map((each) => ({
      label: giveAwayText.form(each),
      description: giveAwayText.formDetail(each),
      value: each,
    })),
  });
  const place = form.kind === 'value' ? await askPlace(parts, session, form.value) : undefined;
  if (form.kind !== 'value' || place === undefined) {
    return;
  }
  const note: WrittenNote = {
    form: form.value,
    ...place,
    accessKeyId: credentials.accessKeyId,
    sessionId: session.id,
    sessionName: session.name,
    until,
  };
  const committable = await parts.written.mayBeCommitted(note.path);
  const write = giveAwayText.confirmButton();
  const agreed = await vscode.window.showWarningMessage(
    giveAwayText.confirm(session.name),
    { modal: true, detail: giveAwayText.confirmDetail(note.path, until, committable, parts.now()) },
    write,
  );
  if (agreed !== write) {
    return;
  }
  const { kind } = await parts.written.write(note, { credentials, region: session.region });
  if (kind === 'written') {
    parts.sessions.handedOut(session.id, person, { kind: 'file', form: note.form, path: note.path });
    await offerRemoval(parts, note);
    return;
  }
  if (kind === 'over') {
    await offerStart(parts, session);
    return;
  }
  const again = giveAwayText.chooseAgain();
  const where = whereOf(note);
  const choice = await vscode.window.showErrorMessage(
    kind === 'taken' ? giveAwayText.taken(where) : giveAwayText.notWritten(where),
    again,
  );
  if (choice === again) {
    await writeAs(parts, session);
  }
}

/** Where to; undefined when the person left. */
async function askPlace(
  parts: CommandParts,
  session: Session,
  form: WrittenForm,
): Promise<Pick<WrittenNote, 'path' | 'name'> | undefined> {
  if (form === 'profile') {
    const { profiles } = await parts.files.read();
    const answer = await askText({
      title: giveAwayText.writeTitle(session.name),
      prompt: giveAwayText.namePrompt(),
      value: freeName(nameOfCopy(session.name), (name) => profiles.has(name)),
      validate: (name) =>
        !isName(name) || profiles.has(name) ? giveAwayText.nameProblem(name, profiles.has(name)) : undefined,
    });
    return answer.kind === 'value'
      ? { path: parts.files.path('credentials'), name: answer.value }
      : undefined;
  }
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri;
  const name = form === 'env' ? `${nameOfCopy(session.name)}.env` : `${nameOfCopy(session.name)}.json`;
  const uri = await vscode.window.showSaveDialog({
    title: giveAwayText.writeTitle(session.name),
    saveLabel: giveAwayText.saveLabel(),
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name.replaceAll('/', '-')) }),
  });
  return uri?.scheme === 'file' ? { path: uri.fsPath, name: undefined } : undefined;
}

function freeName(name: string, isTaken: (name: string) => boolean): string {
  let free = name;
  for (let count = 2; isTaken(free); count++) {
    free = `${name}-${String(count)}`;
  }
  return free;
}

/** The session was over before the person had answered everything. */
async function offerStart(parts: CommandParts, session: Session): Promise<void> {
  const start = giveAwayText.startButton();
  const choice = await vscode.window.showErrorMessage(giveAwayText.over(session.name), start);
  const started = choice === start ? await parts.flow.start(session.request) : undefined;
  if (started !== undefined) {
    await writeAs(parts, started);
  }
}

async function offerRemoval(parts: CommandParts, note: WrittenNote): Promise<void> {
  const remove = giveAwayText.removeNow();
  const choice = await vscode.window.showInformationMessage(giveAwayText.written(note, parts.now()), remove);
  if (choice === remove) {
    await takeOut(parts, note);
  }
}

async function removeWritten(parts: CommandParts): Promise<void> {
  const notes = parts.written.list();
  if (notes.length === 0) {
    void vscode.window.showInformationMessage(giveAwayText.nothingWritten());
    return;
  }
  const answer = await askPick<WrittenNote>({
    title: giveAwayText.removeTitle(),
    placeholder: giveAwayText.removePlaceholder(),
    items: notes.map((note) => ({
      label: whereOf(note),
      description: note.sessionName,
      detail: giveAwayText.removeRow(note, parts.now()),
      value: note,
    })),
  });
  if (answer.kind === 'value') {
    await takeOut(parts, answer.value);
  }
}

async function takeOut(parts: CommandParts, note: WrittenNote): Promise<void> {
  const { kind } = await parts.written.takeOut(note);
  if (kind !== 'failed') {
    const text = kind === 'gone' ? giveAwayText.removed(note) : giveAwayText.notThere(note);
    void vscode.window.showInformationMessage(text);
    return;
  }
  const open = giveAwayText.openFile();
  const choice = await vscode.window.showErrorMessage(giveAwayText.notRemoved(note), open);
  if (choice === open) {
    await vscode.window.showTextDocument(vscode.Uri.file(note.path));
  }
}
