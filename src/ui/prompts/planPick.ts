import * as vscode from 'vscode';
import type { PlanResult } from '../../aws/planModel.ts';
import { planAsText, planLines } from '../planView.ts';
import type { HopState, PlanFailure, PlanLine } from '../planView.ts';
import { planText } from '../text/planView.ts';

interface PlanItem extends vscode.QuickPickItem {
  readonly line?: PlanLine;
}

/**
 * Shows a plan as a list that the keyboard goes through and a screen reader reads, line by line; the failed hop has the
 * focus. Resolves with the chosen line; undefined when the person only looked.
 */
export function showPlanPick(
  name: string,
  result: PlanResult,
  failure: PlanFailure | undefined,
): Promise<PlanLine | undefined> {
  const lines = planLines(result, failure, name);
  const title = planText.title(name);
  const pick = vscode.window.createQuickPick<PlanItem>();
  const items = itemsOf(lines);
  const failed = items.find(({ line }) => line?.state === 'failed');
  pick.title = title;
  pick.placeholder = failed === undefined ? planText.placeholder() : planText.placeholderFailed();
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.items = items;
  pick.buttons = [{ iconPath: new vscode.ThemeIcon('copy'), tooltip: planText.copy() }];
  if (failed !== undefined) {
    pick.activeItems = [failed];
  }
  return new Promise((resolve) => {
    pick.onDidTriggerButton(() => {
      void vscode.env.clipboard
        .writeText(planAsText(lines, title))
        .then(() => vscode.window.setStatusBarMessage(planText.copied(), 5000));
    });
    pick.onDidAccept(() => {
      resolve(pick.activeItems[0]?.line);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

function itemsOf(lines: readonly PlanLine[]): readonly PlanItem[] {
  const headings = {
    hop: undefined,
    choice: planText.choices(),
    problem: planText.problems(),
    check: planText.checks(),
  } as const;
  return lines.flatMap((line, index): PlanItem[] => {
    const heading = headings[line.kind];
    const isFirst = lines[index - 1]?.kind !== line.kind;
    return [
      ...(isFirst && heading !== undefined
        ? [{ label: heading, kind: vscode.QuickPickItemKind.Separator }]
        : []),
      {
        label: line.label,
        description: line.description,
        ...(line.detail !== undefined && { detail: line.detail }),
        iconPath: new vscode.ThemeIcon(line.kind === 'hop' ? icons[line.state] : marks[line.kind]),
        line,
      },
    ];
  });
}

const icons: Readonly<Record<HopState, string>> = {
  passed: 'pass',
  failed: 'error',
  notReached: 'circle-outline',
  unknown: 'arrow-small-down',
};

const marks = { choice: 'settings-gear', problem: 'warning', check: 'question' } as const;
