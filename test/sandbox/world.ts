import { createHash, randomBytes } from 'node:crypto';
import { AccessKeys, type AccessKey } from './accessKeys.ts';
import type {
  AccountData,
  KeyData,
  MachineData,
  OidcProviderData,
  RoleData,
  SamlProviderData,
  SandboxData,
  UserData,
} from './data.ts';
import { MfaRegister, type MfaDevice } from './mfa.ts';
import type { PolicyPrincipal, Statement } from './policy.ts';
import type { Partition } from './regions.ts';
import { VirtualDevices } from './virtualDevices.ts';

/** Who makes a call. */
export interface Caller extends PolicyPrincipal {
  readonly kind: 'root' | 'user' | 'role' | 'federated';
  readonly partition: Partition;
  readonly userId: string;
  /** What the identity may do. */
  readonly policies: readonly Statement[];
  /** The devices whose codes this caller can send. */
  readonly mfa: readonly MfaDevice[];
  /** Set for temporary keys. */
  readonly session: Session | undefined;
}

/** What AWS remembers of temporary keys. */
export interface Session {
  readonly sessionToken: string;
  /** Milliseconds. */
  readonly startedAt: number;
  /** Milliseconds, a whole second. */
  readonly expiresAt: number;
  /** When an MFA code was given for it (milliseconds), or undefined. */
  readonly mfaAt: number | undefined;
  readonly sourceIdentity: string | undefined;
  /** Tags that a session made from this one inherits, by key. */
  readonly transitiveTags: ReadonlyMap<string, string>;
  /** True for a session that was made with another one. */
  readonly chained?: boolean;
  /** What the session may do at most; absent when nothing narrows it. */
  readonly policies?: readonly Statement[] | undefined;
}

/** What a new session is told. */
export type NewSession = Pick<
  Session,
  'mfaAt' | 'sourceIdentity' | 'transitiveTags' | 'policies' | 'chained'
>;

/** Temporary keys as they are handed out. */
export interface IssuedKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAt: number;
}

/** A role with its place in the world. */
export interface Role extends RoleData {
  readonly arn: string;
  readonly id: string;
  readonly account: AccountData;
}

/** A SAML provider with its place in the world. */
export interface SamlProvider extends SamlProviderData {
  readonly arn: string;
  readonly account: AccountData;
}

/** Who has policies, as IAM shows it. */
export interface PolicyOwner {
  readonly arn: string;
  /** Undefined when there is no inline policy. */
  readonly inline: readonly Statement[] | undefined;
  /** ARNs. */
  readonly attached: readonly string[];
  /** Names; of a user. */
  readonly groups: readonly string[];
}

interface KnownKey {
  readonly secretAccessKey: string;
  readonly caller: Caller;
}

/** The state behind the operations: who exists, which keys are known, which codes are used up. */
export class World {
  readonly mfa = new MfaRegister();
  readonly devices = new VirtualDevices();
  readonly accessKeys = new AccessKeys();
  readonly #data: SandboxData;
  readonly #clock: () => number;
  readonly #keys = new Map<string, KnownKey>();
  readonly #roles = new Map<string, Role>();
  readonly #secrets = new Set<string>();
  readonly #aliases = new Map<string, string>();
  readonly #messages = new Map<string, string>();
  /** Sessions of these ARNs that started before the moment given are refused; `*` stands for everybody. */
  readonly #revoked = new Map<string, number>();
  #skew = 0;
  #grant: number | undefined;

  constructor(data: SandboxData, clock: () => number) {
    this.#data = data;
    this.#clock = clock;
    for (const account of data.accounts) {
      this.#addAccount(account);
    }
  }

  /** The sandbox's time: milliseconds since 1970 UTC. */
  now(): number {
    return this.#clock() + this.#skew;
  }

  /** Puts the sandbox's clock ahead (negative: behind) by milliseconds. */
  skew(milliseconds: number): void {
    this.#skew = milliseconds;
  }

