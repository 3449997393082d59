import * as vscode from 'vscode';
import type { StsSessionsExports } from './api.ts';
import { registerForAgents } from './lazyAgents.ts';
import { lazyCore } from './lazyCore.ts';
import type { LazyCore } from './lazyCore.ts';
import { lazyExports } from './lazyExports.ts';
import { errorName } from './session/errorName.ts';
import { commands, terminalProfile } from './ui/ids.ts';

/**
 * How long the parts stay unloaded unless somebody needs them, milliseconds. A window that has just opened activates
 * every extension at once; ours is in nobody's way then, and there before anybody could look for it.
 */
const quietMs = 100;

let core: LazyCore | undefined;

/**
 * Registers the commands, and lets everything else be loaded by the first of them or a moment later. Returns what other
 * extensions may use.
 */
export function activate(context: vscode.ExtensionContext): StsSessionsExports {
  core = lazyCore(
    () => import('./core.ts'),
    ({ start }) => start(context),
    notLoaded,
  );
  const { load, debug } = core;
  const timer = setTimeout(() => void load().catch(tell), quietMs);
  context.subscriptions.push(
    { dispose: () => clearTimeout(timer) },
    ...registerForAgents(load),
    ...Object.values(commands).map((id) =>
      vscode.commands.registerCommand(id, async (argument: unknown) => (await load()).run(id, argument)),
    ),
    vscode.window.registerTerminalProfileProvider(terminalProfile, {
      provideTerminalProfile: async () => (await load()).terminalProfile(),
    }),
    vscode.debug.registerDebugConfigurationProvider('*', {
      resolveDebugConfigurationWithSubstitutedVariables: debug,
    }),
  );
  return lazyExports(load);
}

/** Waits until this window has left its traces. */
export async function deactivate(): Promise<void> {
  await core?.end();
}

/** What a person reads of it: VS Code shows what a command rejects with. Of the reason, its code: MODULE_NOT_FOUND. */
function notLoaded(cause: unknown): Error {
  const why = cause instanceof Error && 'code' in cause ? String(cause.code) : errorName(cause);
  return new Error(
    vscode.l10n.t('STS Sessions could not be loaded, reload the window or install it again: {0}', why),
    { cause },
  );
}

async function tell({ message }: Error): Promise<void> {
  const reload = vscode.l10n.t('Reload Window');
  if ((await vscode.window.showErrorMessage(message, reload)) === reload) {
    await vscode.commands.executeCommand('workbench.action.reloadWindow');
  }
}
