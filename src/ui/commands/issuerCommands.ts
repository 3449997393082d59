import * as vscode from 'vscode';
import type { Base, Issuer, SessionRequest } from '../../aws/planModel.ts';
import { isManaged, kindOf } from '../../aws/profiles.ts';
import { commands, settings, settingsSection } from '../ids.ts';
import { profileIn, sessionIn } from '../meaning.ts';
import type { CommandArgument } from '../meaning.ts';
import { openPage } from '../openPage.ts';
import type { CommandParts } from '../parts.ts';
import { withCancel } from '../progress.ts';
import { addIssuer } from '../prompts/addIssuer.ts';
import type { AskIssuer } from '../prompts/addIssuerProfile.ts';
import { lookAtIdentity } from '../prompts/claimsBox.ts';
import { askPick } from '../prompts/input.ts';
import type { PickItem } from '../prompts/input.ts';
import { askWebIdentityRole, pickIssuer } from '../prompts/webIdentityRole.ts';
import type { WebIdentityRole } from '../prompts/webIdentityRole.ts';
import { roleForReading } from '../text/roles.ts';
import { issuerFacts, issuerText } from '../text/issuers.ts';
import { t } from '../text/l10n.ts';
import { problemSentence } from '../text/problems.ts';

/** Issuers of web identities, and what they open. */
export function issuerCommands(parts: CommandParts) {
  return {
    [commands.addIssuer]: () => addAndOffer(parts),
    [commands.assumeRoleWithWebIdentity]: (argument: CommandArgument) => assumeRole(parts, argument),
    [commands.showClaims]: (argument: CommandArgument) => showClaims(parts, argument),
    [commands.signOutOfIssuer]: () => signOut(parts),
  };
}

/** Asks for an issuer and writes it into the settings; undefined when the person left. */
function askForIssuer(parts: CommandParts): Promise<Issuer | undefined> {
  const { issuers, broken } = parts.issuers.settings();
  return addIssuer({
    names: new Set([...issuers.keys(), ...broken.keys()]),
    check: (issuer, signal) => parts.issuers.check(issuer, signal),
    save: (issuer) => parts.issuers.save(issuer),
    isAsking: () => parts.isAsking(),
  });
}

/** Picks an issuer of the settings, or adds one. */
export function askIssuer(parts: CommandParts): AskIssuer {
  return async (position, chosen) =>
    pickIssuer(
      { issuers: await issuerChoices(parts), add: () => askForIssuer(parts) },
      position,
      parts.issuers.settings().issuers.get(chosen ?? ''),
    );
}

/** The issuers of the settings with what is known of each. */
async function issuerChoices(
  parts: CommandParts,
): Promise<readonly { readonly issuer: Issuer; readonly facts: string }[]> {
  return Promise.all(
    [...parts.issuers.settings().issuers.values()].map(async (issuer) => ({
      issuer,
      facts: issuerFacts(issuer.url, await parts.issuers.state(issuer), parts.now()),
    })),
  );
}

async function addAndOffer(parts: CommandParts): Promise<void> {
  const issuer = await askForIssuer(parts);
  if (issuer === undefined) {
    return;
  }
  const assume = t('Assume Role');
  const choice = await vscode.window.showInformationMessage(t('Issuer added: {0}', issuer.name), assume);
  if (choice === assume) {
    await vscode.commands.executeCommand(commands.assumeRoleWithWebIdentity);
  }
}

async function assumeRole(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const { broken } = parts.issuers.settings();
  for (const [name, field] of broken) {
    void tellBroken(name, field);
  }
  const request = await askWebIdentityRole({
    issuers: await issuerChoices(parts),
    recent: parts.recent.requests().filter((each) => each.kind === 'webIdentityRole'),
    typed: webIdentityRoleIn(argument),
    add: () => askForIssuer(parts),
  });
  if (request) {
    await parts.flow.start(request);
  }
}

/** An issuer of the settings that cannot be used is said, or somebody looks for it in vain. */
async function tellBroken(issuer: string, field: string): Promise<void> {
  const open = t('Open Issuers');
  const text = problemSentence({
    what: { kind: 'brokenIssuer', name: issuer, issuer, field },
    severity: 'error',
    place: undefined,
    profile: undefined,
  });
  if ((await vscode.window.showWarningMessage(text, open)) === open) {
    await openIssuers();
  }
}

/** Opens the setting, which only the settings file can show. */
async function openIssuers(): Promise<void> {
  await vscode.commands.executeCommand(
    'workbench.action.openSettings',
    `${settingsSection}.${settings.issuers}`,
  );
}

interface Shown {
  readonly name: string;
  readonly base: Extract<Base, { kind: 'webIdentity' }>;
  /** False for an issuer by itself: no role is known. */
  readonly hasRole: boolean;
}

