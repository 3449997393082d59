import * as vscode from 'vscode';
import { readGuards } from '../aws/guardEntries.ts';
import type { GuardSettings } from '../aws/guardEntries.ts';
import { settings, settingsSection } from './ids.ts';

/** The guards of the user's own settings. A folder cannot reach them: only the user's value is looked at. */
export function guardSettings(): GuardSettings {
  return readGuards(ownList());
}

/** Writes one more guard in front of the others: its word and colour count where several fit. Rejects when it cannot. */
export async function addGuard(entry: Readonly<Record<string, unknown>>): Promise<void> {
  await vscode.workspace
    .getConfiguration(settingsSection)
    .update(settings.guards, [entry, ...ownList()], vscode.ConfigurationTarget.Global);
}

/** `stsSessions.auditLog` of the user's own settings. */
export function auditLogWanted(): boolean {
  return own(settings.auditLog) !== false;
}

function ownList(): readonly unknown[] {
  const value = own(settings.guards);
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function own(name: string): unknown {
  return vscode.workspace.getConfiguration(settingsSection).inspect<unknown>(name)?.globalValue;
}
