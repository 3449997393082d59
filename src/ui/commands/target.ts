import * as vscode from 'vscode';
import { timeLeft } from '../../aws/credentials.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import { kindOf } from '../../aws/profiles.ts';
import { shownLeft } from '../../session/schedule.ts';
import type { Session } from '../../session/types.ts';
import type { CommandParts } from '../parts.ts';
import { askPick } from '../prompts/input.ts';
import { sessionOfProfile } from '../sessionPhase.ts';
import { kindLook } from '../text/kinds.ts';
import { t } from '../text/l10n.ts';
import { remaining } from '../text/time.ts';
import type { TreeNode } from '../treeModel.ts';

/**
 * What a command was called with: a row of the tree, a session's id or a profile's name (from a link or a button), or
 * nothing (from the palette). Anything else, from a key binding or another extension, counts as nothing.
 */
export type CommandArgument = unknown;

/** The session that a row or an id stands for; undefined for none. */
export function sessionIn(parts: CommandParts, argument: CommandArgument): Session | undefined {
  if (typeof argument === 'string') {
    return parts.sessions.get(argument) ?? sessionOfProfile(parts.sessions.list(), argument);
  }
  const node = asNode(argument);
  switch (node?.kind) {
    case 'session':
      return parts.sessions.get(node.sessionId);
    case 'profile':
      return sessionOfProfile(parts.sessions.list(), node.profile);
    default:
      return undefined;
  }
}

/** The profile's name that a row or a name stands for; undefined for none. */
export function profileIn(parts: CommandParts, argument: CommandArgument): string | undefined {
  const node = asNode(argument);
  if (node?.kind === 'profile') {
    return node.profile;
  }
  const session = sessionIn(parts, argument);
  if (session) {
    return session.request.kind === 'role' ? session.request.sourceProfile : session.request.profile;
  }
  return typeof argument === 'string' ? argument : undefined;
}

/** The session of the argument, else the only one, else the one that the person picks. Undefined when there is none. */
export async function chooseSession(
  parts: CommandParts,
  argument: CommandArgument,
  title: string,
): Promise<Session | undefined> {
  const given = sessionIn(parts, argument);
  if (given) {
    return given;
  }
  const sessions = parts.sessions.list().filter((session) => session.state.kind === 'live');
  if (sessions.length === 0) {
    const button = t('Start Session');
    const choice = await vscode.window.showInformationMessage(
      t('No session is live, start one first'),
      button,
    );
    return choice === button ? startChosen(parts, title) : undefined;
  }
  if (sessions.length === 1) {
    return sessions[0];
  }
  const answer = await askPick<Session>({
    title,
    placeholder: t('Choose a session'),
    items: sessions.map((session) => ({
      label: session.name,
      description: describe(session, parts.now()),
      value: session,
    })),
    active: (item) => item.value.id === parts.sessions.activeId,
  });
  return answer.kind === 'value' ? answer.value : undefined;
}

/** Asks for a profile out of those that `fits`; undefined when the person left or there is none. */
export async function chooseProfile(
  set: ProfileSet,
  title: string,
  fits: (kind: ReturnType<typeof kindOf>) => boolean,
): Promise<string | undefined> {
  const items = [...set.profiles.values()]
    .filter((section) => fits(kindOf(section)))
    .map((section) => ({
      label: section.name,
      description: kindLook(kindOf(section)).word,
      value: section.name,
    }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage(t('No profile fits, add one to the config file first'));
    return undefined;
  }
  const answer = await askPick({ title, placeholder: t('Choose a profile'), items });
  return answer.kind === 'value' ? answer.value : undefined;
}

async function startChosen(parts: CommandParts, title: string): Promise<Session | undefined> {
  const profile = await chooseProfile(await parts.files.read(), title, (kind) => kind !== 'none');
  return profile === undefined ? undefined : parts.flow.start({ kind: 'profile', profile });
}

function describe(session: Session, now: number): string {
  const { state } = session;
  return state.kind === 'live' && state.credentials.expiresAt !== undefined
    ? remaining(shownLeft(timeLeft(state.credentials, now)))
    : '';
}

/** The row that a menu passed; undefined for anything else. */
export function asNode(argument: CommandArgument): TreeNode | undefined {
  return isNode(argument) ? argument : undefined;
}

/** Rows are objects of our own; a key binding can pass anything, but not by accident something with these kinds. */
function isNode(value: unknown): value is TreeNode {
  const kinds: readonly unknown[] = ['group', 'session', 'ssoSession', 'profile', 'file', 'problem'];
  return typeof value === 'object' && value !== null && 'kind' in value && kinds.includes(value.kind);
}
