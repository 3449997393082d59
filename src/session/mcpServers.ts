import { ownAgentVariable } from './agentAccess.ts';

/** An MCP server of the settings that gets a session. */
export interface McpServer {
  readonly label: string;
  /** A program; no shell reads it. */
  readonly command: string;
  readonly args: readonly string[];
  /** The profile whose session it gets. */
  readonly profile: string;
}

/** Servers that AWS publishes and that ask for credentials: what starts them. `uvx` belongs to uv, of astral.sh. */
export const awsServers: readonly Omit<McpServer, 'profile'>[] = [
  {
    // https://docs.aws.amazon.com/aws-mcp/latest/userguide/
    label: 'AWS MCP Server',
    command: 'uvx',
    args: ['mcp-proxy-for-aws@latest', 'https://aws-mcp.us-east-1.api.aws/mcp'],
  },
  {
    // https://awslabs.github.io/mcp/servers/aws-api-mcp-server
    label: 'AWS API MCP Server',
    command: 'uvx',
    args: ['awslabs.aws-api-mcp-server@latest'],
  },
];

/** The entries of `stsSessions.mcpServers` that can be used; of two with one label, the first. */
export function readMcpServers(value: unknown): readonly McpServer[] {
  if (!Array.isArray(value)) {
    return [];
  }
  const servers = new Map<string, McpServer>();
  for (const entry of value) {
    const server = readServer(entry);
    if (server !== undefined && !servers.has(server.label)) {
      servers.set(server.label, server);
    }
  }
  return Array.from(servers.values());
}

/** Why an entry of `stsSessions.mcpServers` is not used. */
export type McpProblem =
  | { readonly kind: 'noList' }
  /** `entry`: its label, or its place counted from 1 where it has none. */
  | { readonly kind: 'incomplete'; readonly entry: string }
  /** Another one before it has this label. */
  | { readonly kind: 'twice'; readonly entry: string };

/** What is wrong with the entries that `readMcpServers` leaves out. */
export function mcpProblems(value: unknown): readonly McpProblem[] {
  if (!Array.isArray(value)) {
    return value === undefined || value === null ? [] : [{ kind: 'noList' }];
  }
  const labels = new Set<string>();
  return value.flatMap((entry: unknown, at): McpProblem[] => {
    const server = readServer(entry);
    if (server === undefined) {
      const { label } = fieldsOf(entry);
      return [{ kind: 'incomplete', entry: isText(label) ? label : `#${at + 1}` }];
    }
    if (labels.has(server.label)) {
      return [{ kind: 'twice', entry: server.label }];
    }
    labels.add(server.label);
    return [];
  });
}

function fieldsOf(entry: unknown): Readonly<Record<string, unknown>> {
  return typeof entry === 'object' && entry !== null ? Object.fromEntries(Object.entries(entry)) : {};
}

function readServer(entry: unknown): McpServer | undefined {
  const { label, command, args = [], profile } = fieldsOf(entry);
  const usable =
    isText(label) &&
    isText(command) &&
    isText(profile) &&
    Array.isArray(args) &&
    args.every((arg) => isArgument(arg));
  return usable ? { label, command, args, profile } : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && !/\p{Cc}/u.test(value);
}

function isArgument(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}

/** What marks the tools of an MCP server as an agent's: for us whatever the settings say, and for others. */
const mark = { [ownAgentVariable]: 'mcp', AI_AGENT: 'sts_sessions_mcp' } as const;

/**
 * The environment of a server that gets a session: a pointer to it and no key, and the mark of an agent, so that it gets
 * what agents get. Null takes away what VS Code's own environment has. Undefined where only the endpoint would lead to
 * the session: it cannot tell an agent from a person.
 */
export function serverEnvironment(
  session: { readonly id: string; readonly region: string | undefined },
  pointers: ReadonlyMap<string, string>,
): Record<string, string | null> | undefined {
  if (!pointers.has('AWS_PROFILE')) {
    return undefined;
  }
  const blankedOut = [...pointers].map(([name, value]): [string, string | null] => [
    name,
    value === '' ? null : value,
  ]);
  return {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: null,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: null,
    ...Object.fromEntries(blankedOut),
    STS_SESSIONS_ID: session.id,
    ...(session.region !== undefined && { AWS_REGION: session.region, AWS_DEFAULT_REGION: session.region }),
    ...mark,
  };
}

/** Nothing of a session before the server starts: VS Code keeps definitions in the workspace's storage. */
export const unresolvedEnvironment: Readonly<Record<string, string>> = mark;
