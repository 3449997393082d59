import { join } from 'node:path';
import * as vscode from 'vscode';
import { AuditFile } from './files/auditFile.ts';
import type { WindowHost } from './outlets/windowHost.ts';
import { auditLine } from './session/auditLine.ts';
import type { Sessions } from './session/sessions.ts';
import type { Context } from './ui/context.ts';
import { auditLogWanted } from './ui/guardSettings.ts';
import { settings, settingsSection } from './ui/ids.ts';
import type { Log } from './ui/log.ts';
import type { AuditPort } from './ui/parts.ts';
import { auditText } from './ui/text/audit.ts';

/** Another window that holds the file longer hangs, ms. */
const patienceMs = 5000;

/** What the audit log is made from. */
export interface AuditParts {
  readonly context: Context;
  readonly sessions: Sessions;
  readonly host: Promise<WindowHost>;
  readonly log: Log;
}

/** The audit log, written as long as the setting says so. */
export interface WiredAudit extends AuditPort, vscode.Disposable {
  /** Resolves when every line so far has been written, or could not be. */
  settled(): Promise<void>;
  /** Writes a line of something else than a session, when lines are wanted. It brings its end along. */
  note(line: string): void;
}

/** Writes down what happens to sessions in this window. The file is the same for every window. */
export function wireAudit({ context, sessions, host, log }: AuditParts): WiredAudit {
  let told = false;
  const file = new AuditFile({
    folder: join(context.globalStorageUri.fsPath, 'audit'),
    alone: async (work) => {
      const { peers } = await host;
      await peers.exclusive('audit-log', AbortSignal.timeout(patienceMs), work);
    },
    onError: (code) => {
      log.warn(`audit log: ${code}`);
      if (!told) {
        told = true;
        void vscode.window.showWarningMessage(auditText.notWritten(code));
      }
    },
  });
  const listening = sessions.onDidHappen((happening) => {
    if (auditLogWanted()) {
      // Every window sees that a session is over, and all of them tell the same.
      void file.append(auditLine(happening), happening.kind === 'expired');
    }
  });
  return {
    async show() {
      if (!(await file.exists())) {
        await sayEmpty();
        return;
      }
      const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file.path));
      const end = document.lineAt(document.lineCount - 1).range;
      await vscode.window.showTextDocument(document, { selection: end, preview: false });
    },
    settled: () => file.settled(),
    note: (line) => {
      if (auditLogWanted()) {
        void file.append(line);
      }
    },
    dispose: () => listening.dispose(),
  };
}

async function sayEmpty(): Promise<void> {
  if (auditLogWanted()) {
    void vscode.window.showInformationMessage(auditText.empty());
    return;
  }
  const open = auditText.openSetting();
  if ((await vscode.window.showInformationMessage(auditText.off(), open)) === open) {
    await vscode.commands.executeCommand(
      'workbench.action.openSettings',
      `${settingsSection}.${settings.auditLog}`,
    );
  }
}
