import * as vscode from 'vscode';

/**
 * Opens a page in the person's own browser, at the address as it is written; false when that was not possible.
 *
 * Given a Uri, VS Code decodes it before it goes out, and `%26`, `%2B` or `%23` become something else: a link of an
 * identity provider that carries another link leads nowhere then. A text goes out unchanged, which VS Code's types leave
 * unsaid: https://github.com/microsoft/vscode/issues/85930
 */
export async function openPage(url: string): Promise<boolean> {
  const opener: { openExternal(target: vscode.Uri | string): Thenable<boolean> } = vscode.env;
  return opener.openExternal(url);
}
