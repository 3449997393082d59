import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { type Companion, companionFiles, nextCompanion } from './companion.ts';
import { resultsFolder } from './rig.ts';

/** How a window is opened. */
export interface PageOptions {
  /** Another folder than the workbench's own, or a `.code-workspace` file with several. */
  readonly workspace?: string;
  /** The extension host's start parameters (vscode-remote extensionDevelopmentPath and so on). */
  readonly payload?: readonly (readonly [string, string])[];
  /** Functions that the workbench may call on the page, there before it loads. */
  readonly expose?: Readonly<Record<string, (...args: never[]) => unknown>>;
  /** False returns at once instead of waiting until the workbench is restored. */
  readonly wait?: boolean;
}

/** What VS Code's smoke-test driver offers on the page (IWindowDriver in its sources). */
interface Driver {
  whenWorkbenchRestored(): Promise<void>;
  getTerminalBuffer(selector: string): Promise<string[]>;
  writeInTerminal(selector: string, text: string): Promise<void>;
}

interface Surroundings {
  readonly origin: string;
  readonly workspace: string;
  readonly companions: string | undefined;
  /** Whether the page has the smoke-test driver. */
  readonly driver: boolean;
}

/** How long anything may take to show, in milliseconds: a test waits for what it expects, never for time. */
const PATIENCE = 30_000;
/**
 * How long an extension host may take to be there, ms: a page to load, or VS Code to notice that one was killed, ask
 * whether to start another, and start it.
 */
const HOST_PATIENCE = 90_000;

const ACTIVE_TERMINAL = '.terminal-wrapper.active';
/** The open quick pick or input box; one that fades out has been left already, and takes no key. */
const QUICK_INPUT = '.quick-input-widget:visible:not(.quick-input-widget-closing)';

/** One window of the workbench, driven as a person would. */
export class WorkbenchPage {
  /** Playwright's page, for what has no helper here. */
  readonly page: Page;
  readonly #around: Surroundings;
  #companion: Promise<Companion> | undefined;

  constructor(page: Page, around: Surroundings) {
    this.page = page;
    this.#around = around;
    page.setDefaultTimeout(PATIENCE);
  }

  /** Loads the workbench. `known`: the companions of other windows. */
  async open(options: PageOptions, known: ReadonlySet<string>): Promise<void> {
    for (const [name, callback] of Object.entries(options.expose ?? {})) {
      await this.page.exposeFunction(name, callback);
    }
    const workspace = options.workspace ?? this.#around.workspace;
    const query = new URLSearchParams({
      [workspace.endsWith('.code-workspace') ? 'workspace' : 'folder']: workspace,
    });
    if (options.payload !== undefined) {
      query.set('payload', JSON.stringify(options.payload));
    }
    this.#awaitCompanion(known);
    await this.page.goto(`${this.#around.origin}/?${query.toString()}`);
    if (options.wait !== false) {
      await this.#restored();
    }
  }

  /** The companion in this window's extension host. */
  get companion(): Promise<Companion> {
    if (this.#companion === undefined) {
      throw new Error('This workbench was launched without `companion: true`.');
    }
    return this.#companion;
  }

  /** Loads the window again by VS Code's own command, which first stores what is to come back; `begin`: by what runs it. */
  async reload(begin = () => this.runCommand('Developer: Reload Window')): Promise<void> {
    const folder = this.#around.companions;
    this.#awaitCompanion(folder === undefined ? new Set() : await companionFiles(folder));
    await Promise.all([this.page.waitForEvent('load'), begin()]);
    await this.#restored();
  }

  /** Kills this window's extension host, as a crash does. */
  async killHost(): Promise<void> {
    const { pid } = await this.companion;
    this.#awaitCompanion(await companionFiles(this.#around.companions ?? ''));
    process.kill(pid, 'SIGKILL');
  }

