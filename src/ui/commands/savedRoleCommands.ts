import * as vscode from 'vscode';
import type { Credentials } from '../../aws/credentials.ts';
import { isFault } from '../../aws/faults.ts';
import type { SessionRequest } from '../../aws/planModel.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import { requestOf, roleOfRequest } from '../../aws/roles/savedRole.ts';
import type { SavedRole } from '../../aws/roles/savedRole.ts';
import type { Search } from '../../session/roleFinder.ts';
import type { Session } from '../../session/types.ts';
import { commands } from '../ids.ts';
import { asNode, profileIn, sessionIn } from '../meaning.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import { requestOfFound } from '../prompts/foundRole.ts';
import { editRole, removeRole, saveRole } from '../prompts/saveRole.ts';
import { chooseSource } from '../prompts/savedRoleFields.ts';
import { isSource, roleOfFound } from '../roleRows.ts';
import type { RoleNode } from '../roleRows.ts';
import { sessionOfProfile } from '../sessionPhase.ts';
import { t } from '../text/l10n.ts';
import { findText, suggestedText } from '../text/roleLists.ts';
import { leavesRoleOpen } from '../treeRows.ts';
import { chooseProfile, liveCredentials } from './target.ts';

/** Roles that are in no file: looking for them, saving them, starting them. */
export function savedRoleCommands(parts: CommandParts) {
  return {
    [commands.findRoles]: (argument: CommandArgument) => findRoles(parts, argument),
    [commands.refreshFoundRoles]: (argument: CommandArgument) => findRoles(parts, argument),
    [commands.forgetFoundRoles]: async (argument: CommandArgument) => {
      const node = asNode(argument);
      if (node?.kind === 'foundRoles') {
        await parts.roles.forget(node.profile);
      }
    },
    [commands.saveRole]: (argument: CommandArgument) => save(parts, argument),
    [commands.editSavedRole]: (argument: CommandArgument) => editRole(parts, savedIn(argument)),
    [commands.removeSavedRole]: (argument: CommandArgument) => removeRole(parts, savedIn(argument)),
  };
}

async function findRoles(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const profile =
    profileIn(parts.sessions, argument) ??
    (await chooseProfile(await parts.files.read(), t('Find Roles'), (kind) => kind !== 'none'));
  if (profile !== undefined) {
    await search(parts, profile);
  }
}

async function search(parts: CommandParts, profile: string): Promise<void> {
  const caller = await callerOf(parts, profile);
  if (caller === undefined) {
    return;
  }
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: findText.title(profile),
    cancellable: true,
  };
  const result = await vscode.window.withProgress(options, (progress, cancel) => {
    const controller = new AbortController();
    cancel.onCancellationRequested(() => controller.abort());
    const tell = (at: Parameters<typeof findText.progress>[0]): void =>
      progress.report({ message: findText.progress(at) });
    return parts.roles.find(profile, caller.credentials, tell, controller.signal);
  });
  if ('kind' in result) {
    if (isFault(result)) {
      await parts.flow.showFault(result, profile, { kind: 'profile', profile }, () => search(parts, profile));
    }
    return;
  }
  await tellFound(parts, profile, result, caller.mayGiveCode);
}

async function tellFound(
  parts: CommandParts,
  profile: string,
  result: Search,
  mayGiveCode: boolean,
): Promise<void> {
  const text = findText.found(profile, result);
  const lacking = result.missing.length > 0;
  // Many accounts let nobody read anything without a code.
  const button = lacking && mayGiveCode ? findText.withCode() : undefined;
  const buttons = button === undefined ? [] : [button];
  const choice = await (lacking
    ? vscode.window.showWarningMessage(text, ...buttons)
    : vscode.window.showInformationMessage(text, ...buttons));
  if (choice !== undefined && choice === button) {
    const active = parts.sessions.activeId;
    await vscode.commands.executeCommand(commands.startMfaSession, profile);
    parts.sessions.setActive(active);
    if (isLive(sessionOfProfile(parts.sessions.list(), profile))) {
      await search(parts, profile);
    }
  }
}

