import * as vscode from 'vscode';
import { accessCommands } from './commands/accessCommands.ts';
import { agentCommands } from './commands/agentCommands.ts';
import { authenticatorCommands } from './commands/authenticatorCommands.ts';
import { consoleLinkCommands } from './commands/consoleLinkCommand.ts';
import { credentialCommands } from './commands/credentialCommands.ts';
import { decodeCommands } from './commands/decodeCommand.ts';
import { enrolCommands } from './commands/enrolCommands.ts';
import { fileCommands } from './commands/fileCommands.ts';
import { guardCommands } from './commands/guardCommands.ts';
import { folderCommands } from './commands/folderCommands.ts';
import { keyCareCommands } from './commands/keyCareCommands.ts';
import { keptCommands } from './commands/keptCommands.ts';
import { keyCommands } from './commands/keyCommands.ts';
import { issuerCommands } from './commands/issuerCommands.ts';
import { mfaCommands } from './commands/mfaCommands.ts';
import { planCommands } from './commands/planCommand.ts';
import { samlCommands } from './commands/samlCommands.ts';
import { roleCommands } from './commands/roleCommands.ts';
import { savedRoleCommands } from './commands/savedRoleCommands.ts';
import { sessionCommands } from './commands/sessionCommands.ts';
import { signInCommands } from './commands/signInCommands.ts';
import { switchCommands } from './commands/switchCommand.ts';
import { terminalCommands } from './commands/terminalCommands.ts';
import { toolCommands } from './commands/toolCommands.ts';
import { writtenCommands } from './commands/writtenCommands.ts';
import { commands } from './ids.ts';
import type { CommandId } from './ids.ts';
import type { CommandParts } from './parts.ts';
import { t } from './text/l10n.ts';

/** Every command and what it does. A command that is missing here is a type error. */
export type CommandTable = Readonly<Record<CommandId, (argument: unknown) => unknown>>;

/** The one table of commands; each group has its file in commands/. */
export function commandTable(parts: CommandParts): CommandTable {
  return {
    ...sessionCommands(parts),
    ...roleCommands(parts),
    ...decodeCommands(parts),
    ...consoleLinkCommands(parts),
    ...credentialCommands(parts),
    ...toolCommands(parts),
    ...writtenCommands(parts),
    ...authenticatorCommands(parts),
    ...enrolCommands(parts),
    ...keyCareCommands(parts),
    ...keptCommands(parts),
    ...keyCommands(parts),
    ...accessCommands(parts),
    ...fileCommands(parts),
    ...savedRoleCommands(parts),
    ...signInCommands(parts),
    ...issuerCommands(parts),
    ...samlCommands(parts),
    ...switchCommands(parts),
    ...planCommands(parts),
    ...mfaCommands(parts),
    ...agentCommands(parts),
    ...terminalCommands(parts),
    ...guardCommands(parts),
    ...folderCommands(parts),
  };
}

/**
 * Runs commands of the table, once the sessions of before a reload are `known`: until then none is live, and the person
 * would be told so. A handler that throws is a mistake of ours: it goes to the log, and the person is told.
 */
export function commandRunner(
  table: CommandTable,
  parts: Pick<CommandParts, 'showLog'>,
  log: Log,
  known: Promise<void>,
): (id: CommandId, argument: unknown) => Promise<unknown> {
  return async (id, argument) => {
    // What went wrong is looked at first of all.
    if (id !== commands.showLog) {
      await known;
    }
    try {
      return await table[id](argument);
    } catch (error) {
      log.error(id, error);
      const button = t('Show Log');
      const choice = await vscode.window.showErrorMessage(
        t('That did not work because of a mistake in STS Sessions, the log says more'),
        button,
      );
      if (choice === button) {
        parts.showLog();
      }
      return undefined;
    }
  };
}

interface Log {
  error(text: string, error: unknown): void;
}
