import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { Session } from '../session/types.ts';

/** How a terminal looks in the list of terminals. */
export interface TerminalLook {
  readonly name: string;
  /** A codicon. */
  readonly icon: string;
  /** The id of a theme colour. */
  readonly color: string;
}

/** What a terminal that runs under a session of its own is made from. */
export function sessionTerminal(
  { name, icon, color }: TerminalLook,
  variables: ReadonlyMap<string, string>,
): vscode.TerminalOptions {
  return {
    name,
    env: Object.fromEntries(variables),
    iconPath: new vscode.ThemeIcon(icon),
    color: new vscode.ThemeColor(color),
  };
}

/** The type of the tasks that `runOnce` makes. */
export const ownTask = 'stsSessions';

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
    { type: ownTask },
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
