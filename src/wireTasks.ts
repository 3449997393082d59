import * as vscode from 'vscode';
import { overruledVariable } from './outlets/taskEnvironment.ts';
import { noSession, sessionNamed } from './session/named.ts';
import type { Sessions } from './session/sessions.ts';
import { tasksText } from './ui/text/tasks.ts';

const quietKey = 'quietTasks';
/** Far more than a person has tasks; the oldest is then told of again. */
const mostQuiet = 200;

/** What it is made from. */
export interface TaskParts {
  readonly context: vscode.ExtensionContext;
  readonly sessions: Sessions;
}

/** Tells of tasks that say whom they run as and are overruled by VS Code: each once a window, and never again if asked. */
export function wireTasks(parts: TaskParts): vscode.Disposable {
  const told = new Set<string>();
  return vscode.tasks.onDidStartTask(({ execution: { task } }) => {
    const text = sentenceFor(task, parts);
    const key = keyOf(task);
    if (text !== undefined && !told.has(key) && !quietTasks(parts.context).includes(key)) {
      told.add(key);
      void tell(text, task, key, parts.context);
    }
  });
}

function sentenceFor(task: vscode.Task, { context, sessions }: TaskParts): string | undefined {
  const env = environmentOf(task);
  const delivered = deliveredTo(task, context.environmentVariableCollection);
  const variable = overruledVariable(env, delivered, process.platform);
  if (variable === undefined) {
    return undefined;
  }
  const chosen = env['STS_SESSIONS_ID'] ?? delivered.get('STS_SESSIONS_DEFAULT') ?? sessions.activeId;
  if (chosen === noSession) {
    return tasksText.overruledByNone(task.name, variable);
  }
  const named = sessionNamed(sessions.list(), chosen ?? '');
  return named.kind === 'one'
    ? tasksText.overruled(task.name, variable, named.session.name)
    : tasksText.overruledByUnknown(task.name, variable);
}

/** What terminals of the task's folder get, over what all of them get. */
function deliveredTo(
  { scope }: vscode.Task,
  collection: vscode.GlobalEnvironmentVariableCollection,
): ReadonlyMap<string, string> {
  const ofFolder = typeof scope === 'object' ? collection.getScoped({ workspaceFolder: scope }) : [];
  return new Map(Array.from([...collection, ...ofFolder], ([name, { value }]) => [name, value]));
}

/** What a task of a shell or a process sets; other tasks have an environment of their extension's. */
function environmentOf({ execution }: vscode.Task): Readonly<Record<string, string>> {
  const known = execution instanceof vscode.ShellExecution || execution instanceof vscode.ProcessExecution;
  return known ? (execution.options?.env ?? {}) : {};
}

function keyOf({ scope, source, name }: vscode.Task): string {
  const place = typeof scope === 'object' ? scope.uri.toString() : String(scope);
  return `${place} ${source} ${name}`;
}

function quietTasks({ workspaceState }: vscode.ExtensionContext): readonly string[] {
  return workspaceState.get<readonly string[]>(quietKey, []);
}

async function tell(
  text: string,
  task: vscode.Task,
  key: string,
  context: vscode.ExtensionContext,
): Promise<void> {
  const open = tasksText.openTasks();
  const never = tasksText.neverAgain();
  // What an extension makes stands in no file that could be opened.
  const buttons = task.source === 'Workspace' ? [open, never] : [never];
  const choice = await vscode.window.showWarningMessage(text, ...buttons);
  if (choice === open) {
    await openTasks(task);
  } else if (choice === never) {
    const quiet = [key, ...quietTasks(context)].slice(0, mostQuiet);
    await context.workspaceState.update(quietKey, quiet);
  }
}

async function openTasks({ scope }: vscode.Task): Promise<void> {
  if (typeof scope === 'object') {
    const file = vscode.Uri.joinPath(scope.uri, '.vscode', 'tasks.json');
    await vscode.window.showTextDocument(file);
    return;
  }
  const ofWorkspace = scope === vscode.TaskScope.Workspace;
  await vscode.commands.executeCommand(
    ofWorkspace ? 'workbench.action.openWorkspaceConfigFile' : 'workbench.action.tasks.openUserTasks',
  );
}
