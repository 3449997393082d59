import { join } from 'node:path';
import * as vscode from 'vscode';
import { isManaged, kindOf } from './aws/profiles.ts';
import { editFile } from './files/safeWrite.ts';
import type { EditResult } from './files/safeWrite.ts';
import type { SharedFiles } from './files/sharedFiles.ts';
import { readShared } from './files/readShared.ts';
import { Delivering, reportOf } from './outlets/delivering.ts';
import type { Prepared } from './outlets/delivering.ts';
import type { Delivery } from './outlets/delivery.ts';
import { Endpoint } from './outlets/endpoint.ts';
import { ManagedProfiles } from './outlets/managedProfiles.ts';
import type { ServerOptions } from './outlets/server.ts';
import { Steering } from './outlets/steering.ts';
import type { Consent } from './outlets/steering.ts';
import { TerminalOutlet } from './outlets/terminal.ts';
import { runOnce, sessionTerminal } from './outlets/terminals.ts';
import type { TerminalLook } from './outlets/terminals.ts';
import type { WindowHost } from './outlets/windowHost.ts';
import type { DeliveryReport, ManagedState } from './session/delivery.ts';
import { DisposableStore } from './session/emitter.ts';
import type { Sessions } from './session/sessions.ts';
import type { Session } from './session/types.ts';
import type { WiredFolders } from './wireFolders.ts';
import type { Context } from './ui/context.ts';
import type { HostState } from './ui/hostState.ts';
import type { Log } from './ui/log.ts';
import type { DeliveryPort } from './ui/parts.ts';
import * as settings from './ui/settings.ts';
import {
  consentText,
  deliveryNotice,
  deliveryState,
  removedText,
  sideBySideSentence,
  terminalFailed,
} from './ui/text/delivery.ts';
import { t } from './ui/text/l10n.ts';

const consentKey = 'managedProfilesConsent';
const portKey = 'endpointPort';
/** An edit of the config file takes milliseconds; another window that holds it longer hangs. */
const editPatienceMs = 5000;

/** What delivery is made from. */
export interface DeliveryParts {
  readonly context: Context;
  readonly sessions: Sessions;
  readonly files: SharedFiles;
  readonly host: Promise<WindowHost>;
  /** What the person has said of the files of this computer. */
  readonly hostState: HostState;
  readonly server: Omit<ServerOptions, 'transport'>;
  readonly log: Log;
  /** The sessions that folders have. */
  readonly folders: Pick<WiredFolders, 'sessions' | 'onDidChange'>;
  /** How the terminals of a session look. */
  look(this: void, session: Session): TerminalLook;
}

/** Delivery to terminals, for the interface; `begin` starts it once the sessions of before are known. */
export interface WiredDelivery extends DeliveryPort {
  begin(): void;
  /** The variables that lead a program to a session, never keys. Rejects when there can be none. */
  pointers(session: Pick<Session, 'id' | 'region'>): Promise<ReadonlyMap<string, string>>;
  /** The same, with what may win over them. */
  toProgram(session: Pick<Session, 'id' | 'region'>): Promise<Delivery>;
  /** Changes the managed profiles, where there can be any. */
  changeManaged(change: (managed: ManagedProfiles) => Promise<ManagedState>): Promise<ManagedState>;
  dispose(): Promise<void>;
}

