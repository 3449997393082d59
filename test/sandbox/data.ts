import { createPrivateKey, X509Certificate, type JsonWebKey } from 'node:crypto';
import type { KeyStatus } from './accessKeys.ts';
import { readIdentityCenter, type IdentityCenterData } from './identityCenter/data.ts';
import { isLocalIssuer } from './jwks.ts';
import { codeAt, type MfaDevice } from './mfa.ts';
import { isOperator, statementsOf, type PolicyDocument, type Statement } from './policy.ts';
import { readSignIn, type SignInData } from './signin/signin.ts';
import { isPartition, type Partition } from './regions.ts';

/** Everything that the sandbox knows about the world: what a data file holds. */
export interface SandboxData {
  readonly accounts: readonly AccountData[];
  readonly identityCenter?: IdentityCenterData;
  /** The console's sign-in service (`aws login`); absent where there is none. */
  readonly signIn?: SignInData;
  /** What the metadata services of an instance and of a container answer with; absent where there is none. */
  readonly machine?: MachineData;
}

/** The machine that everything runs on. */
export interface MachineData {
  /** ARN of the role of the EC2 instance. */
  readonly instanceRole?: string;
  /** False: an instance that was set up before IMDSv2 and knows no token. */
  readonly instanceTokens?: boolean;
  /** ARN of the role of the container. */
  readonly containerRole?: string;
  /** What the container's endpoint wants as Authorization. */
  readonly containerToken?: string;
}

/** An AWS account. */
export interface AccountData {
  /** 12 digits. */
  readonly id: string;
  readonly alias?: string;
  /** `aws` when absent. */
  readonly partition?: Partition;
  /** The root user, when it has keys. */
  readonly root?: { readonly keys: readonly KeyData[]; readonly mfa?: readonly MfaDevice[] };
  readonly groups?: readonly { readonly name: string; readonly policies: readonly Statement[] }[];
  readonly users?: readonly UserData[];
  readonly roles?: readonly RoleData[];
  /** Policies that users and roles can name. */
  readonly managedPolicies?: readonly { readonly name: string; readonly policies: readonly Statement[] }[];
  readonly oidcProviders?: readonly OidcProviderData[];
  readonly samlProviders?: readonly SamlProviderData[];
}

/** An OpenID Connect provider that an account trusts. */
export interface OidcProviderData {
  /** `https://idp.example`, or `http://127.0.0.1:PORT`; its ARN ends in what follows the scheme. */
  readonly issuer: string;
  /** The audiences that are accepted. */
  readonly clientIds: readonly string[];
  /** What the provider publishes. Absent: they are fetched from the issuer, as AWS does, which must be on this machine. */
  readonly keys?: readonly JsonWebKey[];
}

/** A SAML identity provider that an account trusts: what AWS reads in its metadata document. */
export interface SamlProviderData {
  /** The end of its ARN. */
  readonly name: string;
  readonly entityId: string;
  /** PEM; what it signs with. */
  readonly certificate: string;
  /** PEM; for assertions that are encrypted with the certificate of this key. */
  readonly decryptionKey?: string;
}

/** A long-term access key. */
export interface KeyData {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** ISO 8601 in UTC; some day of 2026 when absent. */
  readonly createdAt?: string;
  /** `Active` when absent. */
  readonly status?: KeyStatus;
}

/** An IAM user. */
export interface UserData {
  readonly name: string;
  /** `/` when absent. */
  readonly path?: string;
  readonly keys: readonly KeyData[];
  readonly mfa?: readonly MfaDevice[];
  /** Names of groups of the same account. */
  readonly groups?: readonly string[];
  /** What the user may do. */
  readonly policies?: readonly Statement[];
  /** Names of managed policies of the same account. */
  readonly attached?: readonly string[];
}

/** An IAM role. */
export interface RoleData {
  readonly name: string;
  /** `/` when absent. */
  readonly path?: string;
  readonly trust: PolicyDocument;
  /** What sessions of the role may do. */
  readonly policies?: readonly Statement[];
  /** Names of managed policies of the same account. */
  readonly attached?: readonly string[];
  /** Seconds, 3600 to 43200; 3600 when absent. */
  readonly maxSessionDuration?: number;
}

/**
 * Reads a data file's JSON. Throws an Error that names the place when something is missing, unknown or would be
 * ignored: a test must not pass because of a condition that nobody evaluates.
 */
export function readData(json: unknown): SandboxData {
  const data = object(json, 'data', ['accounts', 'identityCenter', 'machine', 'signIn']);
  const accounts = array(data['accounts'], 'accounts').map((account, index) =>
    readAccount(account, `accounts[${index}]`),
  );
  unique(
    accounts.map((account) => account.id),
    'account id',
  );
  unique(
    accounts.flatMap(keysOf).map((key) => key.accessKeyId),
    'accessKeyId',
  );
  const { machine, identityCenter, signIn } = data;
  return {
    accounts,
    ...(machine === undefined ? {} : { machine: readMachine(machine) }),
    ...(identityCenter === undefined ? {} : { identityCenter: readIdentityCenter(identityCenter) }),
    ...(signIn === undefined ? {} : { signIn: readSignIn(signIn) }),
  };
}

