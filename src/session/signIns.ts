import type { Fault } from '../aws/faults.ts';
import type { Secret } from '../aws/secret.ts';
import type { IdentityCenterApi, SignIn, SignInToken } from '../aws/sources/identityCenterApi.ts';
import { signInName } from '../aws/sources/identityCenterApi.ts';
import { cacheKey, canRefresh, tokenPhase } from '../aws/sources/identityCenterToken.ts';
import { Emitter, type Disposable, type Event } from './emitter.ts';
import { errorName } from './errorName.ts';
import { Flights } from './flights.ts';
import type { Peers } from './types.ts';

/** All that sign-ins ask of the world. */
export interface SignInPorts {
  readonly api: Pick<IdentityCenterApi, 'redeem' | 'logout'>;
  /** Where tokens are kept, shared with the AWS CLI. No call rejects. */
  readonly cache: {
    read(signIn: SignIn): Promise<SignInToken | undefined>;
    write(signIn: SignIn, token: SignInToken): Promise<boolean>;
    remove(signIn: SignIn): Promise<boolean>;
    follow(signIn: SignIn, listener: () => void): Disposable;
  };
  /** Has a person sign in. Never rejects; a cancelled fault when they say no or the signal aborts. */
  authorize(signIn: SignIn, signal: AbortSignal): Promise<SignInToken | Fault>;
  readonly peers: Pick<Peers, 'exclusive'>;
  /** Milliseconds UTC. */
  now(): number;
  setTimer(ms: number, callback: () => void): Disposable;
  /** One line for the log, without a secret. */
  log(line: string): void;
}

/** What is known of a sign-in without asking anybody. */
export type SignInState =
  /** Its file has not been looked at yet. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'out' }
  /** Over, but it gets itself a new token when one is needed. */
  | { readonly kind: 'refreshable' }
  /** `until` in milliseconds UTC. */
  | { readonly kind: 'in'; readonly until: number };

/** How a token is wanted. */
export interface TokenWish {
  /** A token that AWS has just turned down: never that one. */
  readonly refused?: Secret | undefined;
  /** True when a person waits for this: they may be asked to sign in. Otherwise nothing is ever opened. */
  readonly interactive: boolean;
}

/** After a refresh that failed, a token that still holds is used as it is for this long, like the AWS CLI does. */
const refreshAgainMs = 60_000;

/** No timer of Node's goes further, milliseconds (2^31 - 1); a sign-in that lasts longer needs none. */
const longestTimerMs = 2_147_483_647;

interface Known {
  token: SignInToken | undefined;
  looked: boolean;
  following: Disposable | undefined;
  timer: Disposable | undefined;
  refreshFailedAt: number | undefined;
  /** The disk refused this one, so it lives here. */
  unwritten: SignInToken | undefined;
  /** The access token of a sign-in that AWS has ended, whatever its file says. */
  ended: string | undefined;
}

/**
 * The sign-ins of this host at Identity Center. One person, one sign-in, for any number of callers in any number of
 * windows; the AWS CLI's tokens are used as if they were ours, and ours are where it looks for them.
 */
export class SignIns implements Disposable {
  readonly #ports: SignInPorts;
  readonly #known = new Map<string, Known>();
  readonly #flights = new Flights<SignInToken | Fault>({ kind: 'cancelled' });
  readonly #changes = new Emitter<SignIn>((error) => this.#ports.log(`sign-in: ${errorName(error)}`));
  #ended = false;

  constructor(ports: SignInPorts) {
    this.#ports = ports;
  }

  /** Fires when the state of a sign-in changed. */
  get onDidChange(): Event<SignIn> {
    return this.#changes.event;
  }