/** Shows what is in a web identity: that of a row, or of what the person picks. */
async function showClaims(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const chosen = (await shownBy(parts, requestIn(parts, argument))) ?? (await pickShown(parts));
  if (chosen === undefined) {
    return;
  }
  const identity = await withCancel(
    t('Getting the web identity of {0}', chosen.name),
    () => parts.isAsking(),
    (signal) => parts.issuers.identity(chosen.base, signal),
  );
  if ('kind' in identity) {
    const request: SessionRequest = { kind: 'profile', profile: chosen.name };
    await parts.flow.showFault(identity, chosen.name, request, () => showClaims(parts, argument));
    return;
  }
  const roleArn = chosen.hasRole ? chosen.base.roleArn : undefined;
  await lookAtIdentity(chosen.name, { ...identity, roleArn }, parts.now());
}

async function pickShown(parts: CommandParts): Promise<Shown | undefined> {
  const set = await parts.files.read();
  const requests: SessionRequest[] = [
    ...[...set.profiles.values()]
      .filter((section) => !isManaged(section) && kindOf(section) === 'webIdentity')
      .map(({ name }) => ({ kind: 'profile', profile: name }) as const),
    ...parts.recent.requests().filter((each) => each.kind === 'webIdentityRole'),
  ];
  const items: PickItem<Shown>[] = [];
  for (const request of requests) {
    const shown = await shownBy(parts, request);
    if (shown !== undefined) {
      const description = roleForReading(shown.base.roleArn);
      items.push({ label: `$(shield) ${shown.name}`, description, value: shown });
    }
  }
  for (const { issuer, facts } of await issuerChoices(parts)) {
    items.push({ label: `$(globe) ${issuer.name}`, description: facts, value: ofIssuer(issuer) });
  }
  if (items.length === 0) {
    void vscode.window.showInformationMessage(t('No profile and no issuer gives a web identity yet'));
    return undefined;
  }
  const answer = await askPick<Shown>({
    title: t('Show Web Identity Claims'),
    placeholder: t('Whose web identity?'),
    items,
  });
  return answer.kind === 'value' ? answer.value : undefined;
}

async function shownBy(parts: CommandParts, request: SessionRequest | undefined): Promise<Shown | undefined> {
  const planned = request && (await parts.plan(request));
  return planned?.ok === true && planned.plan.base.kind === 'webIdentity'
    ? { name: planned.plan.name, base: planned.plan.base, hasRole: true }
    : undefined;
}

function ofIssuer(issuer: Issuer): Shown {
  return {
    name: issuer.name,
    hasRole: false,
    base: {
      kind: 'webIdentity',
      profile: issuer.name,
      roleArn: '',
      accountId: '',
      token: { from: 'issuer', issuer },
      sessionName: undefined,
      durationSeconds: undefined,
      place: undefined,
    },
  };
}

function requestIn(parts: CommandParts, argument: CommandArgument): SessionRequest | undefined {
  const session = sessionIn(parts.sessions, argument);
  const profile = profileIn(parts.sessions, argument);
  return (
    webIdentityRoleIn(argument) ??
    session?.request ??
    (profile === undefined ? undefined : { kind: 'profile', profile })
  );
}

async function signOut(parts: CommandParts): Promise<void> {
  const issuers = await issuerChoices(parts);
  const answer = await askPick<Issuer>({
    title: t('Sign Out of Issuer'),
    placeholder: issuers.length > 0 ? t('Choose an issuer') : t('No issuer is in the settings yet'),
    items: issuers.map(({ issuer, facts }) => ({
      label: `$(globe) ${issuer.name}`,
      description: facts,
      value: issuer,
    })),
  });
  if (answer.kind !== 'value') {
    return;
  }
  const issuer = answer.value;
  const result = await withCancel(
    t('Signing out of {0}', issuer.name),
    () => parts.isAsking(),
    async (signal) => ({
      fault: await parts.issuers.signOut(issuer, signal),
      page: issuer.by === 'signIn' ? await parts.issuers.endPage(issuer, signal) : undefined,
    }),
  );
  const text =
    issuer.by === 'microsoft'
      ? issuerText.microsoftStays(issuer.name)
      : result.fault === undefined
        ? issuerText.signedOut(issuer.name)
        : issuerText.signedOutHere(issuer.name);
  const inBrowser = issuerText.signOutInBrowser();
  const choice = await vscode.window.showInformationMessage(
    text,
    ...(result.page === undefined ? [] : [inBrowser]),
  );
  if (choice === inBrowser && result.page !== undefined) {
    await openPage(result.page);
  }
}

/** The role that a button passed to be asked for again; undefined for anything else. */
function webIdentityRoleIn(argument: CommandArgument): WebIdentityRole | undefined {
  return isWebIdentityRole(argument) ? argument : undefined;
}

function isWebIdentityRole(value: unknown): value is WebIdentityRole {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'webIdentityRole' &&
    'roleArn' in value &&
    typeof value.roleArn === 'string' &&
    'issuer' in value &&
    typeof value.issuer === 'string'
  );
}
