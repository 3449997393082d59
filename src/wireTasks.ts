import * as vscode from 'vscode';
import { pointedAt } from './outlets/delivery.ts';
import { lostChoice, overruledVariable } from './outlets/taskEnvironment.ts';
import { deliveredTo } from './outlets/terminal.ts';
import { ownTask } from './outlets/terminals.ts';
import { noSession, sessionNamed } from './session/named.ts';
import type { Sessions } from './session/sessions.ts';
import type { Context } from './ui/context.ts';
import { commands } from './ui/ids.ts';
import { tasksText } from './ui/text/tasks.ts';

const quietKey = 'quietTasks';
/** Far more than a person has tasks; the oldest is then told of again. */
const mostQuiet = 200;

/** What it is made from. */
export interface TaskParts {
  readonly context: Context;
  readonly sessions: Pick<Sessions, 'activeId' | 'list'>;
  /** The sessions of before a reload are known, or that takes too long. Never rejects. */
  readonly known: Promise<void>;
}

/** Tells of tasks that say whom they run as and are overruled by VS Code: each once a window, and never again if asked. */
export function wireTasks(parts: TaskParts): vscode.Disposable {
  const told = new Set<string>();
  const look = async (task: vscode.Task): Promise<void> => {
    // A folder’s own tasks may start with the window: until the sessions of before are known, there would be none.
    await parts.known;
    const notice = noticeFor(task, parts);
    const key = keyOf(task);
    if (notice !== undefined && !told.has(key) && !quietTasks(parts.context).includes(key)) {
      told.add(key);
      await tell(notice, task, key, parts.context);
    }
  };
  return vscode.tasks.onDidStartTask(({ execution: { task } }) => void look(task));
}

/** What is said of a task, and the command that is the way out; undefined: its own file is. */
interface Notice {
  readonly text: string;
  readonly action?: { readonly label: string; readonly command: string };
}

function noticeFor(task: vscode.Task, { context, sessions }: TaskParts): Notice | undefined {
  const env = environmentOf(task);
  const folder = typeof task.scope === 'object' ? task.scope : undefined;
  const delivered = deliveredTo(context.environmentVariableCollection, folder);
  const chosen = env['STS_SESSIONS_ID'];
  const variable = overruledVariable(env, delivered, process.platform);
  if (variable === undefined) {
    return lostChoiceNotice(task, chosen, delivered, sessions);
  }
  if (chosen === noSession) {
    return { text: tasksText.overruledByNone(task.name, variable) };
  }
  const pointed = chosen ?? delivered.get('STS_SESSIONS_DEFAULT') ?? sessions.activeId;
  const named = sessionNamed(sessions.list(), pointed ?? '');
  const text =
    named.kind === 'one'
      ? tasksText.overruled(task.name, variable, named.session.name)
      : chosen === undefined
        ? tasksText.overruledByAbsent(task.name, variable)
        : tasksText.overruledByUnknown(task.name, variable);
  return { text };
}

/** What is said of a task whose choice of a session has no effect; undefined when it has, or there is none. */
function lostChoiceNotice(
  task: vscode.Task,
  chosen: string | undefined,
  delivered: ReadonlyMap<string, string>,
  sessions: TaskParts['sessions'],
): Notice | undefined {
  const list = sessions.list();
  const named = sessionNamed(list, chosen ?? '');
  const pointed = pointedAt(
    (name) => delivered.get(name),
    (key) => list.find(({ state }) => state.kind === 'live' && state.credentials.accessKeyId === key)?.id,
  )?.id;
  const why = lostChoice(
    environmentOf(task),
    delivered,
    pointed,
    named.kind === 'one' ? named.session.id : undefined,
  );
  switch (why) {
    case undefined:
      return undefined;
    case 'nothingActive':
      return {
        text: tasksText.nothingActive(task.name, chosen ?? ''),
        action: { label: tasksText.switchSession(), command: commands.switchSession },
      };
    case 'otherWay':
      return {
        text: tasksText.otherWay(task.name, list.find(({ id }) => id === pointed)?.name ?? pointed ?? ''),
        action: { label: tasksText.setUp(), command: commands.setUpDelivery },
      };
  }
}

/** What a task of a shell or a process sets; other tasks have an environment of their extension's. */
function environmentOf({ execution, definition }: vscode.Task): Readonly<Record<string, string>> {
  if (definition.type === ownTask) {
    // It runs the helper itself, which needs nothing that terminals get.
    return {};
  }
  const known = execution instanceof vscode.ShellExecution || execution instanceof vscode.ProcessExecution;
  return known ? (execution.options?.env ?? {}) : {};
}

function keyOf({ scope, source, name }: vscode.Task): string {
  const place = typeof scope === 'object' ? scope.uri.toString() : String(scope);
  return `${place} ${source} ${name}`;
}

function quietTasks({ workspaceState }: Context): readonly string[] {
  return workspaceState.get<readonly string[]>(quietKey, []);
}

async function tell(
  { text, action }: Notice,
  task: vscode.Task,
  key: string,
  context: Context,
): Promise<void> {
  const open = tasksText.openTasks();
  const never = tasksText.neverAgain();
  // What an extension makes stands in no file that could be opened.
  const first = action?.label ?? (task.source === 'Workspace' ? open : undefined);
  const buttons = first === undefined ? [never] : [first, never];
  const choice = await vscode.window.showWarningMessage(text, ...buttons);
  if (choice === never) {
    const quiet = [key, ...quietTasks(context)].slice(0, mostQuiet);
    await context.workspaceState.update(quietKey, quiet);
  } else if (choice !== undefined && action !== undefined) {
    await vscode.commands.executeCommand(action.command);
  } else if (choice === open) {
    await openTasks(task);
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
