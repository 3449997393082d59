import type { DeliveryWarning } from '../session/delivery.ts';
import { noSession } from '../session/named.ts';
import type { Session } from '../session/types.ts';

/** A launch configuration as VS Code hands it over, variables like ${workspaceFolder} filled in. */
export interface Launch {
  readonly type: string;
  readonly name: string;
  readonly request: string;
  readonly [key: string]: unknown;
}

/** How a type of debugging takes the environment of what it starts. */
type Form =
  /** `env: { NAME: value }` */
  | 'object'
  /** `env: ["NAME=value"]` */
  | 'lines'
  /** `environment: [{ name, value }]` */
  | 'list';

/** What a launch configuration says about the environment of the program. */
export interface LaunchEnvironment {
  readonly form: Form;
  /** What it sets itself; undefined: the variable is taken away, or its value is no text. */
  readonly own: ReadonlyMap<string, string | undefined>;
  /** Files with more variables, as they are written there. */
  readonly envFiles: readonly string[];
  /** Without an `envFile`, the Python extension reads the one of its setting. */
  readonly readsPythonSetting: boolean;
  /** The file from which .NET's debugger takes more variables. */
  readonly launchSettings: string | undefined;
}

/** The session for a program. */
export type SessionChoice =
  /** That of the folder or the window. */
  | { readonly kind: 'ofFolder' }
  /** The one with this id or name. */
  | { readonly kind: 'named'; readonly text: string }
  /** The configuration says itself whom the program is to run as, or that it is to have no session. */
  | { readonly kind: 'none' };

/** Types that take `env` though the configuration has none. https://code.visualstudio.com/docs/debugtest/debugging-configuration */
const TAKES_ENV: ReadonlyMap<string, Form> = new Map([
  ['node', 'object'],
  ['pwa-node', 'object'],
  ['node-terminal', 'object'],
  ['python', 'object'],
  ['debugpy', 'object'],
  ['go', 'object'],
  ['java', 'object'],
  ['coreclr', 'object'],
  ['clr', 'object'],
  ['lldb', 'object'],
  ['lldb-dap', 'object'],
  ['rdbg', 'object'],
  ['php', 'object'],
  ['dart', 'object'],
  ['cppdbg', 'list'],
  ['cppvsdbg', 'list'],
]);

/**
 * What these start is no program that asks AWS: a browser, or another VS Code, whose terminals would take our pointers
 * for something that the person has set.
 */
const NOT_A_PROGRAM = /^(?:pwa-)?(?:chrome|msedge|extensionHost)$|^editor-browser$/;

/** The program runs on another machine or in a container, where our pointers lead nowhere and break what is there. */
const ELSEWHERE = ['pipeTransport', 'miDebuggerServerAddress', 'debugServerAddress'];

/** Whoever sets one of these says where credentials come from: an explicit identity wins over ours, whole. */
const SAYS_WHO =
  /^AWS_(?:(?:DEFAULT_)?PROFILE|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|SECURITY_TOKEN|CONTAINER_CREDENTIALS_\w+|WEB_IDENTITY_TOKEN_FILE|CONFIG_FILE|SHARED_CREDENTIALS_FILE)$/;

/** Of what terminals may get, what counts as not set when it is blank. */
const BLANK_IS_NONE = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

const IS_NODE = /^(?:pwa-)?node$/;
/**
 * The AWS SDKs for JavaScript and .NET pass over keys in the environment where there is a profile, and take a blank one
 * for none. https://docs.aws.amazon.com/sdk-for-net/v3/developer-guide/creds-assign.html
 */
const PROFILE_BEFORE_KEYS = /^(?:(?:pwa-)?node|coreclr|clr)$/;
const REGIONS = ['AWS_REGION', 'AWS_DEFAULT_REGION'];

/** True for a variable that decides whom a program runs as. */
export function saysWho(variable: string): boolean {
  return SAYS_WHO.test(variable);
}

/**
 * What a configuration says about its environment; undefined when it is to be left alone: nothing is launched, it is a
 * part of a session that has begun, it opted out, or nobody knows how its type takes an environment.
 */
