import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxData } from './data.ts';

const main = '111122223333';
const prod = '444455556666';
const region = 'eu-central-1';
const aliceDevice = `arn:aws:iam::${main}:mfa/alice`;

/** Long-term keys of the demo's people. They are no real ones and look it. */
const people = {
  alice: { accessKeyId: 'AKIAEXAMPLEALICE0001', secretAccessKey: 'EXAMPLEKEY/alice/0123456789abcdefghijklm' },
  bob: { accessKeyId: 'AKIAEXAMPLEBOB000001', secretAccessKey: 'EXAMPLEKEY/bob/0123456789abcdefghijklmno' },
  root: { accessKeyId: 'AKIAEXAMPLEROOT00001', secretAccessKey: 'EXAMPLEKEY/root/0123456789abcdefghijklmn' },
} as const;

/** Two accounts: `acme-main` with alice (MFA), bob and root keys, and `acme-prod` with roles only. */
export function demoData(): SandboxData {
  const trust = (aws: string, condition?: Readonly<Record<string, Readonly<Record<string, string>>>>) => ({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow' as const,
      Principal: { AWS: aws },
      Action: 'sts:AssumeRole',
      ...(condition === undefined ? {} : { Condition: condition }),
    },
  });
  const mainRoot = `arn:aws:iam::${main}:root`;
  const seesAlias = { Effect: 'Allow' as const, Action: 'iam:ListAccountAliases', Resource: '*' };
  return {
    identityCenter: {
      startUrl: 'https://acme.example/start',
      region,
      user: 'alice@acme.example',
      accounts: [
        { id: main, name: 'Acme Main', email: 'aws-main@acme.example', roles: ['Developer', 'ReadOnly'] },
        {
          id: prod,
          name: 'Acme Production',
          email: 'aws-prod@acme.example',
          roles: ['Admin', 'Developer', 'ReadOnly'],
        },
      ],
    },
    signIn: {
      people: [`arn:aws:iam::${main}:user/alice`, `arn:aws:sts::${prod}:assumed-role/readonly/alice`],
    },
    accounts: [
      {
        id: main,
        alias: 'acme-main',
        root: { keys: [people.root] },
        groups: [
          {
            name: 'engineers',
            policies: [
              seesAlias,
              { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: `arn:aws:iam::*:role/*` },
            ],
          },
        ],
        users: [
          {
            name: 'alice',
            keys: [people.alice],
            mfa: [{ serial: aliceDevice, seed: 'SANDBOXSEEDOFALICEFORTESTSONLY23' }],
            groups: ['engineers'],
          },
          { name: 'bob', keys: [people.bob], policies: [seesAlias] },
        ],
        roles: [
          {
            name: 'staging-dev',
            trust: trust(mainRoot, { StringEquals: { 'sts:ExternalId': 'acme-4711' } }),
            policies: [seesAlias],
            maxSessionDuration: 14_400,
          },
          {
            name: 'hub',
            trust: trust(`arn:aws:iam::${main}:user/alice`),
            policies: [
              seesAlias,
              { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: `arn:aws:iam::${prod}:role/spoke-*` },
            ],
          },
          { name: 'billing-read', path: '/finance/', trust: trust(mainRoot), policies: [seesAlias] },
        ],
      },
      {
        id: prod,
        alias: 'acme-prod',
        roles: [
          {
            name: 'admin',
            trust: trust(mainRoot, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
            policies: [seesAlias],
            maxSessionDuration: 43_200,
          },
          { name: 'readonly', trust: trust(mainRoot), policies: [seesAlias] },
          { name: 'nightshift', trust: trust(mainRoot), policies: [seesAlias] },
          { name: 'spoke-a', trust: trust(`arn:aws:iam::${main}:role/hub`), policies: [seesAlias] },
        ],
      },
    ],
  };
}

/** What is running beside the sandbox; what is not gets no profile. */
export interface DemoPlaces {
  readonly saml?: {
    /** The page of the identity provider. */
    readonly loginUrl: string;
    /** `saml_method`, where the best way is not the one to be shown. */
    readonly method?: string;
  };
}

