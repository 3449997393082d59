import * as vscode from 'vscode';
import type { Fault } from '../../aws/faults.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import type { SignIn } from '../../aws/sources/identityCenterApi.ts';
import { signInName } from '../../aws/sources/identityCenterApi.ts';
import { commands } from '../ids.ts';
import { asNode, profileIn, sessionIn } from '../meaning.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import { withCancel } from '../progress.ts';
import { saveSamlRole } from '../prompts/addSaml.ts';
import { addSignIn, saveRole } from '../prompts/addSignIn.ts';
import { saveIssuerRole } from '../prompts/addIssuerProfile.ts';
import { askPick } from '../prompts/input.ts';
import { consoleText } from '../text/console.ts';
import { kindLook } from '../text/kinds.ts';
import { t } from '../text/l10n.ts';
import { roleSessionName, signInFacts, signInText } from '../text/signIn.ts';
import { consoleProfile, consoleProfiles, signInAtConsole, signOutOfConsole } from './consoleCommands.ts';
import type { ConsoleProfile } from './consoleCommands.ts';

/** Signing in at Identity Center and at the console, and what it gives. */
export function signInCommands(parts: CommandParts) {
  return {
    [commands.signIn]: (argument: CommandArgument) => signIn(parts, argument),
    [commands.signOut]: (argument: CommandArgument) => signOut(parts, argument),
    [commands.listRoles]: (argument: CommandArgument) => listRoles(parts, argument),
    [commands.saveAsProfile]: (argument: CommandArgument) => saveAsProfile(parts, argument),
  };
}

async function signIn(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const chosen = await chooseSignIn(parts, argument, { title: t('Sign In'), add: true, console: true });
  if (chosen && 'profile' in chosen) {
    await signInAtConsole(parts, chosen);
  } else if (chosen) {
    await signInTo(parts, chosen);
  }
}

async function signInTo(parts: CommandParts, chosen: SignIn): Promise<void> {
  const { signIns, directory } = parts.identityCenter;
  const result = await withCancel(
    t('Signing in to {0}', signInName(chosen)),
    () => parts.isAsking(),
    (signal) => signIns.signIn(chosen, signal),
  );
  if ('kind' in result) {
    await showFault(parts, result, chosen, () => signInTo(parts, chosen));
    return;
  }
  void vscode.window.showInformationMessage(signInText.signedIn(chosen));
  await directory.loadAccounts(chosen, new AbortController().signal);
}

async function signOut(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const chosen = await chooseSignIn(parts, argument, { title: t('Sign Out'), add: false, console: true });
  if (!chosen) {
    return;
  }
  if ('profile' in chosen) {
    await signOutOfConsole(parts, chosen);
    return;
  }
  const { signIns, directory } = parts.identityCenter;
  const fault = await withCancel(
    t('Signing out of {0}', signInName(chosen)),
    () => parts.isAsking(),
    (signal) => signIns.signOut(chosen, signal),
  );
  await directory.forget(chosen);
  void vscode.window.showInformationMessage(
    fault === undefined ? signInText.signedOut(chosen) : signInText.signedOutHere(chosen),
  );
}

/** Lists everything that a sign-in gives. The person asked for it, so they may be asked to sign in first. */
async function listRoles(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const wanted = { title: t('List Accounts and Roles'), add: false, console: false };
  const chosen = await chooseSignIn(parts, argument, wanted);
  if (!chosen || 'profile' in chosen) {
    return;
  }
  const { signIns, directory } = parts.identityCenter;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: signInText.listing(chosen),
    cancellable: true,
  };
  const fault = await vscode.window.withProgress(options, async (progress, cancel) => {
    const controller = new AbortController();
    cancel.onCancellationRequested(() => controller.abort());
    const token = await signIns.token(chosen, { interactive: true }, controller.signal);
    if ('kind' in token) {
      return token;
    }
    let told = 0;
    return directory.loadAll(
      chosen,
      (at) => {
        const now = at.of === 0 ? 0 : (100 * at.done) / at.of;
        progress.report({ message: signInText.progress(at), increment: now - told });
        told = now;
      },
      controller.signal,
    );
  });
  if (fault) {
    await showFault(parts, fault, chosen, () => listRoles(parts, argument));
    return;
  }
  const { accounts = [] } = directory.listing(chosen);
  void vscode.window.showInformationMessage(t('{0}: {1}', signInName(chosen), signInText.listed(accounts)));
}

