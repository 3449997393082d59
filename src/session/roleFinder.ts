import { parseArnOwner, parseRoleArn } from '../aws/arn.ts';
import type { Keys } from '../aws/credentials.ts';
import type { CallerIdentity } from '../aws/effects.ts';
import type { Fault } from '../aws/faults.ts';
import type { StsTarget } from '../aws/planModel.ts';
import { combine, namedRoles } from '../aws/roles/assumable.ts';
import type { FoundRole } from '../aws/roles/assumable.ts';
import type { IamApi, IamCaller, IamOwner, IamPage, IamRole, Simulated } from '../aws/roles/iamApi.ts';
import { readPolicy } from '../aws/roles/policyDocument.ts';
import type { PolicyStatement } from '../aws/roles/policyDocument.ts';
import { judgeTrust } from '../aws/roles/trust.ts';
import type { TrustCaller, TrustVerdict } from '../aws/roles/trust.ts';
import { Pace, type PacePorts } from './pace.ts';

/** All that the search asks of the world. */
export interface FinderPorts extends PacePorts {
  readonly iam: IamApi;
  /** GetCallerIdentity. */
  identity(keys: Keys, target: StsTarget, signal: AbortSignal): Promise<CallerIdentity | Fault>;
}

/** Whose roles are looked for. */
export interface FinderCaller {
  readonly keys: Keys;
  readonly sts: StsTarget;
  readonly iam: StsTarget;
  /** ARNs of roles that are known already, from the profiles: they are asked for by name where IAM lists none. */
  readonly known: readonly string[];
}

/** What a search found. Nothing in it is secret. */
export interface Search {
  /** Milliseconds UTC. */
  readonly at: number;
  /** GetCallerIdentity's ARN. */
  readonly caller: string;
  /** By ARN. */
  readonly roles: readonly FoundRole[];
  /** Patterns of role names that the caller's own policies allow, in whatever account. */
  readonly patterns: readonly string[];
  /** Permissions that the caller lacks: without them the search says less. */
  readonly missing: readonly string[];
}

/** How far a search has come: roles listed, then roles asked about. */
export interface SearchProgress {
  readonly stage: 'listing' | 'checking';
  readonly count: number;
}

/** A list that does not end is not IAM's: 1,000 pages are 80,000 roles, far above IAM's quota of an account. */
const mostPages = 1000;

/** SimulatePrincipalPolicy answers for each pair of action and resource; more at once make it slow, not better. */
const rolesAtOnce = 50;

/** IAM takes some ten calls a second and does not publish its limits; Pace slows down when it says so. */
const callsPerSecond = 10;

/**
 * Looks for the roles that a caller can assume, with the caller's own permissions: the account's roles with their trust
 * policies, what the caller's own policies say of them, and what these name in other accounts. A permission that is not
 * there makes the answer poorer, and is named. Never rejects.
 */
export async function findRoles(
  ports: FinderPorts,
  caller: FinderCaller,
  onProgress: (progress: SearchProgress) => void,
  signal: AbortSignal,
): Promise<Search | Fault> {
  const identity = await ports.identity(caller.keys, caller.sts, signal);
  if ('kind' in identity) {
    return identity;
  }
  if (identity.arn.endsWith(':root')) {
    return { kind: 'rootCannotAssume' };
  }
  const asking: Asking = {
    ports,
    pace: new Pace(ports, callsPerSecond),
    caller: { keys: caller.keys, target: caller.iam },
    signal,
    missing: new Set(),
  };
  const listed = await listRoles(asking, onProgress);
  if (isFault(listed)) {
    return listed;
  }
  const self = await whoIs(asking, identity, listed);
  if (isFault(self)) {
    return self;
  }
  const own = await ownPolicies(asking, self);
  if (isFault(own)) {
    return own;
  }
  const named = namedRoles(own);
  // Without a list, what has a name somewhere can still be looked at one by one.
  const roles =
    listed ??
    (await rolesByName(
      asking,
      [...new Set([...caller.known, ...named.arns])].filter(
        (arn) => parseRoleArn(arn)?.accountId === identity.accountId,
      ),
    ));
  if (isFault(roles)) {
    return roles;
  }
  const found = await judge(asking, self, roles, onProgress);
  if (isFault(found)) {
    return found;
  }
  const looked = new Set(roles.map(({ arn }) => arn));
  // Of the own account only what could not be looked at: where IAM lists all, a name that is missing is no role.
  const others = named.arns.filter((arn) =>
    parseRoleArn(arn)?.accountId === identity.accountId ? listed === undefined && !looked.has(arn) : true,
  );
  const result: FoundRole[] = [
    ...found,
    ...others.map((arn) => ({ arn, verdict: 'named', needs: { mfa: false }, unknown: [] }) as const),
  ];
  return {
    at: ports.now(),
    caller: identity.arn,
    roles: result.toSorted((a, b) => (a.arn < b.arn ? -1 : 1)),
    patterns: named.patterns,
    missing: [...asking.missing].sort((a, b) => weightOf(a) - weightOf(b) || (a < b ? -1 : 1)),
  };
}

