import type { PlanResult, SessionRequest } from '../aws/plan.ts';
import type { FileRole, Problem } from '../aws/problems.ts';
import { kindOf } from '../aws/profiles.ts';
import type { ProfileSet, Section } from '../aws/profiles.ts';
import type { Session } from '../session/types.ts';
import type { Capability } from './ids.ts';
import { indexProfiles } from './profileIndex.ts';
import type { IndexEntry, ProfileIndex } from './profileIndex.ts';
import { phaseIcons, phaseOf, profileOfSession, sessionOfProfile } from './sessionPhase.ts';
import type { Icon, SessionPhase } from './sessionPhase.ts';
import { problemSentence } from './text/problems.ts';
import {
  fileProblemsText,
  groupLabel,
  lookOfSection,
  phaseWords,
  planFacts,
  problemLabel,
  profileTooltip,
  sessionFacts,
  sessionTooltip,
  ssoSessionWord,
} from './text/tree.ts';

/** A row, told by what it stands for. Menu commands get one as their argument. `id` is the path from the top. */
export type TreeNode =
  | { readonly kind: 'group'; readonly id: 'live' | 'profiles' }
  | { readonly kind: 'session'; readonly id: string; readonly sessionId: string }
  | { readonly kind: 'ssoSession'; readonly id: string; readonly name: string }
  | { readonly kind: 'profile'; readonly id: string; readonly profile: string }
  | { readonly kind: 'file'; readonly id: string; readonly file: FileRole }
  | { readonly kind: 'problem'; readonly id: string; readonly problem: Problem };

/** How a row looks now. */
export interface TreeRow {
  readonly label: string;
  /** At most three facts. */
  readonly description: string;
  readonly icon: Icon | undefined;
  /** What the row offers: capabilities with a blank between them. */
  readonly contextValue: string;
  readonly collapsible: 'none' | 'collapsed' | 'expanded';
  /** The whole row in words. */
  readonly accessibilityLabel: string;
}

/** What a command can do with a row. */
export interface NodeTarget {
  /** The session behind the row, in whatever state. */
  readonly session: Session | undefined;
  /** What starts it. */
  readonly request: SessionRequest | undefined;
  readonly profile: string | undefined;
  readonly roleArn: string | undefined;
  /** Where it is written down; `line` counts from 1. */
  readonly place: { readonly file: FileRole; readonly line: number } | undefined;
}

/** What changes while the files stay the same. */
export interface TreeState {
  readonly sessions: readonly Session[];
  readonly activeId: string | undefined;
  /** Milliseconds UTC. */
  readonly now: number;
  /** Milliseconds before its end at which a session is shown as ending. */
  readonly warnMs: number;
}

/** Up to this many profiles fill about one screen and are shown unfolded; more are for the person to unfold. */
const unfoldedUpTo = 40;

const problemIcon: Icon = { id: 'warning', color: 'problemsWarningIcon.foreground' };

