import type { SessionRequest } from '../aws/planModel.ts';
import type { Session } from '../session/types.ts';
import type { Capability } from './ids.ts';
import { faultSentence } from './text/faults.ts';
import { t } from './text/l10n.ts';
import { escapeMarkdown } from './text/markdown.ts';
import { accountFacts, roleSessionName, signInFacts } from './text/signIn.ts';
import { accountForReading } from './text/time.ts';
import type { TreeNode } from './treeModel.ts';
import { plainRow, problemIcon, sessionRow } from './treeRows.ts';
import type { TreeRow, TreeState } from './treeRows.ts';

type NodeOf<Kind extends TreeNode['kind']> = Extract<TreeNode, { kind: Kind }>;
type Intern = (node: TreeNode) => TreeNode;

/** The id of an account's row below that of its sso-session. */
export function accountNodeId(ssoSession: Pick<TreeNode, 'id'>, accountId: string): string {
  return `${ssoSession.id}/account:${accountId}`;
}

/** The id of a role's row below that of its account. */
export function roleNodeId(account: Pick<TreeNode, 'id'>, roleName: string): string {
  return `${account.id}/role:${roleName}`;
}

/** The rows of what a sign-in gives, below its profiles; none while nobody is signed in. */
export function accountNodes(
  node: NodeOf<'ssoSession'>,
  state: TreeState,
  intern: Intern,
): readonly TreeNode[] {
  const look = state.signIn?.(node.name);
  if (look?.state.kind !== 'in' && look?.state.kind !== 'refreshable') {
    return [];
  }
  const { accounts, loading, fault } = look.listing;
  const note: TreeNode = { kind: 'note', id: `${node.id}/note`, ssoSession: node.name };
  const noted = fault !== undefined || (loading && accounts === undefined) || accounts?.length === 0;
  return [
    ...(noted ? [intern(note)] : []),
    ...(accounts ?? []).map(({ id }) =>
      intern({ kind: 'account', id: accountNodeId(node, id), ssoSession: node.name, accountId: id }),
    ),
  ];
}

/** The rows of the roles that a person has in an account. */
export function roleNodes(node: NodeOf<'account'>, state: TreeState, intern: Intern): readonly TreeNode[] {
  const account = accountOf(node, state);
  if (account?.roles === undefined) {
    const { ssoSession, accountId } = node;
    return [intern({ kind: 'note', id: `${node.id}/note`, ssoSession, accountId })];
  }
  const { id: accountId, name: accountName } = account;
  return account.roles.map((roleName) =>
    intern({
      kind: 'ssoRole',
      id: roleNodeId(node, roleName),
      ssoSession: node.ssoSession,
      accountId,
      accountName,
      roleName,
    }),
  );
}

/** The row of an sso-session: whether somebody is signed in, and what can be done about it. */
export function ssoSessionRow(name: string, state: TreeState, collapsible: TreeRow['collapsible']): TreeRow {
  const signIn = state.signIn?.(name)?.state;
  const isIn = signIn?.kind === 'in' || signIn?.kind === 'refreshable';
  const capabilities: readonly Capability[] =
    signIn === undefined ? ['source'] : isIn ? ['list', 'signOut', 'source'] : ['signIn', 'source'];
  return plainRow({
    label: name,
    description: signInFacts(signIn, state.now),
    icon: { id: 'organization', color: undefined },
    capabilities,
    collapsible,
  });
}

/** The row of an account; undefined when it is not listed any more. */
export function accountRow(node: NodeOf<'account'>, state: TreeState): TreeRow | undefined {
  const account = accountOf(node, state);
  return (
    account &&
    plainRow({
      label: account.name,
      description: accountFacts(account),
      icon: { id: 'layers', color: undefined },
      collapsible: 'collapsed',
    })
  );
}

/** The row of a role: its session while there is one. */
export function ssoRoleRow(node: NodeOf<'ssoRole'>, state: TreeState): TreeRow {
  const session = sessionOfRole(state.sessions, node);
  if (session && session.state.kind !== 'failed') {
    const row = sessionRow(session, state);
    return { ...row, label: node.roleName, contextValue: `${row.contextValue} save` };
  }
  return plainRow({
    label: node.roleName,
    icon: { id: 'shield', color: undefined },
    capabilities: ['start', 'terminal', 'save', 'plan'],
  });
}

/** What is said in place of rows that are not there. */
export function noteRow(node: NodeOf<'note'>, state: TreeState): TreeRow {
  const listing = state.signIn?.(node.ssoSession)?.listing;
  const fault = node.accountId === undefined ? listing?.fault : listing?.roleFaults.get(node.accountId);
  if (fault) {
    return plainRow({ label: faultSentence(fault, { session: node.ssoSession }).text, icon: problemIcon });
  }
  return node.accountId === undefined && listing?.accounts?.length === 0
    ? plainRow({ label: t('This sign-in gives no accounts'), icon: { id: 'info', color: undefined } })
    : plainRow({ label: t('Listing…'), icon: { id: 'loading~spin', color: undefined } });
}

/** The tooltip of an account or of a note, in Markdown; undefined for other rows. */
export function signInTooltip(node: TreeNode, state: TreeState): string | undefined {
  if (node.kind === 'note') {
    return escapeMarkdown(noteRow(node, state).label);
  }
  const account = node.kind === 'account' ? accountOf(node, state) : undefined;
  return (
    account &&
    [`**${escapeMarkdown(account.name)}**`, accountForReading(account.id), escapeMarkdown(account.email)]
      .filter((line) => line !== '')
      .join('\n\n')
  );
}

/** What starts the session of a role's row. */
export function requestOfRole(
  node: Pick<NodeOf<'ssoRole'>, 'ssoSession' | 'accountId' | 'accountName' | 'roleName'>,
): Extract<SessionRequest, { kind: 'identityCenterRole' }> {
  const { ssoSession, accountId, accountName, roleName } = node;
  const name = roleSessionName(accountName, roleName);
  return { kind: 'identityCenterRole', name, ssoSession, accountId, roleName };
}

/** The session of a role's row. */
export function sessionOfRole(
  sessions: readonly Session[],
  node: Pick<NodeOf<'ssoRole'>, 'ssoSession' | 'accountId' | 'roleName'>,
): Session | undefined {
  return sessions.findLast(
    ({ request }) =>
      request.kind === 'identityCenterRole' &&
      request.ssoSession === node.ssoSession &&
      request.accountId === node.accountId &&
      request.roleName === node.roleName,
  );
}

function accountOf(node: NodeOf<'account'>, state: TreeState) {
  const { listing } = state.signIn?.(node.ssoSession) ?? {};
  return listing?.accounts?.find(({ id }) => id === node.accountId);
}
