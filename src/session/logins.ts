import type { Credentials } from '../aws/credentials.ts';
import type { Fault } from '../aws/faults.ts';
import { wantsSignIn } from '../aws/faults.ts';
import type { LoginSession } from '../aws/planModel.ts';
import type { LoginApi, LoginToken } from '../aws/sources/loginApi.ts';
import { forProfile } from '../aws/sources/loginFaults.ts';
import { lastRefresh, loginPhase } from '../aws/sources/loginToken.ts';
import type { Disposable, Event } from './emitter.ts';
import { Flights } from './flights.ts';
import { shareSignIn } from './shareSignIn.ts';
import { TokenShelf, type SignInState, type TokenStore } from './tokenShelf.ts';
import type { Peers } from './types.ts';

/** Which sign-in; profiles with the same one share its token. */
type Who = Pick<LoginSession, 'arn'>;

/** All that console sign-ins ask of the world. */
export interface LoginPorts {
  readonly api: Pick<LoginApi, 'refresh'>;
  /** Where tokens are kept, shared with the AWS CLI and the SDKs. */
  readonly cache: TokenStore<Who, LoginToken>;
  /**
   * Has a person sign in to the console, as whoever they choose there. `name` is what they call it. Never rejects; a
   * cancelled fault when they say no or the signal aborts.
   */
  authorize(
    login: Pick<LoginSession, 'endpoint' | 'caBundle'>,
    name: string,
    signal: AbortSignal,
  ): Promise<{ readonly arn: string; readonly token: LoginToken } | Fault>;
  readonly peers: Pick<Peers, 'exclusive'>;
  /** Milliseconds UTC. */
  now(): number;
  setTimer(ms: number, callback: () => void): Disposable;
  /** One line for the log, without a secret. */
  log(line: string): void;
}

/** How credentials are wanted. */
export interface LoginWish {
  /** What the person calls it, for what they read. */
  readonly profile: string;
  /** True when a person waits for this: they may be asked to sign in. Otherwise nothing is ever opened. */
  readonly interactive: boolean;
}

/** After a refresh that failed, keys that still hold are used as they are for this long, ms. */
const refreshAgainMs = 30_000;

/**
 * The console sign-ins of this host (`aws login`). One person, one sign-in, for any number of callers in any number of
 * windows; the AWS CLI's tokens are used as if they were ours, and ours are where it looks for them.
 */
export class Logins implements Disposable {
  readonly #ports: LoginPorts;
  readonly #shelf: TokenShelf<Who, LoginToken>;
  readonly #flights = new Flights<LoginToken | Fault>({ kind: 'cancelled' });
  /** When a refresh failed last, ms UTC, by ARN. */
  readonly #refreshFailedAt = new Map<string, number>();

