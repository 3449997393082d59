import * as vscode from 'vscode';
import type { ConsoleScreen, PastedProblem } from '../../signIn/consoleLogin.ts';
import { openPage } from '../openPage.ts';
import { t } from '../text/l10n.ts';
import { askText } from './input.ts';
import { createSignInScreen } from './signInScreen.ts';

/** What a person sees of a console sign-in, in the browser and, where that cannot come back, in a box for its code. */
export interface VisibleConsole extends ConsoleScreen {
  /** True while one of them is there. */
  isAsking(): boolean;
}

/** The screen over VS Code's own boxes and notifications. */
export function createConsoleScreen(): VisibleConsole {
  const screen = createSignInScreen();
  let boxes = 0;
  return {
    ...screen,
    isAsking: () => boxes > 0 || screen.isAsking(),
    async askForCode(name, url, check, signal) {
      boxes += 1;
      try {
        return await askForCode(name, url, check, signal);
      } finally {
        boxes -= 1;
      }
    },
  };
}

async function askForCode(
  name: string,
  url: string,
  check: (text: string) => PastedProblem | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const open = async (): Promise<void> => void (await openPage(url));
  void open();
  const answer = await askText({
    title: t('Console Sign-In: {0}', name),
    prompt: t('Sign in on the page that opens in the browser and paste the text that it shows at the end'),
    placeholder: 'c3RhdGU9…',
    validate: (text) => sentenceOf(check(text)),
    signal,
    actions: [
      { icon: 'link-external', tooltip: t('Open the Page Again'), press: open },
      {
        icon: 'copy',
        tooltip: t('Copy the Link'),
        press: async () => vscode.env.clipboard.writeText(url),
      },
    ],
  });
  return answer.kind === 'value' ? answer.value : undefined;
}

function sentenceOf(problem: PastedProblem | undefined): string | undefined {
  switch (problem) {
    case undefined:
      return undefined;
    case 'noCode':
      return t('This is not the text of the page, copy all of it');
    case 'otherSignIn':
      return t('This is the text of another sign-in, copy that of the page that was opened last');
  }
}
