import type { PlanResult, SessionRequest } from '../aws/planModel.ts';
import type { FileRole, Problem } from '../aws/problems.ts';
import type { RoleEntry, SavedRole } from '../aws/roles/savedRole.ts';
import type { ProfileSet } from '../aws/profiles.ts';
import { guardedRow, targetOfNode } from './guardLooks.ts';
import { keyLines } from './keyLooks.ts';
import { indexProfiles } from './profileIndex.ts';
import type { IndexEntry, ProfileIndex } from './profileIndex.ts';
import { ownRow } from './ownRows.ts';
import { profileOfSession } from './sessionPhase.ts';
import {
  accountNodeId,
  accountNodes,
  accountRow,
  noteRow,
  roleNodeId,
  roleNodes,
  signInTooltip,
  ssoRoleRow,
  ssoSessionRow,
} from './signInRows.ts';
import {
  foundNodes,
  foundRolesRow,
  roleProblemRow,
  roleRow,
  rolesBelow,
  roleTooltip,
  sessionOfNode,
  strayNodes,
  suggestedNodes,
} from './roleRows.ts';
import type { RoleOrigin } from './roleRows.ts';
import { samlRoleNodeId, samlRoleNodes, samlRoleRow, samlRoleTooltip } from './samlRows.ts';
import { problemsTooltip, profileTooltip, sessionTooltip } from './text/tooltip.ts';
import type { Session } from '../session/types.ts';
import { fileProblemsText, groupLabel, problemLabel } from './text/tree.ts';
import { plainRow, problemIcon, profileRow, sessionRow } from './treeRows.ts';
import type { TreeRow, TreeState } from './treeRows.ts';

/** A row, told by what it stands for. Menu commands get one as their argument. `id` is the path from the top. */
export type TreeNode =
  | { readonly kind: 'group'; readonly id: 'live' | 'profiles' | 'saved' | 'suggested' }
  | { readonly kind: 'session'; readonly id: string; readonly sessionId: string }
  | { readonly kind: 'ssoSession'; readonly id: string; readonly name: string }
  | {
      readonly kind: 'account';
      readonly id: string;
      readonly ssoSession: string;
      readonly accountId: string;
    }
  /** A role of Identity Center. Its account's name as well, because a session is called by it. */
  | {
      readonly kind: 'ssoRole';
      readonly id: string;
      readonly ssoSession: string;
      readonly accountId: string;
      readonly accountName: string;
      readonly roleName: string;
    }
  /** A role that the last SAML sign-in of a profile offered; a session is called by `name`. */
  | {
      readonly kind: 'samlRole';
      readonly id: string;
      readonly profile: string;
      readonly name: string;
      readonly roleArn: string;
      readonly providerArn: string;
    }
  /** A role that is in no file: saved in the settings, suggested by a folder, or found at IAM. */
  | {
      readonly kind: 'role';
      readonly id: string;
      readonly role: SavedRole;
      /** Members of its entry that count for nothing. */
      readonly ignored: readonly string[];
      readonly origin: RoleOrigin;
    }
  /** An entry of the settings that is no role. */
  | {
      readonly kind: 'roleProblem';
      readonly id: string;
      readonly entry: RoleEntry;
      readonly inFolder: boolean;
    }
  /** Above the roles that a search found for a profile. */
  | { readonly kind: 'foundRoles'; readonly id: string; readonly profile: string }
  /** That something below is being listed, or why it could not be. */
  | { readonly kind: 'note'; readonly id: string; readonly ssoSession: string; readonly accountId?: string }
  | { readonly kind: 'profile'; readonly id: string; readonly profile: string }
  /** `line`, from 1: where its first problem stands. */
  | { readonly kind: 'file'; readonly id: string; readonly file: FileRole; readonly line: number }
  | { readonly kind: 'problem'; readonly id: string; readonly problem: Problem };

/** Up to this many profiles fill about one screen and are shown unfolded; more are for the person to unfold. */
const unfoldedUpTo = 40;

const groups = {
  live: { kind: 'group', id: 'live' },
  profiles: { kind: 'group', id: 'profiles' },
  saved: { kind: 'group', id: 'saved' },
  suggested: { kind: 'group', id: 'suggested' },
} as const satisfies Record<string, TreeNode>;

/**
 * The rows of one ProfileSet. Nothing but the index is computed ahead: a row's children and its words are made when
 * they are asked for. The same row is the same object each time, because VS Code finds rows by identity.
 * `plan` may be called often for one profile; whoever makes the tree remembers its results.
 */
