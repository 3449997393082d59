import * as vscode from 'vscode';
import type { Consent } from '../session/apiQuestions.ts';
import type { Caller } from '../session/handOuts.ts';
import type { Session } from '../session/types.ts';
import { accessText } from './text/access.ts';

/**
 * Asks whether an extension may have the credentials of a session. Closing the question is a no. `guard`: the word of
 * the guard that it is under; `mayRemember`: whether an answer for good is offered. `now`: ms UTC.
 */
export async function askForCredentials(
  caller: Caller,
  session: Session,
  about: { readonly guard: string | undefined; readonly mayRemember: boolean; readonly now: number },
): Promise<Consent> {
  const allow: vscode.MessageItem = { title: accessText.allow() };
  const always: vscode.MessageItem = { title: accessText.always() };
  const choice = await vscode.window.showWarningMessage(
    accessText.wantsCredentials(caller.name, session),
    { modal: true, detail: accessText.credentialsDetail(caller.id, session, about.guard, about.now) },
    allow,
    ...(about.mayRemember ? [always] : []),
    { title: accessText.deny(), isCloseAffordance: true },
  );
  return choice === allow ? 'once' : choice === always ? 'always' : 'no';
}

/** Asks whether an extension may start the session of a profile. */
export async function askToStart(caller: Caller, profile: string): Promise<Consent> {
  const start: vscode.MessageItem = { title: accessText.startButton() };
  const choice = await vscode.window.showWarningMessage(
    accessText.wantsToStart(caller.name, profile),
    { modal: true, detail: accessText.startDetail(caller.id) },
    start,
    { title: accessText.deny(), isCloseAffordance: true },
  );
  return choice === start ? 'once' : 'no';
}
