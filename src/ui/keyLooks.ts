import { ageInDays } from '../aws/accessKeys.ts';
import type { PlanResult } from '../aws/planModel.ts';
import { keyCareText } from './text/keyCare.ts';
import type { KeyLook, TreeState } from './treeRows.ts';

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
  const look = keys(base.profile, base.accessKeyId);
  return [
    ...(look.isRoot === true ? [keyCareText.rootLine()] : []),
    ageLine(look, now),
    ...(look.replaced === undefined ? [] : [keyCareText.oldKeyLine(look.replaced)]),
  ];
}

/** Where nobody has asked AWS, the key is at least as old as what was seen of it. */
function ageLine({ createdAt, seenAt, oldAfterDays }: KeyLook, now: number): string {
  if (createdAt !== undefined) {
    return keyCareText.ageLine(ageInDays(createdAt, now), oldAfterDays);
  }
  const seenDays = seenAt === undefined ? 0 : ageInDays(seenAt, now);
  return seenDays === 0 ? keyCareText.ageUnknownLine() : keyCareText.ageAtLeastLine(seenDays, oldAfterDays);
}
