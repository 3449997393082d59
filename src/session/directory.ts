import type { Fault } from '../aws/faults.ts';
import type { Secret } from '../aws/secret.ts';
import type {
  Account,
  IdentityCenterApi,
  Page,
  SignIn,
  SignInToken,
} from '../aws/sources/identityCenterApi.ts';
import { cacheKey } from '../aws/sources/identityCenterToken.ts';
import { Emitter, type Event } from './emitter.ts';
import { Pace, type PacePorts } from './pace.ts';

/** An account, and its roles once they have been listed. */
export interface ListedAccount extends Account {
  readonly roles: readonly string[] | undefined;
}

/** What is known of the accounts below a sign-in. */
export interface Listing {
  /** Ordered by name; undefined before the first listing. */
  readonly accounts: readonly ListedAccount[] | undefined;
  /** True while accounts are being listed. */
  readonly loading: boolean;
  /** Why the last listing of accounts failed. */
  readonly fault: Fault | undefined;
  /** Why the last listing of an account's roles failed, by account. */
  readonly roleFaults: ReadonlyMap<string, Fault>;
}

/** All that the directory asks of the world. */
export interface DirectoryPorts extends PacePorts {
  readonly api: Pick<IdentityCenterApi, 'accounts' | 'roles'>;
  /** A token without asking anybody; `refused` is one that AWS has just turned down. */
  token(signIn: SignIn, refused: Secret | undefined, signal: AbortSignal): Promise<SignInToken | Fault>;
  /** Where listings outlive the window; `set` never rejects. Names of accounts and roles are no secrets. */
  readonly store: { get(key: string): unknown; set(key: string, value: unknown): Promise<void> };
  readonly callsPerSecond?: number;
}

/** How far a listing of everything has come. */
export interface Progress {
  readonly done: number;
  readonly of: number;
}

/** More pages than this are not a list but a portal that turns in circles. */
const mostPages = 1000;

interface Entry {
  readonly signIn: SignIn;
  accounts: Map<string, ListedAccount> | undefined;
  loading: Promise<Fault | undefined> | undefined;
  fault: Fault | undefined;
  readonly roles: Map<string, Promise<Fault | undefined>>;
  readonly roleFaults: Map<string, Fault>;
  /** `accounts` as a list, until they change: 700 rows each look their account up. */
  listed: readonly ListedAccount[] | undefined;
}

/**
 * The accounts and roles that sign-ins give, listed when somebody looks and kept for the next time. Nothing here ever
 * asks a person to sign in.
 */
export class Directory {
  readonly #ports: DirectoryPorts;
  readonly #pace: Pace;
  readonly #entries = new Map<string, Entry>();
  readonly #changes = new Emitter<{ readonly signIn: SignIn; readonly accountId: string | undefined }>();

  constructor(ports: DirectoryPorts) {
    this.#ports = ports;
    this.#pace = new Pace(ports, ports.callsPerSecond);
  }

  /** Fires when a listing changed; `accountId` when it is the roles of one account. */
  get onDidChange(): Event<{ readonly signIn: SignIn; readonly accountId: string | undefined }> {
    return this.#changes.event;
  }

  /** What is known now, from an earlier window too. */
  listing(signIn: SignIn): Listing {
    const entry = this.#of(signIn);
    entry.listed ??= entry.accounts && [...entry.accounts.values()];
    const { listed, loading, fault, roleFaults } = entry;
    return { accounts: listed, loading: loading !== undefined, fault, roleFaults };
  }

  /** One account of the listing. */
  account(signIn: SignIn, accountId: string): ListedAccount | undefined {
    return this.#of(signIn).accounts?.get(accountId);
  }

  /** The name of an account, whichever sign-in it was listed for. */
  nameOf(accountId: string): string | undefined {
    for (const { accounts } of this.#entries.values()) {
      const name = accounts?.get(accountId)?.name;
      if (name !== undefined) {
        return name;
      }
    }
    return undefined;
  }

