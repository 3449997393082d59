import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage } from '../support/stage.ts';
import type { WorkbenchPage } from '../support/workbenchPage.ts';

const billing = /:assumed-role\/billing-read\//;
const hub = /:assumed-role\/hub\//;
const command = 'STS: Use a Session for This Folder';

// One window with two folders for all.
describeIf(awsCli !== undefined, noAwsCli, 'folders with a session of their own', () => {
  const stage = setStage({
    open: 'two.code-workspace',
    project: async (workspace) => {
      for (const name of ['alpha', 'beta', 'gamma']) {
        await mkdir(join(workspace, name));
      }
      const folders = [{ path: 'alpha' }, { path: 'beta' }];
      await writeFile(join(workspace, 'two.code-workspace'), JSON.stringify({ folders }));
    },
  });
  let page: WorkbenchPage;

  const choose = async (folder: string, profile: string): Promise<void> => {
    await page.runCommand(command);
    await page.quickTitle('Choose a folder').waitFor();
    await page.pick(folder);
    await page.quickTitle(`Session for ${folder}`).waitFor();
    await page.quickInput().fill(profile);
    await page.pick(profile);
  };

  const openTerminals = async (): Promise<number> =>
    (await (await page.companion).ask('terminals', {})).length;

  const closeTerminals = async (): Promise<void> => {
    await page.runCommand('Terminal: Kill All Terminals');
    await eventually(openTerminals, (count) => count === 0, 'the terminals are closed');
  };

  /** A reload brings the terminals back one by one, each in front of what was opened meanwhile: they go first. */
  const reload = async (terminals: number): Promise<void> => {
    await page.reload();
    await eventually(openTerminals, (count) => count === terminals, 'the terminals are back');
    await closeTerminals();
  };

  const whoAmIIn = async (folder: string): Promise<string> => {
    await page.newTerminal(async () => {
      await page.runCommand('Terminal: Create New Terminal');
      await page.quickRows().filter({ hasText: folder }).first().waitFor();
      await page.pick(folder);
    });
    await page.waitForTerminalText(new RegExp(`${folder}[#$]`));
    return (await stage().whoAmI(page)).text;
  };

  before(() => {
    ({ page } = stage());
  });

  it('are asked about once, and start it at once', async () => {
    await page.openView('AWS Sessions');
    await choose('alpha', 'billing-read');
    await page.press('Add Profiles', page.dialog());
    await page.waitForNotification(
      'Terminals and tasks of the folder alpha run as this session while it is live: billing-read',
    );
    await page.clearNotifications();
    await choose('beta', 'hub');
    await page.waitForNotification(
      'Terminals and tasks of the folder beta run as this session while it is live: hub',
    );
    await page.clearNotifications();
    assert.equal(stage().granted('AssumeRole').length, 2);
  });

  it('leave the window without an active session, and say so where one looks', async () => {
    await page.waitForStatus(/^ ?AWS$/);
    await page.statusTooltip(/Folder alpha runs as billing-read[^]*Folder beta runs as hub/);
    await page.screenshot('folders-tooltip');
    await page.page.mouse.move(900, 300);
  });

  it('give their terminals two roles, side by side', async () => {
    assert.match(await whoAmIIn('alpha'), billing);
    assert.match(await whoAmIIn('beta'), hub);
    await page.screenshot('folders-terminals');
  });

  it('keep it when the window gets an active session, which is for no folder that has its own', async () => {
    await stage().start('staging-dev', { page });
    assert.match(await whoAmIIn('alpha'), billing);
    assert.match(await whoAmIIn('beta'), hub);
  });

  it('keep it over a reload, without a question and without a call', async () => {
    const calls = stage().granted('AssumeRole').length;
    await reload(4);
    await page.waitForStatus(/staging-dev 3h/);
    assert.match(await whoAmIIn('beta'), hub);
    assert.match(await whoAmIIn('alpha'), billing);
    assert.equal(stage().granted('AssumeRole').length, calls);
  });

  it('are offered it once when it is not live, run as nobody else until then, and start it when the person says so', async () => {
    const calls = stage().granted('AssumeRole').length;
    await page.openView('AWS Sessions');
    await page.clickTreeButton('hub', 'End Session');
    await page.waitForNotification('Session ended: hub');
    await page.clearNotifications();
    await reload(2);
    await page.waitForNotification('The folder beta works as this session: hub');
    assert.equal(stage().granted('AssumeRole').length, calls, 'nothing starts by itself');
    assert.match(await whoAmIIn('beta'), /VS Code does not know this AWS session, start it there/);
    await closeTerminals();
    await page.press('Start', await page.waitForNotification('The folder beta works as this session: hub'));
    await page.openView('AWS Sessions');
    await page.treeRow('hub').filter({ hasText: /5\dm/ }).waitFor();
    assert.match(await whoAmIIn('beta'), hub);
    await page.waitForStatus(/staging-dev 3h/);
  });

  const change = async (request: { at: number; remove: number; add: string[] }): Promise<void> => {
    await closeTerminals();
    assert.ok(await (await page.companion).ask('changeFolders', request));
  };
  const runsAs = (folder: string, who: RegExp) =>
    eventually(
      () => whoAmIIn(folder),
      (text) => who.test(text),
      `${folder} runs as it should`,
    );

  it('keep it when another comes before them, which does not get it', async () => {
    await change({ at: 1, remove: 0, add: [join(stage().workspace, 'gamma')] });
    await runsAs('gamma', /:assumed-role\/staging-dev\//);
    await runsAs('beta', hub);
  });

  it('keep it when one before them goes', async () => {
    await change({ at: 1, remove: 1, add: [] });
    await runsAs('beta', hub);
  });

  it('can be told to have none', async () => {
    await closeTerminals();
    await page.runCommand('STS: Stop Using a Session for This Folder');
    await page.quickTitle('Choose a folder').waitFor();
    await page.pick('beta');
    await page.waitForNotification('This folder has no session of its own any more: beta');
    await page.clearNotifications();
    await runsAs('beta', /:assumed-role\/staging-dev\//);
    assert.match(await whoAmIIn('alpha'), billing);
  });
});

describe('a folder that is not trusted', () => {
  const stage = setStage({ workbench: () => ({ trust: false }) });

  it('gets no session, and the person is told what has to come first', async () => {
    const { page } = stage();
    await page.runCommand(command);
    const message = await page.waitForNotification(
      'A folder has to be trusted before a session is used for it: project',
    );
    await page.press('Manage Trust', message);
    await page.page.locator('.workspace-trust-editor').waitFor();
  });
});
