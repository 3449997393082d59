import type { Credentials } from '../credentials.ts';
import type { Effects, LocalRequest } from '../effects.ts';
import type { Fault } from '../faults.ts';
import type { Secret } from '../secret.ts';
import { jsonFields, keysFrom } from './givenKeys.ts';
import { bodyOf, machineFault } from './machineFault.ts';

const trouble = machineFault('Ec2InstanceMetadata');

/** Of the AWS CLI: on a machine that is no instance nobody answers, and nobody should wait for that. */
const timeoutMs = 1000;
const tokenSeconds = '21600';
const rolePath = 'latest/meta-data/iam/security-credentials/';

type InstanceEffects = Pick<Effects, 'env' | 'fetchLocal'>;

/**
 * `credential_source = Ec2InstanceMetadata`: the role of the EC2 instance that we run on. A token is fetched first (IMDSv2);
 * where the service knows none, or does not answer in time, it is asked without, unless that is forbidden. The SDK's own
 * provider cannot be cancelled, reads ~/.aws by itself, and invents a later end for credentials that are over.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
 */
export async function instanceKeys(
  effects: InstanceEffects,
  signal: AbortSignal,
): Promise<Credentials | Fault> {
  const { env } = effects;
  if (isTrue(env('AWS_EC2_METADATA_DISABLED'))) {
    return trouble('disabled', 'AWS_EC2_METADATA_DISABLED');
  }
  const base = serviceUrl(env);
  if ('kind' in base) {
    return base;
  }
  const token = await fetchToken(base, effects, signal);
  if (token !== undefined && 'kind' in token) {
    return token;
  }
  const get = async (path: string): Promise<Secret | Fault> => {
    const headers = token === undefined ? {} : { 'x-aws-ec2-metadata-token': token };
    const answer = await effects.fetchLocal(requestFor('GET', new URL(path, base), headers), signal);
    return answer.kind === 'answer' && answer.status === 404
      ? trouble('noRole', base.host)
      : bodyOf(answer, base.host, trouble);
  };
  const role = await get(rolePath);
  if ('kind' in role) {
    return role;
  }
  const name = role.reveal().trim();
  // IAM's characters; anything else is no role's name and must not become a path.
  if (!/^[\w+=,.@-]{1,64}$/.test(name)) {
    return trouble('noRole', base.host);
  }
  const body = await get(rolePath + encodeURIComponent(name));
  if ('kind' in body) {
    return body;
  }
  const fields = jsonFields(body.reveal());
  if (fields === undefined) {
    return trouble('notJson', base.host);
  }
  // The service says with status 200 that it has no keys (`AssumeRoleUnauthorizedAccess`).
  const { Code } = fields;
  if (typeof Code === 'string' && Code !== 'Success') {
    return trouble('refused', /^\w{1,64}$/.test(Code) ? Code : 'Code');
  }
  const keys = keysFrom(fields, { token: 'Token', temporary: true });
  return 'kind' in keys ? trouble('field', keys.kind === 'field' ? keys.name : '') : keys;
}

/** The session token of IMDSv2; undefined where the service is asked without, as the AWS CLI does. */
async function fetchToken(
  base: URL,
  effects: InstanceEffects,
  signal: AbortSignal,
): Promise<Secret | Fault | undefined> {
  const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': tokenSeconds };
  const url = new URL('latest/api/token', base);
  const answer = await effects.fetchLocal(requestFor('PUT', url, headers), signal);
  if (answer.kind === 'answer' && answer.status === 200) {
    // It becomes a header.
    return /^[!-~]+$/.test(answer.body.reveal()) ? answer.body : trouble('badToken', base.host);
  }
  if (answer.kind === 'cancelled') {
    return { kind: 'cancelled' };
  }
  if (answer.kind === 'failed') {
    return trouble('unreachable', `${base.host}, ${answer.code}`);
  }
  if (answer.kind === 'answer' && answer.status === 400) {
    return trouble('refused', 'HTTP 400');
  }
  return isTrue(effects.env('AWS_EC2_METADATA_V1_DISABLED'))
    ? trouble('disabled', 'AWS_EC2_METADATA_V1_DISABLED')
    : undefined;
}

function requestFor(method: 'GET' | 'PUT', url: URL, headers: LocalRequest['headers']): LocalRequest {
  return { method, url: url.href, headers, timeoutMs, attempts: 1 };
}

/** A custom address comes before the mode, as in the AWS CLI. It always ends in a slash, so that paths go below it. */
function serviceUrl(env: Effects['env']): URL | Fault {
  const custom = env('AWS_EC2_METADATA_SERVICE_ENDPOINT');
  const ipv6 = env('AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE')?.toLowerCase() === 'ipv6';
  const text = custom ?? (ipv6 ? 'http://[fd00:ec2::254]/' : 'http://169.254.169.254/');
  const url = URL.canParse(text) ? new URL(text.replace(/\/*$/, '/')) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:'
    ? url
    : trouble('badAddress', 'AWS_EC2_METADATA_SERVICE_ENDPOINT');
}

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}
