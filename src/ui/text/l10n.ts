import { config, t as translate } from '@vscode/l10n';

/**
 * Translates a sentence; English is its own key. The same `t` in VS Code and in tests. What is put into it is never a
 * link: the text may be a server's, and VS Code makes links that run commands of what looks like Markdown's in
 * notifications, progress and the boxes of quick inputs. Links of ours stand in the sentence itself.
 */
export function t(sentence: string, ...values: readonly (string | number | boolean)[]): string {
  return translate(
    sentence,
    ...values.map((value) => (typeof value === 'string' ? withoutLinks(value) : value)),
  );
}

/** A word joiner has no width, is not spoken, and keeps the two brackets from making a link. */
function withoutLinks(text: string): string {
  return text.replaceAll('](', ']\u2060(');
}

/**
 * Gives the translations of the person's language: `vscode.l10n.bundle`, undefined for English. Call it once, before
 * the first sentence is made.
 */
export function configureL10n(bundle: Readonly<Record<string, string>> | undefined): void {
  config({ contents: { ...bundle } });
}
