import { config, t } from '@vscode/l10n';

/** Translates a sentence; English is its own key. The same `t` in VS Code and in tests. */
export { t };

/**
 * Gives the translations of the person's language: `vscode.l10n.bundle`, undefined for English. Call it once, before
 * the first sentence is made.
 */
export function configureL10n(bundle: Readonly<Record<string, string>> | undefined): void {
  config({ contents: { ...bundle } });
}