export class ProfileTree {
  readonly #set: ProfileSet;
  readonly #index: ProfileIndex;
  readonly #plan: (profile: string) => PlanResult;
  readonly #problems: ReadonlyMap<string, readonly Problem[]>;
  readonly #fileProblems: ReadonlyMap<FileRole, readonly Problem[]>;
  readonly #nodes = new Map<string, TreeNode>();
  /** The same rows by name: making an id goes all the way up, and each row is asked for several times. */
  readonly #entries = { profile: new Map<string, TreeNode>(), ssoSession: new Map<string, TreeNode>() };
  /** Rows of roles in no file, by ARN. */
  readonly #shown = new Map<string, readonly TreeNode[]>();

  constructor(set: ProfileSet, plan: (profile: string) => PlanResult) {
    this.#set = set;
    this.#plan = plan;
    this.#index = indexProfiles(set);
    const ofProfiles = new Map<string, Problem[]>();
    const ofFiles = new Map<FileRole, Problem[]>();
    for (const problem of set.problems) {
      const shown = problem.profile !== undefined && this.#index.has(problem.profile);
      const list = shown ? ofProfiles.get(problem.profile) : ofFiles.get(fileOf(problem));
      if (list) {
        list.push(problem);
      } else if (shown) {
        ofProfiles.set(problem.profile, [problem]);
      } else {
        ofFiles.set(fileOf(problem), [problem]);
      }
    }
    this.#problems = ofProfiles;
    this.#fileProblems = ofFiles;
  }

  /** True when there is a profile to show. */
  get hasProfiles(): boolean {
    return this.#index.size > 0;
  }

  /** True when the files hold nothing to show. */
  get empty(): boolean {
    return this.#index.roots.length === 0 && this.#fileProblems.size === 0;
  }

