import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { kindOf } from './aws/profiles.ts';
import { editFile } from './files/safeWrite.ts';
import type { EditResult } from './files/safeWrite.ts';
import type { SharedFiles } from './files/sharedFiles.ts';
import { readShared } from './files/readShared.ts';
import { Delivering, reportOf } from './outlets/delivering.ts';
import type { Prepared } from './outlets/delivering.ts';
import { ManagedProfiles } from './outlets/managedProfiles.ts';
import { startServer } from './outlets/server.ts';
import type { CredentialServer, ServerOptions } from './outlets/server.ts';
import { TerminalOutlet } from './outlets/terminal.ts';
import { openSessionTerminal, runOnce } from './outlets/terminals.ts';
import type { WindowHost } from './outlets/windowHost.ts';
import { DisposableStore } from './session/emitter.ts';
import type { Sessions } from './session/sessions.ts';
import type { Session } from './session/types.ts';
import type { Log } from './ui/log.ts';
import type { DeliveryPort } from './ui/parts.ts';
import * as settings from './ui/settings.ts';
import {
  consentText,
  deliveryState,
  removedText,
  sideBySideSentence,
  terminalFailed,
} from './ui/text/delivery.ts';
import { t } from './ui/text/l10n.ts';

const consentKey = 'managedProfilesConsent';
const endpointKey = 'endpoint';
/** An edit of the config file takes milliseconds; another window that holds it longer hangs. */
const editPatienceMs = 5000;

/** What delivery is made from. */
export interface DeliveryParts {
  readonly context: vscode.ExtensionContext;
  readonly sessions: Sessions;
  readonly files: SharedFiles;
  readonly host: Promise<WindowHost>;
  readonly server: Omit<ServerOptions, 'transport'>;
  readonly log: Log;
}

/** Delivery to terminals, for the interface; `begin` starts it once the sessions of before are known. */
export interface WiredDelivery extends DeliveryPort {
  begin(): void;
  dispose(): Promise<void>;
}

