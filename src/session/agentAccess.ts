import type { Guard } from '../aws/guards.ts';
import type { SessionRequest } from '../aws/planModel.ts';
import { agentRequest, isReadOnlyRequest, readOnlyRequest } from '../aws/readOnly.ts';
import type { ReadOnlyHindrance } from '../aws/readOnly.ts';
import type { Supply } from './types.ts';

/** What coding agents get of a session: the setting `stsSessions.agentAccess`. */
export type AgentAccess = 'nothing' | 'readOnly' | 'same';

/** Why a coding agent gets no credentials now. */
export type AgentRefusal =
  /** The person has not chosen yet what agents get. */
  | { readonly kind: 'notChosen' }
  /** They chose nothing. */
  | { readonly kind: 'nothing' }
  /** They chose its read-only version, and there can be none. */
  | { readonly kind: 'cannotBeReadOnly'; readonly why: ReadOnlyHindrance }
  /** A question about it is on the person's screen; `what` they are asked. */
  | { readonly kind: 'asked'; readonly what: AgentQuestion }
  /** What agents get is still starting; the next fetch may find it there. */
  | { readonly kind: 'starting' }
  /** They said no a moment ago. */
  | { readonly kind: 'saidNo' }
  /** Long-term keys cannot be made less than they are, and the person has not said that agents get the same as they. */
  | { readonly kind: 'longTermKeys' };

/** What a person is asked before an agent gets something. */
export type AgentQuestion =
  /** Another MFA code for the read-only session. */
  | 'code'
  /** Another sign-in for it. */
  | 'signIn'
  /** The session is guarded by “ask before starting”. */
  | 'guarded'
  /** The person ended what agents had, and they want it again. */
  | 'again';

/** What a tool's fetch gets, whoever runs the tool. */
export type ToolSupply =
  | Supply
  /** A coding agent asks, and does not get this now. */
  | { readonly kind: 'refused'; readonly name: string; readonly why: AgentRefusal };

/** What to do about a coding agent's fetch. */
export type AgentDecision =
  /** As for a person. */
  | { readonly kind: 'serve' }
  /** From the read-only session that agents have of it; `own`: a person's, which will do where it is live. */
  | { readonly kind: 'narrow'; readonly request: SessionRequest; readonly own: SessionRequest }
  | { readonly kind: 'refuse'; readonly why: AgentRefusal };

/** What decides about a coding agent's fetch. */
export interface AgentCase {
  /** Undefined until the person has chosen once. */
  readonly access: AgentAccess | undefined;
  /** The guard of the session: one that is read-only by default leaves agents no more than that. */
  readonly guard: Pick<Guard, 'readOnly'> | undefined;
  readonly request: SessionRequest;
}

/** Decides what of a session a coding agent gets. */
export function decideForAgent({ access, guard, request }: AgentCase): AgentDecision {
  switch (access) {
    case undefined:
      return { kind: 'refuse', why: { kind: 'notChosen' } };
    case 'nothing':
      return { kind: 'refuse', why: { kind: 'nothing' } };
    case 'readOnly':
      return narrowed(request);
    case 'same':
      return guard?.readOnly === true ? narrowed(request) : { kind: 'serve' };
  }
}

function narrowed(request: SessionRequest): AgentDecision {
  if (isReadOnlyRequest(request)) {
    return { kind: 'serve' };
  }
  const own = readOnlyRequest(request);
  const forAgents = agentRequest(request);
  return own === undefined || forAgents === undefined
    ? { kind: 'refuse', why: { kind: 'cannotBeReadOnly', why: hindranceOfKind(request) } }
    : { kind: 'narrow', request: forAgents, own };
}

/** Why sessions of a kind can never be read-only. */
function hindranceOfKind({ kind }: SessionRequest): ReadOnlyHindrance {
  switch (kind) {
    case 'identityCenterRole':
      return 'identityCenter';
    case 'federation':
      return 'federation';
    case 'mfaSession':
    case 'profile':
    case 'role':
    case 'samlRole':
    case 'webIdentityRole':
      return 'sessionToken';
  }
}

/** Environment variables by which coding agents mark what they run; the default of `stsSessions.agentVariables`. */
export const agentVariables: readonly string[] = [
  // Of no agent in particular: VS Code's own, MCP servers that we start, and more and more others.
  'AI_AGENT',
  'COPILOT_AGENT',
  'COPILOT_CLI',
  'CLAUDECODE',
  'CURSOR_AGENT',
  'GEMINI_CLI',
  'CODEX_SANDBOX',
  'CODEX_CI',
  'CODEX_THREAD_ID',
  'CLINE_ACTIVE',
  'ROO_ACTIVE',
  'OPENCODE',
  'OPENCODE_CLIENT',
  'AUGMENT_AGENT',
  'ANTIGRAVITY_AGENT',
  'GOOSE_TERMINAL',
  'QWEN_CODE',
];

/**
 * The variable by which we mark what we start for agents ourselves. It is no part of the list: whoever shortens that does
 * not mean to give MCP servers more.
 */
export const ownAgentVariable = 'STS_SESSIONS_AGENT';

/** No list of a person is longer; each name costs every fetch a comparison. */
const mostVariables = 100;

/**
 * The names of a list that can be names of variables: the helper reads them in a shell, so that nothing else may stand
 * among them. What is no list counts as the default.
 */
export function readAgentVariables(value: unknown): readonly string[] {
  if (!Array.isArray(value)) {
    return agentVariables;
  }
  const names = value.filter(
    (name): name is string => typeof name === 'string' && /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name),
  );
  return [...new Set(names)].slice(0, mostVariables);
}
