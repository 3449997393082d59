import * as vscode from 'vscode';
import { mfaChoiceOf } from '../aws/planMfa.ts';
import type { MfaChoice } from '../aws/planMfa.ts';
import type { MfaUse, PlanResult, SessionRequest } from '../aws/planModel.ts';
import type { Session } from '../session/types.ts';
import { mfaText } from './text/mfa.ts';

/** What advice about the use of MFA needs. */
export interface MfaAdviceParts {
  readonly globalState: vscode.Memento;
  plan(request: SessionRequest): Promise<PlanResult>;
  list(): readonly Session[];
  /** What the person chose for a profile's roles; undefined: nothing yet. */
  chosen(profile: string): MfaUse | undefined;
  choose(profile: string, use: MfaUse): Promise<void>;
  /** Starts it anew, the way that has just been chosen. */
  startAgain(request: SessionRequest): Promise<unknown>;
}

const offeredKey = 'offeredOneMfaSession';

/** Says, at the moment at which it matters, that codes can be used in another way. */
export class MfaAdvice {
  readonly #parts: MfaAdviceParts;
  /** Sessions of which this window has said that they are shorter than they ask for. */
  readonly #told = new Set<string>();

  constructor(parts: MfaAdviceParts) {
    this.#parts = parts;
  }

  /** A person has started a session. Nothing waits for what they answer. Never rejects. */
  async started({ id, name, request }: Session): Promise<void> {
    const planned = await this.#parts.plan(request);
    const choice = planned.ok ? mfaChoiceOf(planned.plan) : undefined;
    if (!planned.ok || choice === undefined) {
      return;
    }
    const { problems } = planned.plan;
    const cut = problems.map(({ what }) => what).find((what) => what.kind === 'durationOverMfaSession');
    if (cut?.kind === 'durationOverMfaSession' && !this.#told.has(id)) {
      this.#told.add(id);
      void this.#sayShortened(name, cut.seconds, choice, request);
    }
    if (choice.use === 'eachRole' && (await this.#isSecond(id, choice))) {
      void this.#offer(choice.profile);
    }
  }

  /** The role wants a code of its own: from now on each role of the profile's keys gets one. False where there is no choice. */
  async useEachRole(request: SessionRequest): Promise<boolean> {
    const planned = await this.#parts.plan(request);
    const choice = planned.ok ? mfaChoiceOf(planned.plan) : undefined;
    return choice !== undefined && this.#choose(choice.profile, 'eachRole');
  }

  /** True once, when another role is live that the same device gave its code for, and nothing has been chosen yet. */
  async #isSecond(id: string, choice: MfaChoice): Promise<boolean> {
    const { profile } = choice;
    const offered = this.#parts.globalState.get<readonly string[]>(offeredKey, []);
    if (this.#parts.chosen(profile) !== undefined || offered.includes(profile)) {
      return false;
    }
    for (const other of this.#parts.list()) {
      if (other.id === id || other.state.kind !== 'live' || other.roleArn === undefined) {
        continue;
      }
      const planned = await this.#parts.plan(other.request);
      const same = planned.ok ? mfaChoiceOf(planned.plan) : undefined;
      if (same?.profile === profile && same.serial === choice.serial) {
        await this.#parts.globalState.update(offeredKey, [...offered, profile]);
        return true;
      }
    }
    return false;
  }

  async #offer(profile: string): Promise<void> {
    const [one, each] = [mfaText.offerButton(), mfaText.keepButton()];
    const choice = await vscode.window.showInformationMessage(mfaText.offer(profile), one, each);
    if (choice !== undefined) {
      await this.#choose(profile, choice === one ? 'oneSession' : 'eachRole');
    }
  }

  async #sayShortened(
    name: string,
    seconds: number,
    { profile }: MfaChoice,
    request: SessionRequest,
  ): Promise<void> {
    const each = mfaText.keepButton();
    const choice = await vscode.window.showInformationMessage(mfaText.shortened(name, seconds), each);
    if (choice === each && (await this.#choose(profile, 'eachRole'))) {
      await this.#parts.startAgain(request);
    }
  }

  /** False when the settings cannot be written; the person has been told. */
  async #choose(profile: string, use: MfaUse): Promise<boolean> {
    try {
      await this.#parts.choose(profile, use);
      return true;
    } catch {
      void vscode.window.showErrorMessage(mfaText.notSaved());
      return false;
    }
  }
}
