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
