import type { Memento } from 'vscode';
import type { Shortened } from '../aws/run.ts';

const stateKey = 'roleMaxima';

/**
 * For so long a role's maximum is taken for what it was, ms. An administrator who raises it expects that somebody notices,
 * and asking too much again costs one refused call, with MFA one more code.
 */
const trustedMs = 30 * 24 * 3_600_000;

interface Found {
  readonly roleArn: string;
  /** What the role does not allow; its maximum is less than this, and an hour at least. */
  readonly refusedSeconds: number;
  /** Milliseconds UTC. */
  readonly at: number;
}

/** For how long roles were found not to last, in the global state: their ARNs are no secret. */
export class RoleMaxima {
  readonly #state: Memento;

  constructor(state: Memento) {
    this.#state = state;
  }

  /** Seconds that a role is known at `now` (ms UTC) to refuse; undefined: nobody knows. */
  refusedBy(roleArn: string, now: number): number | undefined {
    return this.#fresh(now).find((found) => found.roleArn === roleArn)?.refusedSeconds;
  }

  /** Remembers what AWS has refused at `now` (ms UTC). */
  async learn(shortened: readonly Shortened[], now: number): Promise<void> {
    const learnt = shortened
      .filter(({ byRole }) => byRole)
      .map(({ roleArn, askedSeconds }) => ({ roleArn, refusedSeconds: askedSeconds, at: now }));
    if (learnt.length > 0) {
      const others = this.#fresh(now).filter((found) => !learnt.some((one) => one.roleArn === found.roleArn));
      await this.#state.update(stateKey, [...learnt, ...others]);
    }
  }

  #fresh(now: number): readonly Found[] {
    // A clock that was set back makes what was learnt then look as if it came from the future.
    return this.#state.get<readonly Found[]>(stateKey, []).filter(({ at }) => Math.abs(now - at) < trustedMs);
  }
}
