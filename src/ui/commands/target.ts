import * as vscode from 'vscode';
import { timeLeft } from '../../aws/credentials.ts';
import type { Credentials } from '../../aws/credentials.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import { isManaged, kindOf } from '../../aws/profiles.ts';
import { shownLeft } from '../../session/schedule.ts';
import type { Session } from '../../session/types.ts';
import { commands } from '../ids.ts';
import { meaningOf } from '../meaning.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import { askPick } from '../prompts/input.ts';
import { kindLook } from '../text/kinds.ts';
import { t } from '../text/l10n.ts';
import { remaining } from '../text/time.ts';

/** How a command finds its session. */
export interface Wanted {
  /** Of the box in which the person chooses. */
  readonly title: string;
  /** Which sessions may be chosen; the default is those that are live. */
  readonly among?: (session: Session) => boolean;
  /** True when a session that is not there is to be started; false where that would be absurd, as for ending one. */
  readonly start: boolean;
}

/**
 * The session of the argument, else the only one there is, else the one that the person picks. A row or a name whose
 * session does not exist never stands for another one. Undefined when there is none; the person has been told.
 */
export async function chooseSession(
  parts: CommandParts,
  argument: CommandArgument,
  wanted: Wanted,
): Promise<Session | undefined> {
  const { profiles } = await parts.files.read();
  const meaning = meaningOf(parts.sessions, argument, (name) => profiles.has(name));
  switch (meaning.kind) {
    case 'session':
      return meaning.session;
    case 'profile':
      return wanted.start ? parts.flow.start(meaning.request) : undefined;
    case 'gone':
      void vscode.window.showInformationMessage(t('This session has been ended, start it again to use it'));
      return undefined;
    case 'open':
      return pickSession(parts, wanted);
  }
}

async function pickSession(parts: CommandParts, wanted: Wanted): Promise<Session | undefined> {
  const { title, among = isLive } = wanted;
  const sessions = parts.sessions.list().filter(among);
  if (sessions.length === 0) {
    return startInstead(parts, wanted);
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

async function startInstead(parts: CommandParts, { start }: Wanted): Promise<Session | undefined> {
  const button = t('Start Session');
  const choice = await vscode.window.showInformationMessage(
    start ? t('No session is live, start one first') : t('There is no session'),
    ...(start ? [button] : []),
  );
  if (choice !== button) {
    return undefined;
  }
  const profile = await chooseProfile(await parts.files.read(), button, (kind) => kind !== 'none');
  return profile === undefined ? undefined : parts.flow.start({ kind: 'profile', profile });
}

/** True while tools can use it. */
export function isLive(session: Session): boolean {
  return session.state.kind === 'live';
}

/** True for what has credentials or had them: it can be renewed. */
export function isRenewable(session: Session): boolean {
  return session.state.kind === 'live' || session.state.kind === 'expired';
}

/** Asks for a profile out of those that `fits`; undefined when the person left or there is none. */
export async function chooseProfile(
  set: ProfileSet,
  title: string,
  fits: (kind: ReturnType<typeof kindOf>) => boolean,
): Promise<string | undefined> {
  const items = [...set.profiles.values()]
    .filter((section) => fits(kindOf(section)) && !isManaged(section))
    .map((section) => ({
      label: section.name,
      description: kindLook(kindOf(section)).word,
      value: section.name,
    }));
  if (items.length === 0) {
    const add = t('Add Profile');
    const choice = await vscode.window.showInformationMessage(t('No profile fits, add one first'), add);
    if (choice === add) {
      await vscode.commands.executeCommand(commands.addProfile);
    }
    return undefined;
  }
  const answer = await askPick({ title, placeholder: t('Choose a profile'), items });
  return answer.kind === 'value' ? answer.value : undefined;
}

/** The session's credentials, renewed first when they are over. Undefined when that did not work; it has been said why. */
export async function liveCredentials(
  parts: CommandParts,
  session: Session,
): Promise<Credentials | undefined> {
  const now = (): Session['state'] | undefined => parts.sessions.get(session.id)?.state;
  if (now()?.kind !== 'live') {
    await parts.flow.renew(session);
  }
  const state = now();
  return state?.kind === 'live' ? state.credentials : undefined;
}

function describe(session: Session, now: number): string {
  const { state } = session;
  if (state.kind === 'expired') {
    return t('expired');
  }
  return state.kind === 'live' && state.credentials.expiresAt !== undefined
    ? remaining(shownLeft(timeLeft(state.credentials, now)))
    : '';
}
