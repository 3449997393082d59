import type { Disposable, Event } from './emitter.ts';
import { Emitter } from './emitter.ts';
import { errorName } from './errorName.ts';

/** What is known of a sign-in without asking anybody. */
export type SignInState =
  /** Its file has not been looked at yet. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'out' }
  /** Over, but it gets itself a new token when one is needed. */
  | { readonly kind: 'refreshable' }
  /** `until` in milliseconds UTC. */
  | { readonly kind: 'in'; readonly until: number };

/** Where tokens are kept, shared with other programs. No call rejects. */
export interface TokenStore<Key, Token> {
  read(key: Key): Promise<Token | undefined>;
  write(key: Key, token: Token): Promise<boolean>;
  remove(key: Key): Promise<boolean>;
  follow(key: Key, listener: () => void): Disposable;
}

/** What a shelf must know of its tokens. */
export interface ShelfParts<Key, Token> {
  readonly store: TokenStore<Key, Token>;
  /** Tells sign-ins apart. */
  idOf(key: Key): string;
  /** Tells one token of a sign-in from the next; a secret of it. */
  markOf(token: Token): string;
  /** Milliseconds UTC. */
  endOf(token: Token): number;
  /** From when on nobody expects the token to get a next one, ms UTC; undefined: nobody knows. It is still tried. */
  lastRefreshOf?(token: Token): number | undefined;
  /** `good` and `ending` hold now; `refreshable` gets a new one. */
  phaseOf(token: Token | undefined, now: number): 'good' | 'ending' | 'refreshable' | 'over';
  /** Milliseconds UTC. */
  now(): number;
  setTimer(ms: number, callback: () => void): Disposable;
  /** One line for the log, without a secret. */
  log(line: string): void;
}

/** No timer of Node's goes further, milliseconds (2^31 - 1); a sign-in that lasts longer needs none. */
const longestTimerMs = 2_147_483_647;

interface Known<Token> {
  token: Token | undefined;
  looked: boolean;
  following: Disposable | undefined;
  timer: Disposable | undefined;
  /** The disk refused this one, so it lives here. */
  unwritten: Token | undefined;
  /** The mark of a token that AWS has ended, whatever its file says. */
  ended: string | undefined;
}

/** The tokens of sign-ins as their files have them: read, kept, looked at, and told about when they change. */
export class TokenShelf<Key, Token> implements Disposable {
  readonly #parts: ShelfParts<Key, Token>;
  readonly #known = new Map<string, Known<Token>>();
  readonly #changes = new Emitter<Key>((error) => this.#parts.log(`sign-in: ${errorName(error)}`));
  #disposed = false;

  constructor(parts: ShelfParts<Key, Token>) {
    this.#parts = parts;
  }

  /** Fires when the state of a sign-in changed. */
  get onDidChange(): Event<Key> {
    return this.#changes.event;
  }

  /** What is known now. */
  state(key: Key): SignInState {
    const known = this.#known.get(this.#parts.idOf(key));
    if (known?.looked !== true) {
      return { kind: 'unknown' };
    }
    const { token } = known;
    switch (this.phase(key, token)) {
      case 'good':
      case 'ending':
        return { kind: 'in', until: token === undefined ? 0 : this.#parts.endOf(token) };
      case 'refreshable':
        return { kind: (this.#changesAt(token).at(-1) ?? 0) > this.#parts.now() ? 'refreshable' : 'out' };
      case 'over':
        return { kind: 'out' };
    }
  }

  /** What a token of this sign-in is good for now; `over` for one that AWS has ended. */
  phase(key: Key, token: Token | undefined): ReturnType<ShelfParts<Key, Token>['phaseOf']> {
    const ended = token !== undefined && this.#parts.markOf(token) === this.#of(key).ended;
    return ended ? 'over' : this.#parts.phaseOf(token, this.#parts.now());
  }

  /** Looks at the token's file, and from then on whenever it changes. Never rejects. */
  async look(key: Key): Promise<SignInState> {
    const known = this.#of(key);
    if (known.following === undefined && !this.#disposed) {
      known.following = this.#parts.store.follow(key, () => void this.read(key));
    }
    await this.read(key);
    return this.state(key);
  }

  /** The token that is there now. Never rejects. */
  async read(key: Key): Promise<Token | undefined> {
    const token = this.#of(key).unwritten ?? (await this.#parts.store.read(key));
    this.#set(key, token);
    return token;
  }

  /** Puts a token in place; one that the disk refuses lasts as long as this window. Never rejects. */
  async keep(key: Key, token: Token): Promise<void> {
    const written = await this.#parts.store.write(key, token);
    this.#of(key).unwritten = written ? undefined : token;
    if (!written) {
      this.#parts.log('sign-in: the token could not be written, it lasts until this window closes');
    }
    this.#set(key, token);
  }

  /** Takes the token away. Never rejects; false when the disk said no. */
  async remove(key: Key): Promise<boolean> {
    this.#of(key).unwritten = undefined;
    const removed = await this.#parts.store.remove(key);
    this.#set(key, undefined);
    return removed;
  }

  /** Nothing of this token is taken any more: the rows say so, and nobody tries it again. */
  end(key: Key, token: Token | undefined): void {
    const before = this.state(key).kind;
    this.#of(key).ended = token && this.#parts.markOf(token);
    if (before !== this.state(key).kind) {
      this.#changes.fire(key);
    }
  }

  dispose(): void {
    this.#disposed = true;
    for (const { following, timer } of this.#known.values()) {
      following?.dispose();
      timer?.dispose();
    }
    this.#changes.dispose();
  }

  #set(key: Key, token: Token | undefined): void {
    const known = this.#of(key);
    // The first look is no change: whoever looks gets the answer.
    const before = known.looked ? JSON.stringify(this.state(key)) : undefined;
    known.looked = true;
    known.token = token;
    this.#await(key, known);
    if (before !== undefined && JSON.stringify(this.state(key)) !== before) {
      this.#changes.fire(key);
    }
  }

  /** When the state of a token changes by itself, ms UTC, the earliest first; infinite where it can always be refreshed. */
  #changesAt(token: Token | undefined): readonly number[] {
    if (token === undefined) {
      return [];
    }
    const end = this.#parts.endOf(token);
    return [end, Math.max(end, this.#parts.lastRefreshOf?.(token) ?? Infinity)];
  }

  /** Tells about the next change that comes with time. */
  #await(key: Key, known: Known<Token>): void {
    known.timer?.dispose();
    const now = this.#parts.now();
    const left = (this.#changesAt(known.token).find((at) => at > now) ?? now) - now;
    // Only where somebody looks; what nobody looks at costs no timer.
    known.timer =
      known.following !== undefined && left > 0 && left < longestTimerMs && !this.#disposed
        ? this.#parts.setTimer(left, () => {
            this.#await(key, known);
            this.#changes.fire(key);
          })
        : undefined;
  }

  #of(key: Key): Known<Token> {
    const id = this.#parts.idOf(key);
    const known = this.#known.get(id) ?? {
      token: undefined,
      looked: false,
      following: undefined,
      timer: undefined,
      unwritten: undefined,
      ended: undefined,
    };
    this.#known.set(id, known);
    return known;
  }
}
