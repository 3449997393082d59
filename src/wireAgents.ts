import * as vscode from 'vscode';
import type { ProfileSet } from './aws/profiles.ts';
import type { PlanResult, SessionRequest } from './aws/planModel.ts';
import { setTimer } from './machine/timer.ts';
import { placeAgentVariables } from './outlets/agentVariables.ts';
import type { SupplyRequest } from './outlets/server.ts';
import type { WindowHost } from './outlets/windowHost.ts';
import type { ToolSupply } from './session/agentAccess.ts';
import { AgentTools } from './session/agentTools.ts';
import { ApiQuestions } from './session/apiQuestions.ts';
import { Agents } from './session/agents.ts';
import { DisposableStore } from './session/emitter.ts';
import { guardedSession } from './session/guardTarget.ts';
import type { Sessions } from './session/sessions.ts';
import type { Session } from './session/types.ts';
import { askForAgent, askToChoose, tellRefused } from './ui/agentQuestions.ts';
import { askToStartForAgent, loadedTools } from './ui/agentTools.ts';
import type { LoadedTools } from './ui/agentTools.ts';
import type { Log } from './ui/log.ts';
import { loadedServers } from './ui/mcpServers.ts';
import type { LoadedServers } from './ui/mcpServers.ts';
import type { SessionFlow } from './ui/sessionFlow.ts';
import { agentAccess, agentVariables, onDidChangeSettings } from './ui/settings.ts';
import type { WiredDelivery } from './wireDelivery.ts';
import type { WiredGuards } from './wireGuards.ts';

/** What it is made from. */
export interface AgentParts {
  readonly sessions: Sessions;
  readonly delivery: () => Pick<WiredDelivery, 'pointers'>;
  files(this: void): Promise<ProfileSet>;
  flow(this: void): Pick<SessionFlow, 'start' | 'askToRenew'>;
  readonly guards: Pick<WiredGuards, 'of' | 'served'>;
  plan(this: void, request: SessionRequest): Promise<PlanResult>;
  readonly host: Promise<WindowHost>;
  readonly log: Log;
  now(this: void): number;
}

/** What tools get that fetch credentials: a person's the session, an agent's what the setting says. */
export interface WiredAgents extends vscode.Disposable {
  supply(id: string, request: SupplyRequest): Promise<ToolSupply>;
  /** What language models can do. */
  readonly tools: LoadedTools;
  /** MCP servers that get a session. */
  readonly servers: LoadedServers;
}

/** Stands between the server and the sessions. */
export function wireAgents(parts: AgentParts): WiredAgents {
  const { sessions, flow, guards, plan, host, log, now } = parts;
  const store = new DisposableStore();
  const askToRenew = (session: Session): Promise<void> => flow().askToRenew(session);

  const agents = store.add(
    new Agents({
      sessions,
      access: agentAccess,
      guardOf: (session) => guards.of(guardedSession(session)),
      plan,
      askToChoose,
      ask: askForAgent,
      start: (request) => flow().start(request, { aside: true, by: { kind: 'agent' } }),
      tellRefused: (session, why) => void tellRefused(session, why),
      askToRenew,
      now,
      setTimer,
      log: (line) => log.info(line),
    }),
  );

  /** The helper in every terminal reads which variables mark an agent. */
  const place = async (): Promise<void> => {
    const { folder } = await host;
    if (folder !== undefined) {
      await placeAgentVariables(folder, agentVariables());
    }
  };
  const placeOrLog = (): void => {
    place().catch((error: unknown) => log.warn(`agents: ${String(error)}`));
  };
  placeOrLog();
  let access = agentAccess();
  store.add(
    onDidChangeSettings(() => {
      placeOrLog();
      if (agentAccess() !== access) {
        access = agentAccess();
        agents.accessChanged();
      }
    }),
  );

  const start = (profile: string, aside: boolean): Promise<Session | undefined> =>
    flow().start({ kind: 'profile', profile }, { by: { kind: 'agent' }, aside });
  const tools = new AgentTools({
    sessions,
    questions: new ApiQuestions({ now, limit: (ms) => AbortSignal.timeout(ms) }),
    access: agentAccess,
    hasProfile: async (profile) => (await parts.files()).profiles.has(profile),
    askToStart: askToStartForAgent,
    start,
  });
  const servers = loadedServers({
    sessions,
    pointers: (session) => parts.delivery().pointers(session),
    start: (profile) => start(profile, true),
  });

  return {
    tools: loadedTools(tools),
    servers,
    async supply(id, { holdMs, signal, agent }) {
      if (!agent) {
        return sessions.supply(id, { holdMs, signal, onNeedsPerson: askToRenew });
      }
      const supply = await agents.supply(id, { holdMs, signal });
      if (supply.kind === 'credentials' && supply.session.id !== id) {
        // What agents have of a session is a use of it: it must not end as idle while they work.
        guards.served(id, now());
      }
      return supply;
    },
    dispose: () => store.dispose(),
  };
}
