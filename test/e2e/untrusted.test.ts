import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describeIf } from '../support/skip.ts';
import { awsCli, noAwsCli, setStage } from '../support/stage.ts';

// One window for all, whose folder is untrusted at first and trusted at last.
describeIf(awsCli !== undefined, noAwsCli, 'an untrusted folder', () => {
  const stage = setStage({ workbench: () => ({ trust: false }) });
  let before: string;

  it('shows the profiles and starts a session', async () => {
    const { page, configFile } = stage();
    before = await readFile(configFile, 'utf8');
    await page.openView('AWS Sessions');
    await page.treeRow('prod-admin').waitFor();
    await stage().start('billing-read');
    await page.waitForStatus(/billing-read 59m$/);
  });

  it('says in the status bar that terminals do not get it, and why', async () => {
    const { page } = stage();
    await page.statusBarItem().locator('.codicon-warning').waitFor();
    await page.waitForStatusKind('warning');
    assert.match((await page.statusBarItem().getAttribute('aria-label')) ?? '', /not delivered to terminals/);
    await page.statusTooltip(/the folder is not trusted/);
    await page.page.mouse.move(600, 300);
  });

  it('delivers nothing, and asks and writes nothing', async () => {
    const { page, configFile } = stage();
    assert.equal(await page.dialog().count(), 0);
    await page.clickTreeButton('billing-read', 'Open Terminal');
    await page.waitForNotification(/the folder is not trusted/);
    assert.deepEqual(await (await page.companion).ask('terminalNames', {}), []);
    assert.equal(await readFile(configFile, 'utf8'), before);
  });

  it('delivers from the moment on at which the folder is trusted', async () => {
    const { page } = stage();
    await page.runCommand('Workspaces: Manage Workspace Trust');
    await page.press('Trust', page.page.locator('.workspace-trust-editor'));
    await page.press('Add Profiles', page.dialog());
    await page.dialog().waitFor({ state: 'detached' });
    await page.statusBarItem().locator('.codicon-key').waitFor();
    await page.openTerminal();
    assert.match((await stage().whoAmI()).text, /:assumed-role\/billing-read\//);
    assert.equal(stage().granted('AssumeRole').length, 1);
  });
});
