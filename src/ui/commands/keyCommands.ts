import * as vscode from 'vscode';
import { kindsOf } from '../../aws/planKinds.ts';
import type { FileRole } from '../../aws/problems.ts';
import { isManaged } from '../../aws/profiles.ts';
import type { ProfileSet, Section } from '../../aws/profiles.ts';
import { hasLongTermKeys } from '../../aws/sources/staticKeys.ts';
import { vaultIdIn } from '../../aws/vaultPointer.ts';
import type { KeyEntry } from '../../session/keyRecord.ts';
import type { PutResult } from '../../session/keyVault.ts';
import { commands } from '../ids.ts';
import { profileIn } from '../meaning.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import { askUserKeys } from '../prompts/addUserKeys.ts';
import { askPick } from '../prompts/input.ts';
import { addKeysText, keysBackText, keysHindranceSentence, keysText, moveKeysText } from '../text/keys.ts';
import type { KeysHindrance } from '../text/keys.ts';

/** Long-term keys: into the vault, back into a file, and into the vault without ever being in a file. */
export function keyCommands(parts: CommandParts) {
  return {
    [commands.moveKeysIn]: (argument: CommandArgument) => moveIn(parts, argument),
    [commands.moveKeysBack]: (argument: CommandArgument) => moveBack(parts, argument),
    [commands.addUserKeys]: () => addUserKeys(parts),
  };
}

async function moveIn(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const set = await parts.files.read();
  const profile = profileIn(parts.sessions, argument) ?? (await chooseOwner(set));
  const section = profile === undefined ? undefined : set.profiles.get(profile);
  if (section === undefined) {
    return;
  }
  const { name } = section;
  const place = parts.keys.place();
  const hindrance = (await parts.keys.hindrance()) ?? hindranceOf(section);
  const file = section.properties.get('aws_access_key_id')?.place.file;
  if (hindrance !== undefined || file === undefined) {
    await refuse(parts, hindrance ?? { kind: 'otherKind' }, name);
    return;
  }
  if (!(await agreed(moveKeysText(name, parts.files.path(file), place, parts.keys.restart())))) {
    return;
  }
  const result = await parts.keys.move(name, file);
  if (result.kind === 'stored' || result.kind === 'pending') {
    await offerRestart(parts, keysText[result.kind](name, parts.keys.restart()));
    return;
  }
  await tellFailure(parts, result, name, () => moveIn(parts, name));
}

/** Why a profile's keys cannot be moved, as far as the profile tells. */
function hindranceOf(section: Section): KeysHindrance | undefined {
  const id = section.properties.get('aws_access_key_id');
  const secret = section.properties.get('aws_secret_access_key');
  const kinds = kindsOf(section, false);
  const token = section.properties.get('aws_session_token')?.value ?? '';
  // A role whose source is the profile itself needs the keys in plain sight: the AWS CLI goes round in circles otherwise.
  if (section.vaultId !== undefined || kinds.length !== 1 || kinds[0] !== 'staticKeys') {
    return { kind: 'otherKind' };
  }
  if (token !== '') {
    return { kind: 'lines', why: 'temporary', file: id?.place.file ?? 'credentials' };
  }
  return id !== undefined && secret !== undefined && id.place.file !== secret.place.file
    ? { kind: 'bothFiles' }
    : undefined;
}

