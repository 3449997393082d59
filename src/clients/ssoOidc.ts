import {
  AuthorizationPendingException,
  CreateTokenCommand,
  RegisterClientCommand,
  SlowDownException,
  SSOOIDCClient,
  StartDeviceAuthorizationCommand,
} from '@aws-sdk/client-sso-oidc';
import type { CreateTokenCommandInput } from '@aws-sdk/client-sso-oidc';
import { isUserCode, pagesOfCode } from '../aws/page.ts';
import { Secret } from '../aws/secret.ts';
import type { DeviceCode, Grant, IdentityCenterApi, Registration } from '../aws/sources/identityCenterApi.ts';
import type { Caller, ClientSettings } from './identityCenterCall.ts';
import { IncompleteAnswer } from './identityCenterCall.ts';

/** What Identity Center shows the person, and administrators find in CloudTrail. */
const clientName = 'STS Sessions for VS Code';

const second = 1000;
/** Where the answer does not say (RFC 8628, 3.2), seconds. */
const defaultInterval = 5;

/** The part of Identity Center that signs people in. `now` gives milliseconds UTC. */
export function oidcCalls(
  call: Caller,
  now: () => number,
): Pick<IdentityCenterApi, 'register' | 'startDevice' | 'redeem'> {
  return {
    register: (signIn, redirectUri, signal) =>
      call({
        signIn,
        endpoint: signIn.oidc,
        asked: { kind: 'register' },
        signal,
        async send(settings, abortSignal): Promise<Registration> {
          const answer = await client(settings).send(
            new RegisterClientCommand({
              clientName,
              clientType: 'public',
              ...(signIn.scopes.length > 0 && { scopes: [...signIn.scopes] }),
              ...(redirectUri !== undefined && {
                grantTypes: ['authorization_code', 'refresh_token'],
                redirectUris: [redirectUri],
                issuerUrl: signIn.startUrl,
              }),
            }),
            { abortSignal },
          );
          const { clientId, clientSecret, clientSecretExpiresAt } = answer;
          if (!clientId || !clientSecret || clientSecretExpiresAt === undefined) {
            throw new IncompleteAnswer();
          }
          return {
            clientId,
            clientSecret: new Secret(clientSecret),
            expiresAt: clientSecretExpiresAt * second,
          };
        },
      }),

    startDevice: (signIn, { clientId, clientSecret }, signal) =>
      call({
        signIn,
        endpoint: signIn.oidc,
        asked: { kind: 'startDevice' },
        signal,
        async send(settings, abortSignal): Promise<DeviceCode> {
          const answer = await client(settings).send(
            new StartDeviceAuthorizationCommand({
              clientId,
              clientSecret: clientSecret.reveal(),
              startUrl: signIn.startUrl,
            }),
            { abortSignal },
          );
          const { deviceCode, userCode, verificationUri, verificationUriComplete, expiresIn } = answer;
          const pages = pagesOfCode(verificationUri ?? '', verificationUriComplete);
          if (
            !deviceCode ||
            !userCode ||
            !isUserCode(userCode) ||
            pages === undefined ||
            expiresIn === undefined
          ) {
            throw new IncompleteAnswer();
          }
          return {
            deviceCode: new Secret(deviceCode),
            userCode,
            ...pages,
            expiresAt: now() + expiresIn * second,
            intervalMs: Math.max(1, answer.interval ?? defaultInterval) * second,
          };
        },
      }),

    redeem: (signIn, registration, grant, signal) =>
      call({
        signIn,
        endpoint: signIn.oidc,
        asked: { kind: 'redeem', grant: grant.kind },
        singleUse: grant.kind !== 'device',
        signal,
        async send(settings, abortSignal) {
          const { clientId, clientSecret } = registration;
          try {
            const answer = await client(settings).send(
              new CreateTokenCommand({
                clientId,
                clientSecret: clientSecret.reveal(),
                ...grantParameters(grant),
              }),
              { abortSignal },
            );
            const { accessToken, expiresIn, refreshToken } = answer;
            if (!accessToken || expiresIn === undefined) {
              throw new IncompleteAnswer();
            }
            return {
              accessToken: new Secret(accessToken),
              expiresAt: now() + expiresIn * second,
              refreshToken: refreshToken === undefined ? undefined : new Secret(refreshToken),
              registration,
            };
          } catch (error) {
            if (error instanceof AuthorizationPendingException) {
              return { pending: 'wait' as const };
            }
            if (error instanceof SlowDownException) {
              return { pending: 'slowDown' as const };
            }
            throw error;
          }
        },
      }),
  };
}

function grantParameters(grant: Grant): Omit<CreateTokenCommandInput, 'clientId' | 'clientSecret'> {
  switch (grant.kind) {
    case 'code':
      return {
        grantType: 'authorization_code',
        code: grant.code.reveal(),
        codeVerifier: grant.verifier.reveal(),
        redirectUri: grant.redirectUri,
      };
    case 'device':
      return {
        grantType: 'urn:ietf:params:oauth:grant-type:device_code',
        deviceCode: grant.deviceCode.reveal(),
      };
    case 'refresh':
      return { grantType: 'refresh_token', refreshToken: grant.refreshToken.reveal() };
  }
}

function client({ shared, ...settings }: ClientSettings): SSOOIDCClient {
  return new SSOOIDCClient({ ...shared, ...settings });
}