  /** What is known now. */
  state(signIn: SignIn): SignInState {
    const known = this.#known.get(cacheKey(signIn));
    if (known?.looked !== true) {
      return { kind: 'unknown' };
    }
    const { token } = known;
    const ended = token !== undefined && token.accessToken.reveal() === known.ended;
    switch (ended ? 'over' : tokenPhase(token, this.#ports.now())) {
      case 'good':
      case 'ending':
        return { kind: 'in', until: token?.expiresAt ?? 0 };
      case 'refreshable':
        return { kind: 'refreshable' };
      case 'over':
        return { kind: 'out' };
    }
  }

  /** Looks at the token's file, and from then on whenever it changes. Never rejects. */
  async look(signIn: SignIn): Promise<SignInState> {
    const known = this.#of(signIn);
    if (known.following === undefined && !this.#ended) {
      known.following = this.#ports.cache.follow(signIn, () => void this.#read(signIn));
    }
    await this.#read(signIn);
    return this.state(signIn);
  }

  /**
   * A token that AWS takes: the one that is there, a refreshed one, or, when a person may be asked, one from a new
   * sign-in. Never rejects; `signInNeeded` when only a person could help and none may be asked.
   */
  async token(signIn: SignIn, wish: TokenWish, signal: AbortSignal): Promise<SignInToken | Fault> {
    const there = usable(await this.#read(signIn), wish);
    const isGood = tokenPhase(there, this.#ports.now()) === 'good' && this.state(signIn).kind === 'in';
    if (there && isGood) {
      return there;
    }
    return this.#fly(signIn, wish, signal, (aborted) => this.#obtain(signIn, wish, aborted));
  }

  /** Has a person sign in, whatever there is already. Never rejects. */
  async signIn(signIn: SignIn, signal: AbortSignal): Promise<SignInToken | Fault> {
    return this.#fly(signIn, { interactive: true }, signal, (aborted) =>
      this.#alone(signIn, aborted, () => this.#authorize(signIn, aborted)),
    );
  }

  /**
   * Ends a sign-in here and at AWS. The token is gone from this machine whatever AWS says; a fault tells that AWS could
   * not be told. Sessions that were started with it last until their own end.
   */
  async signOut(signIn: SignIn, signal: AbortSignal): Promise<Fault | undefined> {
    this.#flights.abort(cacheKey(signIn));
    const known = this.#of(signIn);
    const token = await this.#read(signIn);
    known.unwritten = undefined;
    await this.#ports.cache.remove(signIn);
    this.#set(signIn, undefined);
    const fault = token && (await this.#ports.api.logout(signIn, token.accessToken, signal));
    // A token that AWS does not take any more has nothing left to end.
    return fault?.kind === 'signInNeeded' ? undefined : fault;
  }

  dispose(): void {
    this.#ended = true;
    this.#flights.abortAll();
    for (const { following, timer } of this.#known.values()) {
      following?.dispose();
      timer?.dispose();
    }
    this.#changes.dispose();
  }

  /** Shares the work under way; who joined work that could not do what they want, does it again. */
  async #fly(
    signIn: SignIn,
    wish: TokenWish,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<SignInToken | Fault>,
  ): Promise<SignInToken | Fault> {
    return this.#flights.share(
      cacheKey(signIn),
      signal,
      async (aborted) => {
        try {
          return await work(aborted);
        } catch (error) {
          return aborted.aborted
            ? { kind: 'cancelled' }
            : { kind: 'internal', message: `sign-in ${errorName(error)}` };
        }
      },
      (result) =>
        'kind' in result
          ? result.kind !== 'signInNeeded' || !wish.interactive
          : usable(result, wish) !== undefined,
    );
  }

  async #obtain(signIn: SignIn, wish: TokenWish, signal: AbortSignal): Promise<SignInToken | Fault> {
    return this.#alone(signIn, signal, async () => {
      // Another window, or the AWS CLI, may have got one while this one waited for its turn.
      const there = await this.#read(signIn);
      const now = this.#ports.now();
      const phase = this.state(signIn).kind === 'out' ? 'over' : tokenPhase(there, now);
      const held = phase === 'over' || phase === 'refreshable' ? undefined : usable(there, wish);
      if (held && phase === 'good') {
        return held;
      }
      const failedAt = this.#of(signIn).refreshFailedAt;
      const tooSoon = held !== undefined && failedAt !== undefined && now - failedAt < refreshAgainMs;
      const refreshed =
        there && phase !== 'over' && !tooSoon ? await this.#refresh(signIn, there, signal) : undefined;
      if (refreshed && !('kind' in refreshed)) {
        return refreshed;
      }
      if (held) {
        return held;
      }
      if (refreshed !== undefined && refreshed.kind !== 'signInNeeded' && refreshed.kind !== 'refused') {
        // AWS was not reached: signing in would not get further.
        return refreshed;
      }
      this.#endedAtAws(signIn, there);
      return wish.interactive
        ? this.#authorize(signIn, signal)
        : { kind: 'signInNeeded', signIn: signInName(signIn) };
    });
  }

  /** Nothing of this token is taken any more: the rows say so, and nobody tries it again. */
  #endedAtAws(signIn: SignIn, token: SignInToken | undefined): void {
    const before = this.state(signIn).kind;
    this.#of(signIn).ended = token?.accessToken.reveal();
    if (before !== this.state(signIn).kind) {
      this.#changes.fire(signIn);
    }
  }

  /** A new token from the refresh token; undefined when there is nothing to refresh with. */
  async #refresh(
    signIn: SignIn,
    token: SignInToken,
    signal: AbortSignal,
  ): Promise<SignInToken | Fault | undefined> {
    if (!canRefresh(token, this.#ports.now())) {
      return undefined;
    }
    const grant = { kind: 'refresh', refreshToken: token.refreshToken } as const;
    const result = await this.#ports.api.redeem(signIn, token.registration, grant, signal);
    if ('pending' in result) {
      return { kind: 'internal', message: 'a refresh cannot be pending' };
    }
    const known = this.#of(signIn);
    if ('kind' in result) {
      known.refreshFailedAt = this.#ports.now();
      return result;
    }
    known.refreshFailedAt = undefined;
    this.#ports.log('sign-in: refreshed');
    await this.#keep(signIn, result);
    return result;
  }

  async #authorize(signIn: SignIn, signal: AbortSignal): Promise<SignInToken | Fault> {
    const result = await this.#ports.authorize(signIn, signal);
    if (!('kind' in result)) {
      this.#of(signIn).refreshFailedAt = undefined;
      await this.#keep(signIn, result);
    }
    return result;
  }

  /** One window at a time: two would open two browsers. */
  #alone<T>(signIn: SignIn, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#ports.peers.exclusive(`sign-in ${cacheKey(signIn)}`, signal, work);
  }

  async #keep(signIn: SignIn, token: SignInToken): Promise<void> {
    const written = await this.#ports.cache.write(signIn, token);
    this.#of(signIn).unwritten = written ? undefined : token;
    if (!written) {
      this.#ports.log('sign-in: the token could not be written, it lasts until this window closes');
    }
    this.#set(signIn, token);
  }

  async #read(signIn: SignIn): Promise<SignInToken | undefined> {
    const token = this.#of(signIn).unwritten ?? (await this.#ports.cache.read(signIn));
    this.#set(signIn, token);
    return token;
  }

  #set(signIn: SignIn, token: SignInToken | undefined): void {
    const known = this.#of(signIn);
    // The first look is no change: whoever looks gets the answer.
    const before = known.looked ? JSON.stringify(this.state(signIn)) : undefined;
    known.looked = true;
    known.token = token;
    known.timer?.dispose();
    const left = token === undefined ? 0 : token.expiresAt - this.#ports.now();
    // Only where somebody looks; what nobody looks at costs no timer.
    known.timer =
      known.following !== undefined && left > 0 && left < longestTimerMs && !this.#ended
        ? this.#ports.setTimer(left, () => this.#changes.fire(signIn))
        : undefined;
    if (before !== undefined && JSON.stringify(this.state(signIn)) !== before) {
      this.#changes.fire(signIn);
    }
  }

  #of(signIn: SignIn): Known {
    const key = cacheKey(signIn);
    const known = this.#known.get(key) ?? {
      token: undefined,
      looked: false,
      following: undefined,
      timer: undefined,
      refreshFailedAt: undefined,
      unwritten: undefined,
      ended: undefined,
    };
    this.#known.set(key, known);
    return known;
  }
}

/** The token, unless it is the one that AWS has just turned down. */
function usable(token: SignInToken | undefined, { refused }: TokenWish): SignInToken | undefined {
  return token !== undefined && token.accessToken.reveal() !== refused?.reveal() ? token : undefined;
}