/** Where `writeDemoHome` has put things. */
export interface DemoHome {
  readonly configFile: string;
  readonly credentialsFile: string;
}

/**
 * Writes `.aws/config` and `.aws/credentials` for `demoData` into a home folder, over what stands there.
 * Every profile names the sandbox as its `endpoint_url`. The comments are there to be kept by whoever edits the files.
 */
export async function writeDemoHome(
  dir: string,
  sandboxUrl: string,
  more: DemoPlaces = {},
): Promise<DemoHome> {
  const aws = join(dir, '.aws');
  await mkdir(aws, { recursive: true, mode: 0o700 });
  const files = { configFile: join(aws, 'config'), credentialsFile: join(aws, 'credentials') };
  for (const [file, text] of [
    [files.configFile, configText(sandboxUrl, more)],
    [files.credentialsFile, credentialsText()],
  ] as const) {
    await writeFile(file, text, { mode: 0o600 });
    await chmod(file, 0o600);
  }
  return files;
}

function configText(sandboxUrl: string, { saml }: DemoPlaces): string {
  const common = `region = ${region}\nendpoint_url = ${sandboxUrl}\n`;
  return `# Profiles of the demo. None of them reaches the real AWS.

[default]
; bob's own keys are in the credentials file
${common}output = json

[profile alice]
${common}mfa_serial = ${aliceDevice}

# --- production -------------------------------------------------

[profile prod-admin]
role_arn = arn:aws:iam::${prod}:role/admin
source_profile = alice
mfa_serial = ${aliceDevice}
${common}
[profile prod-readonly]
role_arn = arn:aws:iam::${prod}:role/readonly
source_profile = alice
role_session_name = alice-laptop
${common}
[profile prod-nightshift]
# asks for twelve hours; the role gives one
role_arn = arn:aws:iam::${prod}:role/nightshift
source_profile = alice
duration_seconds = 43200
${common}
# --- the main account -------------------------------------------

[profile staging-dev]
role_arn = arn:aws:iam::${main}:role/staging-dev
source_profile = alice
external_id = acme-4711
duration_seconds = 14400
${common}
[profile hub]
role_arn = arn:aws:iam::${main}:role/hub
source_profile = alice
${common}
[profile spoke-a]
role_arn = arn:aws:iam::${prod}:role/spoke-a
source_profile = hub
${common}
[profile billing-read]
role_arn = arn:aws:iam::${main}:role/finance/billing-read
source_profile = alice
${common}a_setting_of_another_tool = keep me

[profile root-main]
${common}
[profile root-admin]
# cannot work: root keys cannot assume roles
role_arn = arn:aws:iam::${prod}:role/readonly
source_profile = root-main
${common}
# --- not what they should be ------------------------------------

[profile broken]
role_arn = arn:aws:iam::${prod}:role/readonly
source_profile = gone
${common}
# --- other ways to get credentials ------------------------------

[sso-session acme]
sso_start_url = https://acme.example/start
sso_region = ${region}
sso_registration_scopes = sso:account:access

[profile sso-dev]
sso_session = acme
sso_account_id = ${prod}
sso_role_name = Developer
${common}
[profile vault]
credential_process = /opt/acme/bin/acme-credentials --vault team
${common}${saml === undefined ? '' : `${samlText(saml)}${common}`}`;
}

/** The profile of a SAML identity provider up to where it sends. */
export function samlText({ loginUrl, method }: NonNullable<DemoPlaces['saml']>): string {
  const lines = [
    `saml_login_url = ${loginUrl}`,
    ...(method === undefined ? [] : [`saml_method = ${method}`]),
  ];
  return `\n[profile corp-saml]\n${lines.join('\n')}\n`;
}

function credentialsText(): string {
  const section = (name: string, person: keyof typeof people): string =>
    `[${name}]\naws_access_key_id = ${people[person].accessKeyId}\naws_secret_access_key = ${people[person].secretAccessKey}\n`;
  return `# Long-term keys of the demo.
${section('default', 'bob')}
; needs the code of the authenticator app for production
${section('alice', 'alice')}
${section('root-main', 'root')}`;
}