const groups = {
  live: { kind: 'group', id: 'live' },
  profiles: { kind: 'group', id: 'profiles' },
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
        ...[...this.#fileProblems.keys()].map((file) => this.#fileNode(file)),
      ];
    }
    switch (node.kind) {
      case 'group':
        return node.id === 'live'
          ? state.sessions.map((session) => this.sessionNode(session.id))
          : this.#index.roots.map((entry) => this.#entryNode(entry));
      case 'profile':
        return this.#index.below(node.profile).map((name) => this.#entryNode({ kind: 'profile', name }));
      case 'ssoSession':
        return this.#index.ofSsoSession(node.name).map((name) => this.#entryNode({ kind: 'profile', name }));
      case 'file':
        return this.#childrenOfFile(node.file).map((problem, number) =>
          this.#intern({ kind: 'problem', id: `${node.id}/${number}`, problem }),
        );
      case 'session':
      case 'problem':
        return [];
    }
  }

  /** The row that `node` stands below; undefined at the top. */
  parent(node: TreeNode): TreeNode | undefined {
    switch (node.kind) {
      case 'group':
      case 'file':
        return undefined;
      case 'session':
        return groups.live;
      case 'ssoSession':
        return groups.profiles;
      case 'profile': {
        const entry = this.#index.parentOf(node.profile);
        return entry ? this.#entryNode(entry) : groups.profiles;
      }
      case 'problem':
        return this.#fileNode(fileOf(node.problem));
    }
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
    switch (node.kind) {
      case 'group':
        return plainRow({ label: groupLabel(node.id), collapsible: 'expanded' });
      case 'session': {
        const session = state.sessions.find((one) => one.id === node.sessionId);
        return session && sessionRow(session, state, []);
      }
      case 'ssoSession':
        return plainRow({
          label: node.name,
          description: ssoSessionWord(),
          icon: { id: 'organization', color: undefined },
          collapsible: this.#folding(this.#index.ofSsoSession(node.name).length),
        });
      case 'profile': {
        const section = this.#set.profiles.get(node.profile);
        return section && this.#profileRow(section, state);
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
    const section = node.kind === 'profile' ? this.#set.profiles.get(node.profile) : undefined;
    if (!section) {
      return undefined;
    }
    return profileTooltip(section, this.#plan(section.name), this.#problems.get(section.name) ?? []);
  }

  /** What the commands of a row work on. */
  target(node: TreeNode, state: TreeState): NodeTarget {
    switch (node.kind) {
      case 'profile': {
        const session = sessionOfProfile(state.sessions, node.profile);
        return {
          session,
          request: session?.request ?? { kind: 'profile', profile: node.profile },
          ...this.#written(node.profile),
        };
      }
      case 'session': {
        const session = state.sessions.find((one) => one.id === node.sessionId);
        const written = session && this.#written(profileOfSession(session));
        return session && written
          ? { ...written, session, request: session.request, roleArn: session.roleArn }
          : nowhere;
      }
      case 'file': {
        const first = this.#fileProblems.get(node.file)?.find((problem) => problem.place !== undefined);
        return { ...nowhere, place: { file: node.file, line: first?.place?.line ?? 1 } };
      }
      case 'problem':
        return { ...nowhere, place: node.problem.place ?? { file: fileOf(node.problem), line: 1 } };
      case 'ssoSession':
        return { ...nowhere, place: this.#set.ssoSessions.get(node.name)?.places[0] };
      case 'group':
        return nowhere;
    }
  }

  /**
   * The rows whose looks depend on sessions, each with its looks as one text. Compared before and after a change it
   * tells which rows to refresh, without looking at any other.
   */
  sessionRows(state: TreeState): ReadonlyMap<TreeNode, string> {
    const looks = new Map<TreeNode, string>();
    for (const session of state.sessions) {
      const nodes = [this.sessionNode(session.id), this.profileNode(profileOfSession(session))];
      for (const node of nodes) {
        if (node) {
          looks.set(node, JSON.stringify(this.row(node, state)));
        }
      }
    }
    return looks;
  }

  #written(profile: string): Pick<NodeTarget, 'profile' | 'roleArn' | 'place'> {
    const section = this.#set.profiles.get(profile);
    return { profile, roleArn: section?.properties.get('role_arn')?.value, place: section?.places[0] };
  }

  #profileRow(section: Section, state: TreeState): TreeRow {
    const collapsible = this.#folding(this.#index.below(section.name).length);
    const session = sessionOfProfile(state.sessions, section.name);
    const look = lookOfSection(section);
    const result = this.#plan(section.name);
    if (session && session.state.kind !== 'failed') {
      const row = sessionRow(session, state, capabilitiesOf(section, result));
      return { ...row, label: section.name, collapsible };
    }
    const problem = this.#problemToShow(section, result);
    const capabilities = capabilitiesOf(section, result);
    const description = problem
      ? problemSentence(problem)
      : result.ok
        ? planFacts(section, result.plan)
        : look.word;
    return {
      label: section.name,
      description,
      icon: problem ? problemIcon : { id: look.icon, color: undefined },
      contextValue: capabilities.join(' '),
      collapsible,
      accessibilityLabel: inWords(section.name, look.word, description),
    };
  }

  /** A profile without credentials is no mistake by itself: `[default]` often holds a region only. */
  #problemToShow(section: Section, result: PlanResult): Problem | undefined {
    const ofLines = this.#problems.get(section.name)?.find((problem) => problem.severity === 'error');
    const ofPlan = result.ok
      ? undefined
      : result.problems.find(
          (problem) =>
            problem.severity === 'error' &&
            !(problem.what.kind === 'noCredentials' && problem.what.name === section.name),
        );
    return ofPlan ?? ofLines;
  }

  #folding(children: number): TreeRow['collapsible'] {
    return children === 0 ? 'none' : this.#index.size <= unfoldedUpTo ? 'expanded' : 'collapsed';
  }

  /** A file with one problem says it in its own row. */
  #childrenOfFile(file: FileRole): readonly Problem[] {
    const problems = this.#fileProblems.get(file) ?? [];
    return problems.length > 1 ? problems : [];
  }

  #fileNode(file: FileRole): TreeNode {
    return this.#intern({ kind: 'file', id: `file/${file}`, file });
  }

  #entryNode(entry: IndexEntry): TreeNode {
    const path = [entry];
    let above = entry.kind === 'profile' ? this.#index.parentOf(entry.name) : undefined;
    while (above) {
      path.unshift(above);
      above = above.kind === 'profile' ? this.#index.parentOf(above.name) : undefined;
    }
    // A profile and an sso-session may have one name, and any character may stand in either.
    const id = `profiles/${path.map(({ kind, name }) => `${kind === 'ssoSession' ? 'sso:' : ''}${encodeURIComponent(name)}`).join('/')}`;
    return this.#intern(
      entry.kind === 'profile'
        ? { kind: 'profile', id, profile: entry.name }
        : { kind: 'ssoSession', id, name: entry.name },
    );
  }

  #intern(node: TreeNode): TreeNode {
    const known = this.#nodes.get(node.id);
    if (known) {
      return known;
    }
    this.#nodes.set(node.id, node);
    return node;
  }
}

