import type { World } from './world.ts';

/** Which calls a misbehaviour is for. */
export interface Scope {
  /** An operation's name; every call when absent. */
  readonly operation?: string;
  /** The next n calls; until it is cleared when absent. */
  readonly times?: number;
}

/** An answer in place of AWS's: a proxy's page, another service's XML, nothing at all. */
export interface RawAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the sandbox does to a call instead of, or before, answering it. */
export type Behaviour =
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'hold'; readonly released: Promise<void> }
  | { readonly kind: 'drop' }
  | { readonly kind: 'throttle' }
  | { readonly kind: 'fail'; readonly status: 500 | 503 }
  | { readonly kind: 'raw'; readonly answer: RawAnswer };

interface Rule {
  readonly behaviour: Behaviour;
  readonly operation: string | undefined;
  left: number;
}

/** The sandbox's levers. Everything holds until its calls are used up, or until `clear`. */
export class Control {
  readonly #world: World;
  readonly #rules = new Set<Rule>();
  readonly #releases = new Set<() => void>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Answers late. */
  delay(ms: number, scope: Scope = {}): void {
    this.#add({ kind: 'delay', ms }, scope);
  }

  /** Holds calls until the returned function is called; later calls are then not held any more. */
  hold(scope: Scope = {}): () => void {
    let resolve = (): void => undefined;
    const promise = new Promise<void>((done) => (resolve = done));
    const rule = this.#add({ kind: 'hold', released: promise }, scope);
    const release = (): void => {
      this.#rules.delete(rule);
      this.#releases.delete(release);
      resolve();
    };
    this.#releases.add(release);
    return release;
  }

  /** Ends every hold. */
  release(): void {
    for (const release of this.#releases) {
      release();
    }
  }

  /** Closes the connection without an answer. */
  drop(scope: Scope = {}): void {
    this.#add({ kind: 'drop' }, scope);
  }

  /** Answers 400 Throttling. */
  throttle(scope: Scope = {}): void {
    this.#add({ kind: 'throttle' }, scope);
  }

  /** Answers 500 InternalFailure or 503 ServiceUnavailable. */
  fail(status: 500 | 503, scope: Scope = {}): void {
    this.#add({ kind: 'fail', status }, scope);
  }

  /** Answers exactly this. */
  raw(answer: RawAnswer, scope: Scope = {}): void {
    this.#add({ kind: 'raw', answer }, scope);
  }

  /** Puts the sandbox's clock ahead of the machine's (negative: behind). Codes, expiries and Date headers follow. */
  skewClock(ms: number): void {
    this.#world.skew(ms);
  }

  /** New sessions live this many seconds whatever is asked; undefined: as asked. */
  grantSeconds(seconds: number | undefined): void {
    this.#world.grant(seconds);
  }

  /** Denies everything but GetCallerIdentity to the sessions that exist now, of one ARN (role, session, user) or of everybody. */
  revokeSessions(arn = '*'): void {
    this.#world.revoke(arn);
  }

  /** Makes a key unknown, for good. */
  deleteKey(accessKeyId: string): void {
    this.#world.deleteKey(accessKeyId);
  }

  /** Back to normal: no misbehaviour, no skew, no override, nobody revoked; what is held goes on. */
  clear(): void {
    this.#rules.clear();
    this.release();
    this.#world.reset();
  }

  /** What is to be done to this call, in the order in which it was asked for; counts the call. */
  take(operation: string): readonly Behaviour[] {
    const rules = [...this.#rules].filter(
      (rule) => rule.operation === undefined || rule.operation === operation,
    );
    for (const rule of rules) {
      rule.left -= 1;
      if (rule.left <= 0) {
        this.#rules.delete(rule);
      }
    }
    return rules.map((rule) => rule.behaviour);
  }

  #add(behaviour: Behaviour, { operation, times = Infinity }: Scope): Rule {
    const rule = { behaviour, operation, left: times };
    this.#rules.add(rule);
    return rule;
  }
}