/** Builds the terminals' outlet, the managed profiles and the endpoint, and asks the person where that is needed. */
export function wireDelivery(parts: DeliveryParts): WiredDelivery {
  const { context, sessions, files, host, log } = parts;
  const store = new DisposableStore();
  const consent = (): Consent | undefined => {
    const answer = parts.hostState.get(consentKey);
    return answer === 'yes' || answer === 'no' ? answer : undefined;
  };
  const readCredentials = async (): Promise<string> =>
    (await readShared(files.paths.credentials, 'credentials')).text ?? '';

  const endpoint = new Endpoint({
    server: parts.server,
    place: async () => {
      const { folder } = await host;
      // Hosts that share a home may choose the same port.
      return folder
        ? { folder: folder.tokens, prefix: `${folder.processSpace}-`, ownSpace: true }
        : { folder: context.globalStorageUri.fsPath, prefix: 'endpoint-', ownSpace: false };
    },
    rememberedPort: () => context.workspaceState.get<number>(portKey),
    rememberPort: async (port) => context.workspaceState.update(portKey, port),
  });

  /** Two windows that add to the block at once must not lose each other's profile. */
  const editAlone = async (path: string, edit: (text: string) => string): Promise<EditResult> => {
    try {
      const { peers } = await host;
      const patience = AbortSignal.timeout(editPatienceMs);
      return await peers.exclusive('config-file', patience, () => editFile(path, edit));
    } catch (error) {
      log.warn(`config file: ${String(error)}`);
      return { kind: 'busy' };
    }
  };

  let managed: Promise<ManagedProfiles | undefined> | undefined;
  const openManaged = async (): Promise<ManagedProfiles | undefined> => {
    const { folder, command } = await host;
    if (!folder || command === undefined) {
      return undefined;
    }
    return new ManagedProfiles({
      configPath: () => files.paths.config,
      readCredentials,
      editFile: editAlone,
      consented: () => consent() === 'yes',
      folderId: folder.folderId,
      command,
    });
  };

  const delivering = new Delivering({
    mode: settings.delivery,
    managed: async () => {
      managed ??= openManaged();
      return (await managed) ?? { kind: 'noFolder', path: (await host).problem?.path ?? '' };
    },
    endpoint: () => endpoint.open(),
    defaultProfileHasKeys: async () => {
      const section = (await files.read()).set.profiles.get('default');
      return section !== undefined && kindOf(section) !== 'none';
    },
    inherited: process.env,
  });

  const outlet = new TerminalOutlet({
    collection: context.environmentVariableCollection,
    isTrusted: () => vscode.workspace.isTrusted,
    folders: parts.folders.sessions,
    prepare: (session) => delivering.prepare(session),
    prepareAbsent: (name) => delivering.absent(name),
    describe: (session) => t('AWS session: {0}', session.name),
    delivered: (result) => delivering.setReport(reportFor(result)),
    failed: (error) => {
      log.error('delivery', error);
      delivering.setReport({ kind: 'failed' });
    },
  });
  const active = (): Session | undefined =>
    sessions.activeId === undefined ? undefined : sessions.get(sessions.activeId);
  const ofFolders = (): readonly Session[] =>
    parts.folders.sessions().flatMap(({ session }) => session ?? []);
  const reportFor = (result: Prepared | undefined) => {
    const session = active();
    if (!session) {
      return undefined;
    }
    return result ? reportOf(result, session) : ({ kind: 'untrusted' } as const);
  };

  /** The last message of this window about delivery: the same one is not shown twice in a row. */
  let said = '';
  const tell = async (report: DeliveryReport | undefined, session: string): Promise<void> => {
    const notice = report && deliveryNotice(report, session);
    const isNews = notice !== undefined && notice.text !== said;
    said = notice?.text ?? '';
    if (isNews) {
      const labels = notice.action ? [notice.action.label] : [];
      const choice = await vscode.window.showWarningMessage(notice.text, ...labels);
      if (notice.action && choice === notice.action.label) {
        await vscode.commands.executeCommand(notice.action.command);
      }
    }
  };

  const steering = new Steering({
    outlet,
    mode: settings.delivery,
    isTrusted: () => vscode.workspace.isTrusted,
    isFocused: () => vscode.window.state.focused,
    active,
    others: ofFolders,
    absent: () => parts.folders.sessions().flatMap(({ absent }) => absent ?? []),
    places: () => parts.folders.sessions().map(({ folder }) => folder.uri.toString()),
    report: () => delivering.report,
    consent,
    keepConsent: async (answer) => parts.hostState.set(consentKey, answer),
    ask: async () => {
      const text = consentText(files.paths.config);
      const options = { modal: true, detail: text.detail };
      const choice = await vscode.window.showInformationMessage(text.message, options, text.yes, text.no);
      return choice === undefined ? undefined : choice === text.yes ? 'yes' : 'no';
    },
    removeManaged: (which) => delivering.removeManaged(which),
    isGone: async (profile) => {
      const section = (await files.read()).set.profiles.get(profile);
      return section === undefined || !isManaged(section);
    },
    notRemoved: (state) => {
      if (state.kind !== 'noFolder') {
        void vscode.window.showWarningMessage(removedText(state).sentence);
      }
    },
    told: (report, loud) => {
      if (loud) {
        void tell(report, active()?.name ?? '');
      }
    },
  });
  store.add(sessions.onDidChange(() => void steering.onSessions()));
  store.add(parts.folders.onDidChange(() => void steering.onSessions()));
  store.add(settings.onDidChangeSettings(() => void steering.onSettings()));
  store.add(vscode.workspace.onDidGrantWorkspaceTrust(() => void steering.onTrusted()));
  store.add(files.onDidChange(() => void steering.onFiles()));

  const prepareTerminal: DeliveryPort['prepareTerminal'] = async (session) => {
    if (!vscode.workspace.isTrusted) {
      return { problem: deliveryState({ kind: 'untrusted' })?.sentence ?? terminalFailed() };
    }
    try {
      const prepared = await delivering.toTerminal(session, [
        sessions.activeId,
        ...ofFolders().map(({ id }) => id),
      ]);
      if (!prepared) {
        return { problem: sideBySideSentence() };
      }
      void tell(reportOf(prepared, session), session.name);
      return { options: sessionTerminal(parts.look(session), prepared.variables) };
    } catch (error) {
      log.error('terminal', error);
      return { problem: terminalFailed() };
    }
  };

  return {
    get state() {
      return deliveryState(delivering.report);
    },
    onDidChange: delivering.onDidChange,
    begin: () => void steering.begin(),
    changeManaged: (change) => delivering.changeManaged(change),
    pointers: async (session) => (await delivering.pointers(session)).variables,
    toProgram: (session) => delivering.pointers(session),
    async consent(again) {
      if (again && !vscode.workspace.isTrusted) {
        await vscode.commands.executeCommand('workbench.trust.manage');
      } else if (again && settings.delivery() !== 'profile') {
        await vscode.commands.executeCommand('workbench.action.openSettings', 'stsSessions.delivery');
      } else {
        await steering.settle(again);
      }
    },
    removeManagedProfiles: async () => removedText(await steering.remove()),
    prepareTerminal,
    async openTerminal(session) {
      const prepared = await prepareTerminal(session);
      if ('problem' in prepared) {
        return prepared.problem;
      }
      vscode.window.createTerminal(prepared.options).show();
      return undefined;
    },
    async runCommand(session, commandLine) {
      const { folder } = await host;
      if (!folder || !vscode.workspace.isTrusted) {
        return deliveryState(folder ? { kind: 'untrusted' } : { kind: 'failed' })?.sentence;
      }
      const helper =
        process.platform === 'win32'
          ? {
              executable: process.execPath,
              leadingArguments: [join(folder.path, 'fetch.cjs'), 'run'],
              env: { ELECTRON_RUN_AS_NODE: '1' },
            }
          : { executable: '/bin/sh', leadingArguments: [join(folder.path, 'fetch'), 'run'], env: {} };
      await runOnce(session, commandLine, helper, t('{0} as {1}', commandLine, session.name));
      return undefined;
    },
    async dispose() {
      store.dispose();
      outlet.dispose();
      delivering.dispose();
      await endpoint.dispose();
    },
  };
}
