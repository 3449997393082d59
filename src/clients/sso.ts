import {
  GetRoleCredentialsCommand,
  ListAccountRolesCommand,
  ListAccountsCommand,
  LogoutCommand,
  SSOClient,
} from '@aws-sdk/client-sso';
import type { Credentials } from '../aws/credentials.ts';
import { Secret } from '../aws/secret.ts';
import type { Account, IdentityCenterApi } from '../aws/sources/identityCenterApi.ts';
import type { Caller, ClientSettings } from './identityCenterCall.ts';
import { IncompleteAnswer } from './identityCenterCall.ts';

/** Rows a page: the most that the portal gives. */
const maxResults = 1000;

/** The portal's part of Identity Center: what a signed-in person may use. */
export function portalCalls(
  call: Caller,
): Pick<IdentityCenterApi, 'roleCredentials' | 'accounts' | 'roles' | 'logout'> {
  return {
    roleCredentials: (signIn, token, role, signal) =>
      call({
        signIn,
        endpoint: signIn.portal,
        asked: { kind: 'roleCredentials', ...role },
        signal,
        async send(settings, abortSignal): Promise<Credentials> {
          const { roleCredentials } = await client(settings).send(
            new GetRoleCredentialsCommand({ ...role, accessToken: token.reveal() }),
            { abortSignal },
          );
          const { accessKeyId, secretAccessKey, sessionToken, expiration } = roleCredentials ?? {};
          if (!accessKeyId || !secretAccessKey || !sessionToken || !expiration) {
            throw new IncompleteAnswer();
          }
          return {
            accessKeyId,
            secretAccessKey: new Secret(secretAccessKey),
            sessionToken: new Secret(sessionToken),
            // Milliseconds, unlike every other time of AWS's.
            expiresAt: expiration,
            accountId: role.accountId,
            arn: undefined,
          };
        },
      }),

    accounts: (signIn, token, page, signal) =>
      call({
        signIn,
        endpoint: signIn.portal,
        asked: { kind: 'accounts' },
        signal,
        async send(settings, abortSignal) {
          const { accountList, nextToken } = await client(settings).send(
            new ListAccountsCommand({ accessToken: token.reveal(), nextToken: page, maxResults }),
            { abortSignal },
          );
          const items = (accountList ?? []).flatMap(({ accountId, accountName, emailAddress }): Account[] =>
            accountId === undefined
              ? []
              : [{ id: accountId, name: accountName ?? accountId, email: emailAddress ?? '' }],
          );
          return { items, next: nextToken };
        },
      }),

    roles: (signIn, token, accountId, page, signal) =>
      call({
        signIn,
        endpoint: signIn.portal,
        asked: { kind: 'roles' },
        signal,
        async send(settings, abortSignal) {
          const { roleList, nextToken } = await client(settings).send(
            new ListAccountRolesCommand({
              accessToken: token.reveal(),
              accountId,
              nextToken: page,
              maxResults,
            }),
            { abortSignal },
          );
          const items = (roleList ?? []).flatMap(({ roleName }) =>
            roleName === undefined ? [] : [roleName],
          );
          return { items, next: nextToken };
        },
      }),

    logout: (signIn, token, signal) =>
      call({
        signIn,
        endpoint: signIn.portal,
        asked: { kind: 'logout' },
        mayBeEmpty: true,
        signal,
        async send(settings, abortSignal) {
          await client(settings).send(new LogoutCommand({ accessToken: token.reveal() }), { abortSignal });
          return undefined;
        },
      }),
  };
}

function client({ shared, ...settings }: ClientSettings): SSOClient {
  return new SSOClient({ ...shared, ...settings });
}
