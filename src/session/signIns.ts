import type { Fault } from '../aws/faults.ts';
import type { Secret } from '../aws/secret.ts';
import type { IdentityCenterApi, SignIn, SignInToken } from '../aws/sources/identityCenterApi.ts';
import { signInName } from '../aws/sources/identityCenterApi.ts';
import { cacheKey, canRefresh, tokenPhase } from '../aws/sources/identityCenterToken.ts';
import type { Disposable, Event } from './emitter.ts';
import { Flights } from './flights.ts';
import { afterOthers, shareSignIn } from './shareSignIn.ts';
import { TokenShelf, type SignInState, type TokenStore } from './tokenShelf.ts';
import type { Peers } from './types.ts';

/** All that sign-ins ask of the world. */
export interface SignInPorts {
  readonly api: Pick<IdentityCenterApi, 'redeem' | 'logout'>;
  /** Where tokens are kept, shared with the AWS CLI. */
  readonly cache: TokenStore<SignIn, SignInToken>;
  /** Has a person sign in. Never rejects; a cancelled fault when they say no or the signal aborts. */
  authorize(signIn: SignIn, signal: AbortSignal): Promise<SignInToken | Fault>;
  readonly peers: Pick<Peers, 'exclusive'>;
  /** Milliseconds UTC. */
  now(): number;
  setTimer(ms: number, callback: () => void): Disposable;
  /** One line for the log, without a secret. */
  log(line: string): void;
}

/** How a token is wanted. */
export interface TokenWish {
  /** A token that AWS has just turned down: never that one. */
  readonly refused?: Secret | undefined;
  /** True when a person waits for this: they may be asked to sign in. Otherwise nothing is ever opened. */
  readonly interactive: boolean;
}

/** After a refresh that failed, a token that still holds is used as it is for this long, like the AWS CLI does. */
const refreshAgainMs = 60_000;

/**
 * The sign-ins of this host at Identity Center. One person, one sign-in, for any number of callers in any number of
 * windows; the AWS CLI's tokens are used as if they were ours, and ours are where it looks for them.
 */
export class SignIns implements Disposable {
  readonly #ports: SignInPorts;
  readonly #shelf: TokenShelf<SignIn, SignInToken>;
  readonly #flights = new Flights<SignInToken | Fault>({ kind: 'cancelled' });
  /** When a refresh failed last, ms UTC, by sign-in. */
  readonly #refreshFailedAt = new Map<string, number>();

  constructor(ports: SignInPorts) {
    this.#ports = ports;
    this.#shelf = new TokenShelf<SignIn, SignInToken>({
      store: ports.cache,
      idOf: cacheKey,
      markOf: ({ accessToken }) => accessToken.reveal(),
      endOf: ({ expiresAt }) => expiresAt,
      phaseOf: tokenPhase,
      now: () => ports.now(),
      setTimer: (ms, callback) => ports.setTimer(ms, callback),
      log: (line) => ports.log(line),
    });
  }

  /** Fires when the state of a sign-in changed. */
  get onDidChange(): Event<SignIn> {
    return this.#shelf.onDidChange;
  }

  /** What is known now. */
  state(signIn: SignIn): SignInState {
    return this.#shelf.state(signIn);
  }

  /** Looks at the token's file, and from then on whenever it changes. Never rejects. */
  look(signIn: SignIn): Promise<SignInState> {
    return this.#shelf.look(signIn);
  }

  /**
   * A token that AWS takes: the one that is there, a refreshed one, or, when a person may be asked, one from a new
   * sign-in. Never rejects; `signInNeeded` when only a person could help and none may be asked.
   */
  async token(signIn: SignIn, wish: TokenWish, signal: AbortSignal): Promise<SignInToken | Fault> {
    const there = usable(await this.#shelf.read(signIn), wish);
    if (there && this.#shelf.phase(signIn, there) === 'good') {
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
    const token = await afterOthers(this.#ports.peers, lockOf(signIn), async () => {
      const last = await this.#shelf.read(signIn);
      await this.#shelf.remove(signIn);
      return last;
    });
    const fault = token && (await this.#ports.api.logout(signIn, token.accessToken, signal));
    // A token that AWS does not take any more has nothing left to end.
    return fault?.kind === 'signInNeeded' ? undefined : fault;
  }

  dispose(): void {
    this.#flights.abortAll();
    this.#shelf.dispose();
  }

  /** Shares the work under way; who joined work that could not do what they want, does it again. */
  #fly(
    signIn: SignIn,
    wish: TokenWish,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<SignInToken | Fault>,
  ): Promise<SignInToken | Fault> {
    return shareSignIn({ flights: this.#flights, key: cacheKey(signIn), signal, work }, (result) =>
      'kind' in result
        ? result.kind !== 'signInNeeded' || !wish.interactive
        : usable(result, wish) !== undefined,
    );
  }

  async #obtain(signIn: SignIn, wish: TokenWish, signal: AbortSignal): Promise<SignInToken | Fault> {
    return this.#alone(signIn, signal, async () => {
      // Another window, or the AWS CLI, may have got one while this one waited for its turn.
      const there = await this.#shelf.read(signIn);
      const now = this.#ports.now();
      const phase = this.#shelf.phase(signIn, there);
      const held = phase === 'over' || phase === 'refreshable' ? undefined : usable(there, wish);
      if (held && phase === 'good') {
        return held;
      }
      const failedAt = this.#refreshFailedAt.get(cacheKey(signIn));
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
      this.#shelf.end(signIn, there);
      return wish.interactive
        ? this.#authorize(signIn, signal)
        : { kind: 'signInNeeded', signIn: signInName(signIn) };
    });
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
    if ('kind' in result) {
      this.#refreshFailedAt.set(cacheKey(signIn), this.#ports.now());
      return result;
    }
    this.#ports.log('sign-in: refreshed');
    await this.#keep(signIn, result);
    return result;
  }

  async #authorize(signIn: SignIn, signal: AbortSignal): Promise<SignInToken | Fault> {
    const result = await this.#ports.authorize(signIn, signal);
    if (!('kind' in result)) {
      await this.#keep(signIn, result);
    }
    return result;
  }

  /** One window at a time: two would open two browsers. */
  #alone<T>(signIn: SignIn, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#ports.peers.exclusive(lockOf(signIn), signal, work);
  }

  async #keep(signIn: SignIn, token: SignInToken): Promise<void> {
    this.#refreshFailedAt.delete(cacheKey(signIn));
    await this.#shelf.keep(signIn, token);
  }
}

/** The token, unless it is the one that AWS has just turned down. */
function usable(token: SignInToken | undefined, { refused }: TokenWish): SignInToken | undefined {
  return token !== undefined && token.accessToken.reveal() !== refused?.reveal() ? token : undefined;
}

/** What windows take turns by. */
function lockOf(signIn: SignIn): string {
  return `sign-in ${cacheKey(signIn)}`;
}
