import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { Session } from '../session/types.ts';

/** A terminal that runs under a session of its own, named after it. */
export function openSessionTerminal(session: Session, variables: ReadonlyMap<string, string>): void {
  const terminal = vscode.window.createTerminal({
    name: session.name,
    env: Object.fromEntries(variables),
    iconPath: new vscode.ThemeIcon('shield'),
  });
  terminal.show();
}

/** How to run the helper that starts a command with credentials in its environment. */
export interface RunHelper {
  readonly executable: string;
  readonly leadingArguments: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs a command line once, as a task: its terminal has the command's output and nothing else. The credentials go from
 * the helper to the command; VS Code, which writes the environment of terminals to disk, never has them.
 */
export async function runOnce(
  session: Session,
  commandLine: string,
  helper: RunHelper,
  title: string,
): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  const execution = new vscode.ProcessExecution(
    helper.executable,
    [...helper.leadingArguments, commandLine],
    {
      // In a window without a folder VS Code cannot resolve its own default, ${workspaceFolder}.
      cwd: folder?.uri.fsPath ?? homedir(),
      env: {
        ...helper.env,
        STS_SESSIONS_ID: session.id,
        ...(session.region !== undefined && {
          AWS_REGION: session.region,
          AWS_DEFAULT_REGION: session.region,
        }),
      },
    },
  );
  const task = new vscode.Task(
    { type: 'stsSessions' },
    vscode.TaskScope.Workspace,
    title,
    'STS Sessions',
    execution,
    [],
  );
  task.presentationOptions = {
    reveal: vscode.TaskRevealKind.Always,
    panel: vscode.TaskPanelKind.New,
    focus: true,
  };
  await vscode.tasks.executeTask(task);
}