export function readLaunch(launch: Launch, platform: NodeJS.Platform): LaunchEnvironment | undefined {
  const { type, request, env, environment, envFile } = launch;
  if (request !== 'launch' || optsOut(launch) || '__pendingTargetId' in launch) {
    return undefined;
  }
  if (
    NOT_A_PROGRAM.test(type) ||
    ELSEWHERE.some((key) => launch[key] !== undefined && launch[key] !== null)
  ) {
    return undefined;
  }
  const form = formOf(type, env, environment);
  if (form === undefined) {
    return undefined;
  }
  const pairs =
    form === 'object' ? ofObject(env) : form === 'lines' ? linesOf(env).map(pairOf) : ofList(environment);
  return {
    form,
    own: new Map(pairs.map(([name, value]) => [nameOn(platform, name), value])),
    envFiles: [envFile].flat().filter((file): file is string => typeof file === 'string' && file !== ''),
    readsPythonSetting: /^(?:python|debugpy)$/.test(type) && envFile === undefined,
    launchSettings: /^(?:coreclr|clr)$/.test(type) ? launchSettingsOf(launch) : undefined,
  };
}

/** True when the configuration wants no session of ours; package.json declares the attribute for every debugger. */
export function optsOut(launch: Launch): boolean {
  return launch['stsSessions'] === false;
}

/** Which session the program is to have. `files`: the variables of its env files. */
export function chooseSession({ own }: LaunchEnvironment, files: ReadonlyMap<string, string>): SessionChoice {
  const names = [...own.keys(), ...files.keys()];
  const chosen = own.has('STS_SESSIONS_ID')
    ? (own.get('STS_SESSIONS_ID') ?? '')
    : files.get('STS_SESSIONS_ID');
  if (names.some(saysWho) || chosen === '' || chosen === noSession) {
    return { kind: 'none' };
  }
  return chosen === undefined ? { kind: 'ofFolder' } : { kind: 'named', text: chosen };
}

/**
 * The configuration with the variables that lead to a session, none of those that it or its env files set. They are
 * pointers: VS Code types the environment of a program in the terminal there for all to see.
 */
export function withSession(
  launch: Launch,
  environment: LaunchEnvironment,
  files: ReadonlyMap<string, string>,
  delivery: ReadonlyMap<string, string>,
  { id, region }: Pick<Session, 'id' | 'region'>,
  inTheWay: readonly DeliveryWarning[] = [],
): Launch {
  const { own } = environment;
  const isSet = (name: string): boolean => own.has(name) || files.has(name);
  const added = new Map([...delivery].filter(([name]) => name !== 'STS_SESSIONS_DEFAULT'));
  if (region !== undefined) {
    REGIONS.forEach((name) => added.set(name, region));
  }
  // A region that the person gives under one name would lose to ours under the other in half of the SDKs.
  if (REGIONS.some(isSet)) {
    REGIONS.forEach((name) => added.delete(name));
  }
  for (const name of added.keys()) {
    if (isSet(name)) {
      added.delete(name);
    }
  }
  // Where a name stood, too: the id is what the helper surely knows, also when another session gets that name.
  added.set('STS_SESSIONS_ID', id);
  if (inTheWay.some((warning) => isTakenAway(launch, warning))) {
    added.set('AWS_PROFILE', '');
  }
  return withVariables(launch, environment, added);
}

/**
 * The configuration of a program that says itself whom it runs as, or that it is to have no session. In a terminal it
 * also gets what leads terminals to the active session (`delivered`), and some of that would win over its own.
 */
export function withOwnIdentity(
  launch: Launch,
  environment: LaunchEnvironment,
  files: ReadonlyMap<string, string>,
  delivered: ReadonlyMap<string, string>,
): Launch {
  const { own } = environment;
  const names = new Set([...own.keys(), ...files.keys()]);
  if (!runsInTerminal(launch) || delivered.size === 0) {
    return launch;
  }
  const added = new Map(
    BLANK_IS_NONE.filter((name) => delivered.get(name) && !names.has(name)).map((name) => [name, '']),
  );
  const profile = own.has('AWS_PROFILE') ? own.get('AWS_PROFILE') : files.get('AWS_PROFILE');
  if (![...names].some(saysWho)) {
    // The helper's own word for it: without one it takes the session of the terminal.
    added.set('STS_SESSIONS_ID', noSession);
  } else if (!delivered.has('AWS_PROFILE')) {
    // Nothing of ours names a profile that could win.
  } else if (profile && !names.has('AWS_DEFAULT_PROFILE')) {
    // botocore prefers it.
    added.set('AWS_DEFAULT_PROFILE', profile);
  } else if (PROFILE_BEFORE_KEYS.test(launch.type) && !names.has('AWS_PROFILE')) {
    // It cannot be taken away: in a terminal js-debug leaves out what is null. botocore cannot live with a blank one, but
    // does not look at it while there is the AWS_DEFAULT_PROFILE of the terminal.
    added.set('AWS_PROFILE', '');
  }
  return added.size === 0 ? launch : withVariables(launch, environment, added);
}

