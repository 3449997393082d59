import type { ProfileSet } from '../../aws/profiles.ts';
import { isManaged } from '../../aws/profiles.ts';
import { guardedPlan, guardedSession } from '../../session/guardTarget.ts';
import type { Guarded } from '../../aws/guards.ts';
import { targetOfNode } from '../guardLooks.ts';
import { commands } from '../ids.ts';
import { asNode, sessionIn } from '../meaning.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import { guardProfile } from '../prompts/guardProfile.ts';
import { guardText } from '../text/guards.ts';
import { chooseProfile } from './target.ts';

/** Guards and the audit log. */
export function guardCommands(parts: CommandParts) {
  return {
    [commands.guardProfile]: (argument: CommandArgument) => guard(parts, argument),
    [commands.showAuditLog]: () => parts.audit.show(),
  };
}

async function guard(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const target = await targetOf(parts, argument);
  if (target) {
    await guardProfile(target, parts.switcher.aliasOf);
  }
}

async function targetOf(parts: CommandParts, argument: CommandArgument): Promise<Guarded | undefined> {
  const session = sessionIn(parts.sessions, argument);
  if (session) {
    return guardedSession(session);
  }
  const set = await parts.files.read();
  const node = asNode(argument);
  const ofNode =
    node && node.kind !== 'profile'
      ? targetOfNode(node, [], () => ({ ok: false, problems: [], hops: [] }))
      : undefined;
  if (ofNode) {
    return ofNode;
  }
  const profile = node?.kind === 'profile' ? node.profile : await chosen(set, argument);
  return profile === undefined ? undefined : ofProfile(parts, profile);
}

async function chosen(set: ProfileSet, argument: CommandArgument): Promise<string | undefined> {
  const section = typeof argument === 'string' ? set.profiles.get(argument) : undefined;
  return section && !isManaged(section)
    ? section.name
    : chooseProfile(set, guardText.title(), (kind) => kind !== 'none');
}

async function ofProfile(parts: CommandParts, profile: string): Promise<Guarded> {
  const request = { kind: 'profile', profile } as const;
  const planned = await parts.plan(request);
  return planned.ok
    ? guardedPlan(request, planned.plan)
    : { name: profile, profile, accountId: undefined, roleArn: undefined };
}
