import type { ExtensionContext, Memento } from 'vscode';
import { OrderedState } from './orderedState.ts';

/** What the parts of the extension get of VS Code's context. */
export interface Context extends Pick<
  ExtensionContext,
  | 'environmentVariableCollection'
  | 'extension'
  | 'extensionPath'
  | 'globalStorageUri'
  | 'secrets'
  | 'subscriptions'
  | 'workspaceState'
> {
  /** Loses no change: see OrderedState. */
  readonly globalState: Memento;
}

/** VS Code's context as the parts of the extension get it: once a window, because its state counts on being the only one. */
export function contextOf(given: ExtensionContext): Context {
  const { environmentVariableCollection, extension, extensionPath, globalStorageUri } = given;
  const { secrets, subscriptions, workspaceState } = given;
  return {
    environmentVariableCollection,
    extension,
    extensionPath,
    globalState: new OrderedState(given.globalState),
    globalStorageUri,
    secrets,
    subscriptions,
    workspaceState,
  };
}
