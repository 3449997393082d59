import type { SandboxData } from '../sandbox/data.ts';
import { demoData } from '../sandbox/demo.ts';
import type { OidcIdp } from '../sandbox/identityProviders/oidcIdp.ts';

const account = '444455556666';

/** The role that the issuer opens for alice. */
export const issuerRole = `arn:aws:iam::${account}:role/web-admin`;

/** The demo's world, where the production account trusts this issuer and lets its alice, and nobody else, into a role. */
export function issuerWorld(
  { issuer, clientId }: Pick<OidcIdp, 'issuer' | 'clientId'>,
  data: SandboxData = demoData(),
): SandboxData {
  const provider = issuer.replace(/^https?:\/\//, '');
  const allow = { Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' } as const;
  return {
    ...data,
    accounts: data.accounts.map((each) =>
      each.id === account
        ? {
            ...each,
            oidcProviders: [{ issuer, clientIds: [clientId] }],
            roles: [
              ...(each.roles ?? []),
              {
                name: 'web-admin',
                trust: {
                  Statement: {
                    Effect: 'Allow',
                    Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${provider}` },
                    Action: 'sts:AssumeRoleWithWebIdentity',
                    Condition: {
                      StringEquals: { [`${provider}:aud`]: clientId, [`${provider}:sub`]: 'alice' },
                    },
                  },
                },
                policies: [allow],
                maxSessionDuration: 7200,
              },
            ],
          }
        : each,
    ),
  };
}
