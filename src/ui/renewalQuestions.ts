import * as vscode from 'vscode';
import type { Fault } from '../aws/faults.ts';
import type { Answer, Attendance } from '../session/attendance.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Session } from '../session/types.ts';
import type { SessionFlow } from './sessionFlow.ts';
import { endOf } from './sessionPhase.ts';
import { faultActionTitle } from './text/faultActions.ts';
import { flowText } from './text/flow.ts';
import { renewalText } from './text/renewal.ts';

/** What it is made from. */
export interface RenewalQuestionParts {
  readonly sessions: Pick<Sessions, 'get' | 'now'>;
  readonly flow: Pick<SessionFlow, 'renew' | 'showFault'>;
  showLog(): void;
}

/** Asks and tells the person about renewals, in notifications that take no focus. */
export class RenewalQuestions implements Attendance {
  readonly #parts: RenewalQuestionParts;
  /** Questions ahead of the end that may still be on the screen, by session. */
  readonly #early = new Map<string, { readonly text: string }>();

  constructor(parts: RenewalQuestionParts) {
    this.#parts = parts;
  }

  isFocused(): boolean {
    return vscode.window.state.focused;
  }

  async ask(session: Session): Promise<Answer | undefined> {
    const text = this.#earlyText(session);
    const renew = needsCode(session) ? flowText.renewButton() : faultActionTitle('signIn');
    const later = renewalText.laterButton();
    const letEnd = renewalText.letEndButton();
    const question = { text };
    this.#early.set(session.id, question);
    // VS Code takes an equal notification for the same one: asked again, it comes back in the place of the old one.
    const choice = await vscode.window.showWarningMessage(text, renew, later, letEnd);
    if (this.#early.get(session.id) === question) {
      this.#early.delete(session.id);
    }
    if (choice === renew) {
      await this.#renew(session);
    }
    return choice === renew ? 'renew' : choice === later ? 'later' : choice === letEnd ? 'letEnd' : undefined;
  }

  /** Puts the question that was asked ahead of the end in front again; false when it is not on the screen. */
  async askAgain(session: Session): Promise<boolean> {
    const open = this.#early.get(session.id)?.text === this.#earlyText(session);
    if (open) {
      await this.ask(session);
    }
    return open;
  }

  tellTrouble(session: Session, fault: Fault, step: number | undefined): void {
    const { flow, sessions } = this.#parts;
    const end = endOf(session);
    const say = (why: string): string =>
      session.state.kind === 'live' && end !== undefined
        ? renewalText.notRenewed(session.name, why, end, sessions.now())
        : renewalText.overAndNotRenewed(session.name, why);
    const again = async (): Promise<void> => flow.renew(session);
    void flow.showFault(fault, session.name, session.request, again, { fault, step }, say);
  }

  tellSkew(skewMs: number): void {
    const showLog = faultActionTitle('showLog');
    void vscode.window
      .showWarningMessage(renewalText.clockIsOff(skewMs), showLog)
      .then((choice) => (choice === showLog ? this.#parts.showLog() : undefined));
  }

  #earlyText(session: Session): string {
    const now = this.#parts.sessions.now();
    const end = endOf(session) ?? now;
    return needsCode(session)
      ? renewalText.endsSoon(session.name, end, now)
      : renewalText.endsWithoutSignIn(session.name, end, now);
  }

  /** An old question may be answered after another window has renewed: that was what was wanted. */
  async #renew(asked: Session): Promise<void> {
    const session = this.#parts.sessions.get(asked.id);
    if (session !== undefined && endOf(session) === endOf(asked)) {
      await this.#parts.flow.renew(session);
    }
  }
}

/** What renews without a code asks a person only when its sign-in is over. */
function needsCode(session: Session): boolean {
  return session.needsPerson;
}
