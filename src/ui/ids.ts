/**
 * Every name that package.json and the code must agree on. `test/unit/manifest.test.ts` compares both, in both
 * directions. No vscode here: tests read it.
 */

/** Publisher and name: what `vscode.extensions.getExtension` takes. */
export const extensionId = 'sts-sessions.sts-sessions';

/** Command ids. */
export const commands = {
  startSession: 'stsSessions.startSession',
  startMfaSession: 'stsSessions.startMfaSession',
  assumeRole: 'stsSessions.assumeRole',
  assumeRoleWithWebIdentity: 'stsSessions.assumeRoleWithWebIdentity',
  addIssuer: 'stsSessions.addIssuer',
  showClaims: 'stsSessions.showClaims',
  signOutOfIssuer: 'stsSessions.signOutOfIssuer',
  signOutOfSaml: 'stsSessions.signOutOfSaml',
  startReadOnly: 'stsSessions.startReadOnly',
  startFederationSession: 'stsSessions.startFederationSession',
  decodeAuthorizationMessage: 'stsSessions.decodeAuthorizationMessage',
  switchSession: 'stsSessions.switchSession',
  makeActive: 'stsSessions.makeActive',
  endSession: 'stsSessions.endSession',
  endAllSessions: 'stsSessions.endAllSessions',
  renewSession: 'stsSessions.renewSession',
  signIn: 'stsSessions.signIn',
  signOut: 'stsSessions.signOut',
  listRoles: 'stsSessions.listRoles',
  saveAsProfile: 'stsSessions.saveAsProfile',
  findRoles: 'stsSessions.findRoles',
  refreshFoundRoles: 'stsSessions.refreshFoundRoles',
  forgetFoundRoles: 'stsSessions.forgetFoundRoles',
  saveRole: 'stsSessions.saveRole',
  editSavedRole: 'stsSessions.editSavedRole',
  removeSavedRole: 'stsSessions.removeSavedRole',
  dismissSession: 'stsSessions.dismissSession',
  openConsole: 'stsSessions.openConsole',
  openConsoleAt: 'stsSessions.openConsoleAt',
  copyConsoleLink: 'stsSessions.copyConsoleLink',
  copyCredentials: 'stsSessions.copyCredentials',
  writeCredentials: 'stsSessions.writeCredentials',
  removeWrittenCredentials: 'stsSessions.removeWrittenCredentials',
  moveKeysIn: 'stsSessions.moveKeysIn',
  moveKeysBack: 'stsSessions.moveKeysBack',
  addUserKeys: 'stsSessions.addUserKeys',
  runWithCredentials: 'stsSessions.runWithCredentials',
  showIdentity: 'stsSessions.showIdentity',
  openTerminal: 'stsSessions.openTerminal',
  newTerminalAs: 'stsSessions.newTerminalAs',
  showTerminals: 'stsSessions.showTerminals',
  useForFolder: 'stsSessions.useForFolder',
  forgetFolderSession: 'stsSessions.forgetFolderSession',
  openConfigFile: 'stsSessions.openConfigFile',
  openCredentialsFile: 'stsSessions.openCredentialsFile',
  addProfile: 'stsSessions.addProfile',
  openProfileSource: 'stsSessions.openProfileSource',
  showPlan: 'stsSessions.showPlan',
  copyRoleArn: 'stsSessions.copyRoleArn',
  copyProfileName: 'stsSessions.copyProfileName',
  copySessionId: 'stsSessions.copySessionId',
  addAuthenticator: 'stsSessions.addAuthenticator',
  removeAuthenticator: 'stsSessions.removeAuthenticator',
  chooseMfaUse: 'stsSessions.chooseMfaUse',
  chooseMfaDevice: 'stsSessions.chooseMfaDevice',
  enrolDevice: 'stsSessions.enrolDevice',
  rotateKeys: 'stsSessions.rotateKeys',
  checkKeyAge: 'stsSessions.checkKeyAge',
  manageExtensionAccess: 'stsSessions.manageExtensionAccess',
  addToolProfile: 'stsSessions.addToolProfile',
  removeToolProfile: 'stsSessions.removeToolProfile',
  setUpDelivery: 'stsSessions.setUpDelivery',
  removeManagedProfiles: 'stsSessions.removeManagedProfiles',
  refresh: 'stsSessions.refresh',
  guardProfile: 'stsSessions.guardProfile',
  showAuditLog: 'stsSessions.showAuditLog',
  showKept: 'stsSessions.showKept',
  deleteKept: 'stsSessions.deleteKept',
  showLog: 'stsSessions.showLog',
  chooseAgentAccess: 'stsSessions.chooseAgentAccess',
  giveMcpServer: 'stsSessions.giveMcpServer',
  openWalkthrough: 'stsSessions.openWalkthrough',
} as const;