async function chooseOwner(set: ProfileSet): Promise<string | undefined> {
  const items = [...set.profiles.values()]
    .filter((section) => hasLongTermKeys(section) && section.vaultId === undefined && !isManaged(section))
    .map(({ name }) => ({ label: name, value: name }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage(keysText.none());
    return undefined;
  }
  const answer = await askPick<string>({
    title: keysText.moveTitle(),
    placeholder: keysText.movePlaceholder(),
    items,
  });
  return answer.kind === 'value' ? answer.value : undefined;
}

async function moveBack(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const set = await parts.files.read();
  const profile = profileIn(parts.sessions, argument);
  const entry = await entryToMove(parts, set, profile);
  if (entry === undefined) {
    return;
  }
  const { id, profile: name, file } = entry;
  if (!(await agreed(keysBackText(name, parts.files.path(file))))) {
    return;
  }
  const result = await parts.keys.moveBack(id, name);
  await parts.files.refresh();
  switch (result.kind) {
    case 'back':
      void offerFile(parts, keysText.back(name), result.file, 'info');
      return;
    case 'notForgotten':
      void offerFile(parts, keysText.notForgotten(name), result.file, 'warning');
      return;
    case 'taken':
      void offerFile(parts, keysText.taken(name), result.file, 'warning');
      return;
    case 'bothPlaces':
      void offerFile(parts, keysText.bothPlaces(result.profile), result.file, 'warning');
      return;
    case 'fileFailed':
      void offerFile(parts, keysText.fileFailed(name), result.file, 'warning');
      return;
    case 'gone':
      void vscode.window.showWarningMessage(keysText.gone(name));
      return;
    case 'storeFailed':
    case 'busy':
      await offerAgain(result.kind, name, () => moveBack(parts, name));
  }
}

/** The keys of a profile, or those that the person picks. */
async function entryToMove(
  parts: CommandParts,
  set: ProfileSet,
  profile: string | undefined,
): Promise<KeyEntry | undefined> {
  let entries: readonly KeyEntry[];
  try {
    entries = await parts.keys.list();
  } catch {
    await offerAgain('storeFailed', profile ?? keysText.backTitle(), () => moveBack(parts, profile));
    return undefined;
  }
  const section = profile === undefined ? undefined : set.profiles.get(profile);
  const led = section && vaultIdIn(section);
  if (profile !== undefined) {
    const own =
      entries.find(({ id }) => id === led) ??
      entries.find((entry) => entry.profile === profile && entry.stage === 'in');
    if (own === undefined) {
      void vscode.window.showWarningMessage(keysText.gone(profile));
    }
    // Profiles are renamed: what leads to the keys now is whose they are.
    return own && { ...own, profile };
  }
  if (entries.length === 0) {
    void vscode.window.showInformationMessage(keysText.nothingKept());
    return undefined;
  }
  const leading = new Map([...set.profiles.values()].map((one) => [vaultIdIn(one), one.name]));
  const answer = await askPick<KeyEntry>({
    title: keysText.backTitle(),
    placeholder: keysText.backPlaceholder(),
    items: entries.map((entry) => {
      const name = leading.get(entry.id);
      const detail =
        name !== undefined
          ? ''
          : entry.stage === 'in'
            ? keysText.pendingRow(parts.keys.restart())
            : keysText.nowhereRow();
      return {
        label: name ?? entry.profile,
        description: [keysText.lastDigits(entry.accessKeyId), detail].filter(Boolean).join(' · '),
        value: { ...entry, profile: name ?? entry.profile },
      };
    }),
  });
  return answer.kind === 'value' ? answer.value : undefined;
}

async function addUserKeys(parts: CommandParts): Promise<void> {
  const place = parts.keys.place();
  const hindrance = await parts.keys.hindrance();
  if (hindrance !== undefined) {
    await refuse(parts, hindrance, keysText.addTitle());
    return;
  }
  const added = await askUserKeys(await parts.files.read());
  if (added === undefined || !(await agreed(addKeysText(added.name, place, parts.keys.restart())))) {
    return;
  }
  const { name, keys, region, vaultId, fromClipboard } = added;
  const result = await parts.keys.add(name, keys, region, vaultId);
  if (result.kind !== 'stored') {
    await tellFailure(parts, result, name, undefined);
    return;
  }
  await parts.files.refresh();
  const clear = keysText.clearClipboard();
  const start = keysText.startSession();
  const buttons = fromClipboard ? [clear, start] : [start];
  const choice = await vscode.window.showInformationMessage(keysText.added(name), ...buttons);
  if (choice === clear) {
    await vscode.env.clipboard.writeText('');
  } else if (choice === start) {
    await parts.flow.start({ kind: 'profile', profile: name });
  }
}

async function tellFailure(
  parts: CommandParts,
  result: Exclude<PutResult, { kind: 'stored' }>,
  profile: string,
  again: (() => Promise<void>) | undefined,
): Promise<void> {
  switch (result.kind) {
    case 'problem':
      await refuse(parts, { kind: 'lines', why: result.why, file: result.file }, profile);
      return;
    case 'bothFiles':
    case 'noHelper':
      await refuse(parts, { kind: result.kind }, profile);
      return;
    case 'held':
      await vscode.window.showWarningMessage(keysText.held(profile));
      return;
    case 'notKept':
      await vscode.window.showErrorMessage(keysText.notKept(profile));
      return;
    case 'fileFailed':
      await offerFile(parts, keysText.fileFailed(profile), result.file, 'warning');
      return;
    case 'pending':
      await offerRestart(parts, keysText.pending(profile, parts.keys.restart()));
      return;
    case 'storeFailed':
    case 'busy':
      await offerAgain(result.kind, profile, again);
  }
}

async function refuse(parts: CommandParts, hindrance: KeysHindrance, profile: string): Promise<void> {
  const text = keysHindranceSentence(hindrance, profile);
  if (hindrance.kind === 'lines') {
    await offerFile(parts, text, hindrance.file, 'warning');
    return;
  }
  const log = keysText.showLog();
  const buttons = hindrance.kind === 'noHelper' ? [log] : [];
  if ((await vscode.window.showWarningMessage(text, ...buttons)) === log) {
    parts.showLog();
  }
}

async function agreed(text: {
  readonly message: string;
  readonly detail: string;
  readonly yes: string;
}): Promise<boolean> {
  const options = { modal: true, detail: text.detail };
  return (await vscode.window.showWarningMessage(text.message, options, text.yes)) === text.yes;
}

async function offerRestart({ keys }: CommandParts, text: string): Promise<void> {
  const what = keys.restart();
  const restart = keysText.restart(what);
  if ((await vscode.window.showInformationMessage(text, restart)) === restart) {
    const command = what === 'window' ? 'workbench.action.reloadWindow' : 'workbench.action.quit';
    await vscode.commands.executeCommand(command);
  }
}

async function offerFile(
  parts: CommandParts,
  text: string,
  file: FileRole,
  how: 'info' | 'warning',
): Promise<void> {
  const open = keysText.openFile();
  const choice = await (how === 'info'
    ? vscode.window.showInformationMessage(text, open)
    : vscode.window.showWarningMessage(text, open));
  if (choice === open) {
    await vscode.window.showTextDocument(vscode.Uri.file(parts.files.path(file)));
  }
}

async function offerAgain(
  kind: 'storeFailed' | 'busy',
  profile: string,
  again: (() => Promise<void>) | undefined,
): Promise<void> {
  const text = kind === 'busy' ? keysText.busy(profile) : keysText.storeFailed(profile);
  const button = keysText.tryAgain();
  const choice = await vscode.window.showErrorMessage(text, ...(again ? [button] : []));
  if (choice === button) {
    await again?.();
  }
}
