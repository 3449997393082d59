import type { PlanResult, SamlRole, SessionRequest } from '../aws/planModel.ts';
import { accountOfRole } from '../aws/saml/assertion.ts';
import type { AssertionOrigin } from '../session/assertions.ts';
import type { Session } from '../session/types.ts';
import { escapeMarkdown } from './text/markdown.ts';
import { accountLabel, rolesByAccount, samlSessionName } from './text/saml.ts';
import { roleNameOf } from './text/tree.ts';
import type { TreeNode } from './treeModel.ts';
import { plainRow, sessionRow } from './treeRows.ts';
import type { TreeRow, TreeState } from './treeRows.ts';

type RoleNode = Extract<TreeNode, { kind: 'samlRole' }>;

/** The sign-in of a profile that leaves its role to the person; undefined for any other plan. */
export function openOrigin(result: PlanResult): AssertionOrigin | undefined {
  const base = result.ok && result.plan.steps.length === 0 ? result.plan.base : undefined;
  return base?.kind === 'saml' && base.role === undefined
    ? { profile: base.profile, source: base.assertion }
    : undefined;
}

/** The rows of the roles that the last sign-in of a profile offered, by account. */
export function samlRoleNodes(
  profile: Pick<TreeNode, 'id'>,
  result: PlanResult,
  state: TreeState,
  intern: (node: TreeNode) => TreeNode,
): readonly TreeNode[] {
  const origin = openOrigin(result);
  const roles = origin === undefined ? undefined : state.samlRoles?.(origin);
  // Nearly every profile: the tree asks this for each of thousands.
  if (origin === undefined || roles === undefined || roles.length === 0) {
    return [];
  }
  return rolesByAccount(roles, nameOf(state))
    .flatMap((group) => group.roles)
    .map((role) =>
      intern({
        kind: 'samlRole',
        id: samlRoleNodeId(profile, role),
        profile: origin.profile,
        name: samlSessionName(role, nameOf(state)),
        ...role,
      }),
    );
}

/** The id of a role's row below that of its profile. */
export function samlRoleNodeId(profile: Pick<TreeNode, 'id'>, { roleArn, providerArn }: SamlRole): string {
  return `${profile.id}/saml:${encodeURIComponent(roleArn)} ${encodeURIComponent(providerArn)}`;
}

/** The row of a role: its session while there is one. */
export function samlRoleRow(node: RoleNode, state: TreeState): TreeRow {
  const label = roleNameOf(node.roleArn) ?? node.roleArn;
  const session = sessionOfSamlRole(state.sessions, node);
  if (session && session.state.kind !== 'failed') {
    const row = sessionRow(session, state);
    return { ...row, label, contextValue: `${row.contextValue} save` };
  }
  return plainRow({
    label,
    description: accountLabel(accountOfRole(node), nameOf(state)),
    icon: { id: 'shield', color: undefined },
    capabilities: ['start', 'readOnly', 'terminal', 'save', 'arn', 'source'],
  });
}

/** The tooltip of a role's row, in Markdown. */
export function samlRoleTooltip({ roleArn, providerArn }: RoleNode): string {
  return [roleArn, providerArn].map(escapeMarkdown).join('\n\n');
}

/** What starts the session of a role's row. */
export function requestOfSamlRole({
  name,
  profile,
  roleArn,
  providerArn,
}: RoleNode): Extract<SessionRequest, { kind: 'samlRole' }> {
  return { kind: 'samlRole', name, profile, roleArn, providerArn };
}

/** The session of a role's row. */
export function sessionOfSamlRole(
  sessions: readonly Session[],
  node: Pick<RoleNode, 'profile' | 'roleArn' | 'providerArn'>,
): Session | undefined {
  return sessions.findLast(
    ({ request }) =>
      request.kind === 'samlRole' &&
      request.readOnly !== true &&
      request.profile === node.profile &&
      request.roleArn === node.roleArn &&
      request.providerArn === node.providerArn,
  );
}

function nameOf({ accountName }: TreeState): (accountId: string) => string | undefined {
  return (accountId) => accountName?.(accountId);
}
