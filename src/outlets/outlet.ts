import type { Session } from '../session/types.ts';

/** A place where the window's active session is delivered. */
export interface Outlet {
  /** Called once when made and at every change; undefined: nothing is delivered. */
  update(active: Session | undefined): void | Promise<void>;
  /** Leaves nothing behind. */
  dispose(): void;
}
