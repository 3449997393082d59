import * as vscode from 'vscode';
import type { StsSessionsApi, StsSessionsExports } from './api.ts';
import type { Core } from './core.ts';

/** What other extensions get: it loads the parts with the first call, and not before. */
export function lazyExports(load: () => Promise<Core>): StsSessionsExports {
  return {
    getApi: (version, extensionId) => {
      if (version !== 1) {
        throw new Error(`STS Sessions has no API of version ${String(version)}, the newest is 1`);
      }
      const extension = vscode.extensions.getExtension(extensionId);
      if (extension === undefined) {
        throw new Error(`There is no extension of this id: ${extensionId}`);
      }
      return lazyApi(async () => (await load()).api(extension));
    },
  };
}

function lazyApi(load: () => Promise<StsSessionsApi>): StsSessionsApi {
  const getCredentials: StsSessionsApi['getCredentials'] = async (session, options) =>
    (await load()).getCredentials(session, options);
  return {
    list: async () => (await load()).list(),
    getCredentials,
    provider: (session) => () => getCredentials(session),
    start: async (profile, options) => (await load()).start(profile, options),
    onDidChangeSessions: (listener) => {
      let ended = false;
      const listening = load().then((api) => (ended ? undefined : api.onDidChangeSessions(listener)));
      // Whoever calls anything else hears why.
      listening.catch(() => undefined);
      return {
        dispose: () => {
          ended = true;
          void listening.then((disposable) => disposable?.dispose()).catch(() => undefined);
        },
      };
    },
  };
}
