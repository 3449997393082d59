import { parseArnOwner } from '../aws/arn.ts';
import type { Guard, Guarded } from '../aws/guards.ts';
import type { PlanResult, SessionRequest } from '../aws/planModel.ts';
import type { Section } from '../aws/profiles.ts';
import { guardedPlan, guardedSession } from '../session/guardTarget.ts';
import type { Session } from '../session/types.ts';
import { roleSessionName } from './text/signIn.ts';
import { joinFacts } from './text/tree.ts';
import type { TreeNode } from './treeModel.ts';
import type { TreeRow } from './treeRows.ts';

/** The guard of something that is shown; undefined: none. */
export type GuardOf = (target: Guarded) => Guard | undefined;

/** A row of something that can be guarded: the word of its guard comes first, also for a screen reader. */
export function guardedRow(row: TreeRow, guard: Guard | undefined): TreeRow {
  const contextValue = `${row.contextValue} guard`.trim();
  return guard === undefined
    ? { ...row, contextValue }
    : {
        ...row,
        contextValue,
        description: guardedFacts(row.description, guard),
        accessibilityLabel: `${guard.name}, ${row.accessibilityLabel}`,
      };
}

/** Facts under a guard: its word before the others. */
export function guardedFacts(facts: string, guard: Guard | undefined): string {
  return guard === undefined ? facts : joinFacts([guard.name, ...facts.split(' · ')]);
}

/** What a request starts, as far as its section says it: without planning. */
export function targetOfRequest(request: SessionRequest, section: Section | undefined): Guarded {
  const value = (key: string): string | undefined => section?.properties.get(key)?.value;
  const roleArn = 'roleArn' in request ? request.roleArn : value('role_arn');
  const sso = request.kind === 'identityCenterRole' ? request : undefined;
  const device = 'mfaSerial' in request ? request.mfaSerial : undefined;
  const accountId =
    sso?.accountId ??
    parseArnOwner(roleArn ?? '')?.accountId ??
    value('sso_account_id') ??
    value('aws_account_id') ??
    parseArnOwner(value('login_session') ?? '')?.accountId ??
    // Without a role it is the user's own account.
    (roleArn === undefined ? parseArnOwner(device ?? value('mfa_serial') ?? '')?.accountId : undefined);
  return guardedSession({
    request,
    accountId,
    roleArn,
    ...permissionSet(sso?.roleName ?? (roleArn === undefined ? value('sso_role_name') : undefined)),
  });
}

/** What a row of the tree stands for; undefined for rows that start nothing. */
export function targetOfNode(
  node: TreeNode,
  sessions: readonly Session[],
  plan: (profile: string) => PlanResult,
): Guarded | undefined {
  switch (node.kind) {
    case 'session': {
      const session = sessions.find((one) => one.id === node.sessionId);
      return session && guardedSession(session);
    }
    case 'profile': {
      const { profile } = node;
      const result = plan(profile);
      return result.ok
        ? guardedPlan({ kind: 'profile', profile }, result.plan)
        : { name: profile, profile, accountId: undefined, roleArn: undefined };
    }
    case 'ssoRole': {
      const { ssoSession, accountId, accountName, roleName } = node;
      const name = roleSessionName(accountName, roleName);
      return { name, profile: ssoSession, accountId, roleArn: undefined, permissionSet: roleName };
    }
    case 'samlRole': {
      const { name, profile, roleArn } = node;
      return { name, profile, roleArn, accountId: parseArnOwner(roleArn)?.accountId };
    }
    case 'role': {
      const { name, roleArn, sourceProfile = '' } = node.role;
      return { name, profile: sourceProfile, roleArn, accountId: parseArnOwner(roleArn)?.accountId };
    }
    case 'group':
    case 'ssoSession':
    case 'account':
    case 'roleProblem':
    case 'foundRoles':
    case 'note':
    case 'file':
    case 'problem':
      return undefined;
  }
}

function permissionSet(name: string | undefined): { readonly permissionSet?: string } {
  return name === undefined || name === '' ? {} : { permissionSet: name };
}
