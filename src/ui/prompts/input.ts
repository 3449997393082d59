import * as vscode from 'vscode';
import type { Disposable } from '../../session/emitter.ts';

/** What a person did in a quick input: gave a value, went a step back, or left. */
export type Answer<T> =
  { readonly kind: 'value'; readonly value: T } | { readonly kind: 'back' } | { readonly kind: 'cancel' };

/** Where a box stands in a series of them. */
export interface StepOptions {
  readonly title: string;
  /** Counted from 1; both undefined for a single box. */
  readonly step?: number;
  readonly totalSteps?: number;
  /** Shows the back button. */
  readonly canGoBack?: boolean;
  readonly signal?: AbortSignal;
  /** Further buttons in the title; pressing one leaves the box open. */
  readonly actions?: readonly BoxAction[];
}

/** A button of a box. */
export interface BoxAction {
  /** A codicon. */
  readonly icon: string;
  readonly tooltip: string;
  press(this: void): Promise<void>;
}

/** A box for one line of text. */
export interface TextOptions extends StepOptions {
  readonly prompt: string;
  readonly placeholder?: string;
  readonly value?: string;
  /** For a value that is only a beginning: the first key goes on behind it, instead of replacing it. */
  readonly goesOn?: boolean;
  /** The sentence that is wrong with the text, or undefined. Asked at each key. */
  validate(text: string): string | undefined;
  /** Hides what is typed. */
  readonly password?: boolean;
  /** Shown as an error until the first key, for a box that is asked again. */
  readonly error?: string;
}

/** Asks for a line of text. Enter does nothing while the text is not valid. */
export function askText(options: TextOptions): Promise<Answer<string>> {
  const box = vscode.window.createInputBox();
  box.prompt = options.prompt;
  box.placeholder = options.placeholder ?? '';
  box.value = options.value ?? '';
  if (options.goesOn === true) {
    box.valueSelection = [box.value.length, box.value.length];
  }
  box.password = options.password ?? false;
  box.validationMessage = options.error;
  return ask<string>(box, options, (done) => [
    box.onDidChangeValue((text) => {
      // An empty box is not scolded while it is being filled; Enter still checks it.
      box.validationMessage = text === '' ? undefined : options.validate(text);
    }),
    box.onDidAccept(() => {
      const problem = options.validate(box.value.trim());
      if (problem === undefined) {
        done({ kind: 'value', value: box.value.trim() });
      } else {
        box.validationMessage = problem;
      }
    }),
  ]);
}

/** A list to pick from. */
export interface PickOptions<T> extends StepOptions {
  readonly placeholder: string;
  readonly items: readonly (PickItem<T> | PickSeparator | PickNote)[];
  /** What stands in the box at first, as if it had been typed. */
  readonly text?: string;
  /** The item that has the focus at first. */
  readonly active?: (item: PickItem<T>) => boolean;
  /** Makes an item of text that matches none, or gives the sentence that is wrong with it. */
  readonly fromText?: (text: string) => PickItem<T> | string | undefined;
}

/** A row of such a list, and what it stands for. */
export interface PickItem<T> extends vscode.QuickPickItem {
  readonly value: T;
}

/** A line with words between two groups of rows. */
export interface PickSeparator {
  readonly label: string;
  readonly kind: vscode.QuickPickItemKind.Separator;
}

/** A row that says something and cannot be chosen. */
export interface PickNote {
  readonly label: string;
  readonly alwaysShow: true;
}

/** A line with words, or without any. */
export function separator(label: string): PickSeparator {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

/** Asks to pick one of a list, or, with `fromText`, to type something that is not in it. */
export function askPick<T>(options: PickOptions<T>): Promise<Answer<T>> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem>();
  pick.placeholder = options.placeholder;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  // VS Code says by its number which row is meant, and looks the number up in the list of that moment: what typing puts in
  // front and takes away again has a place of its own there, so that fast fingers do not get the row before or after.
  const show = (extra: vscode.QuickPickItem = separator('')): void => {
    pick.items = options.fromText ? [extra, ...options.items] : options.items;
  };
  show();
  const rows = options.items.filter((item): item is PickItem<T> => 'value' in item);
  const active = options.active && rows.find(options.active);
  if (active) {
    pick.activeItems = [active];
  }
  const values = new Map<vscode.QuickPickItem, T>(rows.map((item) => [item, item.value]));
  const offer = (text: string): void => {
    const typed = text.trim() === '' ? undefined : options.fromText?.(text.trim());
    const row = typeof typed === 'string' ? { label: `$(info) ${typed}` } : typed;
    if (options.fromText) {
      show(row && { ...row, alwaysShow: true });
    }
  };
  if (options.text) {
    pick.value = options.text;
    offer(options.text);
  }
  return ask<T>(pick, options, (done) => [
    pick.onDidChangeValue(offer),
    pick.onDidAccept(() => {
      const chosen = pick.activeItems[0];
      if (!chosen) {
        return;
      }
      const value = values.get(chosen);
      if (value !== undefined) {
        done({ kind: 'value', value });
        return;
      }
      const typed = options.fromText?.(pick.value.trim());
      if (typed !== undefined && typeof typed !== 'string') {
        done({ kind: 'value', value: typed.value });
      }
    }),
  ]);
}

/** The part that every quick input shares: steps, the back button, cancelling, and going away once. */
function ask<T>(
  input: vscode.QuickInput & {
    buttons: readonly vscode.QuickInputButton[];
    onDidTriggerButton: vscode.Event<vscode.QuickInputButton>;
  },
  options: StepOptions,
  listen: (done: (answer: Answer<T>) => void) => Disposable[],
): Promise<Answer<T>> {
  return new Promise((resolve) => {
    const listeners: Disposable[] = [];
    let answered = false;
    const done = (answer: Answer<T>): void => {
      if (answered) {
        return;
      }
      answered = true;
      options.signal?.removeEventListener('abort', abort);
      for (const listener of listeners) {
        listener.dispose();
      }
      input.dispose();
      resolve(answer);
    };
    const abort = (): void => done({ kind: 'cancel' });

    input.title = options.title;
    input.step = options.step;
    input.totalSteps = options.totalSteps;
    // The code or the ARN is often in another window: a box that closes on losing focus would eat the work.
    input.ignoreFocusOut = true;
    const actions = new Map<vscode.QuickInputButton, BoxAction>(
      (options.actions ?? []).map((action) => [
        { iconPath: new vscode.ThemeIcon(action.icon), tooltip: action.tooltip },
        action,
      ]),
    );
    input.buttons = [...(options.canGoBack ? [vscode.QuickInputButtons.Back] : []), ...actions.keys()];
    listeners.push(
      ...listen(done),
      input.onDidHide(abort),
      input.onDidTriggerButton((button) => {
        if (button === vscode.QuickInputButtons.Back) {
          done({ kind: 'back' });
        } else {
          void actions.get(button)?.press();
        }
      }),
    );
    if (options.signal?.aborted) {
      abort();
      return;
    }
    options.signal?.addEventListener('abort', abort, { once: true });
    input.show();
  });
}
