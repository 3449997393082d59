import * as vscode from 'vscode';
import { DisposableStore } from '../../session/emitter.ts';
import { commands } from '../ids.ts';
import type { CommandParts } from '../parts.ts';
import { warnBeforeMs } from '../settings.ts';
import { terminalRow } from '../terminalRows.ts';
import type { WatchedTerminal } from '../terminalWatch.ts';
import { terminalFailed } from '../text/delivery.ts';
import { t } from '../text/l10n.ts';
import { terminalText } from '../text/terminals.ts';
import { openTerminal } from './credentialCommands.ts';
import { chooseSession } from './target.ts';

/** The list of the terminals with their sessions. */
export function terminalCommands(parts: CommandParts) {
  return { [commands.showTerminals]: () => showTerminals(parts) };
}

/**
 * The terminal that VS Code opens for our profile: under the session that is picked or started, as “New Terminal As…”
 * does it. VS Code has no way to be told that none is to open, and shows what the rejection says: nothing, then.
 */
export async function terminalProfile(parts: CommandParts, log: Log): Promise<vscode.TerminalProfile> {
  const options = await profileOptions(parts).catch((error: unknown) => {
    log.error('terminal profile', error);
    void vscode.window.showErrorMessage(terminalFailed());
    return undefined;
  });
  if (options === undefined) {
    throw new Error('');
  }
  showOnceOpen(options);
  return new vscode.TerminalProfile(options);
}

/** VS Code opens the terminal of a profile behind the one that is shown, if there is one. */
function showOnceOpen({ name, env }: vscode.TerminalOptions): void {
  const listener = vscode.window.onDidOpenTerminal((terminal) => {
    const { creationOptions } = terminal;
    const isIt =
      'env' in creationOptions && creationOptions.env?.['STS_SESSIONS_ID'] === env?.['STS_SESSIONS_ID'];
    if (isIt && creationOptions.name === name) {
      end();
      terminal.show();
    }
  });
  const timer = setTimeout(() => end(), openWithinMs);
  const end = (): void => {
    clearTimeout(timer);
    listener.dispose();
  };
}

/** VS Code opens it at once; past this, milliseconds, it could not, and another terminal must not be taken for it. */
const openWithinMs = 5000;

async function profileOptions(parts: CommandParts): Promise<vscode.TerminalOptions | undefined> {
  const session = await chooseSession(parts, undefined, { title: t('New Terminal As'), start: true });
  if (!session) {
    return undefined;
  }
  await parts.delivery.consent(false);
  const prepared = await parts.delivery.prepareTerminal(session);
  if ('problem' in prepared) {
    void vscode.window.showWarningMessage(prepared.problem);
    return undefined;
  }
  return prepared.options;
}

interface Log {
  error(text: string, error: unknown): void;
}

interface Item extends vscode.QuickPickItem {
  readonly watched: WatchedTerminal;
  readonly sessionId: string | undefined;
}

type Choice =
  | { readonly kind: 'focus'; readonly terminal: vscode.Terminal }
  | { readonly kind: 'another' | 'end'; readonly sessionId: string };

async function showTerminals(parts: CommandParts): Promise<void> {
  const terminals = await parts.terminals.all();
  if (terminals.length === 0) {
    const button = terminalText.open();
    if ((await vscode.window.showInformationMessage(terminalText.none(), button)) === button) {
      await vscode.commands.executeCommand('workbench.action.terminal.new');
    }
    return;
  }
  const choice = await pickTerminal(parts, terminals);
  switch (choice?.kind) {
    case undefined:
      break;
    case 'focus':
      choice.terminal.show();
      break;
    case 'another':
      await openTerminal(parts, choice.sessionId);
      break;
    case 'end': {
      const session = parts.sessions.get(choice.sessionId);
      if (session) {
        await parts.flow.end([session]);
      }
      break;
    }
  }
}

function pickTerminal(
  parts: CommandParts,
  terminals: readonly WatchedTerminal[],
): Promise<Choice | undefined> {
  const another = { iconPath: new vscode.ThemeIcon('terminal'), tooltip: terminalText.openAnother() };
  const end = { iconPath: new vscode.ThemeIcon('stop-circle'), tooltip: terminalText.end() };
  const store = new DisposableStore();
  const pick = store.add(vscode.window.createQuickPick<Item>());
  pick.title = terminalText.listTitle();
  pick.placeholder = terminalText.listPlaceholder();
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.keepScrollPosition = true;
  const update = (): void => {
    const marked = pick.activeItems[0]?.watched.terminal ?? vscode.window.activeTerminal;
    pick.items = terminals.map((watched): Item => {
      const { terminal, note } = watched;
      const row = terminalRow({
        name: terminal.name,
        note,
        session: note.sessionId === undefined ? undefined : parts.sessions.get(note.sessionId),
        now: parts.now(),
        warnMs: warnBeforeMs(),
      });
      const { label, description, detail, session } = row;
      return {
        label,
        description,
        detail,
        buttons: session === undefined ? [] : [another, end],
        watched,
        sessionId: session?.id,
      };
    });
    pick.activeItems = pick.items.filter((item) => item.watched.terminal === marked);
  };
  return new Promise((resolve) => {
    const close = (choice: Choice | undefined): void => {
      resolve(choice);
      store.dispose();
    };
    store.add(
      pick.onDidAccept(() => {
        const item = pick.selectedItems[0];
        if (item) {
          close({ kind: 'focus', terminal: item.watched.terminal });
        }
      }),
    );
    store.add(
      pick.onDidTriggerItemButton(({ item, button }) => {
        if (item.sessionId !== undefined) {
          close({ kind: button === end ? 'end' : 'another', sessionId: item.sessionId });
        }
      }),
    );
    store.add(pick.onDidHide(() => close(undefined)));
    store.add(parts.sessions.onDidChange(update));
    update();
    pick.show();
  });
}
