import type { SupplyOptions } from './ports.ts';
import type { Session } from './types.ts';

/** What a task or a launch configuration may say instead of a session: it runs without one. */
export const noSession = 'none';

/** Which session a text names that a person wrote, as in STS_SESSIONS_ID. */
export type Named =
  | { readonly kind: 'one'; readonly session: Session }
  /** Several sessions bear this name: which is meant cannot be known. */
  | { readonly kind: 'several' }
  | { readonly kind: 'nobody' };

/**
 * Finds a session by its id, else by its name as the view shows it. Among several of one name the only live one is
 * meant.
 */
export function sessionNamed(sessions: readonly Session[], text: string): Named {
  const byId = sessions.find(({ id }) => id === text);
  if (byId !== undefined) {
    return { kind: 'one', session: byId };
  }
  const named = sessions.filter(({ name }) => name === text);
  const live = named.filter(({ state }) => state.kind === 'live');
  const [only, ...more] = live.length > 0 ? live : named;
  if (only === undefined) {
    return { kind: 'nobody' };
  }
  return more.length === 0 ? { kind: 'one', session: only } : { kind: 'several' };
}

/** What a fetch gets that names a session by a name that several bear. */
export interface Several {
  readonly kind: 'several';
  readonly name: string;
}

/** The part of the sessions that tells which one a person means. */
export interface NamedSessions {
  get(id: string): Session | undefined;
  list(): readonly Session[];
  /** Resolves when those of before are known, or nobody waits any longer. */
  known(signal: AbortSignal, waitMs: number): Promise<void>;
}

/** Serves a fetch for what a person wrote, an id or a name; `supply` serves an id. */
export async function supplyNamed<S>(
  sessions: NamedSessions,
  text: string,
  { holdMs, signal }: Pick<SupplyOptions, 'holdMs' | 'signal'>,
  supply: (id: string) => Promise<S>,
): Promise<S | Several> {
  if (sessions.get(text) !== undefined) {
    return supply(text);
  }
  await sessions.known(signal, holdMs);
  const named = sessionNamed(sessions.list(), text);
  switch (named.kind) {
    case 'one':
      return supply(named.session.id);
    case 'several':
      return { kind: 'several', name: text };
    case 'nobody':
      // It may be the id of one that was ended.
      return supply(text);
  }
}
