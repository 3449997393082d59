import * as vscode from 'vscode';
import type { LoginSession } from '../../aws/planModel.ts';
import { isManaged, kindOf } from '../../aws/profiles.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import type { CommandParts } from '../parts.ts';
import { withCancel } from '../progress.ts';
import { addConsoleProfile } from '../prompts/addConsoleProfile.ts';
import { consoleText } from '../text/console.ts';

/** A profile of `aws login`, with the sign-in that it names. */
export interface ConsoleProfile {
  readonly profile: string;
  readonly login: LoginSession;
}

/** The sign-in of a profile; undefined for one of another kind, and for one that cannot be planned. */
export async function consoleProfile(
  parts: Pick<CommandParts, 'plan'>,
  profile: string,
): Promise<ConsoleProfile | undefined> {
  const planned = await parts.plan({ kind: 'profile', profile });
  return planned.ok && planned.plan.base.kind === 'login' && planned.plan.steps.length === 0
    ? { profile, login: planned.plan.base.login }
    : undefined;
}

/** Every console sign-in of the files, once: under the name of the first profile that has it. */
export async function consoleProfiles(
  parts: Pick<CommandParts, 'plan'>,
  set: ProfileSet,
): Promise<readonly ConsoleProfile[]> {
  const found = new Map<string, ConsoleProfile>();
  for (const section of set.profiles.values()) {
    const known =
      kindOf(section) === 'login' && !isManaged(section)
        ? await consoleProfile(parts, section.name)
        : undefined;
    if (known !== undefined && !found.has(known.login.arn)) {
      found.set(known.login.arn, known);
    }
  }
  return [...found.values()];
}

/** Has the person sign in, and says who they are then. */
export async function signInAtConsole(
  parts: CommandParts,
  { profile, login }: ConsoleProfile,
): Promise<void> {
  const fault = await withCancel(
    consoleText.signingIn(profile),
    () => parts.isAsking(),
    (signal) => parts.login.logins.signIn(login, profile, signal),
  );
  if (fault === undefined) {
    void vscode.window.showInformationMessage(consoleText.signedIn(login.arn));
    return;
  }
  await parts.flow.showFault(fault, profile, { kind: 'profile', profile }, () =>
    signInAtConsole(parts, { profile, login }),
  );
}

/** Takes the sign-in off this machine; sessions that have its keys go on to their end. */
export async function signOutOfConsole(
  parts: CommandParts,
  { profile, login }: ConsoleProfile,
): Promise<void> {
  const done = await parts.login.logins.signOut(login);
  if (done) {
    void vscode.window.showInformationMessage(consoleText.signedOut(profile));
  } else {
    void vscode.window.showErrorMessage(consoleText.notSignedOut(profile));
  }
}

/**
 * Has the person sign in for a profile that is made of it: name and region first, then the browser, then the file. Returns
 * the profile's name; undefined when they left, or when it did not work and they have been told.
 */
export async function addFromConsole(parts: CommandParts, set: ProfileSet): Promise<string | undefined> {
  return addConsoleProfile(set, {
    edit: (file, change) => parts.files.edit(file, change),
    async signIn(name, region) {
      for (;;) {
        const result = await withCancel(
          consoleText.signingIn(name),
          () => parts.isAsking(),
          (signal) => parts.login.logins.signInAnew(parts.login.newLogin(region), name, signal),
        );
        if (!('kind' in result)) {
          return result.arn;
        }
        let again = false;
        const request = { kind: 'profile', profile: name } as const;
        await parts.flow.showFault(result, name, request, () => {
          again = true;
          return Promise.resolve();
        });
        if (!again) {
          return undefined;
        }
      }
    },
  });
}