  /** Lists the accounts anew; roles that are known stay. Joins a listing under way. Never rejects. */
  loadAccounts(signIn: SignIn, signal: AbortSignal): Promise<Fault | undefined> {
    const entry = this.#of(signIn);
    entry.loading ??= this.#loadAccounts(entry, signal).finally(() => {
      entry.loading = undefined;
      this.#changes.fire({ signIn, accountId: undefined });
    });
    return entry.loading;
  }

  /** Lists the roles of one account. Joins a listing under way. Never rejects. */
  loadRoles(signIn: SignIn, accountId: string, signal: AbortSignal): Promise<Fault | undefined> {
    return this.#rolesOf(this.#of(signIn), accountId, true, signal);
  }

  /** Lists every account and every role, at the rate that AWS takes. The first fault ends it. Never rejects. */
  async loadAll(
    signIn: SignIn,
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<Fault | undefined> {
    const failed = await this.loadAccounts(signIn, signal);
    if (failed) {
      return failed;
    }
    const entry = this.#of(signIn);
    const ids = [...(entry.accounts?.keys() ?? [])];
    const stop = new AbortController();
    let done = 0;
    let fault: Fault | undefined;
    onProgress({ done, of: ids.length });
    await Promise.all(
      ids.map(async (id) => {
        const wrong = await this.#rolesOf(entry, id, false, AbortSignal.any([signal, stop.signal]));
        if (wrong && fault === undefined) {
          fault = wrong;
          stop.abort();
        }
        done += 1;
        onProgress({ done, of: ids.length });
      }),
    );
    await this.#store(entry);
    this.#changes.fire({ signIn, accountId: undefined });
    return fault;
  }

  /** Forgets what a sign-in has listed. */
  async forget(signIn: SignIn): Promise<void> {
    const entry = this.#of(signIn);
    entry.accounts = undefined;
    entry.listed = undefined;
    entry.fault = undefined;
    entry.roleFaults.clear();
    await this.#ports.store.set(storeKey(signIn), undefined);
    this.#changes.fire({ signIn, accountId: undefined });
  }

  async #loadAccounts(entry: Entry, signal: AbortSignal): Promise<Fault | undefined> {
    const { signIn } = entry;
    const listed = await this.#all(
      signIn,
      (token, page) => this.#ports.api.accounts(signIn, token, page, signal),
      signal,
    );
    if ('kind' in listed) {
      entry.fault = listed.kind === 'cancelled' ? undefined : listed;
      return listed;
    }
    entry.fault = undefined;
    const before = entry.accounts;
    entry.listed = undefined;
    entry.accounts = new Map(
      listed
        .toSorted((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id))
        .map((account) => [account.id, { ...account, roles: before?.get(account.id)?.roles }]),
    );
    await this.#store(entry);
    return undefined;
  }

  #rolesOf(entry: Entry, accountId: string, alone: boolean, signal: AbortSignal): Promise<Fault | undefined> {
    const under = entry.roles.get(accountId);
    if (under) {
      return under;
    }
    const load = async (): Promise<Fault | undefined> => {
      const fault = await this.#loadRoles(entry, accountId, signal);
      entry.roles.delete(accountId);
      // Of seven hundred accounts in a row, none is written or told by itself.
      if (alone) {
        await this.#store(entry);
        this.#changes.fire({ signIn: entry.signIn, accountId });
      }
      return fault;
    };
    const loading = load();
    entry.roles.set(accountId, loading);
    return loading;
  }

  async #loadRoles(entry: Entry, accountId: string, signal: AbortSignal): Promise<Fault | undefined> {
    const { signIn } = entry;
    const roles = await this.#all(
      signIn,
      (token, page) => this.#ports.api.roles(signIn, token, accountId, page, signal),
      signal,
    );
    if ('kind' in roles) {
      if (roles.kind !== 'cancelled') {
        entry.roleFaults.set(accountId, roles);
      }
      return roles;
    }
    entry.roleFaults.delete(accountId);
    entry.listed = undefined;
    const account = entry.accounts?.get(accountId);
    if (account) {
      entry.accounts?.set(accountId, { ...account, roles: roles.toSorted((a, b) => a.localeCompare(b)) });
    }
    return undefined;
  }

  /** Every page of a list. A token that ends on the way is replaced once, if that takes no person. */
  async #all<T>(
    signIn: SignIn,
    ask: (token: Secret, page: string | undefined) => Promise<Page<T> | Fault>,
    signal: AbortSignal,
  ): Promise<readonly T[] | Fault> {
    const items: T[] = [];
    const seen = new Set<string>();
    let refused: Secret | undefined;
    for (let page: string | undefined; ;) {
      const token = await this.#ports.token(signIn, refused, signal);
      if ('kind' in token) {
        return token;
      }
      const at = page;
      const answer = await this.#pace.run(() => ask(token.accessToken, at), signal);
      if ('kind' in answer) {
        if (answer.kind === 'signInNeeded' && refused === undefined) {
          refused = token.accessToken;
          continue;
        }
        return answer;
      }
      items.push(...answer.items);
      if (answer.next === undefined) {
        return items;
      }
      if (seen.has(answer.next) || seen.size >= mostPages) {
        const host = new URL(signIn.portal).host;
        return { kind: 'notAws', host, status: 200, what: 'other' };
      }
      seen.add(answer.next);
      page = answer.next;
    }
  }

  async #store({ signIn, accounts }: Entry): Promise<void> {
    if (accounts) {
      const value: StoredListing = {
        version: 1,
        startUrl: signIn.startUrl,
        accounts: [...accounts.values()],
      };
      await this.#ports.store.set(storeKey(signIn), value);
    }
  }

  #of(signIn: SignIn): Entry {
    const key = cacheKey(signIn);
    const known = this.#entries.get(key);
    if (known?.signIn.startUrl === signIn.startUrl) {
      return known;
    }
    // A session that now leads elsewhere has other accounts.
    const accounts = readListing(this.#ports.store.get(storeKey(signIn)), signIn);
    const entry: Entry = {
      signIn,
      accounts,
      loading: undefined,
      fault: undefined,
      roles: new Map(),
      roleFaults: new Map(),
      listed: undefined,
    };
    this.#entries.set(key, entry);
    return entry;
  }
}

/** As it is kept. */
interface StoredListing {
  readonly version: 1;
  readonly startUrl: string;
  readonly accounts: readonly ListedAccount[];
}

function storeKey(signIn: SignIn): string {
  return `identityCenter ${cacheKey(signIn)}`;
}

/** Trusts nothing in what was stored: a broken listing is as good as none. */
function readListing(value: unknown, signIn: SignIn): Map<string, ListedAccount> | undefined {
  if (!isObject(value) || value['version'] !== 1 || value['startUrl'] !== signIn.startUrl) {
    return undefined;
  }
  const { accounts } = value;
  if (!Array.isArray(accounts)) {
    return undefined;
  }
  const read = new Map<string, ListedAccount>();
  for (const account of accounts as readonly unknown[]) {
    if (!isObject(account)) {
      return undefined;
    }
    const { id, name, email, roles } = account;
    if (typeof id !== 'string' || typeof name !== 'string' || typeof email !== 'string') {
      return undefined;
    }
    const names = Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : undefined;
    read.set(id, { id, name, email, roles: names });
  }
  return read;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
