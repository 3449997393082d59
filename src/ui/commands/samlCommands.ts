import * as vscode from 'vscode';
import type { KnownProvider } from '../../signIn/providerFolder.ts';
import { commands } from '../ids.ts';
import type { CommandParts } from '../parts.ts';
import { withCancel } from '../progress.ts';
import { askPick } from '../prompts/input.ts';
import { samlText } from '../text/saml.ts';

/** What else can be done about SAML sign-ins. */
export function samlCommands(parts: CommandParts) {
  return { [commands.signOutOfSaml]: () => signOut(parts) };
}

/** For whoever wants to be somebody else there: the browser window signs in again by itself as long as it remembers them. */
async function signOut(parts: CommandParts): Promise<void> {
  const providers = await parts.saml.knownProviders();
  if (providers.length === 0) {
    void vscode.window.showInformationMessage(samlText.nothingToSignOut());
    return;
  }
  const answer = await askPick<KnownProvider>({
    title: samlText.signOutTitle(),
    placeholder: samlText.signOutPlaceholder(),
    items: providers.map((provider) => ({ label: `$(globe) ${provider.host}`, value: provider })),
  });
  if (answer.kind !== 'value') {
    return;
  }
  const provider = answer.value;
  let cancelled = false;
  const done = await withCancel(
    samlText.signingOut(provider.host),
    () => parts.isAsking(),
    (signal) => {
      signal.addEventListener('abort', () => (cancelled = true), { once: true });
      return parts.saml.signOut(provider, signal);
    },
  );
  if (done) {
    void vscode.window.showInformationMessage(samlText.signedOut(provider.host));
  } else if (!cancelled) {
    void vscode.window.showWarningMessage(samlText.notSignedOut(provider.host));
  }
}
