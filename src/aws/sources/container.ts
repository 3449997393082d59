import type { Credentials } from '../credentials.ts';
import type { Effects } from '../effects.ts';
import type { Fault } from '../faults.ts';
import { isLoopback } from '../loopback.ts';
import { Secret } from '../secret.ts';
import { jsonFields, keysFrom } from './givenKeys.ts';
import { bodyOf, machineFault } from './machineFault.ts';

const trouble = machineFault('EcsContainer');

/** Where ECS answers, and where EKS does: the hosts beside this machine that may be asked without TLS. */
const relativeHost = '169.254.170.2';
const plainHosts: ReadonlySet<string> = new Set([relativeHost, '169.254.170.23', '[fd00:ec2::23]']);

/** Of the AWS CLI's ContainerMetadataFetcher. */
const timeoutMs = 2000;
const attempts = 3;

/** EKS's tokens are JWTs of a few kB. */
const maxTokenBytes = 20_000;

/**
 * `credential_source = EcsContainer`: the endpoint that ECS and EKS name in variables. The SDK's own provider reads the
 * process environment and cannot be cancelled, and it takes no IPv6 loopback, which the AWS CLI does.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export async function containerKeys(
  effects: Pick<Effects, 'env' | 'readFile' | 'fetchLocal'>,
  signal: AbortSignal,
): Promise<Credentials | Fault> {
  const url = addressFrom(effects);
  if ('kind' in url) {
    return url;
  }
  const token = await authorization(effects);
  if (token !== undefined && 'kind' in token) {
    return token;
  }
  const answer = await effects.fetchLocal(
    {
      method: 'GET',
      url: url.href,
      headers: { Accept: 'application/json', ...(token === undefined ? {} : { Authorization: token }) },
      timeoutMs,
      attempts,
    },
    signal,
  );
  const body = bodyOf(answer, url.host, trouble);
  if ('kind' in body) {
    return body;
  }
  const fields = jsonFields(body.reveal());
  const keys = fields && keysFrom(fields, { token: 'Token', temporary: true });
  if (keys === undefined) {
    return trouble('notJson', url.host);
  }
  return 'kind' in keys ? trouble('field', keys.kind === 'field' ? keys.name : '') : keys;
}

/** The relative variable comes first; over plain HTTP only this machine and AWS's own addresses get the token to see. */
function addressFrom({ env }: Pick<Effects, 'env'>): URL | Fault {
  const relative = env('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI');
  const full = env('AWS_CONTAINER_CREDENTIALS_FULL_URI');
  if (relative === undefined && full === undefined) {
    return trouble('noVariable', 'AWS_CONTAINER_CREDENTIALS_FULL_URI');
  }
  const text = relative === undefined ? (full ?? '') : `http://${relativeHost}${relative}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    const name = relative === undefined ? 'FULL_URI' : 'RELATIVE_URI';
    return trouble('badAddress', `AWS_CONTAINER_CREDENTIALS_${name}`);
  }
  return url.protocol === 'https:' || plainHosts.has(url.hostname) || isLoopback(url)
    ? url
    : trouble('hostNotAllowed', url.host);
}

/** The file comes first and is read each time: EKS writes a new token into it. A line break would forge a header. */
async function authorization({
  env,
  readFile,
}: Pick<Effects, 'env' | 'readFile'>): Promise<Secret | Fault | undefined> {
  const file = env('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE');
  const variable = env('AWS_CONTAINER_AUTHORIZATION_TOKEN');
  if (file === undefined) {
    return variable === undefined ? undefined : checked(variable, 'AWS_CONTAINER_AUTHORIZATION_TOKEN');
  }
  const found = await readFile(file, maxTokenBytes);
  return found.kind === 'text'
    ? checked(found.text.reveal(), file)
    : {
        kind: 'tokenFile',
        path: file,
        what: found.kind,
        code: found.kind === 'unreadable' ? found.code : '',
      };
}

function checked(token: string, where: string): Secret | Fault {
  return /^[\t -~]+$/.test(token) ? new Secret(token) : trouble('badToken', where);
}
