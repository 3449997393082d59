import type { SessionRequest } from '../aws/planModel.ts';
import type { ProfileSet } from '../aws/profiles.ts';
import { isManaged } from '../aws/profiles.ts';
import type { FoundRole } from '../aws/roles/assumable.ts';
import { requestOf, roleNameIn } from '../aws/roles/savedRole.ts';
import type { RoleEntry, SavedRole } from '../aws/roles/savedRole.ts';
import { isNarrowed, sameExtras } from '../aws/roles/roleExtras.ts';
import { isPattern } from '../aws/roles/trust.ts';
import type { Search } from '../session/roleFinder.ts';
import type { Session } from '../session/types.ts';
import { chartColors } from './chartColors.ts';
import type { Capability } from './ids.ts';
import type { Icon } from './sessionPhase.ts';
import { escapeMarkdown } from './text/markdown.ts';
import {
  colorWord,
  entryProblemSentence,
  foundFacts,
  foundGroupText,
  foundTooltipLines,
  ignoredSentence,
  missingSentence,
  savedFacts,
  suggestedFacts,
} from './text/roleLists.ts';
import type { TreeNode } from './treeModel.ts';
import { plainRow, problemIcon, sessionRow } from './treeRows.ts';
import type { TreeRow, TreeState } from './treeRows.ts';

/** A suggestion, and the folder that it comes from. */
export interface SuggestedEntry extends RoleEntry {
  /** Its URI. */
  readonly folder: string;
  readonly folderName: string;
}

/** Roles beside those of the files. */
export interface RoleLists {
  readonly saved: readonly RoleEntry[];
  readonly suggested: readonly SuggestedEntry[];
  /** What a search found for a profile; undefined before the first. */
  found(profile: string): Search | undefined;
}

/** Where a role's row comes from. */
export type RoleOrigin =
  | { readonly kind: 'saved'; readonly index: number }
  | { readonly kind: 'suggested'; readonly folder: string; readonly folderName: string }
  | { readonly kind: 'found'; readonly found: FoundRole };

/** The row of a role that stands in no file. */
export type RoleNode = Extract<TreeNode, { kind: 'role' }>;

type Intern = (node: TreeNode) => TreeNode;

/** The rows of the roles that start from a profile: those that were saved, then what a search found. */
export function rolesBelow(
  profile: { readonly id: string; readonly profile: string },
  lists: RoleLists | undefined,
  intern: Intern,
): readonly TreeNode[] {
  if (lists === undefined) {
    return [];
  }
  const saved = lists.saved.flatMap((entry) =>
    entry.role?.sourceProfile === profile.profile ? [savedNode(profile.id, entry, entry.role, intern)] : [],
  );
  return lists.found(profile.profile) === undefined
    ? saved
    : [...saved, intern({ kind: 'foundRoles', id: `${profile.id}/found`, profile: profile.profile })];
}

/** Saved entries that have no profile to stand under: those that are broken, or whose source is gone. */
export function strayNodes(
  set: ProfileSet,
  lists: RoleLists | undefined,
  intern: Intern,
): readonly TreeNode[] {
  return (lists?.saved ?? []).flatMap((entry) => {
    const { role } = entry;
    if (role === undefined) {
      return [problemNode('saved', entry, intern)];
    }
    return isSource(set, role.sourceProfile) ? [] : [savedNode('saved', entry, role, intern)];
  });
}

/** What the open folders suggest. */
export function suggestedNodes(lists: RoleLists | undefined, intern: Intern): readonly TreeNode[] {
  return (lists?.suggested ?? []).map((entry) => {
    const { role, folder, folderName } = entry;
    const above = `suggested/${encodeURIComponent(folder)}`;
    return role === undefined
      ? problemNode(above, entry, intern)
      : intern({
          kind: 'role',
          id: `${above}/${entry.index}:${idOf(role)}`,
          role,
          ignored: entry.ignored,
          origin: { kind: 'suggested', folder, folderName },
        });
  });
}

