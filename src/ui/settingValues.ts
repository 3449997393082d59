import type { SignIn, SignInWay } from '../aws/sources/identityCenterApi.ts';
import type { EditorNetwork } from '../aws/network.ts';
import { agentVariables } from '../session/agentAccess.ts';
import type { AgentAccess } from '../session/agentAccess.ts';
import type { DeliveryMode } from '../session/delivery.ts';

/** What holds when a setting is not set, or holds what it may not. The manifest test compares them with package.json. */
export const defaults = {
  delivery: 'profile',
  debug: true,
  warnBeforeMinutes: 10,
  mfaSessionDurationSeconds: 43_200,
  mfaCodeFromClipboard: false,
  mfaUse: {},
  mfaDevices: {},
  clearClipboardAfterSeconds: 60,
  consoleBrowser: 'default',
  signInWith: 'auto',
  samlBrowser: '',
  /** Below the ports that systems give away by themselves, so that it is free. */
  samlListenerPort: 17_235,
  issuers: {},
  // A placeholder, not a template literal: sessionName.ts fills it in.
  roleSessionName: 'vscode-${user}',
  roles: [],
  suggestedRoles: [],
  guards: [],
  auditLog: true,
  keyAgeDays: 90,
  agentAccess: 'nothing',
  agentVariables,
  mcpServers: [],
} as const;

/** The smallest and the largest value that a number setting may have; package.json says the same. */
export const limits = {
  warnBeforeMinutes: [1, 60],
  /** GetSessionToken's DurationSeconds: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
  mfaSessionDurationSeconds: [900, 129_600],
  /** 0: it stays. */
  clearClipboardAfterSeconds: [0, 3600],
  /** 0: no key is called old. */
  keyAgeDays: [0, 3650],
  /** Those below belong to the system. */
  samlListenerPort: [1024, 65_535],
} as const;

/** `stsSessions.delivery`. settings.json may hold anything: what is unknown counts as unset. */
export function deliveryMode(value: unknown): DeliveryMode {
  return value === 'endpoint' || value === 'environment' ? value : defaults.delivery;
}

/** Where the AWS console opens: in the person's own browser, or in a window of its own for each account. */
export type ConsoleBrowser = 'default' | 'isolated';

/** `stsSessions.consoleBrowser`; what is unknown counts as unset. */
export function consoleBrowserSetting(value: unknown): ConsoleBrowser {
  return value === 'isolated' ? value : defaults.consoleBrowser;
}

/** How people sign in: `auto` leaves it to where the editor runs. */
export type SignInSetting = 'auto' | SignInWay;

/** `stsSessions.signInWith`; what is unknown counts as unset. */
export function signInSetting(value: unknown): SignInSetting {
  return value === 'browser' || value === 'deviceCode' ? value : defaults.signInWith;
}

/**
 * How to sign in here. VS Code on the desktop opens a tunnel for a redirect to 127.0.0.1 when the extension runs
 * elsewhere (SSH, WSL, containers); in a browser nothing can come back to the machine of the extension.
 * A sign-in without an sso-session is confirmed by a code, as the AWS CLI has it: it may not refresh either.
 */
export function signInWay(
  setting: SignInSetting,
  where: { readonly web: boolean },
  signIn: Pick<SignIn, 'session'>,
): SignInWay {
  if (signIn.session === undefined) {
    return 'deviceCode';
  }
  return comesBack(setting, where) ? 'browser' : 'deviceCode';
}

/** True when the browser of a sign-in is to come back to this machine by itself. */
export function comesBack(setting: SignInSetting, where: { readonly web: boolean }): boolean {
  return setting === 'auto' ? !where.web : setting === 'browser';
}

/** A text setting; the default for a blank one and for anything else. */
export function textSetting(name: 'roleSessionName', value: unknown): string {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : defaults[name];
}

/** An integer setting within its limits; the default for anything else. */
export function integerSetting(name: keyof typeof limits, value: unknown): number {
  const [min, max] = limits[name];
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
    ? value
    : defaults[name];
}

/** What VS Code's settings below `http` say; its own defaults where they hold what they may not. */
export function networkSettings(read: (name: string) => unknown): EditorNetwork {
  const support = read('proxySupport');
  const proxy = read('proxy');
  const noProxy = read('noProxy');
  const authorization = read('proxyAuthorization');
  return {
    support: support === 'off' || support === 'on' || support === 'fallback' ? support : 'override',
    proxy: typeof proxy === 'string' ? proxy : '',
    noProxy: Array.isArray(noProxy) ? noProxy.filter((item) => typeof item === 'string') : [],
    authorization: typeof authorization === 'string' && authorization !== '' ? authorization : undefined,
    strictSsl: read('proxyStrictSSL') !== false,
    systemCertificates: read('systemCertificates') !== false,
  };
}

/** `stsSessions.samlBrowser`: a path; empty for the first browser that is installed. */
export function browserSetting(value: unknown): string {
  return typeof value === 'string' ? value.trim() : defaults.samlBrowser;
}

/** `stsSessions.agentAccess` as the person wrote it; undefined where they have not, and for what is unknown. */
export function agentAccessSetting(value: unknown): AgentAccess | undefined {
  return value === 'nothing' || value === 'readOnly' || value === 'same' ? value : undefined;
}
