import { userInfo } from 'node:os';
import * as vscode from 'vscode';
import { toSessionName } from '../../aws/limits.ts';
import type { SessionRequest } from '../../aws/planModel.ts';
import { kindOf } from '../../aws/profiles.ts';
import { isReadOnlyRequest, readOnlyRequest } from '../../aws/readOnly.ts';
import type { ReadOnlyHindrance } from '../../aws/readOnly.ts';
import { nameOfRequest } from '../../session/view.ts';
import { federationOwner } from '../federationOwner.ts';
import { commands } from '../ids.ts';
import { federationIn, meaningOf, profileIn, roleIn } from '../meaning.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import { askRole } from '../prompts/assumeRole.ts';
import { askFederation } from '../prompts/federation.ts';
import { defaultRoleSessionName } from '../roleSessionName.ts';
import { flowText } from '../text/flow.ts';
import { t } from '../text/l10n.ts';
import { readOnlyHindranceSentence } from '../text/policies.ts';
import { chooseProfile } from './target.ts';

/** Longest name of a federated user. */
const longestName = 32;

/** Sessions with less than everything: roles with their options, read-only ones, federation. */
export function roleCommands(parts: CommandParts) {
  return {
    [commands.assumeRole]: (argument: CommandArgument) => assumeRole(parts, argument),
    [commands.startReadOnly]: (argument: CommandArgument) => startReadOnly(parts, argument),
    [commands.startFederationSession]: (argument: CommandArgument) => startFederation(parts, argument),
  };
}

/** Assumes a role that is in no file; `argument` may say whose credentials to suggest, or be a role to change. */
export async function assumeRole(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const active = parts.sessions.activeId;
  const request = await askRole({
    set: await parts.files.read(),
    recent: parts.recent.roles(),
    preferred:
      profileIn(parts.sessions, argument) ??
      (active === undefined ? undefined : profileIn(parts.sessions, active)),
    typed: roleIn(argument),
    defaultSessionName: (session) => defaultRoleSessionName(session, parts.now()),
  });
  if (request) {
    await parts.flow.start(request);
  }
}

/** Starts what a row or a name stands for with ReadOnlyAccess as its session policy, beside the session that may do all. */
async function startReadOnly(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const { profiles } = await parts.files.read();
  const meaning = meaningOf(parts.sessions, argument, (name) => profiles.has(name));
  const request =
    meaning.kind === 'session'
      ? meaning.session.request
      : meaning.kind === 'profile'
        ? meaning.request
        : await chosenRequest(parts);
  if (request === undefined) {
    return;
  }
  const narrowed = isReadOnlyRequest(request) ? request : readOnlyRequest(request);
  if (narrowed === undefined) {
    const sentence = readOnlyHindranceSentence(hindranceOf(request));
    void vscode.window.showErrorMessage(flowText.cannotBeReadOnly(nameOfRequest(request), sentence));
    return;
  }
  await parts.flow.start(narrowed);
}

async function chosenRequest(parts: CommandParts): Promise<SessionRequest | undefined> {
  const title = t('Start Read-Only');
  const profile = await chooseProfile(await parts.files.read(), title, (kind) => kind !== 'none');
  return profile === undefined ? undefined : { kind: 'profile', profile };
}

/** Of a request that no read-only one can be made of. */
function hindranceOf({ kind }: SessionRequest): ReadOnlyHindrance {
  switch (kind) {
    case 'identityCenterRole':
      return 'identityCenter';
    case 'federation':
      return 'federation';
    default:
      return 'sessionToken';
  }
}

/** GetFederationToken with the long-term keys of a profile; `argument` may be its row, or a request to change. */
async function startFederation(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const set = await parts.files.read();
  const typed = federationIn(argument);
  const given = typed?.profile ?? profileIn(parts.sessions, argument);
  const section = given === undefined ? undefined : set.profiles.get(given);
  const usable = section !== undefined && kindOf(section) === 'staticKeys';
  const profile = usable
    ? given
    : await chooseProfile(set, t('Start Federation Session'), (kind) => kind === 'staticKeys');
  const chosen = profile === undefined ? undefined : set.profiles.get(profile);
  if (profile === undefined || chosen === undefined) {
    return;
  }
  const owner = await federationOwner(chosen, (request) => parts.plan(request));
  const known = typed ?? lastFederation(parts, profile) ?? { userName: suggestedName() };
  const request = await askFederation(profile, owner, known);
  if (request) {
    await parts.flow.start(request);
  }
}

function lastFederation({ recent }: CommandParts, profile: string) {
  return recent
    .requests()
    .filter((each) => each.kind === 'federation')
    .find((each) => each.profile === profile);
}

function suggestedName(): string {
  try {
    return toSessionName(userInfo().username).slice(0, longestName);
  } catch {
    // A container may run us under a number that has no name.
    return '';
  }
}