/** Whose credentials ask: a session that was got with a code, else the long-term keys, else a session that is started. */
async function callerOf(
  parts: CommandParts,
  profile: string,
): Promise<{ readonly credentials: Credentials | undefined; readonly mayGiveCode: boolean } | undefined> {
  const request: SessionRequest = { kind: 'profile', profile };
  const session = sessionOfProfile(parts.sessions.list(), profile);
  const planned = await parts.plan(request);
  if (!planned.ok) {
    // Starting says what is wrong with it.
    await parts.flow.start(request);
    return undefined;
  }
  if (leavesRoleOpen(planned.plan)) {
    void vscode.window.showInformationMessage(findText.roleOpen(profile));
    return undefined;
  }
  const { base, steps } = planned.plan;
  const isUser = base.kind === 'staticKeys' && steps.every((step) => step.kind === 'sessionToken');
  const coded = session?.state.kind === 'live' && (await givenCode(parts, session));
  if (isUser && !coded) {
    return { credentials: undefined, mayGiveCode: base.sessionToken === undefined };
  }
  const active = parts.sessions.activeId;
  const ready = session?.state.kind === 'live' ? session : await parts.flow.start(request);
  if (ready === undefined) {
    return undefined;
  }
  // It was started to ask with, not to work under: what new terminals get stays what it was, also when it was nothing.
  parts.sessions.setActive(active);
  const credentials = await liveCredentials(parts, ready);
  return credentials && { credentials, mayGiveCode: false };
}

/** IAM takes a user's session only when a code was given for it. */
async function givenCode(parts: CommandParts, { request }: Session): Promise<boolean> {
  const planned = await parts.plan(request);
  return planned.ok && planned.plan.steps.some((step) => step.mfaSerial !== undefined);
}

function isLive(session: Session | undefined): boolean {
  return session?.state.kind === 'live';
}

/** Starts the role of a row, after asking what has to be asked first. */
export async function startRole(parts: CommandParts, node: RoleNode): Promise<void> {
  const { role, origin } = node;
  const set = await parts.files.read();
  switch (origin.kind) {
    case 'saved':
      if (role.sourceProfile !== undefined) {
        await parts.flow.start(requestOf(role, role.sourceProfile));
      }
      break;
    case 'suggested':
      await startSuggested(parts, role, origin, set);
      break;
    case 'found': {
      const request = await requestOfFound(parts, set, role, origin.found);
      if (request !== undefined) {
        await parts.flow.start(request);
      }
      break;
    }
  }
}

async function startSuggested(
  parts: CommandParts,
  role: SavedRole,
  origin: Suggestion,
  set: ProfileSet,
): Promise<void> {
  const source = await confirmedSource(parts, role, origin, set, t('Start Role'));
  if (source !== undefined) {
    await parts.flow.start(requestOf(role, source));
  }
}

type Suggestion = Extract<RoleNode['origin'], { kind: 'suggested' }>;

/**
 * Whose credentials assume a role that a folder suggests, once the person has agreed to it. Starting and saving go through
 * here: what was saved is never asked about again.
 */
async function confirmedSource(
  parts: CommandParts,
  role: SavedRole,
  { folder, folderName }: Suggestion,
  set: ProfileSet,
  title: string,
): Promise<string | undefined> {
  const source = isSource(set, role.sourceProfile)
    ? role.sourceProfile
    : await chooseSource(set, title, undefined);
  if (source === undefined || parts.roles.agreed(folder, role, source)) {
    return source;
  }
  const button = suggestedText.button();
  const choice = await vscode.window.showWarningMessage(
    suggestedText.question(role, folderName),
    { modal: true, detail: suggestedText.detail(role, source) },
    button,
  );
  if (choice !== button) {
    return undefined;
  }
  await parts.roles.agree(folder, role, source);
  return source;
}

/** Saves the role of a row, else one that was used before. */
async function save(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const node = asNode(argument);
  const session = sessionIn(parts.sessions, argument);
  if (session?.request.kind === 'role') {
    await saveRole(parts, roleOfRequest(session.request));
    return;
  }
  if (node?.kind !== 'role') {
    await saveRole(parts, undefined);
    return;
  }
  const { role, origin } = node;
  const set = await parts.files.read();
  if (origin.kind === 'suggested') {
    const sourceProfile = await confirmedSource(parts, role, origin, set, t('Save Role'));
    if (sourceProfile !== undefined) {
      await saveRole(parts, { ...role, sourceProfile });
    }
    return;
  }
  if (origin.kind !== 'found') {
    await saveRole(parts, role);
    return;
  }
  const request = await requestOfFound(
    parts,
    set,
    roleOfFound(origin.found, role.sourceProfile ?? ''),
    origin.found,
  );
  if (request !== undefined) {
    await saveRole(parts, roleOfRequest(request));
  }
}

/** The saved role of a row; undefined when the person has to choose. */
function savedIn(
  argument: CommandArgument,
): { readonly index: number; readonly role: SavedRole } | undefined {
  const node = asNode(argument);
  return node?.kind === 'role' && node.origin.kind === 'saved'
    ? { index: node.origin.index, role: node.role }
    : undefined;
}
