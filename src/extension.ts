import * as vscode from 'vscode';
import type { StsSessionsExports } from './api.ts';
import type { Core } from './core.ts';
import { registerForAgents } from './lazyAgents.ts';
import { lazyExports } from './lazyExports.ts';
import { commands, terminalProfile } from './ui/ids.ts';

/**
 * How long the parts stay unloaded unless somebody needs them, milliseconds. A window that has just opened activates
 * every extension at once; ours is in nobody's way then, and there before anybody could look for it.
 */
const quietMs = 100;

let core: Promise<Core> | undefined;

/**
 * Registers the commands, and lets everything else be loaded by the first of them or a moment later. Returns what other
 * extensions may use.
 */
export function activate(context: vscode.ExtensionContext): StsSessionsExports {
  const load = (): Promise<Core> => (core ??= import('./core.ts').then(({ start }) => start(context)));
  const timer = setTimeout(() => void load(), quietMs);
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
      resolveDebugConfigurationWithSubstitutedVariables: async (...launch) => (await load()).debug(...launch),
    }),
  );
  return lazyExports(load);
}

/** Waits until this window has left its traces. */
export async function deactivate(): Promise<void> {
  await (await core)?.end();
}