  /** From now on new sessions live this many seconds whatever is asked; undefined: as asked. */
  grant(seconds: number | undefined): void {
    this.#grant = seconds;
  }

  /** Denies everything to sessions that exist now, as the IAM console's “Revoke active sessions” does. */
  revoke(arn: string): void {
    this.#revoked.set(arn, this.now());
  }

  /** Undoes `skew`, `grant` and `revoke`; deleted keys stay deleted. */
  reset(): void {
    this.#skew = 0;
    this.#grant = undefined;
    this.#revoked.clear();
  }

  isRevoked(caller: Caller): boolean {
    const startedAt = caller.session?.startedAt;
    return (
      startedAt !== undefined &&
      ['*', caller.arn, caller.roleArn].some(
        (arn) => arn !== undefined && startedAt <= (this.#revoked.get(arn) ?? -1),
      )
    );
  }

  /** Makes a key unknown, as deleting it at AWS does. */
  deleteKey(accessKeyId: string): void {
    this.#keys.delete(accessKeyId);
    this.accessKeys.remove(accessKeyId);
  }

  /** Gives somebody who has a key another one, which not every place of AWS knows at once. */
  addKey(
    { accessKeyId, secretAccessKey }: KeyData,
    owner: AccessKey['owner'],
    createdAt: AccessKey['createdAt'],
  ): void {
    const known = [...this.#keys.values()].find(
      ({ caller }) => caller.session === undefined && caller.arn === owner,
    );
    if (known === undefined) {
      throw new Error(`${owner} has no key to begin with`);
    }
    this.#keys.set(accessKeyId, { secretAccessKey, caller: known.caller });
    this.accessKeys.add({ accessKeyId, owner, status: 'Active', createdAt }, true);
    this.noteSecret(secretAccessKey);
  }

  key(accessKeyId: string): KnownKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  role(arn: string): Role | undefined {
    return this.#roles.get(arn);
  }

  /** Somebody who could be signed in to the console: a user, a root user, or a session of a role, by ARN. */
  person(arn: string): Omit<Caller, 'session'> | undefined {
    const owner = [...this.#keys.values()].find(
      ({ caller }) => caller.session === undefined && caller.arn === arn,
    );
    const [, partition, accountId, roleName, sessionName] =
      /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\/([^/]+)$/.exec(arn) ?? [];
    const role = [...this.#roles.values()].find(
      ({ account, name }) => account.id === accountId && name === roleName,
    );
    if (role === undefined || partition !== (role.account.partition ?? 'aws') || sessionName === undefined) {
      return owner?.caller;
    }
    return {
      kind: 'role',
      partition,
      accountId: role.account.id,
      arn,
      roleArn: role.arn,
      userId: `${role.id}:${sessionName}`,
      policies: policiesOfRole(role),
      mfa: [],
    };
  }

  /** The roles of an account. */
  rolesOf(accountId: string): readonly Role[] {
    return [...this.#roles.values()].filter((role) => role.account.id === accountId);
  }

  /** A user, role or group with the policies that IAM shows of it. */
  policyOwner(accountId: string, kind: 'user' | 'role' | 'group', name: string): PolicyOwner | undefined {
    const account = this.account(accountId);
    const found = account?.[`${kind}s`]?.find((each) => each.name === name);
    if (account === undefined || found === undefined) {
      return undefined;
    }
    const arn = `arn:${account.partition ?? 'aws'}:iam::${account.id}`;
    const { policies = [] } = found;
    return {
      arn: `${arn}:${kind}${('path' in found ? found.path : undefined) ?? '/'}${name}`,
      inline: policies.length === 0 ? undefined : policies,
      attached: ('attached' in found ? (found.attached ?? []) : []).map((one) => `${arn}:policy/${one}`),
      groups: 'groups' in found ? (found.groups ?? []) : [],
    };
  }

  /** The statements of a managed policy. */
  managedPolicy(arn: string): readonly Statement[] | undefined {
    const [, account = '', name] = /^arn:[\w-]+:iam::(\d{12}):policy\/(.+)$/.exec(arn) ?? [];
    return this.account(account)?.managedPolicies?.find((policy) => policy.name === name)?.policies;
  }

  /** All that a user or a role may do, by ARN. */
  policiesOf(arn: string): readonly Statement[] | undefined {
    const user = [...this.#keys.values()].find(({ caller }) => caller.kind === 'user' && caller.arn === arn);
    const role = this.#roles.get(arn);
    return user?.caller.policies ?? (role && policiesOfRole(role));
  }

  account(id: string): AccountData | undefined {
    return this.#data.accounts.find((account) => account.id === id);
  }

  /** The name of an account: the data's until it is given another. */
  alias(accountId: string): string | undefined {
    return this.#aliases.get(accountId) ?? this.account(accountId)?.alias;
  }

  setAlias(accountId: string, alias: string): void {
    this.#aliases.set(accountId, alias);
  }

  /** What the metadata services know. */
  get machine(): MachineData {
    return this.#data.machine ?? {};
  }

  /** The provider that a role's account trusts for this issuer. */
  oidcProvider(role: Role, issuer: string): (OidcProviderData & { readonly arn: string }) | undefined {
    const { id, partition = 'aws', oidcProviders = [] } = role.account;
    const provider = oidcProviders.find((candidate) => candidate.issuer === issuer);
    return (
      provider && {
        ...provider,
        arn: `arn:${partition}:iam::${id}:oidc-provider/${issuer.replace(/^https?:\/\//, '')}`,
      }
    );
  }

  /** The SAML provider with this ARN, in whatever account. */
  samlProvider(arn: string): SamlProvider | undefined {
    const [, partition, account = '', name] =
      /^arn:([\w-]+):iam::(\d{12}):saml-provider\/(.+)$/.exec(arn) ?? [];
    const owner = this.account(account);
    const provider = owner?.samlProviders?.find((candidate) => candidate.name === name);
    return owner !== undefined && provider !== undefined && (owner.partition ?? 'aws') === partition
      ? { ...provider, arn, account: owner }
      : undefined;
  }

  /** Makes keys for a session of a role. */
  issueRole(
    role: Role,
    sessionName: string,
    seconds: number,
    session: NewSession,
  ): IssuedKeys & { readonly arn: string; readonly userId: string } {
    const partition = role.account.partition ?? 'aws';
    const who = {
      arn: `arn:${partition}:sts::${role.account.id}:assumed-role/${role.name}/${sessionName}`,
      userId: `${role.id}:${sessionName}`,
    };
    const identity = {
      ...who,
      kind: 'role',
      partition,
      accountId: role.account.id,
      roleArn: role.arn,
      policies: role.policies ?? [],
      mfa: [],
    } as const;
    return { ...this.issue(identity, seconds, session), ...who };
  }

  /** The device of a user (name, ARN) or with this serial; the first when there are several. */
  device(owner: string): MfaDevice | undefined {
    const holders = [...this.#keys.values()]
      .map((key) => key.caller)
      .filter((caller) => caller.session === undefined);
    const holder = holders.find((caller) => caller.arn === owner || caller.arn.endsWith(`/${owner}`));
    return (
      holder?.mfa[0] ?? holders.flatMap((caller) => caller.mfa).find((device) => device.serial === owner)
    );
  }

  /** Encodes what is said about a refused call, so that only who may decode it can read it. */
  encode(message: string): string {
    const encoded = `EXAMPLEMESSAGE-${randomBytes(240).toString('base64url')}`;
    this.#messages.set(encoded, message);
    return encoded;
  }

  /** What `encode` was given; undefined for a message that is none. */
  decode(encoded: string): string | undefined {
    return this.#messages.get(encoded);
  }

  /** Remembers a secret, so that a test can look for it where it must not be. */
  noteSecret(secret: string): void {
    this.#secrets.add(secret);
  }

  secrets(): readonly string[] {
    return [...this.#secrets];
  }

  /** Makes temporary keys for a caller-to-be. They look like a test's and nothing like real ones. */
  issue(identity: Omit<Caller, 'session'>, seconds: number, session: NewSession): IssuedKeys {
    const now = this.now();
    const keys: IssuedKeys = {
      accessKeyId: `ASIAEXAMPLE${base32(randomBytes(9))}`,
      secretAccessKey: `EXAMPLEKEY/${randomBytes(24).toString('base64').slice(0, 29)}`,
      // Long and with every character of Base64, as AWS's are: nobody may cut or re-encode it.
      sessionToken: `EXAMPLETOKEN+/${randomBytes(300).toString('base64')}==`,
      expiresAt: (Math.floor(now / 1000) + (this.#grant ?? seconds)) * 1000,
    };
    this.#keys.set(keys.accessKeyId, {
      secretAccessKey: keys.secretAccessKey,
      caller: {
        ...identity,
        session: { ...session, sessionToken: keys.sessionToken, startedAt: now, expiresAt: keys.expiresAt },
      },
    });
    this.noteSecret(keys.secretAccessKey);
    this.noteSecret(keys.sessionToken);
    return keys;
  }

  #addAccount(account: AccountData): void {
    const partition = account.partition ?? 'aws';
    const arn = `arn:${partition}:iam::${account.id}`;
    const base = { partition, accountId: account.id, roleArn: undefined, session: undefined };
    const add = (
      owner: Pick<UserData, 'keys' | 'mfa'>,
      who: Pick<Caller, 'kind' | 'arn' | 'userId' | 'policies'>,
    ): void => {
      const mfa = this.devices.adopt(who.arn, account.id, owner.mfa ?? []);
      const caller: Caller = { ...base, ...who, mfa };
      for (const { accessKeyId, secretAccessKey, createdAt, status = 'Active' } of owner.keys) {
        this.#keys.set(accessKeyId, { secretAccessKey, caller });
        this.accessKeys.add({
          accessKeyId,
          owner: caller.arn,
          status,
          createdAt: Date.parse(createdAt ?? '2026-10-01T00:00:00Z'),
        });
        this.noteSecret(secretAccessKey);
      }
      for (const { seed } of owner.mfa ?? []) {
        this.noteSecret(seed);
      }
    };
    if (account.root !== undefined) {
      add(account.root, { kind: 'root', arn: `${arn}:root`, userId: account.id, policies: [] });
    }
    for (const user of account.users ?? []) {
      const userArn = `${arn}:user${user.path ?? '/'}${user.name}`;
      const groups = (account.groups ?? []).filter((group) => user.groups?.includes(group.name));
      add(user, {
        kind: 'user',
        arn: userArn,
        userId: uniqueId('AIDA', userArn),
        policies: [
          ...(user.policies ?? []),
          ...managed(account, user.attached),
          ...groups.flatMap((group) => group.policies),
        ],
      });
    }
    for (const role of account.roles ?? []) {
      const roleArn = `${arn}:role${role.path ?? '/'}${role.name}`;
      this.#roles.set(roleArn, { ...role, arn: roleArn, id: uniqueId('AROA', roleArn), account });
    }
  }
}

function policiesOfRole(role: Role): readonly Statement[] {
  return [...(role.policies ?? []), ...managed(role.account, role.attached)];
}

function managed({ managedPolicies = [] }: AccountData, names: readonly string[] = []): readonly Statement[] {
  return managedPolicies.filter(({ name }) => names.includes(name)).flatMap(({ policies }) => policies);
}

/** IAM's unique ids: a prefix for the kind and 17 characters that stay the same for the same thing. */
function uniqueId(prefix: string, arn: string): string {
  return `${prefix}EXAMPLE${base32(createHash('sha256').update(arn).digest()).slice(0, 10)}`;
}

function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32] ?? '').join('');
}
