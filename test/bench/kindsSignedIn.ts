import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromLoginCredentials } from '@aws-sdk/credential-provider-login';
import type { Issuer, LoginSession } from '../../src/aws/planModel.ts';
import type { Secret } from '../../src/aws/secret.ts';
import type { IssuerToken, KeptSignIn } from '../../src/aws/sources/issuerApi.ts';
import { createIssuers } from '../../src/clients/oidc.ts';
import { createLogin } from '../../src/clients/signin.ts';
import { createStsSender } from '../../src/clients/sts.ts';
import { LoginCache } from '../../src/files/loginCache.ts';
import { IssuerSignIns } from '../../src/session/issuerSignIns.ts';
import { Logins } from '../../src/session/logins.ts';
import { authorizeAtIssuer } from '../../src/signIn/issuer.ts';
import type { OidcIdp } from '../sandbox/identityProviders/oidcIdp.ts';
import { fakeEffects } from '../support/fakeEffects.ts';
import { FakeHost } from '../support/fakePeers.ts';
import { issuerRole } from '../support/issuerWorld.ts';
import { consoleToken } from '../support/loginRig.ts';
import { OidcPerson } from '../support/oidcPerson.ts';
import { start } from './kind.ts';
import type { Kind } from './kind.ts';

const region = 'eu-central-1';
const never = new AbortController().signal;
const unused = (): never => {
  throw new Error('whoever signs in has done so before');
};

/** Who is signed in to the console. */
export const dorasConsole = 'arn:aws:iam::111122223333:user/dora';

/** An OpenID Connect issuer where alice has signed in: with the token of then, and with one that must be got first. */
export async function issuerKinds(idp: OidcIdp, url: string): Promise<readonly Kind[]> {
  const issuer: Issuer = {
    name: 'corp',
    by: 'signIn',
    url: idp.issuer,
    clientId: idp.clientId,
    scopes: ['email', 'offline_access'],
    sessionNameClaim: 'email',
  };
  const api = createIssuers({ now: Date.now });
  const signIn = async (): Promise<IssuerToken & { readonly refreshToken: Secret }> => {
    const token = await authorizeAtIssuer(
      {
        api,
        screen: {
          openBrowser: unused,
          confirmCode: async (_name, { verificationUriComplete }) => {
            await new OidcPerson('alice').visit(verificationUriComplete);
            return true;
          },
          waiting: (_name, _code, signal, work) => work(signal),
          pageTexts: unused,
        },
        way: () => 'deviceCode',
        now: Date.now,
        wait: () => Promise.resolve(),
      },
      issuer,
      never,
    );
    if ('kind' in token || token.refreshToken === undefined) {
      throw new Error(`nobody is signed in: ${JSON.stringify(token)}`);
    }
    return { ...token, refreshToken: token.refreshToken };
  };
  const signedIn = await signIn();
  let kept: KeptSignIn | undefined = { refreshToken: signedIn.refreshToken, subject: 'alice' };
  const signIns = new IssuerSignIns({
    api,
    store: {
      read: () => Promise.resolve(kept),
      write: (_issuer, next) => {
        kept = next;
        return Promise.resolve(true);
      },
      remove: () => {
        kept = undefined;
        return Promise.resolve();
      },
      follow: () => ({ dispose: () => undefined }),
    },
    authorize: unused,
    account: unused,
    peers: new FakeHost().open(() => []),
    now: Date.now,
    log: () => undefined,
  });
  const send = createStsSender({ now: Date.now });
  let last: Secret | undefined;
  const ours = (isOver: boolean) => async (): Promise<void> => {
    const effects = fakeEffects({
      now: Date.now,
      send,
      idToken: async (wanted, signal) => {
        const refused = isOver ? last : undefined;
        const token = await signIns.token(wanted.issuer, { refused, interactive: false }, signal);
        if ('kind' in token) {
          return token;
        }
        last = token.idToken;
        return token.idToken;
      },
    });
    await start(config, 'web', effects, new Map([['corp', issuer]]));
  };
  const config = `[profile web]
role_arn = ${issuerRole}
web_identity_issuer = corp
region = ${region}
endpoint_url = ${url}
`;
  const sts = new STSClient({ region, endpoint: url });
  const assume = (token: string): Promise<unknown> =>
    sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: issuerRole,
        RoleSessionName: 'bench',
        WebIdentityToken: token,
      }),
    );
  let refreshToken = (await signIn()).refreshToken.reveal();
  return [
    {
      what: 'OIDC issuer, signed in, beside AssumeRoleWithWebIdentity with the token in hand',
      ours: ours(false),
      bare: () => assume(signedIn.idToken.reveal()),
    },
    {
      what: 'OIDC issuer, its token over, beside the refresh and AssumeRoleWithWebIdentity by hand',
      ours: ours(true),
      bare: async () => {
        const fields = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: idp.clientId };
        const answer = await fetch(`${idp.issuer}/token`, {
          method: 'POST',
          body: new URLSearchParams(fields),
        });
        const next = (await answer.json()) as { readonly id_token: string; readonly refresh_token: string };
        refreshToken = next.refresh_token;
        await assume(next.id_token);
      },
    },
  ];
}

/** `aws login`, where dora has signed in: the keys are in a file, which any window or tool may have changed. */
export async function consoleKind(home: string, url: string): Promise<Kind> {
  const folder = join(home, '.aws', 'login', 'cache');
  const login: LoginSession = { arn: dorasConsole, region, endpoint: url };
  const cache = new LoginCache(folder);
  await cache.write(login, await consoleToken(login));
  const logins = new Logins({
    api: createLogin({ now: Date.now }),
    cache,
    authorize: unused,
    peers: new FakeHost().open(() => []),
    now: Date.now,
    setTimer: () => ({ dispose: () => undefined }),
    log: () => undefined,
  });
  const effects = fakeEffects({
    now: Date.now,
    loginCredentials: (wanted, profile, signal) =>
      logins.credentials(wanted, { profile, interactive: false }, signal),
  });
  const config = `[profile console]
login_session = ${dorasConsole}
region = ${region}
`;
  const configFilepath = join(home, '.aws', 'console');
  process.env['AWS_LOGIN_CACHE_DIRECTORY'] = folder;
  await writeFile(configFilepath, config);
  return {
    what: "aws login, signed in, beside the SDK's provider of the same file",
    ours: () => start(config, 'console', effects),
    bare: () => fromLoginCredentials({ profile: 'console', configFilepath })(),
  };
}
