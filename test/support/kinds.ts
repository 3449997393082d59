import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxData } from '../sandbox/data.ts';
import type { Statement } from '../sandbox/policy.ts';
import type { Idp } from './idp.ts';

const account = '111122223333';
const region = 'eu-central-1';

/** The ARN of a role of this world. */
export const kindsRole = (name: string): string => `arn:aws:iam::${account}:role/${name}`;

/** Who is in the environment. */
export const dora = {
  accessKeyId: 'AKIAEXAMPLEDORA00001',
  secretAccessKey: 'EXAMPLEKEY/dora/q7RzW2mXv9LtYbKp4NcHsJdF',
} as const;

/** What the container's endpoint wants to see. */
export const containerToken = 'Basic EXAMPLECONTAINER+/=';

/** One account with a way in for each kind of profile that needs no person. */
export function kindsData(idp: Idp): SandboxData {
  const allow = (principal: Statement['Principal'], ...actions: string[]): Statement => ({
    Effect: 'Allow',
    ...(principal === undefined ? {} : { Principal: principal }),
    Action: ['sts:AssumeRole', ...actions],
  });
  const name = idp.issuer.replace('https://', '');
  const anything: Statement = { Effect: 'Allow', Action: 'sts:*', Resource: '*' };
  const doraArn = `arn:aws:iam::${account}:user/dora`;
  return {
    accounts: [
      {
        id: account,
        users: [{ name: 'dora', keys: [dora], policies: [anything] }],
        oidcProviders: [{ issuer: idp.issuer, clientIds: ['sts.example'], keys: idp.keys }],
        roles: [
          {
            name: 'Ci',
            trust: {
              Statement: {
                Effect: 'Allow',
                Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${name}` },
                Action: 'sts:AssumeRoleWithWebIdentity',
                Condition: {
                  StringEquals: { [`${name}:aud`]: 'sts.example' },
                  StringLike: { [`${name}:sub`]: 'repo:acme/*' },
                },
              },
            },
            policies: [anything],
            maxSessionDuration: 7200,
          },
          { name: 'Deploy', trust: { Statement: allow({ AWS: kindsRole('Ci') }) } },
          { name: 'Node', trust: { Statement: allow({ AWS: doraArn }) }, policies: [anything] },
          { name: 'Task', trust: { Statement: allow({ AWS: doraArn }) }, policies: [anything] },
          {
            name: 'FromMachine',
            trust: { Statement: allow({ AWS: [kindsRole('Node'), kindsRole('Task'), doraArn] }) },
          },
          {
            name: 'Tagged',
            trust: {
              Statement: {
                ...allow({ AWS: doraArn }, 'sts:TagSession', 'sts:SetSourceIdentity'),
                Condition: {
                  StringEquals: { 'aws:RequestTag/team': 'blue', 'sts:SourceIdentity': 'dora' },
                },
              },
            },
          },
          { name: 'Short', trust: { Statement: allow({ AWS: doraArn }) } },
        ],
      },
    ],
    machine: {
      instanceRole: kindsRole('Node'),
      containerRole: kindsRole('Task'),
      containerToken,
    },
  };
}

/** The variables that say where this world's metadata services are, and who dora is. */
export function kindsEnvironment(sandboxUrl: string): Readonly<Record<string, string>> {
  return {
    AWS_ACCESS_KEY_ID: dora.accessKeyId,
    AWS_SECRET_ACCESS_KEY: dora.secretAccessKey,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: sandboxUrl,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${sandboxUrl}/container/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: containerToken,
  };
}

/**
 * Writes `~/.aws/config` with a profile of each kind, a token of `idp` into `~/jwt`, and the program of the process profile,
 * which prints what stands in `~/process.json`.
 */
export async function writeKindsHome(home: string, sandboxUrl: string, idp: Idp): Promise<void> {
  await mkdir(join(home, '.aws'), { recursive: true, mode: 0o700 });
  await writeFile(join(home, 'jwt'), ` ${idp.token('repo:acme/site', 'sts.example')}\n`, { mode: 0o600 });
  const program = join(home, 'print keys.sh');
  await writeFile(
    program,
    `#!/bin/sh\necho "not for anybody's eyes: $1" >&2\nexec cat "$HOME/process.json"\n`,
    {
      mode: 0o700,
    },
  );
  const common = `region = ${region}\nendpoint_url = ${sandboxUrl}\n`;
  const profile = (name: string, ...lines: string[]): string =>
    `[profile ${name}]\n${lines.join('\n')}\n${common}\n`;
  await writeFile(
    join(home, '.aws', 'config'),
    [
      profile(
        'dora',
        `aws_access_key_id = ${dora.accessKeyId}`,
        `aws_secret_access_key = ${dora.secretAccessKey}`,
      ),
      profile('ci', `role_arn = ${kindsRole('Ci')}`, 'web_identity_token_file = ~/jwt'),
      profile(
        'printed',
        `role_arn = ${kindsRole('Ci')}`,
        'web_identity_token_process = cat jwt',
        'role_session_name = printed',
      ),
      profile('deploy', `role_arn = ${kindsRole('Deploy')}`, 'source_profile = ci'),
      profile('vault', `credential_process = "${program}" --password EXAMPLEPASSWORD`),
      profile('env', `role_arn = ${kindsRole('FromMachine')}`, 'credential_source = Environment'),
      profile('node', `role_arn = ${kindsRole('FromMachine')}`, 'credential_source = Ec2InstanceMetadata'),
      profile('task', `role_arn = ${kindsRole('FromMachine')}`, 'credential_source = EcsContainer'),
      profile(
        'base',
        `role_arn = ${kindsRole('Tagged')}`,
        'credential_source = Environment',
        'session_tags = team=blue,stage=dev',
        'transitive_session_tags = team',
      ),
      profile(
        'tagged',
        'include_profile = base',
        'credential_source = Environment',
        'source_identity = dora',
      ),
      profile(
        'short',
        `role_arn = ${kindsRole('Short')}`,
        'credential_source = Environment',
        'duration_seconds = 28800',
      ),
    ].join(''),
    { mode: 0o600 },
  );
}
