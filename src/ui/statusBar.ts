import * as vscode from 'vscode';
import { DisposableStore } from '../session/emitter.ts';
import type { GuardOf } from './guardLooks.ts';
import { commands, statusItem } from './ids.ts';
import type { DeliveryPort } from './parts.ts';
import type { SessionSource } from './sources.ts';
import { statusBarText, statusCommands } from './text/status.ts';
import { switcherText } from './text/switcher.ts';

/** What the status bar item reads. */
export interface StatusBarOptions {
  readonly sessions: SessionSource;
  readonly delivery: Pick<DeliveryPort, 'state' | 'onDidChange'>;
  readonly aliasOf: (accountId: string) => string | undefined;
  readonly guardOf: GuardOf;
  /** A sentence for each folder that has a session of its own. */
  readonly folders: () => readonly string[];
  /** Milliseconds UTC. */
  readonly now: () => number;
  /** How far this computer's clock is ahead of AWS's, ms; undefined while nobody knows. */
  readonly skewMs: () => number | undefined;
  readonly warnMs: () => number;
}

/** Left of most others, right of the remote indicator and the branch. */
const priority = 40;

const backgrounds = {
  warning: new vscode.ThemeColor('statusBarItem.warningBackground'),
  error: new vscode.ThemeColor('statusBarItem.errorBackground'),
};

/** The status bar item: follows the sessions and the delivery, and writes only what changed. */
export class StatusBar {
  readonly #options: StatusBarOptions;
  readonly #store = new DisposableStore();
  readonly #item: vscode.StatusBarItem;
  #shown = '';

  constructor(options: StatusBarOptions) {
    this.#options = options;
    this.#item = this.#store.add(
      vscode.window.createStatusBarItem(statusItem, vscode.StatusBarAlignment.Left, priority),
    );
    this.#item.name = switcherText().title;
    this.#item.command = commands.switchSession;
    this.#store.add(options.sessions.onDidChange(() => this.update()));
    this.#store.add(options.delivery.onDidChange(() => this.update()));
    this.update();
    this.#item.show();
  }

  /** Call it when something changed that has no event here: an alias, a setting. */
  update(): void {
    const { sessions, delivery, aliasOf, guardOf, folders, now, skewMs, warnMs } = this.#options;
    const list = sessions.list();
    const status = statusBarText({
      active: list.find((session) => session.id === sessions.activeId),
      sessions: list,
      now: now(),
      skewMs: skewMs(),
      warnMs: warnMs(),
      delivery: delivery.state,
      aliasOf,
      guardOf,
      folders: folders(),
    });
    const shown = JSON.stringify(status);
    if (shown === this.#shown) {
      return;
    }
    this.#shown = shown;
    this.#item.text = status.text;
    this.#item.backgroundColor = status.background && backgrounds[status.background];
    const tooltip = new vscode.MarkdownString(status.tooltip);
    tooltip.isTrusted = { enabledCommands: statusCommands };
    this.#item.tooltip = tooltip;
    this.#item.accessibilityInformation = { label: status.accessibilityLabel };
  }

  dispose(): void {
    this.#store.dispose();
  }
}