/**
 * True where the profile that VS Code was started with, and that would win over the endpoint, is no obstacle: the AWS SDK
 * for JavaScript takes a blank one for none and knows no AWS_DEFAULT_PROFILE.
 */
export function isTakenAway({ type }: Launch, { kind }: DeliveryWarning): boolean {
  return kind === 'inheritedProfile' && IS_NODE.test(type);
}

/** True for a program that is started in a terminal of VS Code, and gets what terminals get. */
function runsInTerminal({ type, console }: Launch): boolean {
  return typeof console === 'string'
    ? !/^(?:internalConsole|externalTerminal)$/.test(console)
    : !IS_NODE.test(type) && !/^(?:go|coreclr|clr)$/.test(type);
}

/** https://code.visualstudio.com/docs/csharp/debugger-settings#_launchsettingsjson-support */
function launchSettingsOf({ launchSettingsFilePath: path, cwd }: Launch): string {
  const folder = typeof cwd === 'string' ? `${cwd}/` : '';
  return typeof path === 'string' ? path : `${folder}Properties/launchSettings.json`;
}

function formOf(type: string, env: unknown, environment: unknown): Form | undefined {
  if (environment !== undefined && env === undefined) {
    return Array.isArray(environment) && environment.every(isEntry) ? 'list' : undefined;
  }
  if (env === undefined || env === null) {
    return TAKES_ENV.get(type);
  }
  if (Array.isArray(env)) {
    return env.every((line) => typeof line === 'string') ? 'lines' : undefined;
  }
  return typeof env === 'object' ? (TAKES_ENV.get(type) ?? 'object') : undefined;
}

function withVariables(
  launch: Launch,
  { form }: LaunchEnvironment,
  added: ReadonlyMap<string, string>,
): Launch {
  const isAdded = (name: string): boolean => added.has(name);
  switch (form) {
    case 'object':
      return {
        ...launch,
        env: { ...Object.fromEntries(entriesOf(launch['env'])), ...Object.fromEntries(added) },
      };
    case 'lines': {
      const kept = linesOf(launch['env']).filter((line) => !isAdded(pairOf(line)[0]));
      return { ...launch, env: [...kept, ...Array.from(added, ([name, value]) => `${name}=${value}`)] };
    }
    case 'list': {
      const before: unknown = launch['environment'];
      const kept = Array.isArray(before)
        ? before.filter((entry) => !isEntry(entry) || !isAdded(entry.name))
        : [];
      return {
        ...launch,
        environment: [...kept, ...Array.from(added, ([name, value]) => ({ name, value }))],
      };
    }
  }
}

type Pair = readonly [name: string, value: string | undefined];

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function ofObject(env: unknown): Pair[] {
  return entriesOf(env).map(([name, value]) => [name, typeof value === 'string' ? value : undefined]);
}

function linesOf(env: unknown): string[] {
  const lines: unknown[] = Array.isArray(env) ? env : [];
  return lines.filter((line): line is string => typeof line === 'string');
}

/** lldb-dap: a name alone takes over the value of its own environment. */
function pairOf(line: string): Pair {
  const at = line.indexOf('=');
  return at === -1 ? [line, undefined] : [line.slice(0, at), line.slice(at + 1)];
}

function ofList(environment: unknown): Pair[] {
  const entries: unknown[] = Array.isArray(environment) ? environment : [];
  return entries
    .filter(isEntry)
    .map(({ name, value }) => [name, typeof value === 'string' ? value : undefined]);
}

function isEntry(value: unknown): value is { readonly name: string; readonly value?: unknown } {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}

/** Windows does not tell Aws_Profile from AWS_PROFILE. */
function nameOn(platform: NodeJS.Platform, name: string): string {
  return platform === 'win32' ? name.toUpperCase() : name;
}
