import type { ExtensionContext } from 'vscode';

/** Called by VS Code when a window has started. */
export function activate(_context: ExtensionContext): void {
  // The parts are registered here.
}
