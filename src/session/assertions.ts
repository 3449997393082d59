import type { Fault } from '../aws/faults.ts';
import type { AssertionSource } from '../aws/planModel.ts';
import { usableUntil } from '../aws/saml/assertion.ts';
import type { ReadResponse } from '../aws/saml/assertion.ts';
import type { Secret } from '../aws/secret.ts';
import { Emitter, type Disposable, type Event } from './emitter.ts';
import { errorName } from './errorName.ts';
import { Flights } from './flights.ts';
import type { Peers } from './types.ts';

/** Where an assertion comes from, and which profile asks. */
export interface AssertionOrigin {
  readonly profile: string;
  readonly source: AssertionSource;
}

/** How an assertion is wanted. */
export interface AssertionWish {
  /** One that AWS has just turned down, or that the person does not want: never that one. */
  readonly refused?: Secret | undefined;
  /** True when a person waits for this: they may be asked to sign in. Otherwise nothing is ever opened. */
  readonly interactive: boolean;
}

/** An assertion that AWS should take until `until`, milliseconds UTC by our clock. */
export interface HeldAssertion extends ReadResponse {
  readonly until: number;
}

/** All that assertions ask of the world. */
export interface AssertionPorts {
  /** Has an assertion made, and reads it. Never rejects; `signInNeeded` when only a person could and none may be asked. */
  signIn(origin: AssertionOrigin, interactive: boolean, signal: AbortSignal): Promise<ReadResponse | Fault>;
  readonly peers: Pick<Peers, 'exclusive'>;
  /** Milliseconds UTC. */
  now(): number;
  /** How far our clock is ahead of AWS's, ms; undefined while AWS has not been asked. */
  skewMs(): number | undefined;
  setTimer(ms: number, callback: () => void): Disposable;
  /** One line for the log, without a secret. */
  log(line: string): void;
}

/**
 * The SAML assertions of this window. One sign-in for any number of callers, and one assertion for any number of roles
 * while AWS takes it: a few minutes, in memory and nowhere else.
 */
export class Assertions implements Disposable {
  readonly #ports: AssertionPorts;
  readonly #held = new Map<string, { readonly assertion: HeldAssertion; readonly timer: Disposable }>();
  readonly #flights = new Flights<HeldAssertion | Fault>({ kind: 'cancelled' });
  readonly #came = new Emitter<{ readonly origin: AssertionOrigin; readonly assertion: HeldAssertion }>(
    (error) => this.#ports.log(`assertion: ${errorName(error)}`),
  );

  constructor(ports: AssertionPorts) {
    this.#ports = ports;
  }

  /** Fires when a sign-in gave an assertion. */
  get onDidSignIn(): Event<{ readonly origin: AssertionOrigin; readonly assertion: HeldAssertion }> {
    return this.#came.event;
  }

  /** The assertion that is at hand; undefined when there is none, or when AWS would not take it any more. */
  held(origin: AssertionOrigin): HeldAssertion | undefined {
    const { assertion } = this.#held.get(originKey(origin)) ?? {};
    return assertion !== undefined && assertion.until > this.#ports.now() ? assertion : undefined;
  }

  /** An assertion that AWS should take: the one at hand, or one from a new sign-in. Never rejects. */
  async get(
    origin: AssertionOrigin,
    wish: AssertionWish,
    signal: AbortSignal,
  ): Promise<HeldAssertion | Fault> {
    const there = this.#usable(origin, wish);
    if (there) {
      return there;
    }
    let joined = true;
    const result = await this.#flights.join(originKey(origin), signal, async (aborted) => {
      joined = false;
      try {
        return await this.#signIn(origin, wish, aborted);
      } catch (error) {
        return aborted.aborted
          ? { kind: 'cancelled' }
          : { kind: 'internal', message: `assertion ${errorName(error)}` };
      }
    });
    // Work under way that had nobody to ask, or that gives what was just refused, is no answer to this wish.
    const silently = 'kind' in result && result.kind === 'signInNeeded' && wish.interactive;
    const refused = !('kind' in result) && isSame(result, wish.refused);
    return joined && (silently || refused) ? this.get(origin, wish, signal) : result;
  }

  /** Forgets the assertion at hand, so that the next one is from a new sign-in. */
  forget(origin: AssertionOrigin): void {
    const key = originKey(origin);
    this.#held.get(key)?.timer.dispose();
    this.#held.delete(key);
  }

  /** Keeps none of them any longer. */
  forgetAll(): void {
    for (const { timer } of this.#held.values()) {
      timer.dispose();
    }
    this.#held.clear();
  }

  dispose(): void {
    this.#flights.abortAll();
    this.forgetAll();
    this.#came.dispose();
  }

  /** One window at a time: two would open two browsers. */
  #signIn(origin: AssertionOrigin, wish: AssertionWish, signal: AbortSignal): Promise<HeldAssertion | Fault> {
    return this.#ports.peers.exclusive(`assertion ${originKey(origin)}`, signal, async () => {
      const read = await this.#ports.signIn(origin, wish.interactive, signal);
      if ('kind' in read) {
        return read;
      }
      return signal.aborted ? { kind: 'cancelled' } : this.#keep(origin, read);
    });
  }

  #keep(origin: AssertionOrigin, read: ReadResponse): HeldAssertion | Fault {
    const until = this.#until(read);
    const left = until - this.#ports.now();
    this.forget(origin);
    if (left <= 0) {
      return { kind: 'samlExpired', profile: origin.profile };
    }
    this.#ports.log(`assertion: came, good for ${String(Math.round(left / 1000))} s`);
    const assertion: HeldAssertion = { response: read.response, assertion: read.assertion, until };
    const timer = this.#ports.setTimer(left, () => this.forget(origin));
    this.#held.set(originKey(origin), { assertion, timer });
    this.#came.fire({ origin, assertion });
    return assertion;
  }

  /**
   * The end by our clock. The times in an assertion are judged by AWS's; while we do not know how far we are from it, one
   * that looks over may be good all the same: then only its length counts, and AWS decides.
   */
  #until({ assertion }: ReadResponse): number {
    const now = this.#ports.now();
    const skew = this.#ports.skewMs();
    const until = usableUntil(assertion, now - (skew ?? 0)) + (skew ?? 0);
    const { issuedAt } = assertion;
    return until > now || skew !== undefined || issuedAt === undefined
      ? until
      : now + Math.max(0, usableUntil(assertion, issuedAt) - issuedAt);
  }

  #usable(origin: AssertionOrigin, { refused }: AssertionWish): HeldAssertion | undefined {
    const there = this.held(origin);
    return there !== undefined && !isSame(there, refused) ? there : undefined;
  }
}

function isSame({ response }: HeldAssertion, refused: Secret | undefined): boolean {
  return refused !== undefined && response.reveal() === refused.reveal();
}

/** Profiles with one sign-in page have one sign-in; a command and a paste may be another one for each. */
export function originKey({ profile, source }: AssertionOrigin): string {
  return source.loginUrl === undefined || source.way === 'process'
    ? `profile ${profile}`
    : `page ${source.loginUrl}`;
}
