import * as vscode from 'vscode';
import type { PlanResult, SessionRequest } from '../../aws/planModel.ts';
import { commands } from '../ids.ts';
import { meaningOf } from '../meaning.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import type { PlanFailure } from '../planView.ts';
import { showPlanPick } from '../prompts/planPick.ts';
import { t } from '../text/l10n.ts';
import { chooseProfile } from './target.ts';

/** Looking at what a start would do, or at what one did. */
export function planCommands(parts: CommandParts) {
  return { [commands.showPlan]: (argument: CommandArgument) => showPlanOf(parts, argument) };
}

async function showPlanOf(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const set = await parts.files.read();
  const meaning = meaningOf(parts.sessions, argument, (name) => set.profiles.has(name));
  switch (meaning.kind) {
    case 'session': {
      const { request, name, state } = meaning.session;
      const failure = state.kind === 'failed' ? { fault: state.fault, step: undefined } : undefined;
      return showPlan({ plan: (asked) => parts.plan(asked), request, name, failure });
    }
    case 'profile':
      return showPlan({
        plan: (asked) => parts.plan(asked),
        request: meaning.request,
        name: nameOf(meaning.request),
      });
    case 'gone':
      void vscode.window.showInformationMessage(t('This session has been ended, start it again to use it'));
      return undefined;
    case 'open': {
      const profile = await chooseProfile(set, t('Show Plan'), () => true);
      return profile === undefined ? undefined : showPlanOf(parts, profile);
    }
  }
}

/** What is shown: `failure` when a start of it has just failed. */
export interface ShownPlan {
  readonly plan: (request: SessionRequest) => Promise<PlanResult>;
  readonly request: SessionRequest;
  readonly name: string;
  readonly failure?: PlanFailure | undefined;
}

/** Shows the plan of a request as a list, and opens the line that is chosen. */
export async function showPlan({ plan, request, name, failure }: ShownPlan): Promise<void> {
  const line = await showPlanPick(name, await plan(request), failure);
  if (line?.chooses !== undefined) {
    await vscode.commands.executeCommand(commands.chooseMfaUse, line.chooses);
    // What comes of it is to be seen before anything starts.
    await showPlan({ plan, request, name });
    return;
  }
  const { place } = line ?? {};
  if (place !== undefined) {
    await vscode.commands.executeCommand(commands.openProfileSource, place);
  }
}

function nameOf(request: SessionRequest): string {
  return 'name' in request ? request.name : request.profile;
}
