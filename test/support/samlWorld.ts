import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxData, SamlProviderData } from '../sandbox/data.ts';
import type { Statement } from '../sandbox/policy.ts';

/** Accounts of this world. */
export const samlMain = '111122223333';
export const samlProd = '444455556666';

/** ARNs of this world. */
export const samlRole = (name: string, account = samlMain): string => `arn:aws:iam::${account}:role/${name}`;
export const samlProvider = (account = samlMain, name = 'acme'): string =>
  `arn:aws:iam::${account}:saml-provider/${name}`;

/** What a provider's links carry: another link, in which nothing may be decoded. */
export const ownBrowserQuery = 'TARGET=https%3A%2F%2Fconsole.example%2F%3Fa%3Db%26c%3D%2Bd%23e';

/** AWS's names of attributes begin so. */
const attribute = 'https://aws.amazon.com/SAML/Attributes/';

/** The attributes of a response for AWS: a session name, these pairs, and whatever else. */
export function samlAttributes(
  pairs: readonly string[],
  more: Readonly<Record<string, string | readonly string[]>> = {},
): Readonly<Record<string, string | readonly string[]>> {
  const all = { RoleSessionName: 'alice@acme.example', SessionDuration: '28800', ...more };
  return Object.fromEntries([
    [`${attribute}Role`, pairs],
    ...Object.entries(all).map(([name, value]) => [`${attribute}${name}`, value]),
  ]);
}

/** The roles that alice has, written as identity providers in the field do: either first, with or without a space. */
export const alicesRoles: readonly string[] = [
  `${samlRole('Developer')},${samlProvider()}`,
  `${samlProvider(samlProd)},${samlRole('ReadOnly', samlProd)}`,
  `${samlRole('Admin')}, ${samlProvider()}`,
  `${samlProvider(samlProd)},${samlRole('team/Deploy', samlProd)}`,
];

/** Two accounts that trust the provider `acme`, one of them with roles that ask for more than an assertion. */
export function samlData(provider: Omit<SamlProviderData, 'name'>): SandboxData {
  const acme: SamlProviderData = { name: 'acme', ...provider };
  const trust = (account: string, more: Partial<Statement> = {}): { readonly Statement: Statement } => ({
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: samlProvider(account) },
      Action: 'sts:AssumeRoleWithSAML',
      Condition: { StringEquals: { 'saml:aud': 'https://signin.aws.amazon.com/saml' } },
      ...more,
    },
  });
  const anything: Statement = { Effect: 'Allow', Action: 'sts:*', Resource: '*' };
  return {
    accounts: [
      {
        id: samlMain,
        alias: 'acme-main',
        samlProviders: [acme],
        roles: [
          { name: 'Developer', trust: trust(samlMain), policies: [anything] },
          { name: 'Admin', trust: trust(samlMain), maxSessionDuration: 7200 },
          { name: 'Anywhere', trust: trust(samlMain, { Condition: {} }) },
          {
            name: 'Tagged',
            trust: trust(samlMain, {
              Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:SetSourceIdentity'],
            }),
            policies: [anything],
          },
          {
            name: 'OnlyBob',
            trust: trust(samlMain, { Condition: { StringEquals: { 'saml:sub': 'bob@acme.example' } } }),
          },
          { name: 'AWSReservedSSO_Admin_0123456789abcdef', trust: trust(samlMain) },
          {
            name: 'Next',
            trust: {
              Statement: {
                Effect: 'Allow',
                Principal: { AWS: `arn:aws:iam::${samlMain}:root` },
                Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
              },
            },
          },
        ],
      },
      {
        id: samlProd,
        alias: 'acme-prod',
        samlProviders: [acme],
        roles: [
          { name: 'ReadOnly', trust: trust(samlProd) },
          { name: 'Deploy', path: '/team/', trust: trust(samlProd) },
        ],
      },
    ],
  };
}

/**
 * Writes `~/.aws/config` with a profile for each way to an assertion, and the program of one, which prints what stands in
 * `~/response.txt`.
 */
export async function writeSamlHome(home: string, sandboxUrl: string, loginUrl: string): Promise<void> {
  await mkdir(join(home, '.aws'), { recursive: true, mode: 0o700 });
  const program = join(home, 'print response.sh');
  await writeFile(
    program,
    `#!/bin/sh\necho "not for anybody's eyes: $1" >&2\nexec cat "$HOME/response.txt"\n`,
    {
      mode: 0o700,
    },
  );
  const common = `region = eu-central-1\nendpoint_url = ${sandboxUrl}\n`;
  const profile = (name: string, ...lines: string[]): string =>
    `[profile ${name}]\n${lines.join('\n')}\n${common}\n`;
  const admin = [`role_arn = ${samlRole('Admin')}`, `saml_provider_arn = ${samlProvider()}`];
  const page = `saml_login_url = ${loginUrl}`;
  await writeFile(
    join(home, '.aws', 'config'),
    [
      profile('corp', page),
      profile(
        'corp-dev',
        page,
        `role_arn = ${samlRole('Developer')}`,
        `saml_provider_arn = ${samlProvider()}`,
      ),
      profile('next', `role_arn = ${samlRole('Next')}`, 'source_profile = corp-dev'),
      profile('own-browser', `${page}?${ownBrowserQuery}`, 'saml_method = listener', ...admin),
      profile('program', `saml_process = "${program}" --password EXAMPLEPASSWORD`, ...admin),
      profile('by-hand', 'saml_method = paste'),
    ].join(''),
    { mode: 0o600 },
  );
}
