import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { planEnvironment } from './aws/environment.ts';
import { planId } from './aws/hash.ts';
import { homeOf, locateSharedFiles } from './aws/locate.ts';
import { planFor } from './aws/plan.ts';
import type { NetworkSettings } from './aws/network.ts';
import type { Plan, SessionRequest } from './aws/planModel.ts';
import type { ProfileSet } from './aws/profiles.ts';
import { caBundleOf } from './aws/planTarget.ts';
import { deviceOfKeys } from './aws/sources/staticKeys.ts';
import { isVaultId } from './aws/vaultPointer.ts';
import { SharedFiles } from './files/sharedFiles.ts';
import { machineEffects } from './machine/machine.ts';
import { setTimer } from './machine/timer.ts';
import { folderPath } from './outlets/folder.ts';
import type { SupplyRequest } from './outlets/server.ts';
import { deferPeers, openWindowHost } from './outlets/windowHost.ts';
import { supplyNamed } from './session/named.ts';
import type { Peers, Session } from './session/types.ts';
import { Sessions } from './session/sessions.ts';
import { within } from './session/within.ts';
import { commandRunner, commandTable } from './ui/commands.ts';
import { askAboutDevices } from './ui/commands/enrolCommands.ts';
import { terminalProfile } from './ui/commands/terminalCommands.ts';
import { followSessions } from './ui/contextKeys.ts';
import type { CommandId } from './ui/ids.ts';
import { ConsolePlaces } from './ui/consolePlaces.ts';
import { Diagnostics } from './ui/diagnostics.ts';
import { HostState } from './ui/hostState.ts';
import { KnownKeys } from './ui/keyFacts.ts';
import { LiveEnvironment } from './ui/liveEnvironment.ts';
import { Log } from './ui/log.ts';
import { ProfileTreeView } from './ui/profileTree.ts';
import { createMfaPrompt } from './ui/prompts/mfa.ts';
import { showPlan } from './ui/commands/planCommand.ts';
import { contextOf } from './ui/context.ts';
import { Recent } from './ui/recent.ts';
import { RenewalQuestions } from './ui/renewalQuestions.ts';
import { RoleMaxima } from './ui/roleMaxima.ts';
import { createSecretStore } from './ui/secretStore.ts';
import { savedRequests } from './ui/roleSettings.ts';
import { SessionFlow } from './ui/sessionFlow.ts';
import { editorNetwork, onDidChangeSettings, warnBeforeMs } from './ui/settings.ts';
import { rememberPlans } from './ui/sources.ts';
import { StatusBar } from './ui/statusBar.ts';
import { configureL10n, t } from './ui/text/l10n.ts';
import { supplySentences } from './ui/text/supply.ts';
import type { StsSessionsApi } from './api.ts';
import { wireAgents } from './wireAgents.ts';
import type { WiredAgents } from './wireAgents.ts';
import { wireAudit } from './wireAudit.ts';
import { wireApi } from './wireApi.ts';
import { wireCodes } from './wireCodes.ts';
import { wireEnrolment } from './wireEnrolment.ts';
import { wireFiles } from './wireFiles.ts';
import { wireFolders } from './wireFolders.ts';
import { wireGuards } from './wireGuards.ts';
import type { WiredGuards } from './wireGuards.ts';
import { lazyIam } from './wireIam.ts';
import { wireIdentityCenter } from './wireIdentityCenter.ts';
import { wireIssuers } from './wireIssuers.ts';
import { wireKept } from './wireKept.ts';
import { keysHost } from './wireKeptStore.ts';
import type { WiredKept } from './wireKept.ts';
import { wireKeyCare } from './wireKeyCare.ts';
import { wireLogin } from './wireLogin.ts';
import { wireMfa } from './wireMfa.ts';
import { noteOfRenewals, noteOfSkew, wireSuccession } from './wireRenewal.ts';
import { deferStore, resume, tellNotKept } from './resume.ts';
import { wireRoles } from './wireRoles.ts';
import { wireRun } from './wireRun.ts';
import { wireSaml } from './wireSaml.ts';
import { wireSts } from './wireSts.ts';
import { wireTerminals } from './wireTerminals.ts';
import { wireConsole } from './wireConsole.ts';
import { longestResumeMs, wireDebug } from './wireDebug.ts';
import { wireGiveAway } from './wireGiveAway.ts';
import { wireKeys } from './wireKeys.ts';
import type { WiredKeys } from './wireKeys.ts';
import type { Debug } from './wireDebug.ts';
import { wireDelivery } from './wireDelivery.ts';
import type { WiredDelivery } from './wireDelivery.ts';
import { wireTasks } from './wireTasks.ts';
import { wireTools } from './wireTools.ts';

