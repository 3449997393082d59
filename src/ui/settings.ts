import * as vscode from 'vscode';
import { readAgentVariables } from '../session/agentAccess.ts';
import type { AgentAccess } from '../session/agentAccess.ts';
import { readIssuers } from '../aws/issuers.ts';
import type { IssuerSettings } from '../aws/issuers.ts';
import type { Issuer } from '../aws/planModel.ts';
import type { SignIn, SignInWay } from '../aws/sources/identityCenterApi.ts';
import type { EditorNetwork } from '../aws/network.ts';
import type { Disposable } from '../session/emitter.ts';
import { settings, settingsSection } from './ids.ts';
import {
  agentAccessSetting,
  browserSetting,
  comesBack,
  consoleBrowserSetting,
  deliveryMode,
  integerSetting,
  networkSettings,
  signInSetting,
  signInWay,
  textSetting,
} from './settingValues.ts';
import type { ConsoleBrowser } from './settingValues.ts';
import type { DeliveryMode } from '../session/delivery.ts';

/** How the active session reaches terminals. */
export function delivery(): DeliveryMode {
  return deliveryMode(read(settings.delivery));
}

/** True when programs that are debugged get a session. */
export function deliveryToDebugging(): boolean {
  return read(settings.debug) !== false;
}

/** Milliseconds before its end at which a session is shown as ending. */
export function warnBeforeMs(): number {
  return integerSetting('warnBeforeMinutes', read(settings.warnBeforeMinutes)) * 60_000;
}

/** Seconds that an MFA session lasts. */
export function mfaSessionDurationSeconds(): number {
  return integerSetting('mfaSessionDurationSeconds', read(settings.mfaSessionDurationSeconds));
}

/** True when six digits on the clipboard may be taken as an MFA code. */
export function mfaCodeFromClipboard(): boolean {
  return read(settings.mfaCodeFromClipboard) === true;
}

/** Seconds after which a secret that we copied is cleared from the clipboard; 0: never. */
export function clearClipboardAfterSeconds(): number {
  return integerSetting('clearClipboardAfterSeconds', read(settings.clearClipboardAfterSeconds));
}

/** Days after which a long-term key is called old; 0: never. */
export function keyAgeDays(): number {
  return integerSetting('keyAgeDays', read(settings.keyAgeDays));
}

/** Where the AWS console opens. */
export function consoleBrowser(): ConsoleBrowser {
  return consoleBrowserSetting(read(settings.consoleBrowser));
}

/** How the person signs in at Identity Center from where this window runs. */
export function signInWayFor(signIn: SignIn): SignInWay {
  const web = vscode.env.uiKind === vscode.UIKind.Web;
  return signInWay(signInSetting(read(settings.signInWith)), { web }, signIn);
}

/** The editor's own network settings: a call of ours goes the way of all its calls. */
export function editorNetwork(): EditorNetwork {
  const http = vscode.workspace.getConfiguration('http');
  return networkSettings((name) => http.get(name));
}

/** The path of the browser for SAML sign-ins; empty for the first one that is installed. */
export function samlBrowser(): string {
  return browserSetting(read(settings.samlBrowser));
}

/** The port of this machine that an identity provider may post a SAML response to. */
export function samlListenerPort(): number {
  return integerSetting('samlListenerPort', read(settings.samlListenerPort));
}

/** How the person signs in at an issuer from where this window runs: as at Identity Center with an sso-session. */
export function issuerWay(): SignInWay {
  const web = vscode.env.uiKind === vscode.UIKind.Web;
  return signInWay(signInSetting(read(settings.signInWith)), { web }, { session: 'issuer' });
}

/** The issuers of web identities: those that can be used, and what is wrong with the others. */
export function issuers(): IssuerSettings {
  return readIssuers(read(settings.issuers));
}

/** Writes an issuer into the user's settings, over one of the same name; the others stay as they are. */
export async function saveIssuer(issuer: Issuer): Promise<void> {
  const { name, by, url, clientId, scopes, sessionNameClaim, redirectPort } = issuer;
  const configuration = vscode.workspace.getConfiguration(settingsSection);
  const before = configuration.inspect<Readonly<Record<string, unknown>>>(settings.issuers)?.globalValue;
  const entry = { by, url, clientId, sessionNameClaim, redirectPort, ...(scopes.length > 0 && { scopes }) };
  await configuration.update(
    settings.issuers,
    { ...before, [name]: entry },
    vscode.ConfigurationTarget.Global,
  );
}

/** True when a console sign-in's browser can come back to this machine; else its text is pasted. */
export function browserComesBack(): boolean {
  const web = vscode.env.uiKind === vscode.UIKind.Web;
  return comesBack(signInSetting(read(settings.signInWith)), { web });
}

/** The template of the name that CloudTrail shows for a role's session. */
export function roleSessionNameTemplate(): string {
  return textSetting('roleSessionName', read(settings.roleSessionName));
}

/** What coding agents get; undefined until the person has chosen once. Only the person's own value is looked at. */
export function agentAccess(): AgentAccess | undefined {
  const configuration = vscode.workspace.getConfiguration(settingsSection);
  return agentAccessSetting(configuration.inspect<unknown>(settings.agentAccess)?.globalValue);
}

/** Writes what coding agents get into the person's settings. */
export async function saveAgentAccess(access: AgentAccess): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(settingsSection);
  await configuration.update(settings.agentAccess, access, vscode.ConfigurationTarget.Global);
}

/** The environment variables that mark what a coding agent runs. */
export function agentVariables(): readonly string[] {
  return readAgentVariables(read(settings.agentVariables));
}

/** Calls `listener` whenever one of our settings changed. */
export function onDidChangeSettings(listener: () => void): Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(settingsSection)) {
      listener();
    }
  });
}

function read(name: string): unknown {
  return vscode.workspace.getConfiguration(settingsSection).get(name);
}
