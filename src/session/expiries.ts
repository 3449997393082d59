import type { Happening } from './happenings.ts';
import type { Session } from './types.ts';

type Expired = Extract<Happening, { readonly kind: 'expired' }>;

/** Tells once of each end of credentials that no renewal came before. Every window that knows the session tells the same. */
export class Expiries {
  /** The end that was told of, ms UTC, by session. */
  readonly #told = new Map<string, number>();

  /** What has ended by itself since it was last asked. */
  look(sessions: readonly Session[]): readonly Expired[] {
    const known = new Set(sessions.map(({ id }) => id));
    for (const id of this.#told.keys()) {
      if (!known.has(id)) {
        this.#told.delete(id);
      }
    }
    return sessions.flatMap((session) => {
      const { id, state } = session;
      if (state.kind !== 'expired' || this.#told.get(id) === state.at) {
        return [];
      }
      this.#told.set(id, state.at);
      return [{ kind: 'expired', at: state.at, by: { kind: 'schedule' }, session, until: state.at }];
    });
  }
}