const now = (): number => Date.now();

/** The parts, built: what `extension.ts` needs of them. */
export interface Core {
  /** Runs a command. Never rejects: a mistake of ours is told and logged. */
  run(id: CommandId, argument: unknown): Promise<unknown>;
  /** The interface for another extension. */
  api(this: void, extension: vscode.Extension<unknown>): StsSessionsApi;
  /** The terminal that VS Code opens for our terminal profile. Rejects, without a word to the person, when none is to open. */
  terminalProfile(): Promise<vscode.TerminalProfile>;
  /** What language models and MCP servers get. */
  readonly agents: Pick<WiredAgents, 'tools' | 'servers'>;
  /** The configuration as it is to be debugged. Never rejects. */
  readonly debug: Debug;
  /** Waits until this window has left its traces: registration, sockets and token files. */
  end(): Promise<void>;
}

/** Builds the parts and registers them. Nothing is read, asked or loaded here that the views do not need. */
export function start(given: vscode.ExtensionContext): Core {
  const context = contextOf(given);
  configureL10n(vscode.l10n.bundle);
  const log = new Log(t('STS Sessions'));
  const { env, platform } = process;
  const files: SharedFiles = new SharedFiles(locateSharedFiles(env, platform, homedir()), {
    onError: (error) => log.warn(`files: ${String(error)}`),
    complete: (set) => keys.complete(set),
  });
  const mfa = createMfaPrompt();
  const userAgent = `sts-sessions/${String(context.extension.packageJSON.version)}`;
  const network: NetworkSettings = { env, editor: editorNetwork };
  const machine = machineEffects({ env, platform, home: homeOf(env, platform, homedir()) });
  const maxima = new RoleMaxima(context.globalState);
  const knownKeys = new KnownKeys(context.globalState);
  const fixed = planEnvironment(env);
  const environment = new LiveEnvironment(fixed);
  const readSet = async (): Promise<ProfileSet> => (await files.read()).set;
  const plan = async (request: SessionRequest) => planFor(await readSet(), request, environment.now);
  const awsNow = (): number => sessions.now();
  const measured = (skewMs: number): void => sessions.measured(skewMs);
  const sts = wireSts({ plan, userAgent, network, log, now, skewMs: () => sessions.skewMs, measured });
  const { send } = sts;

  const server = {
    supply: (named: string, request: SupplyRequest) =>
      isVaultId(named)
        ? keys.supply(named, request)
        : supplyNamed(sessions, named, request, (id) => guards.judged(id, () => agents.supply(id, request))),
    sentences: supplySentences(now),
    records: () => sessions.records(),
    now,
    log: (line: string) => log.info(line),
  };
  const host = openWindowHost({
    folder: folderPath(platform, homedir(), env['LOCALAPPDATA']),
    helperFiles: join(context.extensionPath, 'dist', 'helper'),
    executable: process.execPath,
    platform,
    localAppData: env['LOCALAPPDATA'],
    server,
  });

  const peers = deferPeers(host.then((opened) => opened.peers));
  const exclusive: Peers['exclusive'] = (key, signal, work) => peers.exclusive(key, signal, work);
  /** What most parts stand on; each says itself what of it it sees. */
  const ground = { context, host, peers, userAgent, network, log };
  const iam = lazyIam({ ...ground, now: awsNow });
  const succession = wireSuccession(ground);
  const idOf = (planned: Plan): string => planId(planned, sha256Hex, (key) => succession.firstOf(key));
  const hostState = new HostState(context.globalState, keysHost({ context, host }));
  const keys: WiredKeys = wireKeys({
    ...ground,
    files: () => files,
    guards: () => guards,
    audit: () => audit,
    accountOf: (accessKeyId) => knownKeys.of(accessKeyId)?.accountId,
    outlives: () => kept.outlives(),
    now,
  });
  const identityCenter = wireIdentityCenter({
    ...ground,
    environment: fixed,
    now,
  });
  const aliasOf = (accountId: string): string | undefined => identityCenter.directory.nameOf(accountId);
  const saml = wireSaml({
    ...ground,
    machine,
    plan,
    nameOf: aliasOf,
    skewMs: () => sessions.skewMs,
    now,
  });
  const issuers = wireIssuers({
    ...ground,
    machine,
    caBundle: caBundleOf(undefined, fixed),
    now,
  });
  const login = wireLogin({ environment: fixed, peers, userAgent, network, log, now });
  const isAsking = (): boolean => [mfa, identityCenter, saml, issuers, login].some((each) => each.isAsking());
  const { vault, codes } = wireCodes({
    ...ground,
    type: (question, signal) => mfa.ask(mfaUse.told(question), signal),
    files: readSet,
    skewMs: () => sessions.skewMs,
    now,
  });

  const mfaUse = wireMfa({
    ...ground,
    iam,
    codes,
    sessions: () => sessions,
    flow: () => flow,
    guards: () => guards,
    plan,
    files: readSet,
    environment,
    now: awsNow,
  });

  const sessions: Sessions = new Sessions({
    plan,
    planId: idOf,
    hearKeys: () => succession.hear(),
    run: wireRun({
      send,
      machine,
      codes,
      mfaSession: (unattended) => mfaUse.session(unattended),
      identityCenter,
      saml,
      issuers,
      login,
      maxima,
      flow: () => flow,
      now,
    }),
    answersMfa: (serial) => codes.answers(serial),
    now,
    monotonic: () => performance.now(),
    random: () => Math.random(),
    note: noteOfRenewals(host),
    skew: noteOfSkew(host),
    setTimer,
    warnMs: warnBeforeMs,
    endsAt: (about, begunAt) => guards.endsAt(about, begunAt),
    onServed: (id, at) => guards.served(id, at),
    store: deferStore(host.then(({ hostId }) => createSecretStore(context, hostId, exclusive))),
    peers,
    onStoreFailure: (error) => {
      log.error('store', error);
      tellNotKept();
    },
    log: (line) => log.info(line),
  });

  const guards: WiredGuards = wireGuards({
    ...ground,
    sessions,
    plan,
    planId: idOf,
    aliasOf,
    flow: () => flow,
    now: awsNow,
  });
  const agents: WiredAgents = wireAgents({
    ...ground,
    sessions,
    flow: () => flow,
    delivery: () => delivery,
    files: readSet,
    guards,
    plan,
    now: awsNow,
  });
  const terminals = wireTerminals({ context, sessions, guards, now: awsNow });
  const folders = wireFolders({ hostState, sessions, flow: () => flow, delivery: () => delivery });
  const delivery: WiredDelivery = wireDelivery({
    ...ground,
    sessions,
    files,
    hostState,
    server,
    folders,
    look: terminals.look,
  });
  const audit = wireAudit({ context, sessions, host, log });
  const recent = new Recent(context.globalState);
  const flow: SessionFlow = new SessionFlow({
    sessions,
    recent,
    delivery,
    globalState: context.globalState,
    isAsking,
    requestToStart: (request) => saml.requestToStart(request),
    guards,
    deviceOf: async (profile) => {
      const section = (await readSet()).profiles.get(profile);
      return mfaUse.port.device(profile) ?? (section && deviceOfKeys(section));
    },
    mfa: mfaUse.advice,
    waitsUntil: (session) => mfaUse.waitsUntil(session),
    askedAgain: (session) => questions.askAgain(session),
    showLog: () => log.show(),
    showPlan: async (request, name, failure) => showPlan({ plan, request, name, failure }),
    now: awsNow,
  });
  const api = wireApi({
    ...ground,
    sessions,
    guards,
    flow,
    files: readSet,
    now: awsNow,
  });
  const questions: RenewalQuestions = new RenewalQuestions({ sessions, flow, showLog: () => log.show() });
  const giveAway = wireGiveAway({ hostState, sessions, log, now: awsNow });
  const roles = wireRoles({
    ...ground,
    iam,
    send,
    environment: () => environment.now,
    plan,
    files: readSet,
    now: awsNow,
  });
  const consoleLinks = wireConsole({
    ...ground,
    plan,
    files: readSet,
    environment: () => environment.now,
  });
  const enrolment = wireEnrolment({
    ...ground,
    iam,
    vault,
    codes,
    send,
    environment: () => environment.now,
    plan,
    files: readSet,
    now: awsNow,
  });
  const keyCare = wireKeyCare({
    ...ground,
    iam,
    known: knownKeys,
    succession,
    hostState,
    sessions,
    files,
    send,
    environment: () => environment.now,
    plan,
    isAsking,
    vault: keys.longTerm,
    now: awsNow,
  });
  const kept: WiredKept = wireKept({
    ...ground,
    hostState,
    sessions,
    authenticators: vault,
    delivery,
    written: giveAway.written,
    saml,
    paths: files.paths,
    onDidChangeFiles: files.onDidChange,
    keys,
    files: readSet,
    isAsking,
    now: awsNow,
  });
  const profiles = { read: readSet, onDidChange: files.onDidChange };
  const planOf = rememberPlans(
    (set, profile) => planFor(set, { kind: 'profile', profile }, environment.now),
    () => environment.now,
  );
  const views = { profiles, sessions, plan: planOf, now: awsNow, warnMs: warnBeforeMs, guardOf: guards.of };
  const parts = {
    sessions,
    flow,
    files: wireFiles(files),
    recent,
    authenticators: vault,
    enrolment,
    keyCare,
    kept,
    delivery,
    terminals,
    tools: wireTools(delivery, readSet),
    folders,
    identityCenter,
    issuers,
    plan,
    login,
    console: consoleLinks,
    consolePlaces: new ConsolePlaces(context.globalState),
    clipboard: giveAway.clipboard,
    written: giveAway.written,
    keys,
    saml,
    mfa: mfaUse.port,
    roles,
    extensionAccess: api.access,
    switcher: { ...views, recent: () => recent.requests(), saved: savedRequests, aliasOf },
    identity: sts.identity,
    decode: sts.decode,
    audit,
    isAsking,
    showLog: () => log.show(),
    now: awsNow,
  };

  const tree = new ProfileTreeView({ ...views, keyCare, identityCenter, login, saml, roles, aliasOf });
  const diagnostics = new Diagnostics({ paths: files.paths, profiles, plan: planOf });
  const statusBar = new StatusBar({
    ...views,
    skewMs: () => sessions.skewMs,
    delivery,
    aliasOf,
    folders: folders.lines,
  });
  context.subscriptions.push(
    log,
    files,
    sessions,
    guards,
    agents,
    terminals,
    audit,
    keyCare,
    kept,
    folders,
    folders.onDidChange(() => statusBar.update()),
    keys,
    vault,
    vault.onDidChange(() => sessions.authenticatorsChanged()),
    identityCenter,
    issuers,
    login,
    saml,
    tree,
    statusBar,
    onDidChangeSettings(() => {
      environment.changed();
      statusBar.update();
      tree.refresh();
      diagnostics.refresh();
    }),
    diagnostics,
    followSessions(sessions),
  );
  const end = async (): Promise<void> => {
    // Side by side: a store that hangs must not keep the window from leaving the others' list.
    await Promise.allSettled([
      sessions.settled(),
      audit.settled(),
      delivery.dispose(),
      giveAway.dispose(),
      host.then((window) => window.dispose()),
    ]);
  };
  const resumed = resume(context, sessions, () => {
    delivery.begin();
    sessions.attend(questions);
    giveAway.begin();
    keyCare.begin();
    keys.begin();
    folders.begin();
    askAboutDevices(parts);
  });
  /** No more than a moment from here on, also where that takes longer. */
  const known = within(
    longestResumeMs,
    resumed.catch((error: unknown) => log.error('resume', error)),
  );
  context.subscriptions.push(wireTasks({ context, sessions, known }));
  const renew = (session: Session): Promise<void> => flow.renew(session);
  void vault.reconcile();
  return {
    run: commandRunner(commandTable(parts), parts, log, known),
    debug: wireDebug({
      sessions,
      delivery,
      collection: context.environmentVariableCollection,
      sessionFor: folders.sessionFor,
      absentFor: folders.absentFor,
      resumed,
      renew,
      log,
    }),
    terminalProfile: () => known.then(() => terminalProfile(parts, log)),
    api: api.of,
    agents,
    end,
  };
}

function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
