import type { Credentials } from '../credentials.ts';
import type { Effects } from '../effects.ts';
import type { Fault } from '../faults.ts';
import { Secret } from '../secret.ts';
import { parseInstant } from './givenKeys.ts';
import { machineFault } from './machineFault.ts';

const trouble = machineFault('Environment');

/**
 * `credential_source = Environment`: the variables of the process that we run in, which are those that VS Code was started
 * with. AWS_SECURITY_TOKEN comes before AWS_SESSION_TOKEN, as in the AWS CLI (botocore's EnvProvider).
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html
 */
export function environmentKeys({ env }: Pick<Effects, 'env'>): Credentials | Fault {
  const accessKeyId = env('AWS_ACCESS_KEY_ID');
  const secretAccessKey = env('AWS_SECRET_ACCESS_KEY');
  if (accessKeyId === undefined) {
    return trouble('noVariable', 'AWS_ACCESS_KEY_ID');
  }
  if (secretAccessKey === undefined) {
    return trouble('noVariable', 'AWS_SECRET_ACCESS_KEY');
  }
  const token = env('AWS_SECURITY_TOKEN') ?? env('AWS_SESSION_TOKEN');
  const account = env('AWS_ACCOUNT_ID');
  return {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: token === undefined ? undefined : new Secret(token),
    expiresAt: parseInstant(env('AWS_CREDENTIAL_EXPIRATION') ?? ''),
    accountId: account !== undefined && /^\d{12}$/.test(account) ? account : undefined,
    arn: undefined,
  };
}