interface Asking {
  readonly ports: FinderPorts;
  readonly pace: Pace;
  readonly caller: IamCaller;
  readonly signal: AbortSignal;
  /** Gathers the permissions that are not there. */
  readonly missing: Set<string>;
}

/** Who is asking, and the ARN under which IAM has their policies. */
interface Self extends TrustCaller {
  /** Undefined when it cannot be told: a role whose path nobody knows. */
  readonly policySource: string | undefined;
}

/** One call at the pace that IAM takes. Undefined: the permission for it is missing, which is noted. */
async function ask<T>(asking: Asking, call: () => Promise<T | Fault>): Promise<T | Fault | undefined> {
  const answer = await asking.pace.run(call, asking.signal);
  if (isFault(answer) && answer.kind === 'accessDenied') {
    asking.missing.add(answer.action);
    return undefined;
  }
  return answer;
}

/** Every page of a list; undefined as in `ask`. */
async function all<T>(
  asking: Asking,
  get: (marker: string | undefined) => Promise<IamPage<T> | Fault>,
  onPage: (count: number) => void = () => undefined,
): Promise<readonly T[] | Fault | undefined> {
  const items: T[] = [];
  const seen = new Set<string>();
  for (let marker: string | undefined; ;) {
    const at = marker;
    const page = await ask(asking, () => get(at));
    if (page === undefined || isFault(page)) {
      return page;
    }
    items.push(...page.items);
    onPage(items.length);
    if (page.next === undefined) {
      return items;
    }
    if (seen.has(page.next) || seen.size >= mostPages) {
      const { host } = new URL(asking.caller.target.endpoint);
      return { kind: 'notAws', host, status: 200, what: 'other' };
    }
    seen.add(page.next);
    marker = page.next;
  }
}

function listRoles(
  asking: Asking,
  onProgress: (progress: SearchProgress) => void,
): Promise<readonly IamRole[] | Fault | undefined> {
  const { ports, caller, signal } = asking;
  return all(
    asking,
    (marker) => ports.iam.roles(caller, marker, signal),
    (count) => onProgress({ stage: 'listing', count }),
  );
}

