import type { Fault } from '../aws/faults.ts';
import { issuerKey } from '../aws/issuers.ts';
import { claimsOf } from '../aws/jwt.ts';
import type { Issuer } from '../aws/planModel.ts';
import type { Secret } from '../aws/secret.ts';
import type { IssuerApi, IssuerToken, KeptSignIn } from '../aws/sources/issuerApi.ts';
import { endsRefresh, needsPerson } from '../aws/sources/issuerFaults.ts';
import type { Disposable } from './emitter.ts';
import { errorName } from './errorName.ts';
import { Flights } from './flights.ts';
import { afterOthers } from './shareSignIn.ts';
import type { Peers } from './types.ts';

/** How a token is wanted. */
export interface IssuerWish {
  /** A token that AWS has just turned down: never that one. */
  readonly refused?: Secret | undefined;
  /** True when a person waits for this: they may be asked to sign in. Otherwise nothing is ever opened. */
  readonly interactive: boolean;
}

/** All that sign-ins at issuers ask of the world. */
export interface IssuerSignInPorts {
  readonly api: Pick<IssuerApi, 'redeem' | 'revoke'>;
  /** Where refresh tokens are kept. No call rejects; `write` is false when nothing could be kept. */
  readonly store: {
    read(issuer: Issuer): Promise<KeptSignIn | undefined>;
    write(issuer: Issuer, kept: KeptSignIn): Promise<boolean>;
    remove(issuer: Issuer): Promise<void>;
    /** Calls back when what is kept may have changed, in this window or another one. */
    follow(issuer: Issuer, listener: () => void): Disposable;
  };
  /** Has a person sign in. Never rejects; a cancelled fault when they say no or the signal aborts. */
  authorize(issuer: Issuer, signal: AbortSignal): Promise<IssuerToken | Fault>;
  /** The same by VS Code's Microsoft account, which does its own refreshing. Opens nothing unless interactive. */
  account(issuer: Issuer, wish: IssuerWish, signal: AbortSignal): Promise<IssuerToken | Fault>;
  readonly peers: Pick<Peers, 'exclusive'>;
  /** Milliseconds UTC. */
  now(): number;
  /** One line for the log, without a secret. */
  log(line: string): void;
}

/** What is known of a sign-in without asking anybody. */
export type IssuerState =
  | { readonly kind: 'out' }
  /** It gets itself a new token when one is needed. */
  | { readonly kind: 'refreshable' }
  /** `until` in milliseconds UTC. */
  | { readonly kind: 'in'; readonly until: number };

/** A token that ends sooner is not worth sending: AWS compares its end with its own clock. Milliseconds. */
const marginMs = 60_000;

/**
 * The sign-ins of this window at OpenID Connect issuers. ID tokens live in memory until they end, refresh tokens in the
 * store; one person signs in once for any number of callers, and windows take turns, so that a refresh token that works
 * once is not used twice.
 */
export class IssuerSignIns implements Disposable {
  readonly #ports: IssuerSignInPorts;
  readonly #tokens = new Map<string, IssuerToken>();
  /** Sign-ins that the store could not keep: they last until this window closes. */
  readonly #unwritten = new Map<string, KeptSignIn>();
  /** Refreshes that are under way. */
  readonly #refreshing = new Map<string, AbortController>();
  readonly #following = new Map<string, Disposable>();
  readonly #flights = new Flights<IssuerToken | Fault>({ kind: 'cancelled' });

  constructor(ports: IssuerSignInPorts) {
    this.#ports = ports;
  }

  /** What is known now. Never rejects. */
  async state(issuer: Issuer): Promise<IssuerState> {
    const token = this.#good(issuer, {});
    if (token !== undefined) {
      return { kind: 'in', until: token.expiresAt };
    }
    return (await this.#kept(issuer)) === undefined ? { kind: 'out' } : { kind: 'refreshable' };
  }

  /**
   * A token that AWS should take: the one that is there, a refreshed one, or, when a person may be asked, one from a new
   * sign-in. Never rejects; `signInNeeded` when only a person could help and none may be asked.
   */
  async token(issuer: Issuer, wish: IssuerWish, signal: AbortSignal): Promise<IssuerToken | Fault> {
    const there = this.#good(issuer, wish);
    return there ?? this.#share(issuer, wish, signal, (aborted) => this.#obtain(issuer, wish, aborted));
  }

  /** Has a person sign in, whatever there is already. Never rejects. */
  async signIn(issuer: Issuer, signal: AbortSignal): Promise<IssuerToken | Fault> {
    const wish = { interactive: true } as const;
    return this.#share(issuer, wish, signal, (aborted) => this.#ask(issuer, wish, aborted));
  }

  /**
   * Ends a sign-in here and at the issuer. Nothing of it is left on this machine whatever the issuer says; a fault tells
   * that it could not be told. Sessions that were started with it last until their own end.
   */
  async signOut(issuer: Issuer, signal: AbortSignal): Promise<Fault | undefined> {
    const key = issuerKey(issuer);
    this.#flights.abort(key);
    this.#refreshing.get(key)?.abort();
    return afterOthers(this.#ports.peers, lockOf(key), async () => {
      const kept = await this.#kept(issuer);
      await this.#forget(issuer);
      return kept && this.#ports.api.revoke(issuer, kept.refreshToken, signal);
    });
  }

  dispose(): void {
    this.#flights.abortAll();
    this.#refreshing.forEach((refresh) => refresh.abort());
    this.#following.forEach((following) => following.dispose());
    this.#following.clear();
    this.#tokens.clear();
    this.#unwritten.clear();
  }

