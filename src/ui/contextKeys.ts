import * as vscode from 'vscode';
import type { Disposable } from '../session/emitter.ts';
import { contextKeys } from './ids.ts';
import type { SessionSource } from './sources.ts';

/** Sets a key that `when` clauses of package.json read. */
export function setContext(key: (typeof contextKeys)[keyof typeof contextKeys], value: boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}

/** Keeps `hasSessions` true to the sessions, from now on. */
export function followSessions(sessions: SessionSource): Disposable {
  let told: boolean | undefined;
  const update = (): void => {
    const has = sessions.list().length > 0;
    if (has !== told) {
      told = has;
      setContext(contextKeys.hasSessions, has);
    }
  };
  update();
  return sessions.onDidChange(update);
}
