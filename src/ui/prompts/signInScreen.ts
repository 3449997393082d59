import * as vscode from 'vscode';
import type { DeviceCode } from '../../aws/sources/identityCenterApi.ts';
import type { SignInScreen } from '../../signIn/screen.ts';
import { openPage } from '../openPage.ts';
import { signInText } from '../text/signIn.ts';
import { OpenBoxes } from './openBoxes.ts';

/** What a person sees of signing in: a code to compare, a notification while they are in the browser. */
export interface VisibleSignIn extends SignInScreen {
  /** True while one of them is there. */
  isAsking(): boolean;
}

/** The screen over VS Code's own dialogs and notifications. */
export function createSignInScreen(): VisibleSignIn {
  const boxes = new OpenBoxes();
  const counted = <T>(box: () => Promise<T>): Promise<T> => boxes.counted(box);
  return {
    isAsking: () => boxes.any,
    openBrowser: openPage,
    confirmCode: (name, code, signal) => counted(() => confirmCode(name, code, signal)),
    waiting: (name, code, signal, work) => counted(() => waiting(name, code, signal, work)),
    pageTexts: () => signInText.page(),
  };
}

async function confirmCode(name: string, code: DeviceCode, signal: AbortSignal): Promise<boolean> {
  const open = signInText.openPage();
  const link = signInText.copyLink();
  const options = { modal: true, detail: signInText.codeDetail(code) };
  const choice = await Promise.race([
    vscode.window.showInformationMessage(signInText.code(name, code), options, open, link),
    aborted(signal),
  ]);
  switch (choice) {
    case open:
      await vscode.env.clipboard.writeText(code.userCode);
      await openPage(code.verificationUriComplete);
      return true;
    case link:
      await vscode.env.clipboard.writeText(code.verificationUriComplete);
      return true;
    default:
      return false;
  }
}

async function waiting<T>(
  name: string,
  code: DeviceCode | undefined,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const title =
    code === undefined ? signInText.waitingForBrowser(name) : signInText.waitingForCode(name, code);
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (_progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    return work(AbortSignal.any([signal, controller.signal]));
  });
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(undefined);
    }
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
