import * as vscode from 'vscode';
import { DisposableStore } from '../session/emitter.ts';
import type { GuardOf } from './guardLooks.ts';
import type { ProfileSource, SessionSource } from './sources.ts';
import type { SessionRequest } from '../aws/planModel.ts';
import type { ProfileSet } from '../aws/profiles.ts';
import { switcherRows } from './switcherModel.ts';
import type { SwitcherButton, SwitcherChoice, SwitcherRow } from './switcherModel.ts';
import { keepPlaces } from './switcherPlaces.ts';
import { switcherText } from './text/switcher.ts';

/** What the switcher reads. */
export interface SwitcherOptions {
  readonly profiles: ProfileSource;
  readonly sessions: SessionSource;
  /** What was started last, the newest first. */
  readonly recent: () => readonly SessionRequest[];
  /** Roles that are saved in the settings. */
  readonly saved?: () => readonly SessionRequest[];
  readonly aliasOf: (accountId: string) => string | undefined;
  readonly guardOf: GuardOf;
  /** Milliseconds UTC. */
  readonly now: () => number;
  readonly warnMs: () => number;
}

interface ChoiceButton extends vscode.QuickInputButton {
  readonly choice: SwitcherChoice;
}

interface Item extends vscode.QuickPickItem {
  readonly row: SwitcherRow;
  readonly buttons?: readonly ChoiceButton[];
}

const buttonIcons = { readOnly: 'eye', terminal: 'terminal', end: 'stop-circle' } as const satisfies Record<
  SwitcherButton,
  string
>;

const buttonWords = { readOnly: 'startReadOnly', terminal: 'openTerminal', end: 'end' } as const;

/** ms that an empty list waits for the files, so that theirs are not the last rows; live sessions wait no longer. */
const patienceMs = 300;

/** Asks which session to use; undefined when the person leaves. It is gone before the choice is acted on. */
export function pickSession(options: SwitcherOptions): Promise<SwitcherChoice | undefined> {
  const words = switcherText();
  const store = new DisposableStore();
  const pick = store.add(vscode.window.createQuickPick<Item>());
  pick.title = words.title;
  pick.placeholder = words.placeholder;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.keepScrollPosition = true;
  pick.busy = true;

  let set: ProfileSet | undefined;
  let shown: readonly SwitcherRow[] = [];
  const update = (): void => {
    const now = switcherRows({
      set,
      sessions: options.sessions.list(),
      activeId: options.sessions.activeId,
      recent: options.recent(),
      saved: options.saved?.() ?? [],
      now: options.now(),
      warnMs: options.warnMs(),
      aliasOf: options.aliasOf,
      guardOf: options.guardOf,
    });
    const rows = keepPlaces(shown, now);
    if (rows === shown) {
      return;
    }
    shown = rows;
    const marked = keyOf(pick.activeItems[0]);
    const items = rows.map(toItem);
    pick.items = items;
    const same = marked === undefined ? undefined : items.find((item) => keyOf(item) === marked);
    if (same) {
      pick.activeItems = [same];
    }
  };

  return new Promise<SwitcherChoice | undefined>((resolve) => {
    const close = (choice: SwitcherChoice | undefined): void => {
      resolve(choice);
      store.dispose();
    };
    store.add(
      pick.onDidAccept(() => {
        const row = pick.selectedItems[0]?.row;
        if (row?.kind === 'item' && row.choice !== undefined) {
          close(row.choice);
        }
      }),
    );
    store.add(
      pick.onDidTriggerItemButton(({ item, button }) => {
        const chosen = item.buttons?.find((one) => one === button);
        if (chosen) {
          close(chosen.choice);
        }
      }),
    );
    store.add(pick.onDidHide(() => close(undefined)));
    const late = setTimeout(update, patienceMs);
    store.add({ dispose: () => clearTimeout(late) });
    store.add(
      options.sessions.onDidChange(() => {
        if (shown.length > 0) {
          update();
        }
      }),
    );
    pick.show();
    void options.profiles
      .read()
      // What is wrong with the files is shown in the tree; the live sessions can still be chosen.
      .catch(() => undefined)
      .then((read) => {
        set = read;
        pick.busy = false;
        clearTimeout(late);
        return update();
      });
  });
}

function toItem(row: SwitcherRow): Item {
  if (row.kind === 'separator') {
    return { label: row.label, kind: vscode.QuickPickItemKind.Separator, row };
  }
  return {
    label: row.label,
    description: row.description,
    ...(row.detail === undefined ? {} : { detail: row.detail }),
    buttons: buttonsOf(row.buttons),
    row,
  };
}

function buttonsOf(choices: Readonly<Partial<Record<SwitcherButton, SwitcherChoice>>>): ChoiceButton[] {
  const words = switcherText();
  const buttons: ChoiceButton[] = [];
  // In the order of the row: in a list that is open a button keeps its place.
  for (const name of Object.keys(choices).filter(isButton)) {
    const choice = choices[name];
    if (choice) {
      buttons.push({
        iconPath: new vscode.ThemeIcon(buttonIcons[name]),
        tooltip: words[buttonWords[name]],
        choice,
      });
    }
  }
  return buttons;
}

function isButton(name: string): name is SwitcherButton {
  return name in buttonIcons;
}

function keyOf(item: Item | undefined): string | undefined {
  return item?.row.kind === 'item' ? item.row.key : undefined;
}
