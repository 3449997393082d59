import { createHash } from 'node:crypto';
import { Refusal } from '../refusal.ts';
import { partitionOf } from '../regions.ts';
import type { World } from '../world.ts';
import type { IdentityCenter } from './identityCenter.ts';

/** Rows a page, whatever is asked for: so that nobody gets by without the next one. */
const pageSize = 100;

/** Lets a call in, as the portal does: a token that holds, and not too many calls. */
export function admit(center: IdentityCenter, token: string, counted: boolean): void {
  if (!center.takes(token)) {
    throw new Refusal(401, 'UnauthorizedException', 'Session token not found or invalid');
  }
  if (counted && !center.hasCallsLeft(token)) {
    throw new Refusal(429, 'TooManyRequestsException', 'HTTP 429 Unknown Code');
  }
}

/** ListAccounts. */
export function listAccounts(center: IdentityCenter, query: URLSearchParams): object {
  const { items, nextToken } = page(center.data.accounts, query);
  return {
    accountList: items.map(({ id, name, email }) => ({
      accountId: id,
      accountName: name,
      emailAddress: email,
    })),
    nextToken,
  };
}

/** ListAccountRoles. */
export function listAccountRoles(center: IdentityCenter, query: URLSearchParams): object {
  const accountId = query.get('account_id') ?? '';
  const account = center.data.accounts.find(({ id }) => id === accountId);
  if (account === undefined) {
    throw new Refusal(403, 'ForbiddenException', 'No access');
  }
  const { items, nextToken } = page(account.roles, query);
  return { roleList: items.map((roleName) => ({ roleName, accountId })), nextToken };
}

/** GetRoleCredentials: keys of a role session that the rest of the sandbox takes. */
export function getRoleCredentials(center: IdentityCenter, world: World, query: URLSearchParams): object {
  const accountId = query.get('account_id') ?? '';
  const roleName = query.get('role_name') ?? '';
  const account = center.data.accounts.find(({ id }) => id === accountId);
  if (account?.roles.includes(roleName) !== true) {
    throw new Refusal(403, 'ForbiddenException', 'No access');
  }
  const partition = partitionOf(center.data.region) ?? 'aws';
  const suffix = createHash('sha256').update(`${accountId} ${roleName}`).digest('hex').slice(0, 16);
  const name = `AWSReservedSSO_${roleName}_${suffix}`;
  const keys = world.issue(
    {
      kind: 'role',
      partition,
      accountId,
      arn: `arn:${partition}:sts::${accountId}:assumed-role/${name}/${center.data.user}`,
      roleArn: `arn:${partition}:iam::${accountId}:role/aws-reserved/sso.amazonaws.com/${name}`,
      userId: `AROAEXAMPLE${suffix.slice(0, 10).toUpperCase()}:${center.data.user}`,
      policies: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
      mfa: [],
    },
    3600,
    { mfaAt: undefined, sourceIdentity: undefined, transitiveTags: new Map() },
  );
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = keys;
  return { roleCredentials: { accessKeyId, secretAccessKey, sessionToken, expiration: expiresAt } };
}

function page<T>(
  all: readonly T[],
  query: URLSearchParams,
): { readonly items: readonly T[]; readonly nextToken: string | null } {
  const token = query.get('next_token');
  const start = token === null ? 0 : Number(Buffer.from(token, 'base64url').toString());
  const size = Math.min(pageSize, Number(query.get('max_result') ?? pageSize));
  const end = start + size;
  return {
    items: all.slice(start, end),
    nextToken: end < all.length ? Buffer.from(String(end)).toString('base64url') : null,
  };
}
