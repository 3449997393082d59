import { CreateAccountAliasCommand, IAMClient, ListAccountAliasesCommand } from '@aws-sdk/client-iam';
import type { Credentials } from '@aws-sdk/client-sts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** The names that the account of these keys has: the smallest thing that reads. Rejects with AWS's error. */
export async function readAccountAliases(
  sandbox: Pick<Sandbox, 'url'>,
  keys: Credentials | undefined,
): Promise<readonly string[]> {
  const reply = await client(sandbox, keys).send(new ListAccountAliasesCommand());
  return reply.AccountAliases ?? [];
}

/** Names the account of these keys: the smallest thing that changes something. Rejects with AWS's error. */
export async function writeAccountAlias(
  sandbox: Pick<Sandbox, 'url'>,
  keys: Credentials | undefined,
  AccountAlias: string,
): Promise<void> {
  await client(sandbox, keys).send(new CreateAccountAliasCommand({ AccountAlias }));
}

function client({ url }: Pick<Sandbox, 'url'>, keys: Credentials | undefined): IAMClient {
  return new IAMClient({
    endpoint: url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: {
      accessKeyId: keys?.AccessKeyId ?? '',
      secretAccessKey: keys?.SecretAccessKey ?? '',
      sessionToken: keys?.SessionToken ?? '',
    },
  });
}
