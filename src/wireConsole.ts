import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { consoleLinkMs, readConsole } from './aws/console.ts';
import type { NetworkSettings } from './aws/network.ts';
import type { PlanEnvironment, PlanResult, SessionRequest } from './aws/planModel.ts';
import { configuredEndpoint } from './aws/planTarget.ts';
import type { ProfileSet } from './aws/profiles.ts';
import type { MakeConsoleLink } from './clients/consoleLink.ts';
import { browserFiles, findBrowser, hasScreen, showsAddresses } from './machine/findBrowser.ts';
import { openIsolated, sweepPages } from './machine/openIsolated.ts';
import { isOwnPeer } from './machine/peerUser.ts';
import { openUnseen } from './signIn/openUnseen.ts';
import type { Context } from './ui/context.ts';
import { openPage } from './ui/openPage.ts';
import { consoleBrowser, samlBrowser } from './ui/settings.ts';
import { consoleLinkText } from './ui/text/consoleLink.ts';
import { signInText } from './ui/text/signIn.ts';
import type { Log } from './ui/log.ts';
import type { ConsolePort } from './ui/parts.ts';

/** What it is made from. */
export interface ConsoleParts {
  readonly context: Pick<Context, 'globalStorageUri'>;
  plan(this: void, request: SessionRequest): Promise<PlanResult>;
  /** The files as they are now. */
  files(): Promise<ProfileSet>;
  environment(): PlanEnvironment;
  readonly userAgent: string;
  readonly network: NetworkSettings;
  readonly log: Log;
}

/** The console for sessions. Nothing is loaded before the first link. */
export function wireConsole(parts: ConsoleParts): ConsolePort {
  const { userAgent, network, log } = parts;
  let loading: Promise<MakeConsoleLink> | undefined;
  const load = async (): Promise<MakeConsoleLink> => {
    const { createConsoleLinks } = await import('./clients/consoleLink.ts');
    return createConsoleLinks({ userAgent, network, log: (line) => log.info(line) });
  };
  return {
    async link(session, credentials, signal, place) {
      const planned = await parts.plan(session.request);
      if (!planned.ok) {
        return { fault: { kind: 'planChanged', profile: session.name } };
      }
      const { plan } = planned;
      const set = await parts.files();
      const env = parts.environment();
      const section = set.profiles.get(
        session.request.kind === 'profile' ? session.request.profile : plan.base.profile,
      );
      // Keys of another service than AWS are nothing that AWS should be shown: its own endpoint gets them.
      const endpoint =
        section === undefined
          ? env.signInEndpoint
          : configuredEndpoint(section, { set, env, service: 'signin' }, undefined);
      const target = readConsole(plan, credentials, endpoint, place);
      if ('kind' in target) {
        return { hindrance: target };
      }
      const made = await (await (loading ??= load()))(target, credentials, signal);
      // Not by its class: the bundle of the client has one of its own.
      return 'kind' in made ? { fault: made } : { link: made };
    },
    async open(link, session) {
      if (consoleBrowser() === 'default') {
        return (await openLink(link.reveal())) ? 'opened' : 'notOpened';
      }
      const who = session.accountId ?? session.id;
      const isOpen = await openAlone(parts.context.globalStorageUri.fsPath, who, link.reveal());
      if (isOpen) {
        return 'openedAlone';
      }
      return (await openLink(link.reveal())) ? 'openedTogether' : 'notOpened';
    },
  };
}

/** Where browser windows for accounts alone remember things, whether such a folder is there or not. */
export async function consoleFolders(storage: string): Promise<readonly string[]> {
  const { env, platform } = process;
  const chosen = samlBrowser();
  const browser = await findBrowser({ platform, env, home: homedir(), files: browserFiles, chosen });
  return [...new Set([storage, browser?.profiles ?? storage])].map((root) => join(root, 'console'));
}

/** Opens a link in the person's own browser, where no other user of the machine reads it; false when it was not opened. */
async function openLink(address: string): Promise<boolean> {
  const web = vscode.env.uiKind === vscode.UIKind.Web;
  const remote = vscode.env.remoteName !== undefined;
  if (!showsAddresses({ platform: process.platform, remote, web })) {
    return openPage(address);
  }
  const texts = { title: signInText.page().title, failed: consoleLinkText.leadsOnce() };
  return openUnseen(address, { open: openPage, isOwnPeer, texts, limitMs: consoleLinkMs });
}

/** Opens an address in a browser window for `who` alone; false where there is no browser, or no screen that the person sees. */
async function openAlone(storage: string, who: string, address: string): Promise<boolean> {
  const { env, platform } = process;
  const chosen = samlBrowser();
  const web = vscode.env.uiKind === vscode.UIKind.Web;
  const remote = vscode.env.remoteName !== undefined;
  // Whoever names a browser knows where its window appears.
  if (chosen === '' && !hasScreen({ platform, env, remote, web })) {
    return false;
  }
  const browser = await findBrowser({ platform, env, home: homedir(), files: browserFiles, chosen });
  if (browser === undefined) {
    return false;
  }
  const root = join(browser.profiles ?? storage, 'console');
  await sweepPages(root, Date.now());
  const isRoot = platform === 'linux' && process.getuid?.() === 0;
  return openIsolated({ path: browser.path, root, env, isRoot, now: () => Date.now() }, who, address);
}
