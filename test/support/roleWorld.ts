import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxData } from '../sandbox/data.ts';
import type { Statement } from '../sandbox/policy.ts';

const account = '111122223333';

/** The ARN of a role of this world. */
export const worldRole = (name: string): string => `arn:aws:iam::${account}:role/${name}`;

/** The IAM user whose keys everything starts from. */
export const ivy = {
  accessKeyId: 'AKIAEXAMPLEIVY000001',
  secretAccessKey: 'EXAMPLEKEY/ivy/b3VtQ8xZk2LwYpRn7HcJsTdF',
} as const;

/** An account whose owner has the roles `operator` and `auditor`, and a role that wants everything a call can bring. */
export function roleWorld(): SandboxData {
  const trust = (...actions: string[]): { readonly Statement: Statement } => ({
    Statement: {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:user/ivy` },
      Action: ['sts:AssumeRole', ...actions],
    },
  });
  const anything: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };
  return {
    accounts: [
      {
        id: account,
        alias: 'acme-main',
        users: [{ name: 'ivy', keys: [ivy], policies: [anything] }],
        roles: [
          {
            name: 'operator',
            trust: trust(),
            policies: [
              { Effect: 'Allow', Action: ['iam:*', 'ec2:*'], Resource: '*' },
              { Sid: 'NobodyStops', Effect: 'Deny', Action: 'ec2:StopInstances', Resource: '*' },
            ],
          },
          {
            name: 'auditor',
            trust: trust(),
            policies: [
              { Effect: 'Allow', Action: ['sts:DecodeAuthorizationMessage', 'iam:List*'], Resource: '*' },
            ],
          },
          {
            name: 'guarded',
            trust: {
              Statement: {
                ...trust('sts:TagSession', 'sts:SetSourceIdentity').Statement,
                Condition: {
                  StringEquals: {
                    'sts:ExternalId': 'acme-4711',
                    'sts:SourceIdentity': 'ivy',
                    'aws:RequestTag/team': 'blue',
                    'aws:RequestTag/stage': 'dev',
                  },
                },
              },
            },
            policies: [anything],
          },
        ],
      },
    ],
  };
}

/** Writes `~/.aws/config` for this world. */
export async function writeRoleHome(home: string, sandboxUrl: string): Promise<void> {
  await mkdir(join(home, '.aws'), { recursive: true, mode: 0o700 });
  const common = `region = eu-central-1\nendpoint_url = ${sandboxUrl}\n`;
  const role = (name: string): string =>
    `[profile ${name}]\nrole_arn = ${worldRole(name)}\nsource_profile = ivy\n${common}\n`;
  await writeFile(
    join(home, '.aws', 'config'),
    `[profile ivy]\naws_access_key_id = ${ivy.accessKeyId}\naws_secret_access_key = ${ivy.secretAccessKey}\n${common}\n` +
      role('operator') +
      role('auditor'),
    { mode: 0o600 },
  );
}
