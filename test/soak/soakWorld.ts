import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionRequest } from '../../src/aws/planModel.ts';
import { Secret } from '../../src/aws/secret.ts';
import { createStsSender } from '../../src/clients/sts.ts';
import type { AccountData, SandboxData } from '../sandbox/data.ts';
import { demoData, writeDemoHome } from '../sandbox/demo.ts';
import { createIdp, type Idp } from '../support/idp.ts';
import { dora, kindsData, kindsEnvironment, writeKindsHome } from '../support/kinds.ts';
import { openWorld, type WindowWorld } from '../support/windowWorld.ts';

const alicesDevice = 'arn:aws:iam::111122223333:mfa/alice';
const never = new AbortController().signal;

/** One session of the soak. */
export interface Kind {
  /** What the table calls it. */
  readonly name: string;
  readonly request: SessionRequest;
  /** It needs a code of alice's device each time: three of them share its codes. */
  readonly mfa: boolean;
}

/** The sessions: static keys, chains, MFA, federation, web identity, programs, containers, instances; long and short. */
export const kinds: readonly Kind[] = [
  ...profiles('billing-read', 'prod-readonly', 'staging-dev', 'prod-nightshift', 'hub', 'spoke-a'),
  ...profiles('ci', 'printed', 'deploy', 'vault', 'env', 'node', 'task', 'tagged', 'short'),
  { name: 'prod-admin', request: { kind: 'profile', profile: 'prod-admin' }, mfa: true },
  {
    name: 'prod-admin, read-only',
    request: { kind: 'profile', profile: 'prod-admin', readOnly: true },
    mfa: true,
  },
  {
    name: 'GetSessionToken',
    request: { kind: 'mfaSession', profile: 'alice', mfaSerial: alicesDevice, durationSeconds: 3600 },
    mfa: true,
  },
  {
    name: 'GetFederationToken',
    request: { kind: 'federation', profile: 'dora', userName: 'dora', durationSeconds: 7200 },
    mfa: false,
  },
  {
    name: 'a quarter of an hour',
    request: {
      kind: 'role',
      name: 'quarter',
      sourceProfile: 'alice',
      roleArn: 'arn:aws:iam::111122223333:role/finance/billing-read',
      externalId: undefined,
      sessionName: undefined,
      durationSeconds: 900,
      mfaSerial: undefined,
      region: 'eu-central-1',
    },
    mfa: false,
  },
];

function profiles(...names: readonly string[]): readonly Kind[] {
  return names.map((name) => ({ name, request: { kind: 'profile', profile: name }, mfa: false }));
}

/** The machine of the soak, and what keeps its files fresh. */
export interface SoakWorld {
  readonly world: WindowWorld;
  /** Renews what another program of the machine would: the token in a file, and what the process profile prints. */
  refresh(): Promise<void>;
  /** What the test itself wrote, by path: the files in which secrets may stand. */
  inputs(): Promise<ReadonlyMap<string, string>>;
}

/** Makes the machine. */
export async function openSoakWorld(): Promise<SoakWorld> {
  const idp = createIdp();
  const world = await openWorld({
    data: dataOf(idp),
    fill: (home, url) => fill(home, url, idp),
    seeds: { [alicesDevice]: 'SANDBOXSEEDOFALICEFORTESTSONLY23' },
    env: kindsEnvironment,
  });
  const { hand, home, sandbox } = world;
  const send = createStsSender({ now: () => hand.now() });
  const keys = { ...dora, secretAccessKey: new Secret(dora.secretAccessKey), sessionToken: undefined };
  const target = { region: 'eu-central-1', endpoint: sandbox.url };
  let refreshing = Promise.resolve();
  return {
    world,
    refresh() {
      // One after the other: both write the same files.
      refreshing = refreshing.then(renewFiles);
      return refreshing;
    },
    async inputs() {
      const files = ['.aws/config', '.aws/credentials', 'jwt', 'process.json'].map((name) =>
        join(home, name),
      );
      return new Map(
        await Promise.all(files.map(async (path) => [path, await readFile(path, 'utf8')] as const)),
      );
    },
  };

  async function renewFiles(): Promise<void> {
    const seconds = Math.floor(hand.now() / 1000);
    const times = { iat: seconds, exp: seconds + 2 * 3600 };
    await replace(join(home, 'jwt'), idp.token('repo:acme/site', 'sts.example', times));
    const reply = await send(
      { kind: 'sessionToken', durationSeconds: 2 * 3600, mfa: undefined },
      keys,
      target,
      never,
    );
    if (reply.kind !== 'credentials') {
      // An outage: what is there serves on.
      return;
    }
    const { accessKeyId, secretAccessKey, sessionToken, expiresAt = 0 } = reply.credentials;
    const printed = {
      Version: 1,
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey.reveal(),
      SessionToken: sessionToken?.reveal(),
      Expiration: new Date(expiresAt).toISOString(),
    };
    await replace(join(home, 'process.json'), `${JSON.stringify(printed)}\n`);
  }
}

/** The demo's accounts, with a way in for each kind of profile. */
function dataOf(idp: Idp): SandboxData {
  const demo = demoData();
  const { accounts, machine } = kindsData(idp);
  const merged = (account: AccountData): AccountData => {
    const more = accounts.find(({ id }) => id === account.id);
    return more === undefined
      ? account
      : {
          ...account,
          ...more,
          users: [...(account.users ?? []), ...(more.users ?? [])],
          roles: [...(account.roles ?? []), ...(more.roles ?? [])],
        };
  };
  return { accounts: demo.accounts.map(merged), ...(machine !== undefined && { machine }) };
}

async function fill(home: string, url: string, idp: Idp): Promise<void> {
  const { configFile } = await writeDemoHome(home, url);
  // Both have a profile of this name.
  const demo = (await readFile(configFile, 'utf8')).replace('[profile vault]', '[profile acme-vault]');
  await writeKindsHome(home, url, idp);
  await writeFile(configFile, `${demo}\n${await readFile(configFile, 'utf8')}`);
}

/** Whole or not at all: windows read it at any moment. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
