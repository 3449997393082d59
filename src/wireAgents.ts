import type { SupplyRequest } from './outlets/server.ts';
import type { Sessions } from './session/sessions.ts';
import type { Session, Supply } from './session/types.ts';

/** What it is made from. */
export interface AgentParts {
  readonly sessions: Sessions;
  /** Asks the person to renew a session whose renewal needs one. */
  askToRenew(this: void, session: Session): Promise<void>;
}

/** What tools get that fetch credentials: a person's the session, an agent's what the setting says. */
export interface WiredAgents {
  supply(id: string, request: SupplyRequest): Promise<Supply>;
}

/** Stands between the server and the sessions. */
export function wireAgents({ sessions, askToRenew }: AgentParts): WiredAgents {
  return {
    supply: (id, { holdMs, signal }) =>
      sessions.supply(id, { holdMs, signal, onNeedsPerson: (session) => askToRenew(session) }),
  };
}
