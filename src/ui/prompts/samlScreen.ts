import * as vscode from 'vscode';
import type { AssertionWay } from '../../aws/planModel.ts';
import type { ReadResponse, ReadResult } from '../../aws/saml/assertion.ts';
import type { AssertionOrigin } from '../../session/assertions.ts';
import { DisposableStore } from '../../session/emitter.ts';
import type { SamlScreen } from '../../signIn/samlSignIn.ts';
import { listenerAddress } from '../../signIn/samlListener.ts';
import { openPage } from '../openPage.ts';
import { samlListenerPort } from '../settings.ts';
import { missedSentence, pasteTrouble, samlText, wayLook } from '../text/saml.ts';
import { askPick } from './input.ts';
import { OpenBoxes } from './openBoxes.ts';

/** What a person sees of signing in with SAML. */
export interface VisibleSaml extends SamlScreen {
  /** True while one of its boxes or notifications is there. */
  isAsking(): boolean;
  /** Counts other boxes of a SAML sign-in in. */
  counted<T>(work: () => Promise<T>): Promise<T>;
}

/** The screen over VS Code's own boxes and notifications. */
export function createSamlScreen(): VisibleSaml {
  const boxes = new OpenBoxes();
  const counted = <T>(box: () => Promise<T>): Promise<T> => boxes.counted(box);
  return {
    isAsking: () => boxes.any,
    counted,
    waiting: (profile, _way, signal, work) => counted(() => waiting(profile, signal, work)),
    offer: ({ profile, missed }, others, signal) =>
      counted(async () => {
        const answer = await askPick<AssertionWay>({
          title: samlText.offerTitle(profile),
          placeholder: missedSentence(missed),
          items: others.map((way) => ({ ...wayLook(way, listenerAddress(samlListenerPort())), value: way })),
          signal,
        });
        return answer.kind === 'value' ? answer.value : undefined;
      }),
    paste: (origin, read, signal) => counted(() => paste(origin, read, signal)),
  };
}

async function waiting<T>(
  profile: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: samlText.waiting(profile),
    cancellable: true,
  };
  return vscode.window.withProgress(options, (_progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    return work(AbortSignal.any([signal, controller.signal]));
  });
}

/** Characters beyond which a text in the box is no search for a row. */
const longestTyped = 100;

interface PasteItem extends vscode.QuickPickItem {
  readonly does?: 'take' | 'open';
}

/** Waits until the person says that it is on the clipboard: nothing is read from there before. */
function paste(
  { profile, source }: AssertionOrigin,
  read: (text: string) => Promise<ReadResult>,
  signal: AbortSignal,
): Promise<ReadResponse | undefined> {
  const { loginUrl } = source;
  const store = new DisposableStore();
  const pick = store.add(vscode.window.createQuickPick<PasteItem>());
  const take: PasteItem = {
    label: samlText.fromClipboard(),
    detail: samlText.fromClipboardDetail(),
    alwaysShow: true,
    does: 'take',
  };
  const page: PasteItem = {
    label: samlText.openPage(),
    detail: samlText.openPageDetail(),
    alwaysShow: true,
    does: 'open',
  };
  const items = loginUrl === undefined ? [take] : [page, take];
  pick.title = samlText.pasteTitle(profile);
  pick.placeholder = samlText.pastePlaceholder();
  pick.ignoreFocusOut = true;
  pick.items = items;
  return new Promise((resolve) => {
    let done = false;
    const close = (response: ReadResponse | undefined): void => {
      done = true;
      signal.removeEventListener('abort', leave);
      resolve(response);
      store.dispose();
    };
    const leave = (): void => close(undefined);
    const takeIt = async (given: Promise<string> | Thenable<string>): Promise<void> => {
      pick.busy = true;
      const text = await given;
      const result = await read(text);
      if (done) {
        return;
      }
      pick.busy = false;
      if (result.ok) {
        close(result);
        await empty(read);
        return;
      }
      const sentence = pasteTrouble(profile, result.what, result.detail);
      pick.items = [...items, { label: `$(warning) ${sentence}`, alwaysShow: true }];
      pick.activeItems = [take];
    };
    store.add(
      pick.onDidAccept(() => {
        const does = pick.selectedItems[0]?.does;
        if (does === 'take' && !pick.busy) {
          void takeIt(vscode.env.clipboard.readText());
        } else if (does === 'open' && loginUrl !== undefined) {
          pick.activeItems = [take];
          void openPage(loginUrl);
        }
      }),
    );
    store.add(
      pick.onDidChangeValue((text) => {
        // Nobody types so much: it was pasted into the box.
        if (text.length > longestTyped && !pick.busy) {
          pick.value = '';
          void takeIt(Promise.resolve(text));
        }
      }),
    );
    store.add(pick.onDidHide(leave));
    if (signal.aborted) {
      leave();
      return;
    }
    signal.addEventListener('abort', leave, { once: true });
    pick.show();
  });
}

/** Whoever reads the clipboard next could sign in with it. What somebody has copied since stays. */
async function empty(read: (text: string) => Promise<ReadResult>): Promise<void> {
  if ((await read(await vscode.env.clipboard.readText())).ok) {
    await vscode.env.clipboard.writeText('');
    void vscode.window.showInformationMessage(samlText.clipboardEmptied());
  }
}