/** Builds the terminals' outlet, the managed profiles and the endpoint, and asks the person where that is needed. */
export function wireDelivery(parts: DeliveryParts): WiredDelivery {
  const { context, sessions, files, host, log } = parts;
  const store = new DisposableStore();
  const consent = (): string | undefined => context.globalState.get(consentKey);
  const readCredentials = async (): Promise<string> =>
    (await readShared(files.paths.credentials, 'credentials')).text ?? '';

  let endpoint: Promise<{ server: CredentialServer; port: number; tokenFile: string }> | undefined;
  const startEndpoint = async () => {
    const { folder } = await host;
    const tokens = folder?.tokens ?? context.globalStorageUri.fsPath;
    await mkdir(tokens, { recursive: true, mode: 0o700 });
    // Port and file name stay over a reload, so that open terminals keep their endpoint; the token in it does not.
    const known = context.workspaceState.get<{ readonly port: number; readonly name: string }>(endpointKey);
    const name = known?.name ?? randomUUID();
    const tokenFile = join(tokens, name);
    const transport = { kind: 'tcp', tokenFile, ...(known && { port: known.port }) } as const;
    const server = await startServer({ ...parts.server, transport });
    const port = server.address.kind === 'tcp' ? server.address.port : 0;
    await context.workspaceState.update(endpointKey, { port, name });
    return { server, port, tokenFile };
  };

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
    endpoint: () => (endpoint ??= startEndpoint()),
    defaultProfileHasKeys: async () => {
      const section = (await files.read()).set.profiles.get('default');
      return section !== undefined && kindOf(section) !== 'none';
    },
    inherited: process.env,
  });

  const outlet = new TerminalOutlet({
    collection: context.environmentVariableCollection,
    isTrusted: () => vscode.workspace.isTrusted,
    prepare: (session) => delivering.prepare(session),
    describe: (session) => t('AWS session: {0}', session.name),
    delivered: (result) => delivering.setReport(reportFor(result)),
    failed: (error) => {
      log.error('delivery', error);
      delivering.setReport({ kind: 'failed' });
    },
  });
  const active = (): Session | undefined =>
    sessions.activeId === undefined ? undefined : sessions.get(sessions.activeId);
  const reportFor = (result: Prepared | undefined) => {
    const session = active();
    if (!session) {
      return undefined;
    }
    return result ? reportOf(result, session) : ({ kind: 'untrusted' } as const);
  };

  let delivered = '';
  /** While nobody has said yes or no, nothing is prepared: a start asks right after, a dismissed question counts as no. */
  let dismissed = false;
  const isUndecided = (): boolean =>
    settings.delivery() === 'profile' && vscode.workspace.isTrusted && consent() === undefined && !dismissed;
  /** The countdown fires too: only what changes the variables is worth an update. */
  const update = async (force: boolean): Promise<void> => {
    const session = active();
    const keys = session?.state.kind === 'live' ? session.state.credentials.accessKeyId : '';
    const wanted = [session?.id, session?.region, settings.delivery() === 'environment' ? keys : ''].join(
      ' ',
    );
    if ((force || wanted !== delivered) && !(session && isUndecided())) {
      delivered = wanted;
      await outlet.update(session);
    }
  };

  const ask = async (): Promise<void> => {
    const text = consentText(files.paths.config);
    const options = { modal: true, detail: text.detail };
    const choice = await vscode.window.showInformationMessage(text.message, options, text.yes, text.no);
    dismissed = choice === undefined;
    if (choice !== undefined) {
      await context.globalState.update(consentKey, choice === text.yes ? 'yes' : 'no');
    }
    await update(true);
  };
  let asking: Promise<void> | undefined;
  const askOnce = (): Promise<void> => (asking ??= ask().finally(() => (asking = undefined)));

  /** A session that waited for trust is delivered now; whoever started it has not been asked yet. */
  const onTrusted = (): Promise<void> =>
    active() && settings.delivery() === 'profile' && consent() === undefined ? askOnce() : update(true);

  /** What stands in the way of an endpoint is in the files: [default] with keys, a config file that is read-only. */
  const onFiles = async (): Promise<void> => {
    const { report } = delivering;
    if (report?.kind === 'delivered' && report.mode === 'endpoint') {
      await update(true);
    }
  };

  let mode = settings.delivery();
  const onSettings = async (): Promise<void> => {
    const before = mode;
    mode = settings.delivery();
    if (before !== mode) {
      if (before === 'profile' && consent() === 'yes') {
        await delivering.removeManaged();
      }
      await update(true);
    }
  };

  return {
    get state() {
      return deliveryState(delivering.report);
    },
    onDidChange: delivering.onDidChange,
    begin() {
      store.add(sessions.onDidChange(() => void update(false)));
      store.add(settings.onDidChangeSettings(() => void onSettings()));
      store.add(vscode.workspace.onDidGrantWorkspaceTrust(() => void onTrusted()));
      store.add(files.onDidChange(() => void onFiles()));
      // Before a reload the question was left open: it comes back with the next start, not out of the blue.
      dismissed = active() !== undefined;
      void update(true);
    },
    async consent(again) {
      if (settings.delivery() !== 'profile' || !vscode.workspace.isTrusted) {
        if (again) {
          await vscode.commands.executeCommand('workbench.action.openSettings', 'stsSessions.delivery');
        }
        return;
      }
      if (again || consent() === undefined) {
        await askOnce();
      }
      // A start must not be called done while its terminals are still being prepared.
      await update(false);
    },
    async removeManagedProfiles() {
      const state = await delivering.removeManaged();
      if (state.kind === 'ok') {
        await context.globalState.update(consentKey, 'no');
        await update(true);
      }
      return removedText(state);
    },
    async openTerminal(session) {
      if (!vscode.workspace.isTrusted) {
        return deliveryState({ kind: 'untrusted' })?.sentence;
      }
      try {
        const variables = await delivering.terminalVariables(session, sessions.activeId);
        if (!variables) {
          return sideBySideSentence();
        }
        openSessionTerminal(session, variables);
        return undefined;
      } catch (error) {
        log.error('terminal', error);
        return terminalFailed();
      }
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
      await (await endpoint)?.server.dispose();
    },
  };
}