  /** Waits for the extension host that VS Code starts in place of a killed one. `asked`: after the third, it asks first. */
  async hostBack({ asked = false } = {}): Promise<void> {
    if (asked) {
      const question = await this.waitForNotification(
        'Remote Extension host terminated unexpectedly 3 times',
      );
      await this.press('Restart Remote Extension Host', question);
    }
    await this.companion;
    await this.statusBarItem().waitFor();
  }

  /** Waits until the page has nothing left to do for now; one that is never through is asked for two seconds. */
  async idle(): Promise<void> {
    await this.page.evaluate(() => {
      const { requestIdleCallback } = globalThis as unknown as {
        requestIdleCallback: (done: () => void, options: { timeout: number }) => void;
      };
      return new Promise<void>((resolve) => requestIdleCallback(resolve, { timeout: 2000 }));
    });
  }

  /** Closes the window. */
  async close(): Promise<void> {
    await this.page.close();
  }

  /** Runs a command through the palette by its full title, such as `STS: Start Session…`. */
  async runCommand(title: string): Promise<void> {
    // What takes the focus meanwhile, such as a terminal that was just opened, closes the palette: then once more.
    for (let attempt = 1; attempt <= 3; attempt++) {
      try {
        await this.#chooseCommand(title, PATIENCE / 2);
        return;
      } catch (error) {
        if (attempt === 3) {
          throw new Error(`The palette does not run ${title}; ${await this.#whatIsOpen()}.`, {
            cause: error,
          });
        }
      }
    }
  }