function readAccount(json: unknown, at: string): AccountData {
  const raw = object(json, at, [
    'id',
    'alias',
    'partition',
    'root',
    'groups',
    'users',
    'roles',
    'managedPolicies',
    'oidcProviders',
    'samlProviders',
  ]);
  const root = raw['root'] === undefined ? undefined : object(raw['root'], `${at}.root`, ['keys', 'mfa']);
  const partition = text(raw['partition'] ?? 'aws', `${at}.partition`, /./);
  if (!isPartition(partition)) {
    throw new Error(`${at}.partition: ${partition} is no partition of AWS's`);
  }
  const groups = each(raw['groups'], `${at}.groups`, (json, at) => {
    const group = object(json, at, ['name', 'policies']);
    return {
      name: text(group['name'], `${at}.name`, namePattern),
      policies: statements(group['policies'], `${at}.policies`),
    };
  });
  return {
    id: text(raw['id'], `${at}.id`, /^\d{12}$/),
    ...(raw['alias'] === undefined
      ? {}
      : { alias: text(raw['alias'], `${at}.alias`, /^[a-z0-9](-?[a-z0-9])*$/) }),
    partition,
    ...(root === undefined
      ? {}
      : {
          root: { keys: keys(root['keys'], `${at}.root.keys`), mfa: devices(root['mfa'], `${at}.root.mfa`) },
        }),
    groups,
    users: each(raw['users'], `${at}.users`, (json, at) =>
      readUser(
        json,
        at,
        groups.map((group) => group.name),
      ),
    ),
    roles: each(raw['roles'], `${at}.roles`, readRole),
    managedPolicies: each(raw['managedPolicies'], `${at}.managedPolicies`, (json, at) => {
      const policy = object(json, at, ['name', 'policies']);
      return {
        name: text(policy['name'], `${at}.name`, namePattern),
        policies: statements(policy['policies'], `${at}.policies`),
      };
    }),
    oidcProviders: each(raw['oidcProviders'], `${at}.oidcProviders`, readProvider),
    samlProviders: each(raw['samlProviders'], `${at}.samlProviders`, readSamlProvider),
  };
}

function readProvider(json: unknown, at: string): OidcProviderData {
  const raw = object(json, at, ['issuer', 'clientIds', 'keys']);
  const issuer = text(
    raw['issuer'],
    `${at}.issuer`,
    /^(https:\/\/[\w.-]+|http:\/\/127\.\d+\.\d+\.\d+:\d+)(\/[\w./-]*)?$/,
  );
  if (raw['keys'] === undefined && !isLocalIssuer(issuer)) {
    throw new Error(`${at}.keys: only those of an issuer on this machine can be fetched`);
  }
  return {
    issuer,
    clientIds: each(raw['clientIds'], `${at}.clientIds`, (id, at) => text(id, at, /^.{1,255}$/)),
    ...(raw['keys'] !== undefined && {
      keys: each(raw['keys'], `${at}.keys`, (key, at) => object(key, at) as JsonWebKey),
    }),
  };
}

function readSamlProvider(json: unknown, at: string): SamlProviderData {
  const raw = object(json, at, ['name', 'entityId', 'certificate', 'decryptionKey']);
  const pem = (name: string, read: (text: string) => unknown): string => {
    const value = text(raw[name], `${at}.${name}`, /^-----BEGIN /);
    read(value); // throws now, not at the first assertion, when it is none
    return value;
  };
  return {
    name: text(raw['name'], `${at}.name`, /^[\w.-]{1,128}$/),
    entityId: text(raw['entityId'], `${at}.entityId`, /^\S{1,1024}$/),
    certificate: pem('certificate', (value) => new X509Certificate(value)),
    ...(raw['decryptionKey'] === undefined
      ? {}
      : { decryptionKey: pem('decryptionKey', (value) => createPrivateKey(value)) }),
  };
}

