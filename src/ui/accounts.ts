import type { Session } from '../session/types.ts';
import { accountForReading } from './text/time.ts';

/** A session as VS Code's Accounts menu takes it: the shape of `vscode.AuthenticationSession`. */
export interface Account {
  readonly id: string;
  /** A handle that our own interface takes, never credentials. */
  readonly accessToken: string;
  readonly account: { readonly id: string; readonly label: string };
  /** All that somebody may ask for it by. */
  readonly scopes: readonly string[];
}

/** What became of the accounts: the shape of VS Code's event. */
export interface AccountChanges {
  readonly added: readonly Account[];
  readonly removed: readonly Account[];
  readonly changed: readonly Account[];
}

/**
 * The sessions that stand in the menu: what has credentials or had them. VS Code takes equal labels for one account and
 * signs out of all of it together, so no two are equal. `handleOf` gives the handle of a session's id.
 */
export function accountsOf(
  sessions: readonly Session[],
  handleOf: (session: string) => string,
): readonly Account[] {
  const labels = new Set<string>();
  return sessions
    .filter(({ state }) => state.kind === 'live' || state.kind === 'expired')
    .map((session) => {
      const { id, accountId, roleArn } = session;
      const plain = labelOf(session);
      const label = labels.has(plain) ? `${plain} · ${id.slice(0, 6)}` : plain;
      labels.add(label);
      const scopes = [session.name, accountId, roleArn].filter((word) => word !== undefined);
      return { id, accessToken: handleOf(id), account: { id, label }, scopes };
    });
}

/** VS Code puts the provider's name in brackets behind it: `prod-admin · 1111-2222-3333 (AWS Sessions)`. */
function labelOf({ name, accountId }: Session): string {
  return accountId === undefined ? name : `${name} · ${accountForReading(accountId)}`;
}

/** Those that have all of the scopes, and belong to the account where one is given. */
export function matching(
  accounts: readonly Account[],
  scopes: readonly string[] | undefined,
  account: { readonly label: string } | undefined,
): readonly Account[] {
  return accounts.filter(
    (each) =>
      (scopes ?? []).every((scope) => each.scopes.includes(scope)) &&
      (account === undefined || account.label === each.account.label),
  );
}

/** What is other than before; undefined when nothing is, as when only time has passed. */
export function accountChanges(
  before: readonly Account[],
  after: readonly Account[],
): AccountChanges | undefined {
  const old = new Map(before.map((each) => [each.id, each]));
  const left = new Set(after.map(({ id }) => id));
  const added = after.filter(({ id }) => !old.has(id));
  const removed = before.filter(({ id }) => !left.has(id));
  const changed = after.filter((each) => {
    const was = old.get(each.id);
    return was !== undefined && JSON.stringify(was) !== JSON.stringify(each);
  });
  return added.length + removed.length + changed.length > 0 ? { added, removed, changed } : undefined;
}
