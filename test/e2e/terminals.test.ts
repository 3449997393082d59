import assert from 'node:assert/strict';
import { describeIf } from '../support/skip.ts';
import { awsCli, noAwsCli, setStage } from '../support/stage.ts';
import { poll, type WorkbenchPage } from '../support/workbenchPage.ts';

const billing = /:assumed-role\/billing-read\//;

// One window for all: what is done to the terminals adds up.
describeIf(awsCli !== undefined, noAwsCli, 'terminals and their sessions', () => {
  const stage = setStage();

  const tab = (name: string) => stage().page.terminalTabs().filter({ hasText: name });

  const closeList = async (): Promise<void> => {
    const { page } = stage();
    await page.page.keyboard.press('Escape');
    await page.quickInput().waitFor({ state: 'hidden' });
  };

  it('open from the menu of the + button, which nothing opens when the person leaves', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await stage().startFirst('billing-read');
    await stage().start('hub');
    await page.runCommand('Terminal: Create New Terminal');
    await page.waitForTerminalText(/\S/);
    await launchProfile(page);
    await page.quickTitle('New Terminal As').waitFor();
    await closeList();
    await page.idle();
    await page.page.locator('[id="status.notifications"] a').click();
    const said = await page.notifications().allTextContents();
    // The hint of the first start may have stayed.
    assert.deepEqual(
      said.filter((text) => !text.includes('Open a terminal, it runs as')),
      [],
    );
    await page.page.keyboard.press('Escape');
    assert.equal((await terminalsOf(page)).length, 1);
    await launchProfile(page);
    await page.quickTitle('New Terminal As').waitFor();
    await page.pick('billing-read');
    await tab('billing-read').waitFor();
    await page.waitForTerminalText(/\S/);
    assert.match((await stage().whoAmI()).text, billing);
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