function readMachine(json: unknown): MachineData {
  const raw = object(json, 'machine', ['instanceRole', 'instanceTokens', 'containerRole', 'containerToken']);
  const optional = (name: string, pattern: RegExp) =>
    raw[name] === undefined ? {} : { [name]: text(raw[name], `machine.${name}`, pattern) };
  return {
    ...optional('instanceRole', /:role\//),
    ...(raw['instanceTokens'] === undefined ? {} : { instanceTokens: raw['instanceTokens'] === true }),
    ...optional('containerRole', /:role\//),
    ...optional('containerToken', /./),
  };
}

function readUser(json: unknown, at: string, groups: readonly string[]): UserData {
  const raw = object(json, at, ['name', 'path', 'keys', 'mfa', 'groups', 'policies', 'attached']);
  const memberOf = each(raw['groups'], `${at}.groups`, (name, at) => text(name, at, namePattern));
  for (const name of memberOf) {
    if (!groups.includes(name)) {
      throw new Error(`${at}.groups: the account has no group ${name}`);
    }
  }
  return {
    name: text(raw['name'], `${at}.name`, namePattern),
    path: text(raw['path'] ?? '/', `${at}.path`, pathPattern),
    keys: keys(raw['keys'], `${at}.keys`),
    mfa: devices(raw['mfa'], `${at}.mfa`),
    groups: memberOf,
    policies: statements(raw['policies'], `${at}.policies`),
    attached: each(raw['attached'], `${at}.attached`, (name, at) => text(name, at, namePattern)),
  };
}

function readRole(json: unknown, at: string): RoleData {
  const raw = object(json, at, ['name', 'path', 'trust', 'policies', 'attached', 'maxSessionDuration']);
  const max = raw['maxSessionDuration'] ?? 3600;
  if (typeof max !== 'number' || !Number.isInteger(max) || max < 3600 || max > 43_200) {
    throw new Error(`${at}.maxSessionDuration: a whole number from 3600 to 43200`);
  }
  const trust = object(raw['trust'], `${at}.trust`, ['Version', 'Statement']);
  const list = Array.isArray(trust['Statement']) ? trust['Statement'] : [trust['Statement']];
  return {
    name: text(raw['name'], `${at}.name`, namePattern),
    path: text(raw['path'] ?? '/', `${at}.path`, pathPattern),
    trust: { Statement: statements(list, `${at}.trust`) },
    policies: statements(raw['policies'], `${at}.policies`),
    attached: each(raw['attached'], `${at}.attached`, (name, at) => text(name, at, namePattern)),
    maxSessionDuration: max,
  };
}

/** IAM's names and paths: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const namePattern = /^[\w+=,.@-]{1,64}$/;
const pathPattern = /^\/([!-~]+\/)?$/;

function keys(json: unknown, at: string): KeyData[] {
  return each(json, at, (json, at) => {
    const raw = object(json, at, ['accessKeyId', 'secretAccessKey', 'createdAt', 'status']);
    const { createdAt, status } = raw;
    return {
      accessKeyId: text(raw['accessKeyId'], `${at}.accessKeyId`, /^\w{16,128}$/),
      secretAccessKey: text(raw['secretAccessKey'], `${at}.secretAccessKey`, /^\S+$/),
      ...(createdAt !== undefined && {
        createdAt: text(createdAt, `${at}.createdAt`, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      }),
      ...(status !== undefined && {
        status: text(status, `${at}.status`, /^(?:Active|Inactive)$/) as KeyStatus,
      }),
    };
  });
}

function devices(json: unknown, at: string): MfaDevice[] {
  return each(json, at, (json, at) => {
    const raw = object(json, at, ['serial', 'seed']);
    const seed = text(raw['seed'], `${at}.seed`, /^[A-Z2-7]+$/);
    codeAt(seed, 0); // throws now, not at the first sign-in, when the seed is too short
    return { serial: text(raw['serial'], `${at}.serial`, /^[\w+=/:,.@-]{9,256}$/), seed };
  });
}

function statements(json: unknown, at: string): Statement[] {
  return each(json, at, (json, at) => {
    const raw = object(json, at, ['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition']);
    text(raw['Effect'], `${at}.Effect`, /^(Allow|Deny)$/);
    if (raw['Action'] === undefined) {
      throw new Error(`${at}.Action is missing`);
    }
    if (raw['Principal'] !== undefined && raw['Principal'] !== '*') {
      object(raw['Principal'], `${at}.Principal`, ['AWS', 'Federated']);
    }
    for (const operator of Object.keys(object(raw['Condition'] ?? {}, `${at}.Condition`))) {
      if (!isOperator(operator)) {
        throw new Error(`${at}.Condition: the sandbox does not know ${operator}`);
      }
    }
    return raw as unknown as Statement;
  });
}

/** A policy that came with a call. Throws an Error when it is not JSON or not a policy that IAM would take. */
export function readPolicy(text: string): readonly Statement[] {
  const document = object(JSON.parse(text), 'policy', ['Version', 'Id', 'Statement']);
  const list = statementsOf(document as unknown as PolicyDocument);
  return statements(list, 'policy.Statement');
}

function keysOf(account: AccountData): readonly KeyData[] {
  return [...(account.root?.keys ?? []), ...(account.users ?? []).flatMap((user) => user.keys)];
}

function each<T>(json: unknown, at: string, read: (item: unknown, at: string) => T): T[] {
  return array(json ?? [], at).map((item, index) => read(item, `${at}[${index}]`));
}

function array(json: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(json)) {
    throw new Error(`${at}: a list is expected`);
  }
  return json;
}

function object(json: unknown, at: string, known?: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Error(`${at}: an object is expected`);
  }
  const stranger = known && Object.keys(json).find((key) => !known.includes(key));
  if (stranger !== undefined) {
    throw new Error(`${at}.${stranger} is unknown to the sandbox`);
  }
  return json as Readonly<Record<string, unknown>>;
}

function text(json: unknown, at: string, pattern: RegExp): string {
  if (typeof json !== 'string' || !pattern.test(json)) {
    throw new Error(`${at}: text that matches ${pattern.source} is expected`);
  }
  return json;
}

function unique(values: readonly string[], what: string): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) {
    throw new Error(`the ${what} ${twice} occurs twice`);
  }
}
