import { ageInDays } from '../aws/accessKeys.ts';
import type { PlanResult } from '../aws/planModel.ts';
import { keyCareText } from './text/keyCare.ts';
import type { TreeState } from './treeRows.ts';

/** What the tooltip of a profile says about the long-term keys that it holds; nothing for any other profile. */
export function keyLines(
  result: PlanResult,
  { keys, now }: Pick<TreeState, 'keys' | 'now'>,
): readonly string[] {
  const base =
    result.ok && result.plan.steps.every(({ kind }) => kind === 'sessionToken')
      ? result.plan.base
      : undefined;
  if (keys === undefined || base?.kind !== 'staticKeys' || base.sessionToken !== undefined) {
    return [];
  }
  const { createdAt, isRoot, oldAfterDays, replaced } = keys(base.profile, base.accessKeyId);
  return [
    ...(isRoot === true ? [keyCareText.rootLine()] : []),
    createdAt === undefined
      ? keyCareText.ageUnknownLine()
      : keyCareText.ageLine(ageInDays(createdAt, now), oldAfterDays),
    ...(replaced === undefined ? [] : [keyCareText.oldKeyLine(replaced)]),
  ];
}
