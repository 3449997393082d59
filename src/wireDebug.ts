import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as vscode from 'vscode';
import type { DebuggingOptions } from './outlets/debugging.ts';
import { deliveredTo } from './outlets/terminal.ts';
import type { Sessions } from './session/sessions.ts';
import type { Session } from './session/types.ts';
import { within } from './session/within.ts';
import { commands } from './ui/ids.ts';
import type { Log } from './ui/log.ts';
import * as settings from './ui/settings.ts';
import { debugText } from './ui/text/debug.ts';
import { warningSentence } from './ui/text/delivery.ts';
import type { WiredDelivery } from './wireDelivery.ts';

/** No env file that a person wrote is near it; reading more would only hold up the start. */
const mostBytes = 1024 * 1024;
/** How long anything waits for the sessions of before a reload, ms: a keyring may be locked until a person unlocks it. */
export const longestResumeMs = 5000;
/** How long F5 waits for a person who is asked for a code or a sign-in, ms: after it the program starts all the same. */
const longestWakeMs = 60_000;
/** The config file may be held by another window for 5 s, ms. */
const longestPointersMs = 10_000;

/** What it is made from. */
export interface DebugParts {
  readonly sessions: Sessions;
  readonly delivery: Pick<WiredDelivery, 'toProgram'>;
  /** What terminals get. */
  readonly collection: vscode.GlobalEnvironmentVariableCollection;
  /** The sessions of before a reload are known, and the one that the window worked under. Never rejects. */
  readonly resumed: Promise<void>;
  /** The session for programs of a folder; the active one where nothing is said. */
  readonly sessionFor?: (folder: vscode.WorkspaceFolder | undefined) => Session | undefined;
  /** The name of a folder's own session that is not there. */
  absentFor(this: void, folder: vscode.WorkspaceFolder | undefined): string | undefined;
  /** Asks AWS, and the person where that is needed, for new credentials; says itself how it went. */
  renew(this: void, session: Session): Promise<void>;
  readonly log: Log;
}

/** Says how a configuration is to be debugged: VS Code asks before the debugger gets it. Never rejects. */
export type Debug = (
  folder: vscode.WorkspaceFolder | undefined,
  configuration: vscode.DebugConfiguration,
  token?: vscode.CancellationToken,
) => Promise<vscode.DebugConfiguration>;

/** Hands the session to programs that are debugged. What decides is loaded with the first of them. */
export function wireDebug(parts: DebugParts): Debug {
  const options = portsOf(parts);
  return async (folder, configuration, token) => {
    const left = new AbortController();
    const listening = token?.onCancellationRequested(() => left.abort());
    try {
      // F5 in a window that has just opened: which session it worked under is known in a moment.
      await within(longestResumeMs, parts.resumed, left.signal);
      const { resolveLaunch } = await import('./outlets/debugging.ts');
      return await resolveLaunch(options, folder, configuration, left.signal);
    } catch (error) {
      parts.log.error('debug', error);
      return configuration;
    } finally {
      listening?.dispose();
    }
  };
}

function portsOf(parts: DebugParts): DebuggingOptions<vscode.WorkspaceFolder> {
  const { sessions, log } = parts;
  /** What is in the way stays there: it is told once in a window, and not at each F5. */
  const told = new Set<string>();
  return {
    platform: process.platform,
    isOn: () => vscode.workspace.isTrusted && settings.deliveryToDebugging(),
    sessions: () => sessions.list(),
    sessionFor: parts.sessionFor ?? (() => sessions.get(sessions.activeId ?? '')),
    absentFor: parts.absentFor,
    async read(file, folder) {
      const path = resolve(folder?.uri.fsPath ?? '', file);
      try {
        return (await stat(path)).size > mostBytes ? undefined : await readFile(path, 'utf8');
      } catch {
        return '';
      }
    },
    pythonEnvFile(folder) {
      // The setting's default, where the Python extension that would say it is not there to ask.
      const setting = vscode.workspace.getConfiguration('python', folder?.uri).get('envFile');
      const file = typeof setting === 'string' ? setting : '${workspaceFolder}/.env';
      const path = file.replace(/\$\{workspace(?:Folder|Root)\}/, () => folder?.uri.fsPath ?? '');
      return path === '' || path.includes('${') ? undefined : path;
    },
    async wake(session, signal) {
      if (session.state.kind === 'expired' && !signal.aborted) {
        await within(longestWakeMs, parts.renew(session), signal);
      }
    },
    async pointers(session) {
      const found = await within(longestPointersMs, parts.delivery.toProgram(session));
      if (found === undefined) {
        throw new Error('preparing the delivery took too long');
      }
      return found;
    },
    delivered: (folder) => deliveredTo(parts.collection, folder),
    notFound: (text, why) => void tellNotFound(text, why),
    inTheWay(session, warning) {
      const text = debugText.inTheWay(session, warningSentence(warning));
      if (!told.has(text)) {
        told.add(text);
        void tell(text, debugText.setUp(), commands.setUpDelivery);
      }
    },
    failed(session, error) {
      log.error('debug', error);
      void tell(debugText.failed(session), debugText.showLog(), commands.showLog);
    },
  };
}

async function tellNotFound(text: string, why: 'nobody' | 'several'): Promise<void> {
  await (why === 'nobody'
    ? tell(debugText.nobody(text), debugText.start(), commands.startSession, text)
    : tell(debugText.several(text), debugText.copyId(), commands.copySessionId));
}

async function tell(
  text: string,
  button: string,
  command: string,
  ...args: readonly string[]
): Promise<void> {
  const choice = await vscode.window.showWarningMessage(text, button);
  if (choice === button) {
    await vscode.commands.executeCommand(command, ...args);
  }
}
