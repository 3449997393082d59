import type { SandboxData, SamlProviderData } from '../sandbox/data.ts';
import type { Statement } from '../sandbox/policy.ts';

/** Accounts of this world. */
export const samlMain = '111122223333';
export const samlProd = '444455556666';

/** ARNs of this world. */
export const samlRole = (name: string, account = samlMain): string => `arn:aws:iam::${account}:role/${name}`;
export const samlProvider = (account = samlMain, name = 'acme'): string =>
  `arn:aws:iam::${account}:saml-provider/${name}`;

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