const nowhere: NodeTarget = {
  session: undefined,
  request: undefined,
  profile: undefined,
  roleArn: undefined,
  place: undefined,
};

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

/** The row of a session; `more` is what the profile behind it offers besides. */
function sessionRow(session: Session, state: TreeState, more: readonly Capability[]): TreeRow {
  const phase = phaseOf(session, state.now, state.warnMs);
  const active = session.id === state.activeId;
  const facts = sessionFacts(session, phase, state.now, { active, several: state.sessions.length > 1 });
  const fromSection = session.request.kind !== 'role';
  const offered: readonly Capability[] = [
    ...capabilitiesOfPhase(phase),
    ...(active || phase === 'failed' || phase === 'starting' ? [] : (['use'] as const)),
    ...(session.roleArn === undefined ? [] : (['arn'] as const)),
    ...(fromSection ? (['name', 'source'] as const) : []),
  ];
  const extra = more.filter((one) => one === 'mfa' || one === 'name' || one === 'source' || one === 'arn');
  return {
    label: session.name,
    description: facts,
    icon: phaseIcons[phase],
    contextValue: [...new Set([...offered, ...extra])].join(' '),
    collapsible: 'none',
    // The first fact is the phase again, in figures.
    accessibilityLabel: inWords(
      session.name,
      phaseWords(session, phase, state.now),
      ...facts.split(' · ').slice(1),
    ),
  };
}

function capabilitiesOfPhase(phase: SessionPhase): readonly Capability[] {
  switch (phase) {
    case 'starting':
      return [];
    case 'live':
    case 'ending':
    case 'renewing':
      return ['end', 'renew', 'terminal', 'credentials'];
    case 'expired':
      return ['start', 'end', 'terminal'];
    case 'failed':
      return ['start', 'dismiss'];
  }
}

/** What a profile offers while nothing is live. What cannot be started yet may be tried: the answer says why not. */
function capabilitiesOf(section: Section, result: PlanResult): readonly Capability[] {
  const hasRole = section.properties.has('role_arn');
  const canAskMfa =
    result.ok && kindOf(section) === 'staticKeys' && !section.properties.has('aws_session_token');
  return [
    ...(result.ok ? (['start'] as const) : []),
    ...(result.ok && result.plan.base.kind === 'staticKeys' ? (['terminal'] as const) : []),
    ...(canAskMfa ? (['mfa'] as const) : []),
    ...(hasRole ? (['arn'] as const) : []),
    'name',
    'source',
  ];
}

function plainRow(row: {
  readonly label: string;
  readonly description?: string;
  readonly icon?: Icon;
  readonly capabilities?: readonly Capability[];
  readonly collapsible?: TreeRow['collapsible'];
}): TreeRow {
  const description = row.description ?? '';
  return {
    label: row.label,
    description,
    icon: row.icon,
    contextValue: (row.capabilities ?? []).join(' '),
    collapsible: row.collapsible ?? 'none',
    accessibilityLabel: inWords(row.label, description),
  };
}

function inWords(...parts: readonly string[]): string {
  return [...new Set(parts.flatMap((part) => part.split(' · ')))].filter((part) => part !== '').join(', ');
}

function fileOf(problem: Problem): FileRole {
  return 'file' in problem.what ? problem.what.file : (problem.place?.file ?? 'config');
}
