import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { GetRoleCredentialsCommand, SSOClient } from '@aws-sdk/client-sso';
import {
  AssumeRoleCommand,
  AssumeRoleWithSAMLCommand,
  AssumeRoleWithWebIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { Secret } from '../../src/aws/secret.ts';
import type { SignIn, SignInToken } from '../../src/aws/sources/identityCenterApi.ts';
import { createIdentityCenter } from '../../src/clients/identityCenter.ts';
import { createStsSender } from '../../src/clients/sts.ts';
import { machineEffects } from '../../src/machine/machine.ts';
import type { SandboxData } from '../sandbox/data.ts';
import { startOidcIdp } from '../sandbox/identityProviders/oidcIdp.ts';
import { startSamlIssuer } from '../sandbox/identityProviders/samlIssuer.ts';
import { fakeEffects } from '../support/fakeEffects.ts';
import { createIdp } from '../support/idp.ts';
import { issuerWorld } from '../support/issuerWorld.ts';
import {
  containerToken,
  dora,
  kindsData,
  kindsEnvironment,
  kindsRole,
  writeKindsHome,
} from '../support/kinds.ts';
import {
  alicesRoles,
  samlAttributes,
  samlData,
  samlProd,
  samlProvider,
  samlRole,
} from '../support/samlWorld.ts';
import { start } from './kind.ts';
import type { Kind } from './kind.ts';
import { consoleKind, dorasConsole, issuerKinds } from './kindsSignedIn.ts';
import { median, ms, timed } from './measure.ts';
import type { BenchRow } from './row.ts';

const execute = promisify(execFile);
const rounds = 40;
const region = 'eu-central-1';
/** What a start may take over the bare call that it cannot do without, ms. */
const limit = 15;

/**
 * How long each kind of start takes, warm, beside the bare call: medians of both, taken in turn against one sandbox in a
 * process of its own. Planning is in our time, as in the product; whoever signs in has done so before.
 */
export async function benchKinds(): Promise<readonly BenchRow[]> {
  const home = await mkdtemp(join(tmpdir(), 'sts-bench-kinds-'));
  const idp = createIdp();
  const issuer = startSamlIssuer();
  const oidc = await startOidcIdp();
  const { entityId, certificate } = issuer;
  const dataFile = join(home, 'world.json');
  await writeFile(
    dataFile,
    JSON.stringify(issuerWorld(oidc, worldOf(kindsData(idp), samlData({ entityId, certificate })))),
  );
  const program = join(import.meta.dirname, '../sandbox/main.ts');
  const sandbox = spawn(process.execPath, [program, '--data', dataFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(createInterface(sandbox.stdout), 'line')) as [string];
    const { url } = JSON.parse(line) as { url: string };
    await writeKindsHome(home, url, idp);
    const assertion = await issuer.response({ attributes: samlAttributes(alicesRoles) });
    const rows: BenchRow[] = [];
    const kinds = [
      ...(await kindsOf({ url, home, jwt: idp.token('repo:acme/site', 'sts.example'), assertion })),
      ...(await issuerKinds(oidc, url)),
      await consoleKind(home, url),
    ];
    for (const kind of kinds) {
      rows.push(await rowOf(kind));
    }
    return rows;
  } finally {
    sandbox.kill();
    await issuer.close();
    await oidc.close();
    await rm(home, { recursive: true, force: true });
  }
}

async function rowOf({ what, ours, bare }: Kind): Promise<BenchRow> {
  const times = { ours: [] as number[], bare: [] as number[] };
  // The first of each warms up and does not count.
  for (let round = 0; round <= rounds; round += 1) {
    const bareTime = await timed(bare);
    const ourTime = await timed(ours);
    if (round > 0) {
      times.bare.push(bareTime);
      times.ours.push(ourTime);
    }
  }
  const over = median(times.ours) - median(times.bare);
  return {
    what: `start, warm: ${what}`,
    ours: `${ms(over)} (${ms(median(times.ours))} beside ${ms(median(times.bare))})`,
    limit: `${limit} ms`,
    ok: over <= limit,
  };
}

/** Both worlds and an Identity Center; no account of one is in the other twice. */
function worldOf(kinds: SandboxData, saml: SandboxData): SandboxData {
  return {
    ...kinds,
    accounts: [...kinds.accounts, ...saml.accounts.filter(({ id }) => id === samlProd)],
    signIn: { people: [dorasConsole] },
    identityCenter: {
      startUrl: 'https://acme.example/start',
      region,
      user: 'alice@acme.example',
      accounts: [{ id: samlProd, name: 'Acme', email: 'aws@acme.example', roles: ['Admin'] }],
    },
  };
}

/** What a container's endpoint says. */
interface ContainerKeys {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
}

interface Place {
  readonly url: string;
  readonly home: string;
  readonly jwt: string;
  readonly assertion: string;
}

async function kindsOf({ url, home, jwt, assertion }: Place): Promise<readonly Kind[]> {
  const sts = new STSClient({
    region,
    endpoint: url,
    credentials: { accessKeyId: dora.accessKeyId, secretAccessKey: dora.secretAccessKey },
  });
  const sso = new SSOClient({ region, endpoint: url });
  const api = createIdentityCenter({ now: Date.now });
  const signIn: SignIn = {
    session: 'acme',
    startUrl: 'https://acme.example/start',
    region,
    scopes: ['sso:account:access'],
    oidc: url,
    portal: url,
  };
  const token = await signedIn(api, signIn, url);
  const keysFile = join(home, 'process.json');
  const temporary = await sts.send(new GetSessionTokenCommand({}));
  await writeFile(
    keysFile,
    JSON.stringify({
      Version: 1,
      AccessKeyId: temporary.Credentials?.AccessKeyId,
      SecretAccessKey: temporary.Credentials?.SecretAccessKey,
      SessionToken: temporary.Credentials?.SessionToken,
      Expiration: temporary.Credentials?.Expiration?.toISOString(),
    }),
  );
  const machine = machineEffects({
    env: { ...process.env, ...kindsEnvironment(url), HOME: home },
    platform: process.platform,
    home,
  });
  const effects = fakeEffects({
    now: Date.now,
    send: createStsSender({ now: Date.now }),
    signInToken: () => Promise.resolve(token),
    roleCredentials: (...call) => api.roleCredentials(...call),
    samlAssertion: () => Promise.resolve(new Secret(assertion)),
    ...machine,
  });
  const config = `${await readFile(join(home, '.aws/config'), 'utf8')}${more(url)}`;
  const ours = (profile: string) => () => start(config, profile, effects);
  const samlCall = {
    RoleArn: samlRole('ReadOnly', samlProd),
    PrincipalArn: samlProvider(samlProd),
    SAMLAssertion: assertion,
  };
  const account = { accountId: samlProd, roleName: 'Admin' };
  return [
    {
      what: 'GetSessionToken, beside the same call of the SDK',
      ours: ours('dora'),
      bare: () => sts.send(new GetSessionTokenCommand({})),
    },
    {
      what: 'web_identity_token_file, beside AssumeRoleWithWebIdentity with the token in hand',
      ours: ours('ci'),
      bare: () =>
        sts.send(
          new AssumeRoleWithWebIdentityCommand({
            RoleArn: kindsRole('Ci'),
            RoleSessionName: 'bench',
            WebIdentityToken: jwt,
          }),
        ),
    },
    {
      what: 'SAML with the response in hand, beside AssumeRoleWithSAML',
      ours: ours('corp'),
      bare: () => sts.send(new AssumeRoleWithSAMLCommand(samlCall)),
    },
    {
      what: 'Identity Center, signed in, beside GetRoleCredentials',
      ours: ours('center'),
      bare: () =>
        sso.send(new GetRoleCredentialsCommand({ ...account, accessToken: token.accessToken.reveal() })),
    },
    {
      what: 'credential_process, beside the program alone',
      ours: ours('vault'),
      bare: () => execute(join(home, 'print keys.sh'), ['bench'], { env: { ...process.env, HOME: home } }),
    },
    {
      what: 'credential_source = EcsContainer, beside the question and AssumeRole by hand',
      ours: ours('task'),
      bare: async () => {
        const headers = { authorization: containerToken };
        const keys = (await (
          await fetch(`${url}/container/credentials`, { headers })
        ).json()) as ContainerKeys;
        const task = new STSClient({
          region,
          endpoint: url,
          credentials: {
            accessKeyId: keys.AccessKeyId,
            secretAccessKey: keys.SecretAccessKey,
            sessionToken: keys.Token,
          },
          requestHandler: sts.config.requestHandler,
        });
        await task.send(
          new AssumeRoleCommand({ RoleArn: kindsRole('FromMachine'), RoleSessionName: 'bench' }),
        );
      },
    },
  ];
}

/** Profiles that the kinds' own home does not have. */
function more(url: string): string {
  const common = `region = ${region}\nendpoint_url = ${url}\n`;
  return `[sso-session acme]
sso_start_url = https://acme.example/start
sso_region = ${region}
[profile center]
sso_session = acme
sso_account_id = ${samlProd}
sso_role_name = Admin
${common}[profile corp]
saml_login_url = https://idp.example/sso
role_arn = ${samlRole('ReadOnly', samlProd)}
saml_provider_arn = ${samlProvider(samlProd)}
${common}`;
}

/** Signs in with a code that somebody confirms at once. */
async function signedIn(
  api: ReturnType<typeof createIdentityCenter>,
  signIn: SignIn,
  url: string,
): Promise<SignInToken> {
  const never = new AbortController().signal;
  const registration = await api.register(signIn, undefined, never);
  const device = 'kind' in registration ? registration : await api.startDevice(signIn, registration, never);
  if ('kind' in registration || 'kind' in device) {
    throw new Error('the sandbox lets nobody sign in');
  }
  await fetch(`${url}/device`, {
    method: 'POST',
    body: new URLSearchParams({ user_code: device.userCode, verdict: 'allowed' }),
  });
  const grant = { kind: 'device', deviceCode: device.deviceCode } as const;
  const token = await api.redeem(signIn, registration, grant, never);
  if ('kind' in token || 'pending' in token) {
    throw new Error(`the sandbox gave no token: ${JSON.stringify(token)}`);
  }
  return token;
}
