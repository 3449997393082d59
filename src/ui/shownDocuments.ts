import * as vscode from 'vscode';

/** Documents of ours that nobody saves: VS Code keeps no copy of them on disk, as it does of untitled ones. */
const scheme = 'sts-sessions-shown';

const contents = new Map<string, string>();
let registered: vscode.Disposable | undefined;

/** Shows a text as a read-only document, JSON or another kind. `name` makes its title of how many there were in this window. */
export async function showDocument(
  name: (number: number) => string,
  text: string,
  kind: 'json' | 'md' = 'json',
): Promise<void> {
  // Only who shows something needs it, and it lasts as long as the window.
  registered ??= vscode.workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: (uri) => contents.get(uri.path),
  });
  const uri = vscode.Uri.from({ scheme, path: `/${name(contents.size + 1)}.${kind}` });
  contents.set(uri.path, text);
  await vscode.window.showTextDocument(uri, { preview: false });
}