  constructor(ports: LoginPorts) {
    this.#ports = ports;
    this.#shelf = new TokenShelf<Who, LoginToken>({
      store: ports.cache,
      idOf: ({ arn }) => arn,
      markOf: ({ refreshToken }) => refreshToken.reveal(),
      endOf: ({ credentials }) => credentials.expiresAt,
      lastRefreshOf: lastRefresh,
      phaseOf: loginPhase,
      now: () => ports.now(),
      setTimer: (ms, callback) => ports.setTimer(ms, callback),
      log: (line) => ports.log(line),
    });
  }

  /** Fires when the state of a sign-in changed. */
  get onDidChange(): Event<Who> {
    return this.#shelf.onDidChange;
  }

  /** What is known now. */
  state(login: Who): SignInState {
    return this.#shelf.state(login);
  }

  /** Looks at the token's file, and from then on whenever it changes. Never rejects. */
  look(login: Who): Promise<SignInState> {
    return this.#shelf.look(login);
  }

  /**
   * Keys that AWS takes: those that are there, the next ones, or, when a person may be asked, those of a new sign-in.
   * Never rejects; `loginNeeded` when only a person could help and none may be asked.
   */
  async credentials(login: LoginSession, wish: LoginWish, signal: AbortSignal): Promise<Credentials | Fault> {
    const there = await this.#shelf.read(login);
    if (there && this.#shelf.phase(login, there) === 'good') {
      return there.credentials;
    }
    const result = await this.#fly(login, wish, signal, (aborted) => this.#obtain(login, wish, aborted));
    return 'kind' in result ? forProfile(result, wish.profile) : result.credentials;
  }

  /** Has a person sign in, whatever there is already. Undefined when it worked. Never rejects. */
  async signIn(login: LoginSession, profile: string, signal: AbortSignal): Promise<Fault | undefined> {
    const wish = { profile, interactive: true };
    const result = await this.#fly(login, wish, signal, (aborted) =>
      this.#alone(login, aborted, () => this.#authorize(login, profile, aborted)),
    );
    return 'kind' in result ? forProfile(result, profile) : undefined;
  }

  /** Has a person sign in as whoever they are, for a profile that is still to be written: the ARN for it. Never rejects. */
  async signInAnew(
    login: Pick<LoginSession, 'endpoint' | 'caBundle'>,
    profile: string,
    signal: AbortSignal,
  ): Promise<Who | Fault> {
    const result = await this.#ports.authorize(login, profile, signal);
    if ('kind' in result) {
      return forProfile(result, profile);
    }
    const { arn, token } = result;
    await this.#keep({ arn }, token);
    return { arn };
  }

  /**
   * Ends a sign-in on this machine, as `aws logout` does; AWS offers nothing to be told. Sessions that were started with
   * it last until their own end. False when the disk said no.
   */
  async signOut(login: Who): Promise<boolean> {
    this.#flights.abort(login.arn);
    return this.#shelf.remove(login);
  }

  dispose(): void {
    this.#flights.abortAll();
    this.#shelf.dispose();
  }

  /** Shares the work under way; who joined work that was not to ask anybody, does it again. */
  #fly(
    { arn }: Who,
    { interactive }: LoginWish,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<LoginToken | Fault>,
  ): Promise<LoginToken | Fault> {
    return shareSignIn(
      { flights: this.#flights, key: arn, signal, work },
      (result) => !('kind' in result) || !wantsSignIn(result) || !interactive,
    );
  }

  #obtain(login: LoginSession, wish: LoginWish, signal: AbortSignal): Promise<LoginToken | Fault> {
    return this.#alone(login, signal, async () => {
      const silent = await this.#silently(login, signal);
      return 'kind' in silent && wantsSignIn(silent) && wish.interactive
        ? this.#authorize(login, wish.profile, signal)
        : silent;
    });
  }

  /** What can be had without a person. */
  async #silently(login: LoginSession, signal: AbortSignal): Promise<LoginToken | Fault> {
    // Another window, or the AWS CLI, may have got one while this one waited for its turn.
    let there = await this.#shelf.read(login);
    for (;;) {
      const phase = this.#shelf.phase(login, there);
      if (there === undefined || phase === 'over') {
        return { kind: 'loginNeeded', profile: '', why: there === undefined ? 'none' : 'over' };
      }
      if (phase === 'good' || (phase === 'ending' && this.#failedJustNow(login))) {
        return there;
      }
      const refreshed = await this.#ports.api.refresh(login, there, signal);
      if (!('kind' in refreshed)) {
        this.#ports.log('console sign-in: refreshed');
        await this.#keep(login, refreshed);
        return refreshed;
      }
      this.#refreshFailedAt.set(login.arn, this.#ports.now());
      if (phase === 'ending') {
        return there;
      }
      if (!wantsSignIn(refreshed) && refreshed.kind !== 'refused') {
        // AWS was not reached, or says no to this person: signing in would not get further.
        return refreshed;
      }
      // A refresh token of before a refresh of the AWS CLI's is not the last word.
      const now = await this.#shelf.read(login);
      if (now === undefined || now.refreshToken.reveal() === there.refreshToken.reveal()) {
        this.#shelf.end(login, there);
        return wantsSignIn(refreshed) ? refreshed : { kind: 'loginNeeded', profile: '', why: 'over' };
      }
      there = now;
    }
  }

  #failedJustNow({ arn }: Who): boolean {
    const failedAt = this.#refreshFailedAt.get(arn);
    return failedAt !== undefined && this.#ports.now() - failedAt < refreshAgainMs;
  }

  async #authorize(login: LoginSession, profile: string, signal: AbortSignal): Promise<LoginToken | Fault> {
    const result = await this.#ports.authorize(login, profile, signal);
    if ('kind' in result) {
      return result;
    }
    const { arn, token } = result;
    if (arn !== login.arn) {
      // Somebody else's keys under this profile's name would be the worst of surprises.
      return { kind: 'loginOther', profile, wanted: login.arn, got: arn };
    }
    await this.#keep(login, token);
    return token;
  }

  /** One window at a time: two would open two browsers. */
  #alone<T>({ arn }: Who, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#ports.peers.exclusive(`console sign-in ${arn}`, signal, work);
  }

  async #keep(login: Who, token: LoginToken): Promise<void> {
    this.#refreshFailedAt.delete(login.arn);
    await this.#shelf.keep(login, token);
  }
}
