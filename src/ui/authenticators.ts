import { createHash } from 'node:crypto';
import { Secret } from '../aws/secret.ts';
import type { Authenticator, Seed } from '../aws/seed.ts';
import { Emitter, type Disposable, type Event } from '../session/emitter.ts';
import { inTurn, SecretItems, type Exclusive, type SecretContext } from './secretItems.ts';

/** A stored authenticator as people may see it: everything but its seed. */
export interface AuthenticatorEntry {
  /** The MFA device's ARN or serial number. */
  readonly serial: string;
  /** Who its key URI says it is for; empty when it was added as a bare seed. */
  readonly label: string;
  /** ms UTC. */
  readonly addedAt: number;
}

/** What the vault works with. */
export interface VaultParts {
  readonly context: SecretContext;
  /** Whose items these are; see SecretItems. */
  readonly hostId: Promise<string>;
  readonly exclusive: Exclusive;
  /** One line for the log, without a secret. */
  log(line: string): void;
}

/** An authenticator as it is stored. */
interface Item extends AuthenticatorEntry {
  readonly version: 1;
  readonly secret: string;
  readonly algorithm: Seed['algorithm'];
  readonly digits: Seed['digits'];
  readonly period: number;
}

const listKey = 'authenticators';

/**
 * The seeds of authenticators in SecretStorage, one item a device. Which devices there are also stands in the global
 * state, so that the store is not asked before a code is needed, and so that a seed that the store lost is missed.
 */
export class AuthenticatorVault implements Disposable {
  readonly #parts: VaultParts;
  readonly #changes = new Emitter<string>();
  readonly #items: Promise<SecretItems>;
  /** What this window has added or read: it is put back when the store loses it. */
  readonly #known = new Map<string, Item>();
  /** Ids in the list whose seed the store does not give. */
  readonly #lost = new Set<string>();
  #hostId: string | undefined;
  #listening: Disposable | undefined;
  #disposed = false;

  constructor(parts: VaultParts) {
    this.#parts = parts;
    this.#items = parts.hostId.then((hostId) => this.#open(hostId));
  }

  /** Fires with the device's serial when its authenticator was added, removed, lost or found again; '' for any. */
  get onDidChange(): Event<string> {
    return this.#changes.event;
  }

  /** What is stored on this host, by name; lost ones too. */
  list(): readonly AuthenticatorEntry[] {
    return Object.values(this.#list()).sort((a, b) => a.serial.localeCompare(b.serial));
  }

  /** True when a seed of the device is stored and the store has not failed to give it. */
  has(serial: string): boolean {
    const id = idOf(serial);
    return this.#list()[id] !== undefined && !this.#lost.has(id);
  }

  /** The device's seed; undefined when there is none, or when the store has lost it. Rejects when the store fails. */
  async find(serial: string): Promise<Seed | undefined> {
    const id = idOf(serial);
    const item = await this.#read(id);
    this.#setLost(serial, item === undefined);
    return item && seedOf(item);
  }

  /** Stores a seed, over the device's earlier one. False when the store does not give it back. Rejects when it fails. */
  async add(serial: string, { seed, issuer, account }: Authenticator, now: number): Promise<boolean> {
    const id = idOf(serial);
    const entry = { serial, label: [issuer, account].filter(Boolean).join(': '), addedAt: now };
    const { algorithm, digits, period } = seed;
    const item: Item = { version: 1, ...entry, secret: seed.secret.reveal(), algorithm, digits, period };
    const items = await this.#items;
    await items.write(id, item);
    const stored = readItem(await items.read(id));
    if (stored?.secret !== item.secret) {
      return false;
    }
    this.#known.set(id, item);
    this.#lost.delete(id);
    await this.#setEntry(id, entry);
    this.#changes.fire(serial);
    return true;
  }

  /** Removes a device's seed for good. Rejects when the store fails: then it is still there. */
  async remove(serial: string): Promise<void> {
    const id = idOf(serial);
    this.#known.delete(id);
    await (await this.#items).remove(id);
    this.#lost.delete(id);
    await this.#setEntry(id, undefined);
    this.#changes.fire(serial);
  }

  /** Takes up what the store holds and the list has lost, as after a crash between the two. Never rejects. */
  async reconcile(): Promise<void> {
    try {
      const items = await this.#items;
      for (const id of await items.ids()) {
        const item = this.#list()[id] === undefined ? readItem(await items.read(id)) : undefined;
        if (item && idOf(item.serial) === id) {
          const { serial, label, addedAt } = item;
          await this.#setEntry(id, { serial, label, addedAt });
          this.#changes.fire(serial);
        }
      }
    } catch (error) {
      this.#parts.log(`authenticators not looked through: ${nameOf(error)}`);
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#listening?.dispose();
    this.#changes.dispose();
  }

  #open(hostId: string): SecretItems {
    const family = { name: 'authenticator', version: 1, indexKey: 'authenticatorIndex' };
    const items = new SecretItems(this.#parts.context, family, hostId, this.#parts.exclusive);
    this.#hostId = hostId;
    if (!this.#disposed) {
      this.#listening = items.onDidChange((id) => {
        this.#lost.delete(id);
        this.#changes.fire(this.#list()[id]?.serial ?? '');
      });
      this.#changes.fire('');
    }
    return items;
  }

  async #read(id: string): Promise<Item | undefined> {
    const items = await this.#items;
    if (this.#list()[id] === undefined) {
      // Removed in another window.
      this.#known.delete(id);
    }
    const known = this.#known.get(id);
    let item: Item | undefined;
    try {
      item = readItem(await items.read(id));
    } catch (error) {
      if (!known) {
        throw error;
      }
      this.#parts.log(`authenticator not read, going on with what is in memory: ${nameOf(error)}`);
      return known;
    }
    if (item) {
      this.#known.set(id, item);
      return item;
    }
    if (known) {
      // In a browser each tab stores its own view over the others'.
      this.#parts.log('the store has lost an authenticator, storing it again');
      await items.write(id, known).catch(() => undefined);
    }
    return known;
  }

