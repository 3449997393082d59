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
  readonly seconds: number;
  /** Milliseconds UTC. */
  readonly at: number;
}

/** How long roles were found to last at most, in the global state: their ARNs are no secret. */
export class RoleMaxima {
  readonly #state: Memento;

  constructor(state: Memento) {
    this.#state = state;
  }

  /** Seconds that a role allows at most, as far as is known at `now` (ms UTC). */
  of(roleArn: string, now: number): number | undefined {
    return this.#fresh(now).find((found) => found.roleArn === roleArn)?.seconds;
  }

  /** Remembers what AWS has refused at `now` (ms UTC). */
  async learn(shortened: readonly Shortened[], now: number): Promise<void> {
    const learnt = shortened
      .filter(({ byRole }) => byRole)
      .map(({ roleArn, grantedSeconds }) => ({ roleArn, seconds: grantedSeconds, at: now }));
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
