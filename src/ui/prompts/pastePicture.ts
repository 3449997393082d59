import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { t } from '../text/l10n.ts';

/**
 * Opens a page into which a picture is pasted or dropped, because VS Code's clipboard gives extensions text only
 * (https://github.com/microsoft/vscode/issues/77790). Resolves with what `read` makes of the picture's bytes once that
 * is something, or undefined when the page was closed. The picture is kept nowhere.
 */
export function pastePicture<T>(
  title: string,
  read: (bytes: Uint8Array) => Promise<T | undefined>,
): Promise<T | undefined> {
  const panel = vscode.window.createWebviewPanel('stsSessions.picture', title, vscode.ViewColumn.Active, {
    enableScripts: true,
    localResourceRoots: [],
  });
  return new Promise((resolve) => {
    panel.onDidDispose(() => resolve(undefined));
    panel.webview.onDidReceiveMessage(async (message: unknown) => {
      const bytes = bytesIn(message);
      const found = bytes && (await read(bytes));
      if (found !== undefined) {
        resolve(found);
        panel.dispose();
      }
    });
    panel.webview.html = page(title, randomBytes(16).toString('hex'));
  });
}

/** What the page sent; a JSON round trip on the way turns bytes into a plain array. */
function bytesIn(message: unknown): Uint8Array | undefined {
  const bytes: unknown =
    typeof message === 'object' && message !== null && 'picture' in message ? message.picture : undefined;
  if (bytes instanceof ArrayBuffer) {
    return new Uint8Array(bytes);
  }
  return bytes instanceof Uint8Array ? bytes : undefined;
}

function page(title: string, nonce: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<title>${escapeHtml(title)}</title>
<style nonce="${nonce}">
  main { border: 1px dashed var(--vscode-descriptionForeground); margin: 2rem auto; max-width: 32rem; padding: 3rem; text-align: center; }
  main:focus { outline: 1px solid var(--vscode-focusBorder); }
</style>
</head>
<body>
<main tabindex="0">
<h2>${escapeHtml(t('Paste the picture of the QR code here'))}</h2>
<p>${escapeHtml(t('Press Ctrl+V or Cmd+V, or drop a PNG or JPEG file. The picture is read and kept nowhere.'))}</p>
</main>
<script nonce="${nonce}">
  const vscode = acquireVsCodeApi();
  const send = async (transfer) => {
    const picture = [...transfer.files].find((file) => file.type.startsWith('image/'));
    if (picture) {
      vscode.postMessage({ picture: await picture.arrayBuffer() });
    }
  };
  addEventListener('paste', (event) => void send(event.clipboardData));
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => { event.preventDefault(); void send(event.dataTransfer); });
  document.querySelector('main').focus();
</script>
</body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
