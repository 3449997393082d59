import { credentialVariables } from '../aws/formats.ts';
import type { DeliveryWarning } from '../session/delivery.ts';
import type { Pointed } from '../session/terminals.ts';
import type { Session } from '../session/types.ts';
import { managedName } from './managedProfiles.ts';

/** What the terminals get. */
export interface Delivery {
  /** Blank values switch off what was inherited. */
  readonly variables: ReadonlyMap<string, string>;
  readonly warnings: readonly DeliveryWarning[];
}

/** The environment that VS Code was started with, and so its terminals. */
export type Inherited = Readonly<Record<string, string | undefined>>;

/** All of a session that a pointer to it needs. */
type Target = Pick<Session, 'id' | 'region'>;

/** How a session gets to the terminals: pointers, or, when the person wants that, the keys themselves. */
export type DeliveryInput =
  | { readonly mode: 'profile'; readonly session: Target; readonly inherited: Inherited }
  | {
      readonly mode: 'endpoint';
      readonly session: Target;
      readonly inherited: Inherited;
      /** On 127.0.0.1. */
      readonly port: number;
      readonly tokenFile: string;
      /** [default] holds static keys, or another way that the CLI tries before the endpoint. */
      readonly defaultProfileHasKeys: boolean;
    }
  | { readonly mode: 'environment'; readonly session: Session; readonly inherited: Inherited };

/** Keys in the environment win over everything in the CLI; blank counts as unset in the CLI, JavaScript and Rust. */
const KEY_VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
] as const;

/** Every variable that a delivery may set, in whichever mode. */
export const deliveredNames: readonly string[] = [
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'STS_SESSIONS_DEFAULT',
  'AWS_SDK_LOAD_CONFIG',
  ...KEY_VARIABLES,
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
];

/**
 * What the environment variable collection holds for the active session. What each variable does in which tool:
 * https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
 */
export function deliveryVariables(input: DeliveryInput): Delivery {
  switch (input.mode) {
    case 'profile':
      return profileDelivery(input.session, input.inherited);
    case 'endpoint':
      return endpointDelivery(input);
    case 'environment':
      return environmentDelivery(input.session, input.inherited);
  }
}

/**
 * What “New Terminal as…” gives to `createTerminal`: only variables that the collection never sets in profile mode,
 * because the collection wins. The helper takes the id before the default; the regions win over the managed profile's.
 */
export function terminalVariables(session: Target): ReadonlyMap<string, string> {
  const variables = new Map([['STS_SESSIONS_ID', session.id]]);
  if (session.region !== undefined) {
    variables.set('AWS_REGION', session.region).set('AWS_DEFAULT_REGION', session.region);
  }
  return variables;
}

/**
 * The session that an environment points tools at, whatever the mode; undefined when it points at none of ours. Plain
 * keys tell it by `idOfKey`, which knows the access key of each live session.
 */
export function pointedAt(
  read: (name: string) => string | undefined,
  idOfKey: (accessKeyId: string) => string | undefined,
): Pointed | undefined {
  const own = read('STS_SESSIONS_ID');
  if (own) {
    return { id: own, own: true };
  }
  const uri = read('AWS_CONTAINER_CREDENTIALS_FULL_URI') ?? '';
  const key = read('AWS_ACCESS_KEY_ID');
  const shared =
    read('STS_SESSIONS_DEFAULT') ?? /^http:.*\/container\/([\w-]+)$/.exec(uri)?.[1] ?? (key && idOfKey(key));
  return shared ? { id: shared, own: false } : undefined;
}

function profileDelivery(session: Target, inherited: Inherited): Delivery {
  const profile = managedName(session.region);
  const variables = new Map([
    ['AWS_PROFILE', profile],
    // botocore prefers AWS_DEFAULT_PROFILE, and cannot live with a blank one. Always set: a .bashrc may export it.
    ['AWS_DEFAULT_PROFILE', profile],
    ['STS_SESSIONS_DEFAULT', session.id],
    // Old SDKs for JavaScript and Go do not read the config file without it.
    ['AWS_SDK_LOAD_CONFIG', '1'],
    ...blankKeys(inherited),
  ]);
  const warnings: DeliveryWarning[] = [];
  // Never AWS_REGION: “New Terminal as…” sets it, and the collection would win over that.
  for (const variable of ['AWS_REGION', 'AWS_DEFAULT_REGION']) {
    const value = inherited[variable];
    if (value && value !== session.region) {
      warnings.push({ kind: 'inheritedRegion', variable, value });
    }
  }
  const configFile = inherited['AWS_CONFIG_FILE'];
  if (configFile && !/^(?:[/~]|[A-Za-z]:[\\/]|\\\\)/.test(configFile)) {
    warnings.push({ kind: 'relativeConfigFile', value: configFile });
  }
  return { variables, warnings };
}

function endpointDelivery(input: Extract<DeliveryInput, { mode: 'endpoint' }>): Delivery {
  const { session, inherited, port, tokenFile } = input;
  const variables = new Map([
    ['AWS_CONTAINER_CREDENTIALS_FULL_URI', `http://127.0.0.1:${port}/container/${session.id}`],
    ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', tokenFile],
    ...blankKeys(inherited),
    // There is no profile that could say it.
    ...regions(session.region),
  ]);
  const warnings = inheritedProfiles(inherited);
  if (input.defaultProfileHasKeys) {
    warnings.push({ kind: 'defaultProfileWins' });
  }
  // Its presence counts, even blank: it cannot be switched off here.
  if (inherited['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] !== undefined) {
    warnings.push({ kind: 'relativeUriWins' });
  }
  return { variables, warnings };
}

function environmentDelivery({ state, region }: Session, inherited: Inherited): Delivery {
  if (state.kind !== 'live') {
    return { variables: new Map(), warnings: [] };
  }
  const variables = new Map([
    ['AWS_SECURITY_TOKEN', ''],
    ...credentialVariables(state.credentials, region),
    ...regions(region),
  ]);
  return { variables, warnings: inheritedProfiles(inherited) };
}

/** Switches off keys that terminals get. */
export function noKeys(): ReadonlyMap<string, string> {
  return new Map([...KEY_VARIABLES, 'AWS_CREDENTIAL_EXPIRATION'].map((name) => [name, '']));
}

/** What stands for the id of a session that is not there: its name, as far as the helper takes one. */
export function absentId(name: string): string {
  return name.replaceAll(/[^\w+=,.@-]/g, '-').slice(0, 64);
}

function blankKeys(inherited: Inherited): Map<string, string> {
  const blank = new Map<string, string>(KEY_VARIABLES.map((name) => [name, '']));
  // In a pod with a role of its own, botocore would take that role before the profile's process or the endpoint.
  if (inherited['AWS_WEB_IDENTITY_TOKEN_FILE']) {
    blank.set('AWS_WEB_IDENTITY_TOKEN_FILE', '');
  }
  return blank;
}

/** Both names: boto3 reads only the second, the other SDKs only the first. */
function regions(region: string | undefined): [string, string][] {
  return region === undefined
    ? []
    : [
        ['AWS_REGION', region],
        ['AWS_DEFAULT_REGION', region],
      ];
}

function inheritedProfiles(inherited: Inherited): DeliveryWarning[] {
  return ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE'].flatMap((variable): DeliveryWarning[] => {
    const value = inherited[variable];
    return value ? [{ kind: 'inheritedProfile', variable, value }] : [];
  });
}