/** The roles that a search found for a profile. */
export function foundNodes(
  node: Extract<TreeNode, { kind: 'foundRoles' }>,
  lists: RoleLists | undefined,
  intern: Intern,
): readonly TreeNode[] {
  return (lists?.found(node.profile)?.roles ?? []).map((found) =>
    intern({
      kind: 'role',
      id: `${node.id}/${encodeURIComponent(JSON.stringify(found))}`,
      role: roleOfFound(found, node.profile),
      ignored: [],
      origin: { kind: 'found', found },
    }),
  );
}

/** A found role as it would be saved: what its trust policy gives away is filled in. */
export function roleOfFound({ arn, needs }: FoundRole, sourceProfile: string): SavedRole {
  return {
    name: roleNameIn(arn),
    roleArn: arn,
    sourceProfile,
    externalId: needs.externalId === undefined || isPattern(needs.externalId) ? undefined : needs.externalId,
    mfaSerial: undefined,
    durationSeconds: undefined,
    region: undefined,
    color: undefined,
  };
}

/** The row of a role: its session while there is one. */
export function roleRow(node: RoleNode, set: ProfileSet, state: TreeState): TreeRow {
  const { role, origin } = node;
  const sourceGone = role.sourceProfile !== undefined && !isSource(set, role.sourceProfile);
  const own: readonly Capability[] = [
    'arn',
    ...(origin.kind === 'saved' ? (['edit'] as const) : (['keep'] as const)),
  ];
  const session = sessionOfNode(state.sessions, node);
  if (session && session.state.kind !== 'failed') {
    const row = sessionRow(session, state);
    const offered = [...row.contextValue.split(' ').filter((one) => one !== 'keep'), ...own];
    return { ...row, label: role.name, contextValue: [...new Set(offered)].join(' ') };
  }
  const color = colorWord(role.color);
  const description = factsOf(node, set, sourceGone);
  const startable = !(sourceGone && origin.kind === 'saved');
  const row = plainRow({
    label: role.name,
    description,
    icon: iconOf(node, sourceGone),
    capabilities: [
      ...(startable ? (['start'] as const) : []),
      // What has to be asked first is asked by starting.
      ...(startable && origin.kind === 'saved' ? (['terminal'] as const) : []),
      ...own,
    ],
  });
  return color === undefined ? row : { ...row, accessibilityLabel: `${row.accessibilityLabel}, ${color}` };
}

function factsOf({ role, origin, ignored }: RoleNode, set: ProfileSet, sourceGone: boolean): string {
  switch (origin.kind) {
    case 'saved':
      return savedFacts(role, sourceGone);
    case 'suggested':
      return suggestedFacts(role, origin.folderName, ignored);
    case 'found':
      return foundFacts(origin.found, profileWith(set, role));
  }
}

/** By role and source. Of each reading of the files: lists have thousands of rows. */
const profilesByRole = new WeakMap<ProfileSet, ReadonlyMap<string, string>>();

/** The profile that assumes the role from the same source already; undefined for none. */
function profileWith(set: ProfileSet, { roleArn, sourceProfile = '' }: SavedRole): string | undefined {
  let known = profilesByRole.get(set);
  if (known === undefined) {
    known = new Map(
      Array.from(set.profiles.values(), ({ name, properties }) => [
        `${properties.get('source_profile')?.value ?? ''} ${properties.get('role_arn')?.value ?? ''}`,
        name,
      ]),
    );
    profilesByRole.set(set, known);
  }
  return known.get(`${sourceProfile} ${roleArn}`);
}

function iconOf({ role, origin }: RoleNode, sourceGone: boolean): Icon {
  if (origin.kind === 'saved' && sourceGone) {
    return problemIcon;
  }
  const unsure = origin.kind === 'found' && origin.found.verdict !== 'yes';
  return { id: unsure ? 'question' : 'shield', color: role.color && chartColors[role.color] };
}