/** Any of our command ids. */
export type CommandId = (typeof commands)[keyof typeof commands];

/** The activity-bar container and its one view. */
export const views = { container: 'stsSessions', profiles: 'stsSessions.profiles' } as const;

/** The authentication provider by which sessions stand in the Accounts menu. */
export const authenticationId = 'sts-sessions';

/** The terminal profile in the menu of the terminals' + button. */
export const terminalProfile = 'stsSessions.terminal';

/** Tools for language models. */
export const agentTools = { whoAmI: 'sts_sessions_whoami', start: 'sts_sessions_start' } as const;

/** What tells VS Code of MCP servers that get a session. */
export const mcpProvider = 'stsSessions.mcp';

/** The status bar item, for VS Code's “Hide” menu. */
export const statusItem = 'stsSessions.status';

/** The id of the walkthrough in package.json; VS Code opens it as `extensionId#walkthrough`. */
export const walkthrough = 'getStarted';

/** The section that all settings are under. */
export const settingsSection = 'stsSessions';

/** Setting names below the section. */
export const settings = {
  delivery: 'delivery',
  debug: 'debug',
  warnBeforeMinutes: 'warnBeforeMinutes',
  mfaSessionDurationSeconds: 'mfaSessionDurationSeconds',
  mfaCodeFromClipboard: 'mfaCodeFromClipboard',
  mfaUse: 'mfaUse',
  mfaDevices: 'mfaDevices',
  clearClipboardAfterSeconds: 'clearClipboardAfterSeconds',
  consoleBrowser: 'consoleBrowser',
  signInWith: 'signInWith',
  samlBrowser: 'samlBrowser',
  samlListenerPort: 'samlListenerPort',
  issuers: 'issuers',
  roleSessionName: 'roleSessionName',
  roles: 'roles',
  suggestedRoles: 'suggestedRoles',
  guards: 'guards',
  auditLog: 'auditLog',
  keyAgeDays: 'keyAgeDays',
  agentAccess: 'agentAccess',
  agentVariables: 'agentVariables',
  mcpServers: 'mcpServers',
} as const;

/** Context keys that `when` clauses read. */
export const contextKeys = {
  /** Set once the shared files have been read and hold nothing to show: only then is the welcome text true. */
  noProfiles: 'stsSessions.noProfiles',
  /** Set once the view has shown a profile: the walkthrough's first step is done. */
  hasProfiles: 'stsSessions.hasProfiles',
  /** At least one session is listed, in whatever state. */
  hasSessions: 'stsSessions.hasSessions',
} as const;

/**
 * What can be done with a row. A row's `contextValue` is its capabilities with a blank between them, and the menus
 * ask for one as `viewItem =~ /\bstart\b/`: what a row offers is then decided in `treeModel.ts`, not in package.json.
 */
export const capabilities = [
  'start',
  'end',
  'dismiss',
  'renew',
  'use',
  'terminal',
  'credentials',
  'userKeys',
  'readOnly',
  'federation',
  'signIn',
  'signOut',
  'list',
  'save',
  'keep',
  'edit',
  'find',
  'search',
  'forget',
  'plan',
  'claims',
  'arn',
  'name',
  'source',
  'guard',
  'keysIn',
  'keysOut',
] as const;

/** One thing that can be done with a row. */
export type Capability = (typeof capabilities)[number];
