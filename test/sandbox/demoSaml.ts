import type { AccountData, SandboxData } from './data.ts';
import { startSamlIdp, type SamlIdp } from './identityProviders/samlIdp.ts';
import { codeAt, stepOf } from './mfa.ts';

/** What a person types at the demo's identity provider; the code is the one of alice's MFA device. */
export const demoSignIn = { user: 'alice', password: 'EXAMPLE-4711' } as const;

/** Roles by account, as the assertion lists them. */
const roles = [
  ['111122223333', 'corp-developer'],
  ['111122223333', 'corp-billing'],
  ['444455556666', 'corp-admin'],
  ['444455556666', 'corp-readonly'],
] as const;

const attribute = 'https://aws.amazon.com/SAML/Attributes';
const providerOf = (account: string): string => `arn:aws:iam::${account}:saml-provider/acme-idp`;

/** Starts the identity provider at which the demo's alice signs in, on this port when it is free. */
export async function startDemoIdp(data: SandboxData, port: number): Promise<SamlIdp> {
  const devices = data.accounts.flatMap(({ users = [] }) => users).find(({ name }) => name === 'alice')?.mfa;
  const seed = devices?.[0]?.seed ?? '';
  const options = {
    person: {
      ...demoSignIn,
      // Other than AWS it takes a code twice: whoever tries the demo need not wait.
      isCode: (code: string) => [-1, 0, 1].some((more) => codeAt(seed, stepOf(Date.now()) + more) === code),
    },
    order: {
      attributes: {
        [`${attribute}/Role`]: roles.map(
          ([account, name]) => `arn:aws:iam::${account}:role/${name},${providerOf(account)}`,
        ),
        [`${attribute}/RoleSessionName`]: 'alice@acme.example',
      },
    },
  };
  return startSamlIdp({ ...options, port }).catch(() => startSamlIdp(options));
}

/** The demo's world with this provider, and the roles that it opens. */
export function withDemoIdp(data: SandboxData, idp: Pick<SamlIdp, 'entityId' | 'certificate'>): SandboxData {
  const grow = (account: AccountData): AccountData => ({
    ...account,
    samlProviders: [{ name: 'acme-idp', entityId: idp.entityId, certificate: idp.certificate }],
    roles: [
      ...(account.roles ?? []),
      ...roles
        .filter(([id]) => id === account.id)
        .map(([id, name]) => ({
          name,
          trust: {
            Statement: {
              Effect: 'Allow',
              Principal: { Federated: providerOf(id) },
              Action: 'sts:AssumeRoleWithSAML',
              Condition: { StringEquals: { 'saml:aud': 'https://signin.aws.amazon.com/saml' } },
            },
          } as const,
          policies: [{ Effect: 'Allow', Action: 'iam:ListAccountAliases', Resource: '*' }] as const,
          maxSessionDuration: 14_400,
        })),
    ],
  });
  return { ...data, accounts: data.accounts.map(grow) };
}
