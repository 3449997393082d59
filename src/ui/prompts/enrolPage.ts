import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { NewMfaDevice } from '../../aws/mfaDevices.ts';
import type { Disposable } from '../../session/emitter.ts';
import { enrolPageText as text, enrolText } from '../text/enrolment.ts';

/** A page that shows a new device's QR code. */
export interface EnrolPage extends Disposable {
  /** Brings it to the front with the focus, again where it was closed. */
  reveal(): void;
}

/**
 * Shows the QR code of a new device, and its secret key on demand only. Nothing of it is written anywhere: VS Code brings
 * no such page back after a reload.
 */
export function showEnrolPage({ serial, seed, picture }: NewMfaDevice): EnrolPage {
  let panel: vscode.WebviewPanel | undefined;
  let over = false;
  const open = (preserveFocus: boolean): void => {
    const place = { viewColumn: vscode.ViewColumn.Active, preserveFocus };
    const shown = vscode.window.createWebviewPanel('stsSessions.enrol', enrolText.title(), place, {
      enableScripts: true,
      localResourceRoots: [],
    });
    panel = shown;
    shown.onDidDispose(() => (panel = panel === shown ? undefined : panel));
    // The key is not in the page until somebody wants to see it.
    shown.webview.onDidReceiveMessage((message: unknown) => {
      if (message === 'showKey' && !over) {
        void shown.webview.postMessage(inGroups(seed.secret.reveal()));
      }
    });
    shown.webview.html = page(serial, picture?.reveal(), randomBytes(16).toString('hex'));
  };
  // The box that asks for the codes has the focus.
  open(true);
  return {
    reveal: () => (panel === undefined ? open(false) : panel.reveal(undefined, false)),
    dispose: () => {
      over = true;
      panel?.dispose();
    },
  };
}

/** As authenticator apps and AWS show it: easier to type. */
function inGroups(seed: string): string {
  return seed.replaceAll(/(.{4})(?=.)/g, '$1 ');
}

function page(serial: string, picture: string | undefined, nonce: string): string {
  const image =
    picture === undefined
      ? `<p>${escapeHtml(text.noPicture())}</p>`
      : `<p>${escapeHtml(text.scan())}</p>
<img src="data:image/png;base64,${escapeHtml(picture)}" alt="${escapeHtml(text.picture())}">`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<title>${escapeHtml(enrolText.title())}</title>
<style nonce="${nonce}">
  /* The box above lies over the top of the page. */
  main { margin: 8rem auto 2rem; max-width: 36rem; }
  h1 { font-size: 1.5em; }
  img { background: #fff; display: block; image-rendering: pixelated; padding: 1rem; width: 16rem; }
  button { background: var(--vscode-button-secondaryBackground); border: 1px solid var(--vscode-button-border, transparent); border-radius: 2px; color: var(--vscode-button-secondaryForeground); cursor: pointer; font: inherit; padding: 4px 12px; }
  button:hover { background: var(--vscode-button-secondaryHoverBackground); }
  button:focus-visible, code:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 2px; }
  code { font-size: 1.2em; overflow-wrap: anywhere; user-select: all; }
</style>
</head>
<body>
<main>
<h1>${escapeHtml(text.heading(serial))}</h1>
${image}
<p>${escapeHtml(text.next())}</p>
<p>${escapeHtml(text.warning())}</p>
<p><button type="button" aria-expanded="false" aria-controls="key" data-hide="${escapeHtml(text.hide())}">${escapeHtml(text.show())}</button></p>
<p id="key" aria-live="polite" data-label="${escapeHtml(text.key())}"></p>
</main>
<script nonce="${nonce}">
  const vscode = acquireVsCodeApi();
  const button = document.querySelector('button');
  const place = document.getElementById('key');
  const show = button.textContent;
  button.addEventListener('click', () => {
    if (place.firstChild) {
      place.replaceChildren();
      button.textContent = show;
      button.setAttribute('aria-expanded', 'false');
    } else {
      vscode.postMessage('showKey');
    }
  });
  addEventListener('message', ({ data }) => {
    const key = document.createElement('code');
    key.tabIndex = 0;
    key.textContent = data;
    place.replaceChildren(place.dataset.label + ': ', key);
    button.textContent = button.dataset.hide;
    button.setAttribute('aria-expanded', 'true');
  });
</script>
</body>
</html>`;
}

function escapeHtml(html: string): string {
  return html
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
