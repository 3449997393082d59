import * as vscode from 'vscode';
import type { Inventory, NotDeleted } from './inventory.ts';
import { withCancel } from './progress.ts';
import { showDocument } from './shownDocuments.ts';
import { keptPage, keptText } from './text/kept.ts';
import { configureL10n } from './text/l10n.ts';

/** What showing and deleting it asks of the world. */
export interface KeptPorts {
  /** Looks at all that is kept. Never rejects. */
  look(): Promise<Inventory>;
  /** Deletes it; `withKeys`: the only copies of access keys too. Says what could not be deleted. Never rejects. */
  deleteAll(withKeys: boolean): Promise<readonly NotDeleted[]>;
  isAsking(): boolean;
}

/** Shows what is kept on this computer, and offers to delete it. */
export async function showKept(ports: KeptPorts): Promise<void> {
  configureL10n(vscode.l10n.bundle);
  await showDocument(keptText.documentName, keptPage(await ports.look()), 'md');
  const button = keptText.deleteAll();
  if ((await vscode.window.showInformationMessage(keptText.shown(), button)) === button) {
    await deleteKept(ports);
  }
}

/** Deletes it all after asking; access keys that stand nowhere else only after asking for them by name. */
export async function deleteKept(ports: KeptPorts): Promise<void> {
  configureL10n(vscode.l10n.bundle);
  const inventory = await ports.look();
  const yes = keptText.yes();
  const options = { modal: true, detail: keptText.confirmDetail(inventory) };
  if ((await vscode.window.showWarningMessage(keptText.confirm(), options, yes)) !== yes) {
    return;
  }
  const withKeys = inventory.onlyCopies.length === 0 ? false : await askForKeys(inventory.onlyCopies);
  if (withKeys === undefined) {
    return;
  }
  const left = await withCancel(
    keptText.deleting(),
    () => ports.isAsking(),
    () => ports.deleteAll(withKeys),
  );
  if (left.length > 0) {
    const rest = keptText.showRest();
    if ((await vscode.window.showWarningMessage(keptText.notDeleted(left), rest)) === rest) {
      await showKept(ports);
    }
    return;
  }
  const areKeysLeft = inventory.onlyCopies.length > 0 && !withKeys;
  void vscode.window.showInformationMessage(areKeysLeft ? keptText.deletedButKeys() : keptText.deleted());
}

/** Undefined: the person left, and nothing is to be deleted. */
async function askForKeys(keys: readonly string[]): Promise<boolean | undefined> {
  const [remove, keep] = [keptText.deleteKeys(), keptText.keepKeys()];
  const options = { modal: true, detail: keptText.onlyCopiesDetail(keys) };
  // The harmless answer has the focus.
  const choice = await vscode.window.showWarningMessage(keptText.onlyCopies(), options, keep, remove);
  return choice === undefined ? undefined : choice === remove;
}