async function saveAsProfile(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const node = asNode(argument);
  const request = sessionIn(parts.sessions, argument)?.request;
  const set = await parts.files.read();
  const edit: CommandParts['files']['edit'] = (file, change) => parts.files.edit(file, change);
  const saved =
    node?.kind === 'ssoRole'
      ? await saveRole(set, node, edit)
      : node?.kind === 'samlRole'
        ? await saveSamlRole(set, node, edit)
        : request?.kind === 'webIdentityRole'
          ? await saveIssuerRole(set, request, edit)
          : undefined;
  if (saved === undefined) {
    return;
  }
  await parts.files.refresh();
  const start = t('Start Session');
  const choice = await vscode.window.showInformationMessage(t('Profile added: {0}', saved), start);
  if (choice === start) {
    await parts.flow.start({ kind: 'profile', profile: saved });
  }
}

/**
 * The sign-in of a row, else the one that the person picks; with `add`, one that they describe now. `console`: those of
 * `aws login` too.
 */
async function chooseSignIn(
  parts: CommandParts,
  argument: CommandArgument,
  wanted: { readonly title: string; readonly add: boolean; readonly console: boolean },
): Promise<SignIn | ConsoleProfile | undefined> {
  const { identityCenter } = parts;
  const { title, add } = wanted;
  const set = await parts.files.read();
  const node = asNode(argument);
  if (node?.kind === 'ssoSession') {
    return identityCenter.signInOf(set, node.name);
  }
  const profile = profileIn(parts.sessions, argument);
  const ofRow = profile === undefined ? undefined : await consoleProfile(parts, profile);
  if (ofRow !== undefined) {
    return ofRow;
  }
  const all = identityCenter.signInsOf(set);
  const consoles = wanted.console ? await consoleProfiles(parts, set) : [];
  if (all.length + consoles.length === 0) {
    return add ? addAndRead(parts, set) : tellNone(wanted.console);
  }
  const answer = await askPick<SignIn | ConsoleProfile | 'add'>({
    title,
    placeholder: t('Choose a sign-in'),
    items: [
      ...(await Promise.all(
        all.map(async (each) => ({
          label: `$(organization) ${signInName(each)}`,
          description: signInFacts(await identityCenter.signIns.look(each), parts.now()),
          value: each,
        })),
      )),
      ...(await Promise.all(
        consoles.map(async (each) => ({
          label: `$(${kindLook('login').icon}) ${each.profile}`,
          description: consoleText.facts(await parts.login.logins.look(each.login)),
          value: each,
        })),
      )),
      ...(add ? [{ label: t('$(add) Another Identity Center…'), value: 'add' as const }] : []),
    ],
  });
  if (answer.kind !== 'value') {
    return undefined;
  }
  return answer.value === 'add' ? addAndRead(parts, set) : answer.value;
}

async function addAndRead(parts: CommandParts, set: ProfileSet): Promise<SignIn | undefined> {
  const name = await addSignIn(set, (file, change) => parts.files.edit(file, change));
  if (name === undefined) {
    return undefined;
  }
  await parts.files.refresh();
  return parts.identityCenter.signInOf(await parts.files.read(), name);
}

function tellNone(console: boolean): undefined {
  void vscode.window.showInformationMessage(
    console
      ? t('No profile signs in with Identity Center or at the console')
      : t('No profile signs in with Identity Center'),
  );
  return undefined;
}

async function showFault(
  parts: CommandParts,
  fault: Fault,
  signIn: SignIn,
  again: () => Promise<unknown>,
): Promise<void> {
  const name = signInName(signIn);
  const request = {
    kind: 'identityCenterRole',
    name: roleSessionName(name, ''),
    ssoSession: signIn.session ?? '',
    accountId: '',
    roleName: '',
  } as const;
  await parts.flow.showFault(fault, name, request, again);
}