/** A session's ARN names its role without the path, so the role itself has to be found. */
async function whoIs(
  asking: Asking,
  { arn, accountId, userId }: CallerIdentity,
  listed: readonly IamRole[] | undefined,
): Promise<Self | Fault> {
  const partition = parseArnOwner(arn)?.partition ?? 'aws';
  const who = { partition, accountId, arn, userId };
  const role = /:assumed-role\/([^/]+)\//.exec(arn)?.[1];
  if (role === undefined) {
    return { ...who, roleArn: undefined, policySource: /:user\//.test(arn) ? arn : undefined };
  }
  const known = listed?.find((each) => parseRoleArn(each.arn)?.name === role)?.arn;
  const { ports, caller, signal } = asking;
  const asked =
    known === undefined ? await ask(asking, () => ports.iam.role(caller, role, signal)) : undefined;
  if (asked !== undefined && isFault(asked)) {
    return asked;
  }
  const found = known ?? asked?.arn;
  // Right for a role without a path; trust policies name most roles so.
  return { ...who, roleArn: found ?? `arn:${partition}:iam::${accountId}:role/${role}`, policySource: found };
}

/** The caller's own policies, as far as they may be read. */
async function ownPolicies(
  asking: Asking,
  self: Self,
): Promise<readonly (readonly PolicyStatement[])[] | Fault> {
  const { ports, caller, signal } = asking;
  const isUser = self.roleArn === undefined;
  const name = (isUser ? self.arn : self.roleArn).split('/').at(-1) ?? '';
  const owners: IamOwner[] = [{ kind: isUser ? 'user' : 'role', name }];
  if (isUser) {
    const groups = await all(asking, (marker) => ports.iam.groups(caller, name, marker, signal));
    if (groups !== undefined && isFault(groups)) {
      return groups;
    }
    owners.push(...(groups ?? []).map((group) => ({ kind: 'group', name: group }) as const));
  }
  const policies: (readonly PolicyStatement[])[] = [];
  const add = (text: string | Fault | undefined): Fault | undefined => {
    if (typeof text === 'object') {
      return text;
    }
    const read = text === undefined ? undefined : readPolicy(text);
    if (read !== undefined) {
      policies.push(read);
    }
    return undefined;
  };
  for (const owner of owners) {
    const inline = await all(asking, (marker) => ports.iam.inlinePolicies(caller, owner, marker, signal));
    const attached = await all(asking, (marker) => ports.iam.attachedPolicies(caller, owner, marker, signal));
    for (const list of [inline, attached]) {
      if (list !== undefined && isFault(list)) {
        return list;
      }
    }
    for (const policy of isList(inline) ? inline : []) {
      const fault = add(await ask(asking, () => ports.iam.inlinePolicy(caller, owner, policy, signal)));
      if (fault) {
        return fault;
      }
    }
    for (const arn of isList(attached) ? attached : []) {
      const fault = add(await ask(asking, () => ports.iam.managedPolicy(caller, arn, signal)));
      if (fault) {
        return fault;
      }
    }
  }
  return policies;
}

async function rolesByName(asking: Asking, arns: readonly string[]): Promise<readonly IamRole[] | Fault> {
  const { ports, caller, signal } = asking;
  const roles: IamRole[] = [];
  for (const arn of arns) {
    const name = parseRoleArn(arn)?.name ?? '';
    const role = await ask(asking, () => ports.iam.role(caller, name, signal));
    if (role !== undefined && isFault(role)) {
      // A profile may name a role that is gone.
      if (role.kind === 'refused' && role.status === 404) {
        continue;
      }
      return role;
    }
    if (role !== undefined) {
      roles.push(role);
    }
  }
  return roles;
}

interface Judged {
  readonly arn: string;
  readonly trust: Exclude<TrustVerdict, { kind: 'no' }>;
}

async function judge(
  asking: Asking,
  self: Self,
  roles: readonly IamRole[],
  onProgress: (progress: SearchProgress) => void,
): Promise<readonly FoundRole[] | Fault> {
  const { ports } = asking;
  const judged: Judged[] = [];
  for (const { arn, trustPolicy } of roles) {
    const policy = readPolicy(trustPolicy);
    const trust = policy && judgeTrust(policy, self, ports.now());
    if (trust !== undefined && trust.kind !== 'no') {
      judged.push({ arn, trust });
    }
  }
  const simulated = new Map<string, Simulated>();
  let count = 0;
  for (const mfa of [false, true]) {
    const group = judged.filter(({ trust }) => trust.needs.mfa === mfa);
    for (let start = 0; start < group.length && self.policySource !== undefined; start += rolesAtOnce) {
      const roleArns = group.slice(start, start + rolesAtOnce).map(({ arn }) => arn);
      onProgress({ stage: 'checking', count });
      const asked = { principalArn: self.policySource, roleArns, mfa };
      const answer = await ask(asking, () => ports.iam.simulate(asking.caller, asked, asking.signal));
      if (answer === undefined) {
        // One refusal is enough: the permission is the same for all of them.
        return judged.flatMap(({ arn, trust }) => combine(arn, trust, undefined) ?? []);
      }
      if (isFault(answer)) {
        return answer;
      }
      for (const each of answer) {
        simulated.set(each.roleArn, each);
      }
      count += roleArns.length;
    }
  }
  return judged.flatMap(({ arn, trust }) => combine(arn, trust, simulated.get(arn)) ?? []);
}

/** What a person should ask for first: without a list there is nothing, without a simulation everything is a perhaps. */
function weightOf(permission: string): number {
  const index = ['iam:ListRoles', 'iam:SimulatePrincipalPolicy', 'iam:GetRole'].indexOf(permission);
  return index === -1 ? 3 : index;
}

/** Of what IAM answers, only faults have a kind. */
function isFault(answer: unknown): answer is Fault {
  return typeof answer === 'object' && answer !== null && !Array.isArray(answer) && 'kind' in answer;
}

function isList<T>(answer: readonly T[] | Fault | undefined): answer is readonly T[] {
  return Array.isArray(answer);
}