  #setLost(serial: string, lost: boolean): void {
    const id = idOf(serial);
    if (this.#list()[id] === undefined || this.#lost.has(id) === lost) {
      return;
    }
    if (lost) {
      this.#lost.add(id);
    } else {
      this.#lost.delete(id);
    }
    this.#changes.fire(serial);
  }

  #stateKey(): string {
    return `${listKey}.${this.#hostId ?? ''}`;
  }

  #raw(): Readonly<Record<string, unknown>> {
    return this.#parts.context.globalState.get<Record<string, unknown>>(this.#stateKey(), {});
  }

  /** The entries by id. The state may hold anything, as a later version or another extension host left it. */
  #list(): Readonly<Record<string, AuthenticatorEntry>> {
    const entries = Object.entries(this.#raw()).map(([id, entry]) => [id, readEntry(entry)] as const);
    return Object.fromEntries(entries.filter(isThere));
  }

  async #setEntry(id: string, entry: AuthenticatorEntry | undefined): Promise<void> {
    const write = async (): Promise<void> => {
      // As it stands: what a later version wrote beside ours stays.
      const { [id]: _, ...others } = this.#raw();
      const next = entry === undefined ? others : { ...others, [id]: entry };
      await this.#parts.context.globalState.update(this.#stateKey(), next);
    };
    await inTurn(this.#parts.exclusive, 'authenticators', write);
  }
}

/** A key may hold neither the ARN's characters nor say whose device it is. */
function idOf(serial: string): string {
  return createHash('sha256').update(serial).digest('hex').slice(0, 20);
}

function seedOf({ secret, algorithm, digits, period }: Item): Seed {
  return { secret: new Secret(secret), algorithm, digits, period };
}

function isThere<T>(pair: readonly [string, T | undefined]): pair is readonly [string, T] {
  return pair[1] !== undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function readEntry(value: unknown): AuthenticatorEntry | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const { serial, label, addedAt }: Fields = { ...value };
  return typeof serial === 'string' && typeof label === 'string' && typeof addedAt === 'number'
    ? { serial, label, addedAt }
    : undefined;
}

/** A stored item; undefined when it is broken or of a newer version, which is left as it is. */
function readItem(value: unknown): Item | undefined {
  const entry = readEntry(value);
  if (!entry || typeof value !== 'object') {
    return undefined;
  }
  const { version, secret, algorithm, digits, period }: Fields = { ...value };
  const right =
    version === 1 &&
    typeof secret === 'string' &&
    /^[A-Z2-7]+$/.test(secret) &&
    (algorithm === 'SHA1' || algorithm === 'SHA256' || algorithm === 'SHA512') &&
    (digits === 6 || digits === 7 || digits === 8) &&
    typeof period === 'number' &&
    Number.isInteger(period) &&
    period > 0;
  return right ? { version, ...entry, secret, algorithm, digits, period } : undefined;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
