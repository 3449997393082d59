import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { isInstalled, run } from './outletRig.ts';
import type { Ran } from './outletRig.ts';

/** A tool that finds credentials by itself, as people's tools do. */
export interface AwsTool {
  readonly title: string;
  readonly ok: boolean;
  /** It repeats what a failed helper wrote to stderr. */
  readonly repeats: boolean;
  /** Prints `<access key id> <region>` of what it finds, or fails. `sts` is the address of `startEcho`. */
  find(env: Readonly<Record<string, string>>, sts: string): Promise<Ran>;
}

const AWS_SDK = join(import.meta.dirname, '../../node_modules/@aws-sdk/credential-provider-node');

const BOTO3 = `
import boto3
session = boto3.Session()
found = session.get_credentials()
print(found.get_frozen_credentials().access_key if found else 'none', session.region_name or 'us-east-1')
`;

const JAVASCRIPT = `
import { defaultProvider } from '@aws-sdk/credential-provider-node';
try {
  const { accessKeyId } = await defaultProvider({ maxRetries: 0 })();
  console.log(accessKeyId, process.env.AWS_REGION ?? 'us-east-1');
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
`;

/** Those of people's tools that can be here. The AWS CLI comes in two generations. */
export const awsTools: readonly AwsTool[] = [
  cli('the AWS CLI of the PATH', 'aws'),
  cli('the AWS CLI of the system', '/usr/bin/aws'),
  python('boto3', ['python3', '/usr/bin/python3']),
  {
    title: 'the JavaScript SDK',
    ok: existsSync(AWS_SDK),
    // Its chain says “Could not load credentials from any providers” instead.
    repeats: false,
    find: (env) => run(process.execPath, ['--input-type=module', '--eval', JAVASCRIPT], env),
  },
];

/** A service that tells callers which key and region signed their call, in the shape of GetCallerIdentity's answer. */
export async function startEcho(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const [, key, region] =
      /Credential=(\w+)\/\d+\/([\w-]+)\//.exec(request.headers.authorization ?? '') ?? [];
    response.setHeader('Content-Type', 'text/xml');
    response.end(
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
        `<Arn>${key} ${region}</Arn><UserId>x</UserId><Account>111122223333</Account>` +
        `</GetCallerIdentityResult></GetCallerIdentityResponse>`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function cli(title: string, command: string): AwsTool {
  const args = ['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text', '--endpoint-url'];
  return {
    title,
    ok: isInstalled(command),
    repeats: true,
    find: (env, sts) => run(command, [...args, sts], env),
  };
}

/** With the first of the interpreters that has boto3. */
function python(title: string, commands: readonly string[]): AwsTool {
  const command = commands.find((one) => isInstalled(one, ['-c', 'import boto3']));
  return {
    title,
    ok: command !== undefined,
    repeats: true,
    find: (env) => run(command ?? '', ['-c', BOTO3], env),
  };
}
