import { randomBytes } from 'node:crypto';
import type { WireRequest } from './signature.ts';
import type { IssuedKeys, Role, World } from './world.ts';

/** An answer of a metadata service. */
export interface MetadataAnswer {
  /** What the journal calls the request. */
  readonly operation: string;
  readonly status: number;
  readonly body: string;
}

const rolePath = '/latest/meta-data/iam/security-credentials/';
const sixHours = 6 * 3600;

/** True for a path of the instance's metadata service or of the container's credential endpoint. */
export function isMetadata(path: string): boolean {
  return path.startsWith('/latest/') || path === '/container/credentials';
}

/**
 * Answers as the metadata service of an EC2 instance and the credential endpoint of a container do.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html,
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export class MetadataServices {
  readonly #world: World;
  readonly #tokens = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  answer(request: WireRequest): MetadataAnswer {
    if (request.path === '/container/credentials') {
      return { operation: 'GetContainerCredentials', ...this.#container(request) };
    }
    if (request.path === '/latest/api/token') {
      return { operation: 'GetInstanceToken', ...this.#token(request) };
    }
    const operation = request.path === rolePath ? 'GetInstanceRole' : 'GetInstanceCredentials';
    return { operation, ...this.#instance(request) };
  }

  #token(request: WireRequest): Omit<MetadataAnswer, 'operation'> {
    const seconds = request.headers.get('x-aws-ec2-metadata-token-ttl-seconds')?.[0];
    const { instanceRole, instanceTokens = true } = this.#world.machine;
    if (!instanceTokens || instanceRole === undefined) {
      return { status: 404, body: 'Not Found' };
    }
    if (request.method !== 'PUT' || request.headers.has('x-forwarded-for')) {
      return { status: request.method === 'PUT' ? 403 : 405, body: '' };
    }
    if (!/^\d{1,5}$/.test(seconds ?? '') || Number(seconds) > sixHours) {
      return { status: 400, body: 'Bad Request' };
    }
    const token = `EXAMPLEIMDS${randomBytes(30).toString('base64url')}==`;
    this.#tokens.add(token);
    this.#world.noteSecret(token);
    return { status: 200, body: token };
  }

  #instance(request: WireRequest): Omit<MetadataAnswer, 'operation'> {
    const { instanceRole, instanceTokens = true } = this.#world.machine;
    const shown = request.headers.get('x-aws-ec2-metadata-token')?.[0] ?? '';
    if (instanceTokens && !this.#tokens.has(shown)) {
      return { status: 401, body: 'Unauthorized' };
    }
    const role = instanceRole === undefined ? undefined : this.#world.role(instanceRole);
    if (role === undefined || !request.path.startsWith(rolePath)) {
      return { status: 404, body: 'Not Found' };
    }
    if (request.path === rolePath) {
      return { status: 200, body: role.name };
    }
    if (request.path !== rolePath + role.name) {
      return { status: 404, body: 'Not Found' };
    }
    const keys = this.#issue(role, 'i-0123456789abcdef0');
    const body = { Code: 'Success', LastUpdated: iso(this.#world.now()), Type: 'AWS-HMAC', ...json(keys) };
    return { status: 200, body: JSON.stringify(body) };
  }

  #container(request: WireRequest): Omit<MetadataAnswer, 'operation'> {
    const { containerRole, containerToken } = this.#world.machine;
    const role = containerRole === undefined ? undefined : this.#world.role(containerRole);
    const shown = request.headers.get('authorization')?.[0];
    if (role === undefined || shown !== containerToken) {
      const refusal = { Code: 'AccessDenied', Message: 'Unauthorized' };
      return { status: role === undefined ? 404 : 401, body: JSON.stringify(refusal) };
    }
    const keys = this.#issue(role, 'task-0123456789');
    return { status: 200, body: JSON.stringify({ RoleArn: role.arn, ...json(keys) }) };
  }

  #issue(role: Role, sessionName: string): IssuedKeys {
    const nothing = {
      mfaAt: undefined,
      sourceIdentity: undefined,
      transitiveTags: new Map<string, string>(),
    };
    return this.#world.issueRole(role, sessionName, sixHours, nothing);
  }
}

function json(keys: IssuedKeys) {
  return {
    AccessKeyId: keys.accessKeyId,
    SecretAccessKey: keys.secretAccessKey,
    Token: keys.sessionToken,
    Expiration: iso(keys.expiresAt),
  };
}

function iso(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