  async #chooseCommand(title: string, timeout: number): Promise<void> {
    // Another box may be open still, which must not be typed into.
    const palette = this.page.locator(
      `${QUICK_INPUT} .quick-input-box input[placeholder^="Type the name of a command"]`,
    );
    await this.page.keyboard.press('F1');
    await palette.waitFor({ timeout });
    await palette.fill(`>${title}`, { timeout });
    const rows = this.quickRows().filter({ hasText: title });
    await rows.first().waitFor({ timeout });
    // Another command's title may begin with this one.
    const name = this.page.locator('.label-name', { hasText: new RegExp(`^${escapeForRegExp(title)}…?$`) });
    const exact = rows.filter({ has: name });
    await ((await exact.count()) > 0 ? exact : rows).first().click({ timeout });
    await palette.waitFor({ state: 'hidden', timeout });
  }

  /** For the message of a failure: what a person would see in the way. */
  async #whatIsOpen(): Promise<string> {
    const texts = await this.page
      .locator(`${QUICK_INPUT}, .monaco-dialog-box, .context-view .monaco-menu`)
      .allInnerTexts()
      .catch(() => ['the page is gone']);
    return texts.length === 0 ? 'nothing is open' : `open is: ${texts.join(' | ').slice(0, 500)}`;
  }

  /**
   * Leaves the open quick pick or input box by Escape and waits until it is gone. Escape is a command: the first time,
   * VS Code asks the extension host before it runs it, and closes whatever is open by then. Not for a box after which
   * another one comes.
   */
  async leaveQuickInput(): Promise<void> {
    const box = this.page.locator(QUICK_INPUT);
    await box.waitFor();
    // Escape is for the notification centre first, where that is open.
    const centre = this.page.locator('.notifications-center.visible');
    if (await centre.isVisible()) {
      await this.page.keyboard.press('Escape');
      await centre.waitFor({ state: 'hidden' });
    }
    await box.locator(':focus').first().waitFor({ state: 'attached' });
    await this.page.keyboard.press('Escape');
    await box.waitFor({ state: 'hidden' });
  }

  /** Leaves the open dialog by Escape and waits until it is gone. */
  async leaveDialog(): Promise<void> {
    await this.dialog().waitFor();
    await this.page.keyboard.press('Escape');
    await this.dialog().waitFor({ state: 'detached' });
  }

  /**
   * Waits until the extension host has done what this window had sent it before, such as the answer to a notification
   * that has just gone from the page: its own question to the window, and the answer, come after that.
   */
  async heard(): Promise<void> {
    await (
      await this.companion
    ).ask('executeCommand', { id: 'setContext', args: ['stsSessionsTests.heard', true] });
  }

  /** The text field of the open quick pick or input box. */
  quickInput(): Locator {
    return this.page.locator(`${QUICK_INPUT} .quick-input-box input`);
  }

  /**
   * The rows of the open quick pick. A row keeps, unseen, the second line of one that stood in its place before, also in
   * another box: of such a text, only together with the box's title does it say that the box is there.
   */
  quickRows(): Locator {
    return this.page.locator(`${QUICK_INPUT} .quick-input-list .monaco-list-row`);
  }

  /** What stands under the open input box: its prompt or its complaint. */
  quickMessage(): Locator {
    return this.page.locator(`${QUICK_INPUT} .quick-input-message`);
  }

  /** The title of the open quick pick or input box. */
  quickTitle(title: string | RegExp): Locator {
    return this.page.locator(`${QUICK_INPUT} .quick-input-title`, { hasText: title });
  }

  /** The open modal dialog. */
  dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  /** Types into the open input box and accepts it. */
  async answerInput(text: string): Promise<void> {
    await this.quickInput().fill(text);
    await this.page.keyboard.press('Enter');
  }

  /**
   * Picks the first row of the open quick pick that holds `text`, and waits until the extension host has heard of it and
   * the page has what it answers at once: until then, the box of before stands there, and would take the next key.
   */
  async pick(text: string | RegExp): Promise<void> {
    await this.quickRows().filter({ hasText: text }).first().click();
    if (this.#companion !== undefined) {
      await this.heard();
      await this.heard();
    }
  }

  /** The button in a row of the open quick pick, by its tooltip. */
  rowButton(row: Locator, label: string): Locator {
    return row.locator(`.action-label[aria-label*="${label}"]`);
  }

  /** The status bar item of the extension under test: its text, and what screen readers say in `aria-label`. */
  statusBarItem(idPart = 'sts-sessions'): Locator {
    return this.page.locator(`.statusbar .statusbar-item[id*="${idPart}"] .statusbar-item-label`);
  }

  /** The background of the status bar item, as VS Code marks it in the page. */
  async statusBarKind(idPart = 'sts-sessions'): Promise<'error' | 'warning' | undefined> {
    const classes = await this.page
      .locator(`.statusbar .statusbar-item[id*="${idPart}"]`)
      .getAttribute('class');
    return classes?.includes('error-kind') === true
      ? 'error'
      : classes?.includes('warning-kind') === true
        ? 'warning'
        : undefined;
  }

  /** Waits until the status bar item's text matches. */
  async waitForStatus(text: string | RegExp): Promise<void> {
    await this.statusBarItem().filter({ hasText: text }).waitFor();
  }

  /**
   * Waits until the status bar item shows this session, and not as one that is only being started or renewed. Twice as
   * long as for others: a start may wait for the next MFA code.
   */
  async waitForLive(name: string): Promise<void> {
    await this.statusBarItem()
      .filter({ hasText: name, hasNot: this.page.locator('.codicon-modifier-spin') })
      .filter({ hasNotText: 'expired' })
      .waitFor({ timeout: 2 * PATIENCE });
  }

  /** Waits until the status bar item has this background. */
  async waitForStatusKind(kind: 'error' | 'warning' | undefined): Promise<void> {
    let shown = await this.statusBarKind();
    const found = await poll(PATIENCE, async () => (shown = await this.statusBarKind()) === kind);
    if (!found) {
      throw new Error(`The status bar item is not ${String(kind)}, but ${String(shown)}.`);
    }
  }

  /** Points at the status bar item until its tooltip holds `text`, and gives all of it. */
  async statusTooltip(text: string | RegExp): Promise<string> {
    return this.tooltipOf(this.statusBarItem(), text);
  }

  /**
   * Points at something until its tooltip holds `text`, and gives all of it. A tooltip goes when what it belongs to
   * changes, and does not come back while the mouse rests: then once more.
   */
  async tooltipOf(place: Locator, text: string | RegExp): Promise<string> {
    const tooltip = this.page.locator('.monaco-hover:visible').filter({ hasText: text }).first();
    let shown = '';
    const found = await poll(PATIENCE, async () => {
      await this.page.mouse.move(900, 300);
      await place.hover();
      shown = await tooltip.textContent({ timeout: PATIENCE / 6 }).then(
        (all) => all ?? '',
        () => '',
      );
      return shown !== '';
    });
    if (!found) {
      throw new Error(`No tooltip says ${String(text)}.`);
    }
    return shown;
  }

  /** The icon of a view container in the activity bar, by the container's title. */
  activityBarIcon(title: string): Locator {
    return this.page.locator(`.activitybar .action-label[aria-label^="${title}"]`);
  }

  /** Shows the view container (once open, a click would close it). */
  async openView(title: string): Promise<void> {
    const label = this.page.locator(`.action-label[aria-label^="${title}"]`);
    const item = this.page.locator('.activitybar .action-item', { has: label });
    if (!((await item.getAttribute('class')) ?? '').includes('checked')) {
      await item.click();
    }
    await this.page.locator('.sidebar .composite.title', { hasText: new RegExp(title, 'i') }).waitFor();
  }

  /** The rows of the tree in the side bar that are drawn now; far longer trees draw only what is in view. */
  treeRows(): Locator {
    return this.page.locator('.sidebar .monaco-list-row[role="treeitem"]');
  }

  /** The tree row whose label is `label`. */
  treeRow(label: string): Locator {
    const name = this.page.locator('.label-name', { hasText: new RegExp(`^${escapeForRegExp(label)}$`) });
    return this.treeRows().filter({ has: name }).first();
  }

  /** The labels of the tree's drawn rows in their order, two blanks for each level. */
  async treeShape(): Promise<string[]> {
    return this.treeRows().evaluateAll((rows) =>
      rows
        .map((row) => ({
          top: row.getBoundingClientRect().top,
          text:
            '  '.repeat(Number(row.ariaLevel) - 1) + (row.querySelector('.label-name')?.textContent ?? ''),
        }))
        .sort((a, b) => a.top - b.top)
        .map(({ text }) => text),
    );
  }

  /** Opens or folds a tree row, and waits until it is so. */
  async foldTreeRow(label: string, expanded: boolean): Promise<void> {
    await this.#treeIsDrawn();
    const row = this.treeRow(label);
    const asWanted = row.and(this.page.locator(`[aria-expanded="${String(expanded)}"]`));
    // The click on a row that is made anew in that moment is lost: then once more.
    const done = await poll(PATIENCE, async () => {
      await row.locator('.monaco-tl-twistie').click();
      return asWanted.waitFor({ timeout: PATIENCE / 10 }).then(
        () => true,
        () => false,
      );
    });
    if (!done) {
      throw new Error(`The row ${label} does not ${expanded ? 'open' : 'fold'}.`);
    }
  }

  /** Clicks an inline button of a tree row, by its tooltip. */
  async clickTreeButton(label: string, button: string): Promise<void> {
    await this.#treeIsDrawn();
    const row = this.treeRow(label);
    const action = row.locator(`.actions .action-label[aria-label^="${button}"]`);
    // Another row's tooltip may lie over this one, and rows move while one hovers: then from outside the tree once more.
    for (let attempt = 1; attempt <= 3; attempt++) {
      await this.page.mouse.move(900, 300);
      try {
        await row.hover({ timeout: PATIENCE / 3 });
        await action.click({ timeout: PATIENCE / 3 });
        return;
      } catch (error) {
        if (attempt === 3) {
          throw error;
        }
      }
    }
  }

  /** VS Code loses the click on a row that is made anew in that moment: what was on its way to the tree comes first. */
  async #treeIsDrawn(): Promise<void> {
    if (this.#companion !== undefined) {
      await this.heard();
    }
    await this.idle();
  }

  /** Chooses from the menu of a tree row. A menu takes no click in the moment in which it opens. */
  async chooseFromMenu(label: string, item: string): Promise<void> {
    await this.#treeIsDrawn();
    const entry = this.page.locator('.context-view .action-item', { hasText: item }).first();
    // While the tree is being drawn anew, the menu is that of what stood there before: then once more.
    const opened = await poll(PATIENCE, async () => {
      await this.treeRow(label).click({ button: 'right' });
      const there = await entry.waitFor({ timeout: PATIENCE / 10 }).then(
        () => true,
        () => false,
      );
      if (!there) {
        await this.page.keyboard.press('Escape');
      }
      return there;
    });
    if (!opened) {
      throw new Error(`The menu of ${label} does not offer ${item}.`);
    }
    const chosen = await poll(PATIENCE, async () => {
      await entry.click({ timeout: 1000 }).catch(() => undefined);
      return !(await entry.isVisible());
    });
    if (!chosen) {
      throw new Error(`The menu of ${label} does not close when ${item} is clicked.`);
    }
  }

  /** The notifications on screen: toasts, and those in the notification centre. */
  notifications(): Locator {
    return this.page
      .locator('.notifications-toasts, .notifications-center')
      .locator('.notification-list-item');
  }

  /**
   * Waits for a notification that holds `text`. With the smoke-test driver VS Code shows no toast
   * (`enableSmokeTestDriver` in its notificationsToasts.ts), so the notification centre is opened for it.
   */
  async waitForNotification(text: string | RegExp): Promise<Locator> {
    const found = this.notifications().filter({ hasText: text }).first();
    const seen = await poll(PATIENCE, async () => {
      if (this.#around.driver && !(await this.page.locator('.notifications-center.visible').isVisible())) {
        await this.page.locator('[id="status.notifications"] a').click();
      }
      return found.isVisible();
    });
    if (!seen) {
      const shown = await this.notifications().allTextContents();
      throw new Error(`No notification says ${String(text)}. There are: ${shown.join(' | ')}`);
    }
    // The tooltip of what was clicked to show it would lie over its buttons.
    await this.page.mouse.move(0, 0);
    return found;
  }

  /** Puts the notifications away, so that they do not cover what is behind them. */
  async clearNotifications(): Promise<void> {
    await this.runCommand('Notifications: Clear All Notifications');
  }

  /** Presses a notification's or a dialog's button. */
  async press(button: string, within?: Locator): Promise<void> {
    await (within ?? this.page).locator('.monaco-button', { hasText: button }).first().click();
  }

  /** Opens a terminal by VS Code's own command and waits until it is in front and its shell has written something. */
  async openTerminal(): Promise<void> {
    await this.newTerminal(() => this.runCommand('Terminal: Create New Terminal'));
  }

  /**
   * Does what opens a terminal, and waits until that one is in front and its shell has written something. Until then the
   * terminal of before is the active one, and would be read and typed into.
   */
  async newTerminal(open: () => Promise<unknown>): Promise<void> {
    // As text, because the page's types (DOM) are no types of Node.
    await this.page.evaluate(
      `document.querySelectorAll('.terminal-wrapper').forEach((wrapper) => { wrapper.dataset.before = ''; })`,
    );
    await open();
    await this.page.locator(`${ACTIVE_TERMINAL}:not([data-before])`).first().waitFor();
    await this.waitForTerminalText(/\S/);
  }

  /** The list of terminals, which VS Code shows when there are several. */
  terminalTabs(): Locator {
    return this.page.locator('.terminal-tabs-entry:visible');
  }

  /** Makes a terminal the active one. In the middle of its tab stands a button that would split it. */
  async focusTerminal(tab: Locator): Promise<void> {
    const selected = tab.locator('xpath=ancestor::*[contains(concat(" ", @class, " "), " selected ")]');
    // Tabs move while terminals come back, and the click may meet another one: then once more.
    const chosen = await poll(PATIENCE, async () => {
      await tab.click({ position: { x: 24, y: 10 } });
      return selected.waitFor({ timeout: PATIENCE / 10 }).then(
        () => true,
        () => false,
      );
    });
    if (!chosen) {
      throw new Error(`The terminal of this tab does not come to the front: ${String(tab)}`);
    }
  }

  /**
   * The lines of the active terminal, as one text; '' while the page that was just loaded cannot be asked yet. Lines that
   * the terminal wrapped are still broken.
   */
  async terminalText(selector = ACTIVE_TERMINAL): Promise<string> {
    await this.page.locator(`${selector} .xterm`).first().waitFor();
    return this.page.evaluate(async (terminal) => {
      const { driver } = globalThis as unknown as { driver?: Driver };
      return (await driver?.getTerminalBuffer(terminal))?.join('\n') ?? '';
    }, selector);
  }

  /** Types into the active terminal; a line wants its `\n`. */
  async typeInTerminal(text: string, selector = ACTIVE_TERMINAL): Promise<void> {
    await this.page.locator(`${selector} .xterm`).first().waitFor();
    await this.page.evaluate(
      async ([terminal, keys]) => {
        const { driver } = globalThis as unknown as { driver: Driver };
        await driver.writeInTerminal(terminal, keys);
      },
      [selector, text] as const,
    );
  }

  /** Waits until the active terminal shows `text`; resolves with all that it shows. */
  async waitForTerminalText(text: string | RegExp, timeoutMs = PATIENCE): Promise<string> {
    let shown = '';
    const found = await poll(timeoutMs, async () => {
      shown = await this.terminalText();
      return typeof text === 'string' ? shown.includes(text) : text.test(shown);
    });
    if (!found) {
      throw new Error(`The terminal never showed ${String(text)}. It shows:\n${shown}`);
    }
    return shown;
  }

  /**
   * Runs a line in the active terminal and resolves with what it printed and its exit code. The marks are built by the
   * shell, so that the echo of the typed line does not hold them.
   */
  async runInTerminal(line: string, timeoutMs = PATIENCE): Promise<{ text: string; code: number }> {
    this.#runs += 1;
    const mark = `run${String(this.#runs)}`;
    await this.typeInTerminal(`echo "<"${mark}; ${line}; echo "$?"">"${mark}\n`);
    const end = new RegExp(`<${mark}\\n([\\s\\S]*?)(\\d+)>${mark}`);
    const text = await this.waitForTerminalText(end, timeoutMs);
    const [, printed, code] = end.exec(text) ?? [];
    return { text: (printed ?? '').trimEnd(), code: Number(code) };
  }
  #runs = 0;

  /** Saves a picture of the window into test-results/ and returns its path. */
  async screenshot(name: string): Promise<string> {
    await mkdir(resultsFolder, { recursive: true });
    const path = join(resultsFolder, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  async #restored(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor();
    await this.page.locator('[id="status.notifications"]').waitFor();
    if (!this.#around.driver) {
      return;
    }
    await this.page.waitForFunction(() => 'driver' in globalThis);
    await this.page.evaluate(() =>
      (globalThis as unknown as { driver: Driver }).driver.whenWorkbenchRestored(),
    );
  }

  #awaitCompanion(known: ReadonlySet<string>): void {
    if (this.#around.companions !== undefined) {
      this.#companion = nextCompanion(this.#around.companions, known, HOST_PATIENCE);
      // Whoever asks for it sees the failure; nobody asking is not an unhandled rejection.
      this.#companion.catch(() => undefined);
    }
  }
}

/**
 * Asks until the answer is yes; false when it is not within `timeoutMs`. For what gives no event, such as a terminal's
 * buffer (playwright's waitForFunction takes a promise for a yes).
 */
export async function poll(timeoutMs: number, ask: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (!(await ask())) {
    if (performance.now() > end) {
      return false;
    }
    await delay(50);
  }
  return true;
}

function escapeForRegExp(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}
