import { type ExtensionContext, window } from 'vscode';
import type { PlantedSecrets } from './protocol.ts';

/** Puts a secret into each place that an extension can write to, so that a search for secrets can prove itself. */
export async function plant(context: ExtensionContext, secrets: PlantedSecrets): Promise<null> {
  window.createOutputChannel('Planted').appendLine(`A channel: ${secrets.outputChannel}`);
  window.createOutputChannel('Planted Log', { log: true }).info(`A log: ${secrets.logChannel}`);
  console.log(`The console: ${secrets.console}`);
  await context.workspaceState.update('planted', secrets.workspaceState);
  await context.globalState.update('planted', { nested: [secrets.globalState] });
  // Kept over a reload by default, which VS Code does by writing it down.
  context.environmentVariableCollection.replace('PLANTED', secrets.variableCollection);
  window.createTerminal({ name: 'planted', env: { PLANTED_HERE: secrets.terminalVariable } }).show();
  void window.showInformationMessage(`A message: ${secrets.message}`);
  await context.secrets.store('planted', secrets.secretStorage);
  return null;
}