  async #share(
    issuer: Issuer,
    wish: IssuerWish,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<IssuerToken | Fault>,
  ): Promise<IssuerToken | Fault> {
    const key = issuerKey(issuer);
    return this.#flights.share(
      key,
      signal,
      async (aborted) => {
        try {
          // Two windows would open two browsers, and use one refresh token twice.
          return await this.#ports.peers.exclusive(lockOf(key), aborted, () => work(aborted));
        } catch (error) {
          return aborted.aborted
            ? { kind: 'cancelled' }
            : { kind: 'internal', message: `issuer ${errorName(error)}` };
        }
      },
      (result) =>
        'kind' in result
          ? result.kind !== 'signInNeeded' || !wish.interactive
          : result.idToken.reveal() !== wish.refused?.reveal(),
    );
  }

  async #obtain(issuer: Issuer, wish: IssuerWish, signal: AbortSignal): Promise<IssuerToken | Fault> {
    if (issuer.by === 'microsoft') {
      return this.#fromAccount(issuer, wish, signal);
    }
    const refreshed = await this.#refresh(issuer);
    if (refreshed !== undefined && !('kind' in refreshed && needsPerson(refreshed))) {
      return refreshed;
    }
    return wish.interactive ? this.#ask(issuer, wish, signal) : { kind: 'signInNeeded', signIn: issuer.name };
  }

  /** A new token from the refresh token; undefined when there is none. A refresh token that is over is forgotten. */
  async #refresh(issuer: Issuer): Promise<IssuerToken | Fault | undefined> {
    const kept = await this.#kept(issuer);
    if (kept === undefined) {
      return undefined;
    }
    const key = issuerKey(issuer);
    // Nobody who stops waiting ends it: the issuer may have given the next refresh token already, and the old one is void.
    const ending = new AbortController();
    this.#refreshing.set(key, ending);
    const result = await this.#ports.api
      .redeem(issuer, { kind: 'refresh', ...kept }, ending.signal)
      .finally(() => this.#refreshing.delete(key));
    if ('pending' in result) {
      return { kind: 'internal', message: 'a refresh cannot be pending' };
    }
    if (!('kind' in result)) {
      this.#ports.log('issuer: refreshed');
      await this.#keep(issuer, result);
    } else if (endsRefresh(result)) {
      await this.#forget(issuer);
    }
    return result;
  }

  async #ask(issuer: Issuer, wish: IssuerWish, signal: AbortSignal): Promise<IssuerToken | Fault> {
    if (issuer.by === 'microsoft') {
      return this.#fromAccount(issuer, wish, signal);
    }
    const result = await this.#ports.authorize(issuer, signal);
    if (!('kind' in result)) {
      await this.#keep(issuer, result);
    }
    return result;
  }

  async #fromAccount(issuer: Issuer, wish: IssuerWish, signal: AbortSignal): Promise<IssuerToken | Fault> {
    const result = await this.#ports.account(issuer, wish, signal);
    if (!('kind' in result)) {
      await this.#keep(issuer, result);
    }
    return result;
  }

  async #keep(issuer: Issuer, token: IssuerToken): Promise<void> {
    const key = issuerKey(issuer);
    this.#tokens.set(key, token);
    const subject = claimsOf(token.idToken.reveal())?.subject;
    if (token.refreshToken === undefined || subject === undefined) {
      return;
    }
    const kept = { refreshToken: token.refreshToken, subject };
    const written = await this.#ports.store.write(issuer, kept);
    // A keyring that takes everything and keeps nothing says nothing of it.
    if (written && (await this.#ports.store.read(issuer)) !== undefined) {
      this.#unwritten.delete(key);
      this.#follow(issuer);
    } else {
      this.#unwritten.set(key, kept);
      this.#ports.log('issuer: the sign-in could not be kept, it lasts until this window closes');
    }
  }

  /** Whoever signs out in another window, or signs in there as somebody else, means this one as well. */
  #follow(issuer: Issuer): void {
    const key = issuerKey(issuer);
    if (!this.#following.has(key)) {
      this.#following.set(
        key,
        this.#ports.store.follow(issuer, () => void this.#compare(issuer)),
      );
    }
  }

  async #compare(issuer: Issuer): Promise<void> {
    const key = issuerKey(issuer);
    const before = this.#tokens.get(key);
    const kept = await this.#kept(issuer);
    const isTheirs =
      before?.refreshToken === undefined ||
      claimsOf(before.idToken.reveal())?.subject === kept?.subject ||
      before !== this.#tokens.get(key);
    if (!isTheirs) {
      this.#tokens.delete(key);
    }
  }

  async #forget(issuer: Issuer): Promise<void> {
    const key = issuerKey(issuer);
    this.#tokens.delete(key);
    this.#unwritten.delete(key);
    await this.#ports.store.remove(issuer);
  }

  async #kept(issuer: Issuer): Promise<KeptSignIn | undefined> {
    return this.#unwritten.get(issuerKey(issuer)) ?? (await this.#ports.store.read(issuer));
  }

  /** The token that is there, unless it ends within a minute or is the one that AWS has just turned down. */
  #good(issuer: Issuer, { refused }: Pick<IssuerWish, 'refused'>): IssuerToken | undefined {
    const token = this.#tokens.get(issuerKey(issuer));
    return token !== undefined &&
      token.expiresAt - this.#ports.now() > marginMs &&
      token.idToken.reveal() !== refused?.reveal()
      ? token
      : undefined;
  }
}

/** What windows take turns by. */
function lockOf(key: string): string {
  return `issuer ${key}`;
}
