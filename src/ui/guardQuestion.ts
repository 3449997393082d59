import * as vscode from 'vscode';
import type { Guard, Guarded } from '../aws/guards.ts';
import type { Plan, SessionRequest } from '../aws/planModel.ts';
import { secondsOfPlan } from '../aws/planSeconds.ts';
import { asksAfterwards, guardStart } from '../session/guardedStart.ts';
import { guardedPlan, guardedSession } from '../session/guardTarget.ts';
import type { StartOptions } from '../session/ports.ts';
import type { Session } from '../session/types.ts';
import { nameOfRequest } from '../session/view.ts';
import type { Allowed } from './parts.ts';
import { guardText } from './text/guards.ts';

/** What the questions of guards are made from. */
export interface GuardQuestionParts {
  of(target: Guarded): Guard | undefined;
  /** The plan of a request; undefined when there is none: starting says why. */
  plan(request: SessionRequest): Promise<Plan | undefined>;
  /** True when starting the plan would only switch to a session that is there. */
  isThere(plan: Plan, options: StartOptions | undefined): boolean;
  aliasOf(accountId: string): string | undefined;
  start(request: SessionRequest, options: StartOptions | undefined, allRights: true): Promise<unknown>;
  end(session: Session): Promise<void>;
  /** Milliseconds UTC. */
  now(): number;
}

/**
 * What may start for a request under the guard of its plan; undefined when the person said no. `allRights`: they have
 * asked for more than read-only, and are asked for that.
 */
export async function allowStart(
  parts: GuardQuestionParts,
  request: SessionRequest,
  options: StartOptions | undefined,
  allRights = false,
): Promise<Allowed | undefined> {
  const plan = await parts.plan(request);
  const guard = plan && parts.of(guardedPlan(request, plan));
  if (plan !== undefined && parts.isThere(plan, options)) {
    return { request, started: async () => true };
  }
  // The account that AWS names may bring a guard, or one more than those that are known now.
  const check = (session: Session): Promise<boolean> => checkStarted(parts, session, guard);
  const go = (chosen: SessionRequest): Allowed => ({ request: chosen, started: check });
  if (plan === undefined || guard === undefined) {
    return go(request);
  }
  const decision = allRights
    ? ({ kind: 'ask', offers: ['asked'], narrowed: undefined, hindrance: undefined } as const)
    : guardStart(guard, request, plan);
  switch (decision.kind) {
    case 'go':
      return go(request);
    case 'readOnly': {
      const started = async (session: Session): Promise<boolean> => {
        if (!(await check(session))) {
          return false;
        }
        void sayReadOnly(parts, request, options, { session, guard });
        return true;
      };
      return { request: decision.request, started };
    }
    case 'ask': {
      const { offers, narrowed, hindrance } = decision;
      const asked =
        allRights || (guard.readOnly && narrowed !== undefined)
          ? guardText.startWithAllRights()
          : guardText.start();
      const words = { asked, readOnly: guardText.startReadOnly() };
      const target = guardedPlan(request, plan);
      const { accountId } = target;
      const seconds = least(options?.durationSeconds ?? secondsOfPlan(plan), guard.maxSeconds);
      const now = parts.now();
      const question = {
        name: nameOfRequest(request),
        guard,
        accountId,
        accountName: accountId === undefined ? undefined : parts.aliasOf(accountId),
        role: target.roleArn ?? target.permissionSet,
        until: seconds === undefined ? undefined : now + seconds * 1000,
        hindrance,
        by: options?.by,
        now,
      };
      const choice = await vscode.window.showWarningMessage(
        guardText.question(question),
        { modal: true, detail: guardText.detail(question) },
        ...offers.map((offer) => words[offer]),
      );
      const offer = offers.find((each) => words[each] === choice);
      return offer === undefined ? undefined : go(offer === 'readOnly' ? (narrowed ?? request) : request);
    }
  }
}

async function sayReadOnly(
  parts: GuardQuestionParts,
  request: SessionRequest,
  options: StartOptions | undefined,
  { session, guard }: { readonly session: Session; readonly guard: Guard },
): Promise<void> {
  const button = guardText.allRightsButton();
  const choice = await vscode.window.showInformationMessage(
    guardText.startedReadOnly(session.name, guard),
    button,
  );
  if (choice === button) {
    await parts.start(request, options, true);
  }
}

/**
 * Asks after the fact where the guard, or all of it, could not be known before; false: the person did not want it, and it
 * has ended.
 */
async function checkStarted(
  parts: GuardQuestionParts,
  session: Session,
  known: Guard | undefined,
): Promise<boolean> {
  const guard = parts.of(guardedSession(session));
  if (guard === undefined || !asksAfterwards(guard, known, session.request)) {
    return true;
  }
  const keep = guardText.keep();
  const choice = await vscode.window.showWarningMessage(
    guardText.turnedOut(session.name, guard),
    { modal: true, detail: guardText.turnedOutDetail() },
    keep,
  );
  if (choice !== keep) {
    await parts.end(session);
  }
  return choice === keep;
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}