  /** The rows below `node`, or the top rows. */
  children(node: TreeNode | undefined, state: TreeState): readonly TreeNode[] {
    if (!node) {
      return [
        ...(state.sessions.length > 0 ? [groups.live] : []),
        ...(this.#index.roots.length > 0 ? [groups.profiles] : []),
        ...(this.#strays(state).length > 0 ? [groups.saved] : []),
        ...(this.#suggested(state).length > 0 ? [groups.suggested] : []),
        ...[...this.#fileProblems.keys()].map((file) => this.#fileNode(file)),
      ];
    }
    switch (node.kind) {
      case 'group':
        return this.#ofGroup(node.id, state);
      case 'profile':
        return [
          ...this.#index.below(node.profile).map((name) => this.#entryNode({ kind: 'profile', name })),
          ...samlRoleNodes(node, this.#plan(node.profile), state, (made) => this.#intern(made)),
          ...rolesBelow(node, state.roles, (made) => this.#intern(made)),
        ];
      case 'foundRoles':
        return foundNodes(node, state.roles, (made) => this.#intern(made));
      case 'ssoSession':
        return [
          ...this.#index.ofSsoSession(node.name).map((name) => this.#entryNode({ kind: 'profile', name })),
          ...accountNodes(node, state, (made) => this.#intern(made)),
        ];
      case 'account':
        return roleNodes(node, state, (made) => this.#intern(made));
      case 'file':
        return this.#childrenOfFile(node.file).map((problem, number) =>
          this.#intern({ kind: 'problem', id: `${node.id}/${number}`, problem }),
        );
      case 'session':
      case 'problem':
      case 'ssoRole':
      case 'samlRole':
      case 'role':
      case 'roleProblem':
      case 'note':
        return [];
    }
  }

  /** The row of an sso-session; undefined when the files do not name it. */
  ssoSessionNode(name: string): TreeNode | undefined {
    return this.#set.ssoSessions.has(name) ? this.#entryNode({ kind: 'ssoSession', name }) : undefined;
  }

  /** The row of an account that has been shown. */
  accountNode(ssoSession: string, accountId: string): TreeNode | undefined {
    const above = this.ssoSessionNode(ssoSession);
    return above && this.#nodes.get(accountNodeId(above, accountId));
  }

  /** The row of a profile; undefined when it has none. */
  profileNode(profile: string): TreeNode | undefined {
    return this.#index.has(profile) ? this.#entryNode({ kind: 'profile', name: profile }) : undefined;
  }

  /** The row of a session in the live group. */
  sessionNode(sessionId: string): TreeNode {
    return this.#intern({ kind: 'session', id: `live/${sessionId}`, sessionId });
  }

  /** How a row looks; undefined when what it stood for is gone. */
  row(node: TreeNode, state: TreeState): TreeRow | undefined {
    const row = this.#row(node, state);
    const target = row && targetOfNode(node, state.sessions, this.#plan);
    return target ? guardedRow(row, state.guardOf?.(target)) : row;
  }

  #row(node: TreeNode, state: TreeState): TreeRow | undefined {
    switch (node.kind) {
      case 'group':
        return plainRow({ label: groupLabel(node.id), collapsible: 'expanded' });
      case 'session': {
        const session = state.sessions.find((one) => one.id === node.sessionId);
        return session && sessionRow(session, state);
      }
      case 'ssoSession':
        return ssoSessionRow(node.name, state, this.#folding(this.children(node, state).length));
      case 'account':
        return accountRow(node, state);
      case 'ssoRole':
        return ssoRoleRow(node, state);
      case 'samlRole':
        return samlRoleRow(node, state);
      case 'role':
        return roleRow(node, this.#set, state);
      case 'roleProblem':
        return roleProblemRow(node);
      case 'foundRoles':
        return foundRolesRow(node, state);
      case 'note':
        return noteRow(node, state);
      case 'profile': {
        const section = this.#set.profiles.get(node.profile);
        return (
          section &&
          profileRow(
            section,
            this.#plan(section.name),
            this.#problems.get(section.name) ?? [],
            state,
            this.#folding(this.children(node, state).length),
          )
        );
      }
      case 'file':
        return plainRow({
          ...fileProblemsText(node.file, this.#fileProblems.get(node.file) ?? []),
          icon: problemIcon,
          capabilities: ['source'],
          collapsible: this.#childrenOfFile(node.file).length > 0 ? 'collapsed' : 'none',
        });
      case 'problem':
        return plainRow({ ...problemLabel(node.problem), icon: problemIcon, capabilities: ['source'] });
    }
  }

  /** A row's tooltip in Markdown; undefined where the row says it all. */
  tooltip(node: TreeNode, state: TreeState): string | undefined {
    if (node.kind === 'session') {
      const session = state.sessions.find((one) => one.id === node.sessionId);
      return session && sessionTooltip(session, state.now);
    }
    if (node.kind === 'samlRole') {
      return samlRoleTooltip(node);
    }
    const ofRole = roleTooltip(node, state);
    if (ofRole !== undefined) {
      return ofRole;
    }
    if (node.kind === 'file' || node.kind === 'problem') {
      // A narrow side bar cuts the sentence off.
      const problems = node.kind === 'problem' ? [node.problem] : (this.#fileProblems.get(node.file) ?? []);
      return problemsTooltip(problems);
    }
    const looks = signInTooltip(node, state);
    if (looks !== undefined) {
      return looks;
    }
    const section = node.kind === 'profile' ? this.#set.profiles.get(node.profile) : undefined;
    if (!section) {
      return undefined;
    }
    const result = this.#plan(section.name);
    return profileTooltip(section, result, this.#problems.get(section.name) ?? [], keyLines(result, state));
  }

  /**
   * The rows whose looks depend on sessions, each with its looks as one text. Compared before and after a change it
   * tells which rows to refresh, without looking at any other.
   */
  sessionRows(state: TreeState): ReadonlyMap<TreeNode, string> {
    const looks = new Map<TreeNode, string>();
    for (const session of state.sessions) {
      const profile = profileOfSession(session);
      const nodes = [
        this.sessionNode(session.id),
        profile === undefined ? undefined : this.profileNode(profile),
        this.#shownRole(session.request),
        ...this.#shownRoles(session),
      ];
      for (const node of nodes) {
        if (node) {
          looks.set(node, JSON.stringify(this.row(node, state)));
        }
      }
    }
    return looks;
  }

  /** The row of a role of Identity Center or of an assertion that has been shown. */
  #shownRole(request: SessionRequest): TreeNode | undefined {
    switch (request.kind) {
      case 'identityCenterRole': {
        const account = this.accountNode(request.ssoSession, request.accountId);
        return account && this.#nodes.get(roleNodeId(account, request.roleName));
      }
      case 'samlRole': {
        const profile = this.profileNode(request.profile);
        return profile && this.#nodes.get(samlRoleNodeId(profile, request));
      }
      default:
        return undefined;
    }
  }

  /** The rows of a role in no file that have been shown: it may be saved, suggested and found. */
  #shownRoles(session: Session): readonly TreeNode[] {
    const { request } = session;
    const shown = request.kind === 'role' ? this.#shown.get(request.roleArn) : undefined;
    return (shown ?? []).filter((node) => node.kind === 'role' && sessionOfNode([session], node));
  }

  #ofGroup(id: (typeof groups)[keyof typeof groups]['id'], state: TreeState): readonly TreeNode[] {
    switch (id) {
      case 'live':
        return state.sessions.map((session) => this.sessionNode(session.id));
      case 'profiles':
        return this.#index.roots.map((entry) => this.#entryNode(entry));
      case 'saved':
        return this.#strays(state);
      case 'suggested':
        return this.#suggested(state);
    }
  }

  #strays(state: TreeState): readonly TreeNode[] {
    return strayNodes(this.#set, state.roles, (made) => this.#intern(made));
  }

  #suggested(state: TreeState): readonly TreeNode[] {
    return suggestedNodes(state.roles, (made) => this.#intern(made));
  }

  #folding(children: number): TreeRow['collapsible'] {
    return children === 0 ? 'none' : this.#index.size + children <= unfoldedUpTo ? 'expanded' : 'collapsed';
  }

  /** A file with one problem says it in its own row. */
  #childrenOfFile(file: FileRole): readonly Problem[] {
    const problems = this.#fileProblems.get(file) ?? [];
    return problems.length > 1 ? problems : [];
  }

  #fileNode(file: FileRole): TreeNode {
    const first = this.#fileProblems.get(file)?.find((problem) => problem.place !== undefined);
    return this.#intern({ kind: 'file', id: `file/${file}`, file, line: first?.place?.line ?? 1 });
  }

  #entryNode(entry: IndexEntry): TreeNode {
    const entries = this.#entries[entry.kind];
    const known = entries.get(entry.name);
    if (known) {
      return known;
    }
    const path = [entry];
    let above = entry.kind === 'profile' ? this.#index.parentOf(entry.name) : undefined;
    while (above) {
      path.unshift(above);
      above = above.kind === 'profile' ? this.#index.parentOf(above.name) : undefined;
    }
    // A profile and an sso-session may have one name, and any character may stand in either.
    const id = `profiles/${path.map(({ kind, name }) => `${kind === 'ssoSession' ? 'sso:' : ''}${encodeURIComponent(name)}`).join('/')}`;
    const node = this.#intern(
      entry.kind === 'profile'
        ? { kind: 'profile', id, profile: entry.name }
        : { kind: 'ssoSession', id, name: entry.name },
    );
    entries.set(entry.name, node);
    return node;
  }

  #intern(node: TreeNode): TreeNode {
    const known = this.#nodes.get(node.id);
    if (known) {
      return known;
    }
    this.#nodes.set(node.id, ownRow(node));
    if (node.kind === 'role') {
      const { roleArn } = node.role;
      this.#shown.set(roleArn, [...(this.#shown.get(roleArn) ?? []), node]);
    }
    return node;
  }
}

/**
 * Which rows to refresh after a change of the sessions; 'all' when the live group came or went. A row that is gone is
 * not among them, its group is.
 */
export function changedRows(
  before: ReadonlyMap<TreeNode, string>,
  after: ReadonlyMap<TreeNode, string>,
): 'all' | readonly TreeNode[] {
  const sessionIds = (rows: ReadonlyMap<TreeNode, string>): string =>
    [...rows.keys()].flatMap((node) => (node.kind === 'session' ? [node.id] : [])).join('\n');
  const [idsBefore, idsAfter] = [sessionIds(before), sessionIds(after)];
  if ((idsBefore === '') !== (idsAfter === '')) {
    return 'all';
  }
  const regrouped = idsBefore !== idsAfter;
  const rows = new Set([...before.keys(), ...after.keys()]);
  return [
    ...(regrouped ? [groups.live] : []),
    // Refreshing the group asks for its rows anew.
    ...[...rows].filter(
      (node) => before.get(node) !== after.get(node) && !(regrouped && node.kind === 'session'),
    ),
  ];
}

function fileOf(problem: Problem): FileRole {
  return 'file' in problem.what ? problem.what.file : (problem.place?.file ?? 'config');
}
