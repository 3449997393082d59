import assert from 'node:assert/strict';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage } from '../support/stage.ts';
import { poll, type WorkbenchPage } from '../support/workbenchPage.ts';

const billing = /:assumed-role\/billing-read\//;
const hub = /:assumed-role\/hub\//;

// One window for all: what is done to the terminals adds up.
describeIf(awsCli !== undefined, noAwsCli, 'terminals and their sessions', () => {
  const stage = setStage();

  const tab = (name: string) => stage().page.terminalTabs().filter({ hasText: name });

  /** The rows of the list, each as one text, once they are as they should be. */
  const waitForList = async (...rows: readonly RegExp[]): Promise<void> => {
    const { page } = stage();
    await page.runCommand('STS: Show Terminals and Their Sessions');
    await page.quickTitle('Terminals and Their Sessions').waitFor();
    for (const row of rows) {
      await page.quickRows().filter({ hasText: row }).first().waitFor();
    }
    await eventually(
      () => page.quickRows().count(),
      (count) => count === rows.length,
      'there are no others',
    );
  };

  const closeList = async (): Promise<void> => {
    const { page } = stage();
    await page.leaveQuickInput();
  };

  it('open from the menu of the + button, which nothing opens when the person leaves', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await stage().startFirst('billing-read');
    await stage().start('hub');
    await page.openTerminal();
    await launchProfile(page);
    await page.quickTitle('New Terminal As').waitFor();
    await closeList();
    await page.heard();
    await page.idle();
    await page.page.locator('[id="status.notifications"] a').click();
    const said = await page.notifications().allTextContents();
    // The hint of the first start may have stayed.
    assert.deepEqual(
      said.filter((text) => !text.includes('Open a terminal, it runs as')),
      [],
    );
    await page.clearNotifications();
    assert.equal((await terminalsOf(page)).length, 1);
    await launchProfile(page);
    await page.quickTitle('New Terminal As').waitFor();
    await page.newTerminal(() => page.pick(/^billing-read/));
    await tab('billing-read').waitFor();
    assert.match((await stage().whoAmI()).text, billing);
  });

  it('have the name, an icon and a colour of their session, which differs from the one beside it', async () => {
    const { page } = stage();
    await page.newTerminal(() => page.clickTreeButton('hub', 'Open Terminal'));
    await tab('hub').waitFor();
    assert.match((await stage().whoAmI()).text, hub);
    const colors = await Promise.all(['billing-read', 'hub'].map(async (name) => iconColor(page, name)));
    assert.equal(new Set(colors).size, 2, colors.join(' '));
    await page.screenshot('terminals-side-by-side');
  });

  it('stand in a list that says under which session each runs and when that ends', async () => {
    const { page } = stage();
    await waitForList(
      /bash.*hub · 5\dm.*The session that was active when its shell started · until (\w{3} )?\d\d:\d\d/,
      /billing-read.*billing-read · 5\dm.*Its own session, whichever is active · until/,
      /hub.*hub · 5\dm.*Its own session/,
    );
    await page.screenshot('terminals-list');
    await page.quickRows().filter({ hasText: 'billing-read' }).click();
    await page.quickInput().waitFor({ state: 'hidden' });
    assert.match((await stage().whoAmI()).text, billing, 'Enter goes to the terminal');
  });

  it('keep their identity when the active session changes, also one that got it from the window', async () => {
    const { page } = stage();
    await page.focusTerminal(tab('bash'));
    assert.match((await stage().whoAmI()).text, hub);
    await stage().start('billing-read');
    await page.focusTerminal(tab('bash'));
    assert.match((await stage().whoAmI()).text, hub);
    await waitForList(/bash.*hub · 5\dm/, /billing-read.*billing-read/, /hub.*Its own/);
    await closeList();
  });

  it('are known after a reload, in which VS Code forgets what they were opened with', async () => {
    const { page } = stage();
    const before = await terminalsOf(page);
    await page.reload();
    await page.waitForStatus(/billing-read 5\dm/);
    await page.terminalTabs().nth(2).waitFor();
    // The terminals come back one after the other, and the extension host hears of each.
    const after = await eventually(
      () => terminalsOf(page),
      ({ length }) => length === before.length,
      'it knows all of them again',
    );
    assert.deepEqual(
      after.map(({ processId }) => processId),
      before.map(({ processId }) => processId),
    );
    assert.deepEqual(
      after.map(({ creationOptions }) => creationOptions),
      [{}, {}, {}],
    );
    await waitForList(
      /bash.*hub · 5\dm.*was active when its shell started/,
      /billing-read.*Its own session/,
      /hub.*hub · 5\dm.*Its own session/,
    );
    await closeList();
  });

  it('are known after the extension host died', async () => {
    const { page } = stage();
    await page.killHost();
    await page.hostBack();
    await page.waitForStatus(/billing-read 5\dm/);
    await waitForList(
      /bash.*hub · 5\dm.*was active when its shell started/,
      /billing-read.*Its own session/,
      /hub.*hub · 5\dm.*Its own session/,
    );
    await closeList();
  });

  it('say that a split is under another session, and offer the terminal that was meant', async () => {
    const { page } = stage();
    await page.focusTerminal(tab('hub'));
    await page.waitForTerminalText(/\S/);
    await page.runCommand('Terminal: Split Terminal');
    const message = await page.waitForNotification(
      'The split runs as billing-read, a split does not keep the session of its terminal: hub',
    );
    await page.screenshot('terminals-split');
    await page.newTerminal(() => page.press('Open Terminal as hub', message));
    await page.terminalTabs().nth(4).waitFor();
    assert.match((await stage().whoAmI()).text, hub);
    await page.clearNotifications();
    await waitForList(
      /bash.*hub · 5\dm/,
      /billing-read.*Its own session/,
      /hub.*hub · 5\dm.*Its own session/,
      /bash.*billing-read · 5\dm.*was active when its shell started/,
      /hub.*hub · 5\dm.*Its own session/,
    );
    await closeList();
  });

  it('say that a relaunch after a reload took the session away', async () => {
    const { page } = stage();
    await page.reload();
    await page.waitForStatus(/billing-read 5\dm/);
    // They come back one by one, and are named a moment later.
    await page.terminalTabs().nth(4).waitFor();
    await tab('hub').nth(1).waitFor();
    await page.focusTerminal(tab('hub').first());
    await page.waitForTerminalText(/\S/);
    const pids = async () => (await terminalsOf(page)).map(({ processId }) => processId);
    const before = (await pids()).join(' ');
    await page.runCommand('Terminal: Relaunch Active Terminal');
    await eventually(pids, (after) => after.join(' ') !== before, 'the shell is another one');
    assert.match((await stage().whoAmI()).text, billing, 'VS Code gives it what new terminals get');
    await page.waitForNotification(
      'The relaunched terminal runs as billing-read, it is not under this session any more: hub',
    );
    await page.clearNotifications();
  });

  it('say what has ended', async () => {
    const { page } = stage();
    await page.runCommand('STS: Show Terminals and Their Sessions');
    const row = page
      .quickRows()
      .filter({ hasText: /hub · 5\dm/ })
      .first();
    await row.hover();
    await page.rowButton(row, 'End Session').click();
    await page.waitForNotification('Session ended: hub');
    await page.clearNotifications();
    await page.runCommand('STS: Show Terminals and Their Sessions');
    await page
      .quickRows()
      .filter({ hasText: /hub · ended/ })
      .first()
      .waitFor();
    await closeList();
  });
});

/** Chooses our profile in the menu beside the + button, which closes when the focus moves. */
async function launchProfile(page: WorkbenchPage): Promise<void> {
  const entry = page.page.locator('.context-view .action-item', { hasText: 'AWS Session' }).first();
  const chosen = await poll(20_000, async () => {
    await page.page.locator('.part.panel .action-label[aria-label^="Launch Profile"]').first().click();
    return entry.click({ timeout: 3000 }).then(
      () => true,
      () => false,
    );
  });
  assert.ok(chosen, 'the menu has the profile');
}

async function terminalsOf(page: WorkbenchPage) {
  return (await page.companion).ask('terminals', {});
}

async function iconColor(page: WorkbenchPage, name: string): Promise<string> {
  const icon = page.terminalTabs().filter({ hasText: name }).locator('.codicon').first();
  return icon.evaluate(
    (element) =>
      (
        globalThis as unknown as { getComputedStyle(of: unknown, what?: string): { color: string } }
      ).getComputedStyle(element).color,
  );
}
