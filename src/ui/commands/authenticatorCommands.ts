import * as vscode from 'vscode';
import { commands } from '../ids.ts';
import { profileIn } from '../meaning.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import { askAuthenticator } from '../prompts/addAuthenticator.ts';
import { askPick } from '../prompts/input.ts';
import { authenticatorText, keepSeedText, removeSeedText, secretPlace } from '../text/authenticators.ts';
import { t } from '../text/l10n.ts';
import { deviceName } from '../text/prompts.ts';

/** Storing authenticators, and removing them. */
export function authenticatorCommands(parts: CommandParts) {
  return {
    [commands.addAuthenticator]: (argument: CommandArgument) => addAuthenticator(parts, argument),
    [commands.removeAuthenticator]: () => removeAuthenticator(parts),
  };
}

async function addAuthenticator(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const set = await parts.files.read();
  const profile = profileIn(parts.sessions, argument);
  const suggested =
    profile === undefined ? undefined : set.profiles.get(profile)?.properties.get('mfa_serial')?.value;
  const added = await askAuthenticator(set, suggested);
  if (!added) {
    return;
  }
  const { serial, authenticator } = added;
  const isWeb = vscode.env.uiKind === vscode.UIKind.Web;
  const place = secretPlace(isWeb, vscode.env.remoteName, process.platform);
  const text = keepSeedText(serial, authenticator.seed, place, parts.authenticators.list());
  const options = { modal: true, detail: text.detail };
  if ((await vscode.window.showWarningMessage(text.message, options, text.yes)) !== text.yes) {
    return;
  }
  try {
    if (await parts.authenticators.add(serial, authenticator, parts.now())) {
      void vscode.window.showInformationMessage(authenticatorText.added(serial));
    } else {
      void vscode.window.showErrorMessage(authenticatorText.notKept(serial));
    }
  } catch {
    // What the platform's store says may quote what it was given.
    void vscode.window.showErrorMessage(authenticatorText.storeFailed(serial));
  }
}

async function removeAuthenticator(parts: CommandParts): Promise<void> {
  const entries = parts.authenticators.list();
  if (entries.length === 0) {
    void vscode.window.showInformationMessage(authenticatorText.none());
    return;
  }
  const answer = await askPick<string>({
    title: t('Remove Authenticator'),
    placeholder: t('Which one?'),
    items: entries.map(({ serial, label }) => ({
      label: deviceName(serial),
      description: label,
      detail: serial,
      value: serial,
    })),
  });
  if (answer.kind !== 'value') {
    return;
  }
  const serial = answer.value;
  const text = removeSeedText(serial);
  const options = { modal: true, detail: text.detail };
  if ((await vscode.window.showWarningMessage(text.message, options, text.yes)) !== text.yes) {
    return;
  }
  try {
    await parts.authenticators.remove(serial);
    void vscode.window.showInformationMessage(authenticatorText.removed(serial));
  } catch {
    void vscode.window.showErrorMessage(authenticatorText.storeFailed(serial));
  }
}
