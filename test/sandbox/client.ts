import { STSClient, type Credentials } from '@aws-sdk/client-sts';
import type { KeyData } from './data.ts';
import type { Sandbox } from './sandbox.ts';

/**
 * AWS's own SDK client for a sandbox, as the independent second signer. One attempt a call, so that a test sees what
 * the sandbox answered first. Takes long-term keys of the data, or the Credentials of an answer.
 */
export function sandboxClient(
  sandbox: Pick<Sandbox, 'url'>,
  keys: KeyData | Credentials | undefined,
  region = 'eu-central-1',
): STSClient {
  return new STSClient({
    endpoint: sandbox.url,
    region,
    maxAttempts: 1,
    credentials: {
      accessKeyId:
        keys === undefined ? '' : 'accessKeyId' in keys ? keys.accessKeyId : (keys.AccessKeyId ?? ''),
      secretAccessKey:
        keys === undefined
          ? ''
          : 'secretAccessKey' in keys
            ? keys.secretAccessKey
            : (keys.SecretAccessKey ?? ''),
      ...(keys !== undefined && 'SessionToken' in keys && keys.SessionToken !== undefined
        ? { sessionToken: keys.SessionToken }
        : {}),
    },
  });
}