/** The row above the roles that a search found. */
export function foundRolesRow(
  node: Extract<TreeNode, { kind: 'foundRoles' }>,
  state: TreeState,
): TreeRow | undefined {
  const search = state.roles?.found(node.profile);
  if (search === undefined) {
    return undefined;
  }
  const { label, description } = foundGroupText(search, state.now);
  return plainRow({
    label,
    description,
    icon: { id: search.missing.length > 0 ? 'warning' : 'telescope', color: undefined },
    capabilities: ['search', 'forget'],
    collapsible: search.roles.length > 0 ? 'collapsed' : 'none',
  });
}

/** The row of an entry that is no role. */
export function roleProblemRow({ entry }: Extract<TreeNode, { kind: 'roleProblem' }>): TreeRow {
  return plainRow({
    label: entry.name === '' ? String(entry.index + 1) : entry.name,
    description: entryProblemSentence(entry),
    icon: problemIcon,
  });
}

/** The tooltip of these rows, in Markdown; undefined for other rows. */
export function roleTooltip(node: TreeNode, state: TreeState): string | undefined {
  switch (node.kind) {
    case 'role': {
      const { role, origin, ignored } = node;
      const lines = [
        role.roleArn,
        ...(origin.kind === 'found' ? foundTooltipLines(origin.found) : []),
        ...(ignored.length > 0 ? [ignoredSentence(ignored)] : []),
      ];
      return lines.map(escapeMarkdown).join('\n\n');
    }
    case 'roleProblem':
      return escapeMarkdown(entryProblemSentence(node.entry));
    case 'foundRoles': {
      const search = state.roles?.found(node.profile);
      const lines = search && [search.caller, ...missingSentence(search)];
      return lines?.map(escapeMarkdown).join('\n\n');
    }
    default:
      return undefined;
  }
}

/** What starts a saved role; undefined for a role about which something has to be asked first. */
export function requestOfNode({ role, origin }: RoleNode): SessionRequest | undefined {
  return origin.kind === 'saved' && role.sourceProfile !== undefined
    ? requestOf(role, role.sourceProfile)
    : undefined;
}

/** The session of a role's row. */
export function sessionOfNode(sessions: readonly Session[], { role, origin }: RoleNode): Session | undefined {
  return sessions.findLast(
    ({ request }) =>
      request.kind === 'role' &&
      request.roleArn === role.roleArn &&
      (role.sourceProfile === undefined ||
        origin.kind === 'suggested' ||
        request.sourceProfile === role.sourceProfile) &&
      // Two saved roles may differ in nothing else; what a search found is one role, whatever was given for it. A
      // session that may do less never stands for the role.
      (origin.kind === 'saved'
        ? request.externalId === role.externalId && sameExtras(request, role)
        : isNarrowed(request) === isNarrowed(role) &&
          (origin.kind === 'found' || request.externalId === role.externalId)),
  );
}

/** True for a profile that a person can see and start from. */
export function isSource(set: ProfileSet, profile: string | undefined): boolean {
  const section = profile === undefined ? undefined : set.profiles.get(profile);
  return section !== undefined && !isManaged(section);
}

function savedNode(above: string, entry: RoleEntry, role: SavedRole, intern: Intern): TreeNode {
  return intern({
    kind: 'role',
    id: `${above}/saved:${entry.index}:${idOf(role)}`,
    role,
    ignored: entry.ignored,
    origin: { kind: 'saved', index: entry.index },
  });
}

function problemNode(above: string, entry: RoleEntry, intern: Intern): TreeNode {
  const id = `${above}/broken:${entry.index}:${encodeURIComponent(JSON.stringify([entry.name, entry.problems]))}`;
  const { folder } = entry as Partial<SuggestedEntry>;
  return intern({ kind: 'roleProblem', id, entry, inFolder: folder !== undefined });
}

/** Rows are told by their ids: an entry that was changed is another row. */
function idOf(role: SavedRole): string {
  return encodeURIComponent(JSON.stringify(role));
}
