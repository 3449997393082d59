import * as vscode from 'vscode';
import type { Credentials } from '../../aws/credentials.ts';
import { isFault } from '../../aws/faults.ts';
import { mfaSerialProblem, externalIdProblem } from '../../aws/limits.ts';
import type { SessionRequest } from '../../aws/planModel.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import type { FoundRole } from '../../aws/roles/assumable.ts';
import { requestOf } from '../../aws/roles/savedRole.ts';
import type { SavedRole } from '../../aws/roles/savedRole.ts';
import { isPattern } from '../../aws/roles/trust.ts';
import type { Search } from '../../session/roleFinder.ts';
import type { Session } from '../../session/types.ts';
import { commands } from '../ids.ts';
import { asNode, profileIn, sessionIn } from '../meaning.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import { askText } from '../prompts/input.ts';
import { chooseSource, editRole, removeRole, saveRole } from '../prompts/saveRole.ts';
import { isSource, roleOfFound } from '../roleRows.ts';
import type { RoleNode } from '../roleRows.ts';
import { sessionOfProfile } from '../sessionPhase.ts';
import { inputSentence } from '../text/input.ts';
import { t } from '../text/l10n.ts';
import { findText, suggestedText } from '../text/roleLists.ts';
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
    await vscode.commands.executeCommand(commands.startMfaSession, profile);
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
  if (active !== undefined) {
    // It was started to ask with, not to work under.
    parts.sessions.setActive(active);
  }
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
  { folder, folderName }: { readonly folder: string; readonly folderName: string },
  set: ProfileSet,
): Promise<void> {
  const source = isSource(set, role.sourceProfile)
    ? role.sourceProfile
    : await chooseSource(set, t('Start Role'), undefined);
  if (source === undefined) {
    return;
  }
  if (!parts.roles.agreed(folder, role, source)) {
    const button = suggestedText.button();
    const choice = await vscode.window.showWarningMessage(
      suggestedText.question(role, folderName),
      { modal: true, detail: suggestedText.detail(role, source) },
      button,
    );
    if (choice !== button) {
      return;
    }
    await parts.roles.agree(folder, role, source);
  }
  await parts.flow.start(requestOf(role, source));
}

/** A found role with what it asks for; undefined when the person left. */
async function requestOfFound(
  parts: CommandParts,
  set: ProfileSet,
  role: SavedRole,
  { needs }: FoundRole,
): Promise<SessionRequest | undefined> {
  const { sourceProfile = '' } = role;
  let { externalId } = role;
  if (needs.externalId !== undefined && isPattern(needs.externalId)) {
    const answer = await askText({
      title: t('Start {0}', role.name),
      prompt: t('The external ID, it must look like this: {0}', needs.externalId),
      validate: (text) => sentence(externalIdProblem(text.trim())),
    });
    if (answer.kind !== 'value') {
      return undefined;
    }
    externalId = answer.value;
  }
  let mfaSerial: string | undefined;
  if (needs.mfa) {
    mfaSerial = set.profiles.get(sourceProfile)?.properties.get('mfa_serial')?.value;
    if (mfaSerial === undefined || mfaSerial === '') {
      const answer = await askText({
        title: t('Start {0}', role.name),
        prompt: t('The MFA device of {0}: its ARN, or the serial number of a hardware device', sourceProfile),
        placeholder: 'arn:aws:iam::111122223333:mfa/name',
        value: lastDevice(parts, sourceProfile) ?? '',
        validate: (text) => sentence(mfaSerialProblem(text.trim())),
      });
      if (answer.kind !== 'value') {
        return undefined;
      }
      mfaSerial = answer.value;
    }
  }
  const { sourceIdentity, sessionName } = needs;
  return {
    ...requestOf({ ...role, externalId, mfaSerial }, sourceProfile),
    ...(sessionName !== undefined && !isPattern(sessionName) && { sessionName }),
    ...(sourceIdentity !== undefined && !isPattern(sourceIdentity) && { sourceIdentity }),
  };
}

/** A user may have several devices: the one that was used for the profile last. */
function lastDevice({ recent }: CommandParts, profile: string): string | undefined {
  const last = recent
    .requests()
    .find(
      (each) =>
        (each.kind === 'mfaSession' && each.profile === profile) ||
        (each.kind === 'role' && each.sourceProfile === profile && each.mfaSerial !== undefined),
    );
  return last !== undefined && 'mfaSerial' in last ? last.mfaSerial : undefined;
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
  if (origin.kind !== 'found') {
    await saveRole(parts, role);
    return;
  }
  const set = await parts.files.read();
  const request = await requestOfFound(
    parts,
    set,
    roleOfFound(origin.found, role.sourceProfile ?? ''),
    origin.found,
  );
  if (request?.kind === 'role') {
    await saveRole(parts, roleOfRequest(request));
  }
}

/** The part of a typed-in role that can be saved. */
export function roleOfRequest(request: Extract<SessionRequest, { kind: 'role' }>): SavedRole {
  const { name, roleArn, sourceProfile, externalId, mfaSerial, durationSeconds, region } = request;
  return { name, roleArn, sourceProfile, externalId, mfaSerial, durationSeconds, region, color: undefined };
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

function sentence(problem: Parameters<typeof inputSentence>[0] | undefined): string | undefined {
  return problem === undefined ? undefined : inputSentence(problem);
}
