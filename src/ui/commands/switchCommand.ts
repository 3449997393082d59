import * as vscode from 'vscode';
import type { CommandParts } from '../parts.ts';
import { commands } from '../ids.ts';
import { openTerminal } from './credentialCommands.ts';
import { assumeRole } from './roleCommands.ts';
import { pickSession } from '../switcher.ts';
import type { SwitcherChoice } from '../switcherModel.ts';

/** The session switcher: shows it, and does what was chosen. */
export function switchCommands(parts: CommandParts) {
  return { [commands.switchSession]: () => switchSession(parts) };
}

async function switchSession(parts: CommandParts): Promise<void> {
  const choice = await pickSession(parts.switcher);
  if (choice) {
    await act(parts, choice);
  }
}

async function act(parts: CommandParts, choice: SwitcherChoice): Promise<void> {
  const { sessions, flow, delivery } = parts;
  switch (choice.kind) {
    case 'useSession': {
      const session = sessions.get(choice.sessionId);
      if (session?.state.kind === 'live') {
        sessions.setActive(session.id);
        await delivery.consent(false);
      } else if (session) {
        // Whoever chooses a session that is over wants it back.
        await flow.start(session.request);
      }
      break;
    }
    case 'startSession':
      await flow.start(choice.request);
      break;
    case 'terminalOfSession':
      await openTerminal(parts, choice.sessionId);
      break;
    case 'terminalOfRequest': {
      const started = await flow.start(choice.request);
      if (started) {
        await openTerminal(parts, started.id);
      }
      break;
    }
    case 'endSession': {
      const session = sessions.get(choice.sessionId);
      if (session) {
        await flow.end([session]);
      }
      break;
    }
    case 'assumeRole':
      await assumeRole(parts, undefined);
      break;
    case 'signIn':
      await vscode.commands.executeCommand(commands.signIn);
      break;
    case 'endAll':
      await flow.end(sessions.list());
      break;
  }
}
