import { authentication, extensions } from 'vscode';
import type { StsSessionsApi, StsSessionsExports } from '../../src/api.ts';
import type { ApiAnswer, CompanionActions } from './protocol.ts';

type Action = 'apiList' | 'apiCredentials' | 'apiStart' | 'apiChanges' | 'account';
type Handlers = {
  [Name in Action]: (request: CompanionActions[Name]['request']) => Promise<CompanionActions[Name]['answer']>;
};

/** Uses STS Sessions as any other extension would. `id`: who it says it is. */
export function useApi(id: string): Handlers {
  let changes: number | undefined;
  return {
    apiList: async ({ caller }) => (await api(caller ?? id)).list(),
    apiCredentials: async ({ session, giveUpMs }) => {
      const used = await api(id);
      // Both ways of asking, so that both are tried.
      return giveUpMs === undefined
        ? answer(used.provider(session)())
        : answer(used.getCredentials(session, { signal: AbortSignal.timeout(giveUpMs) }));
    },
    apiStart: async ({ profile }) => answer((await api(id)).start(profile)),
    apiChanges: async () => {
      if (changes === undefined) {
        changes = 0;
        (await api(id)).onDidChangeSessions(() => {
          changes = (changes ?? 0) + 1;
        });
      }
      return changes;
    },
    account: async ({ scopes, create }) =>
      answer(
        Promise.resolve(
          authentication.getSession('sts-sessions', scopes, create ? { createIfNone: true } : {}),
        ).then((session) => {
          if (session === undefined) {
            throw new Error('VS Code gives no account');
          }
          const { accessToken, account } = session;
          return { id: account.id, label: account.label, accessToken, scopes: session.scopes };
        }),
      ),
  };
}

async function api(id: string): Promise<StsSessionsApi> {
  const extension = extensions.getExtension<StsSessionsExports>('sts-sessions.sts-sessions');
  if (extension === undefined) {
    throw new Error('STS Sessions is not there');
  }
  return (await extension.activate()).getApi(1, id);
}

async function answer<T>(call: Promise<T>): Promise<ApiAnswer<T>> {
  try {
    return { value: await call };
  } catch (error) {
    const { name, message, code } = error as Error & { code?: never };
    return { error: { name, message, ...(code !== undefined && { code }) } };
  }
}
