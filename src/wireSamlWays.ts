import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { browserFiles, findBrowser, hasScreen } from './machine/findBrowser.ts';
import type { Browser } from './machine/findBrowser.ts';
import { startBrowser } from './machine/startBrowser.ts';
import type { Peers } from './session/types.ts';
import { folderKey, forgetProvider, knownProviders } from './signIn/providerFolder.ts';
import type { KnownProvider } from './signIn/providerFolder.ts';
import { createBrowserWay } from './signIn/samlBrowser.ts';
import { createListenerWay } from './signIn/samlListener.ts';
import type { SamlWay } from './signIn/samlWays.ts';
import type { Context } from './ui/context.ts';
import { openPage } from './ui/openPage.ts';
import { samlBrowser, samlListenerPort } from './ui/settings.ts';
import { signInText } from './ui/text/signIn.ts';

/** What they are made from. */
export interface SamlWaysParts {
  readonly context: Pick<Context, 'globalStorageUri'>;
  readonly peers: Pick<Peers, 'exclusive'>;
}

/** Both ways, and whether the first of them should be tried without being asked for. */
export interface SamlWays {
  readonly browser: SamlWay;
  readonly listener: SamlWay;
  /** The identity providers that the browser remembers the person at. */
  readonly known: () => Promise<readonly KnownProvider[]>;
  /** Has the browser forget one, once no sign-in is under way there. Rejects with the system's error. */
  readonly forget: (provider: KnownProvider, signal: AbortSignal) => Promise<void>;
  /** True where a window that is opened here is one that the person sees. */
  readonly opensWindows: () => boolean;
}

/** The ways to a SAML response in which a browser takes part. Nothing is looked for or opened before one is gone. */
export function wireSamlWays({ context, peers }: SamlWaysParts): SamlWays {
  const { env, platform } = process;
  // Whoever names a browser knows where its window appears.
  const opensWindows = (): boolean =>
    samlBrowser() !== '' || hasScreen({ platform, env, remote: isRemote(), web: isWeb() });
  const find = (): Promise<Browser | undefined> =>
    findBrowser({ platform, env, home: homedir(), files: browserFiles, chosen: samlBrowser() });
  const folder = join(context.globalStorageUri.fsPath, 'saml');
  return {
    opensWindows,
    async known() {
      const { profiles } = (await find()) ?? {};
      return knownProviders(profiles === undefined ? [folder] : [folder, profiles]);
    },
    forget: (provider, signal) =>
      peers.exclusive(folderKey(provider.folder), signal, () => forgetProvider(provider)),
    browser: createBrowserWay({
      findBrowser: async () => (opensWindows() ? ((await find()) ?? 'noBrowser') : 'noScreen'),
      start: startBrowser,
      env,
      folder,
      root: platform === 'linux' && process.getuid?.() === 0,
      exclusive: (key, signal, work) => peers.exclusive(key, signal, work),
    }),
    listener: createListenerWay({
      port: samlListenerPort,
      isReachable,
      openBrowser: openPage,
      pageTexts: () => signInText.page(),
      exclusive: (key, signal, work) => peers.exclusive(key, signal, work),
    }),
  };
}

/**
 * Where the window is on another machine, VS Code opens a port there that leads to ours: the same one if it is free. Where
 * the window is a page, it may be in the same machine's browser, and nobody can tell.
 */
async function isReachable(address: string): Promise<boolean> {
  if (!isRemote() || isWeb()) {
    return true;
  }
  const wanted = vscode.Uri.parse(address, true);
  const { authority } = await vscode.env.asExternalUri(wanted);
  return authority.replace(/^localhost:/, '127.0.0.1:') === wanted.authority;
}

function isRemote(): boolean {
  return vscode.env.remoteName !== undefined;
}

function isWeb(): boolean {
  return vscode.env.uiKind === vscode.UIKind.Web;
}
