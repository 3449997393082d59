import type { SessionRequest } from '../aws/planModel.ts';
import type { Session } from '../session/types.ts';
import { isOwnRow } from './ownRows.ts';
import { profileOfSession, sessionOfProfile } from './sessionPhase.ts';
import { requestOfNode, sessionOfNode } from './roleRows.ts';
import { requestOfSamlRole, sessionOfSamlRole } from './samlRows.ts';
import { requestOfRole, sessionOfRole } from './signInRows.ts';
import type { TreeNode } from './treeModel.ts';

/**
 * What a command was called with: a row of the tree, a session's id or a profile's name (from a link or a button), or
 * nothing (from the palette). Anything else, from a key binding or another extension, counts as nothing.
 */
export type CommandArgument = unknown;

/** The part of the sessions that tells what an argument means. */
export interface KnownSessions {
  get(id: string): Session | undefined;
  list(): readonly Session[];
}

/** What a command that needs a session is to work on. */
export type Meaning =
  | { readonly kind: 'session'; readonly session: Session }
  /** A profile or a role that has no session: it would have to be started. Never another session in its place. */
  | { readonly kind: 'profile'; readonly request: SessionRequest }
  /** The session of a row or a button that has been ended since. */
  | { readonly kind: 'gone' }
  /** Nothing was named: the person chooses. */
  | { readonly kind: 'open' };

/** What `argument` names. `isProfile` says whether a text is a profile's name. */
export function meaningOf(
  sessions: KnownSessions,
  argument: CommandArgument,
  isProfile: (name: string) => boolean,
): Meaning {
  const session = sessionIn(sessions, argument);
  if (session) {
    return { kind: 'session', session };
  }
  const node = asNode(argument);
  if (node?.kind === 'session') {
    return { kind: 'gone' };
  }
  if (node?.kind === 'ssoRole') {
    return { kind: 'profile', request: requestOfRole(node) };
  }
  if (node?.kind === 'samlRole') {
    return { kind: 'profile', request: requestOfSamlRole(node) };
  }
  if (node?.kind === 'role') {
    const request = requestOfNode(node);
    return request === undefined ? { kind: 'gone' } : { kind: 'profile', request };
  }
  const name = node?.kind === 'profile' ? node.profile : argument;
  if (typeof name !== 'string') {
    return { kind: 'open' };
  }
  return isProfile(name)
    ? { kind: 'profile', request: { kind: 'profile', profile: name } }
    : { kind: 'gone' };
}

/** The session that a row or an id stands for; undefined for none. */
export function sessionIn(sessions: KnownSessions, argument: CommandArgument): Session | undefined {
  if (typeof argument === 'string') {
    return sessions.get(argument) ?? sessionOfProfile(sessions.list(), argument);
  }
  const node = asNode(argument);
  switch (node?.kind) {
    case 'session':
      return sessions.get(node.sessionId);
    case 'profile':
      return sessionOfProfile(sessions.list(), node.profile);
    case 'ssoRole':
      return sessionOfRole(sessions.list(), node);
    case 'samlRole':
      return sessionOfSamlRole(sessions.list(), node);
    case 'role':
      return sessionOfNode(sessions.list(), node);
    default:
      return undefined;
  }
}

/** The profile's name that a row or a name stands for; undefined for none. */
export function profileIn(sessions: KnownSessions, argument: CommandArgument): string | undefined {
  const node = asNode(argument);
  if (node?.kind === 'profile' || node?.kind === 'samlRole' || node?.kind === 'foundRoles') {
    return node.profile;
  }
  const session = sessionIn(sessions, argument);
  if (session) {
    return profileOfSession(session);
  }
  return typeof argument === 'string' ? argument : undefined;
}

/** The role that a button passed to be asked for again; undefined for anything else. */
export function roleIn(argument: CommandArgument): Extract<SessionRequest, { kind: 'role' }> | undefined {
  return isRole(argument) ? argument : undefined;
}

/** The federation session that a button passed to be asked for again; undefined for anything else. */
export function federationIn(
  argument: CommandArgument,
): Extract<SessionRequest, { kind: 'federation' }> | undefined {
  return isFederation(argument) ? argument : undefined;
}

/** As in `isRole`. */
function isFederation(value: unknown): value is Extract<SessionRequest, { kind: 'federation' }> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'federation' &&
    'profile' in value &&
    typeof value.profile === 'string' &&
    'userName' in value &&
    typeof value.userName === 'string'
  );
}

/** Only our own button passes one; a key binding that imitates it gets boxes that check each answer. */
function isRole(value: unknown): value is Extract<SessionRequest, { kind: 'role' }> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'role' &&
    'roleArn' in value &&
    typeof value.roleArn === 'string' &&
    'sourceProfile' in value &&
    typeof value.sourceProfile === 'string'
  );
}

/** The row that a menu passed; undefined for anything else, also for what only looks like a row. */
export function asNode(argument: CommandArgument): TreeNode | undefined {
  return isOwnRow(argument) ? argument : undefined;
}
