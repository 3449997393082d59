import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extensionId, packagedExtension } from '../support/packaged.ts';
import { launchWorkbench, type Workbench } from '../support/workbench.ts';
import type { WorkbenchPage } from '../support/workbenchPage.ts';

describe('the packaged extension, installed', () => {
  let home: string;
  let workbench: Workbench;
  let page: WorkbenchPage;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'sts-e2e-'));
    const workspace = join(home, 'project');
    await mkdir(workspace);
    workbench = await launchWorkbench({ home, workspace, vsix: await packagedExtension(), companion: true });
    page = await workbench.openPage();
  });

  after(async () => {
    await workbench.stop();
    await rm(home, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      await page.screenshot(`failed: ${this.currentTest.title}`);
    }
  });

  it('is active once the window has started', async () => {
    await page.statusBarItem().waitFor();
    const companion = await page.companion;
    const state = await companion.ask('extension', { id: await extensionId() });
    assert.deepEqual(state, { present: true, active: true });
  });

  it('has its icon in the activity bar, and its view opens', async () => {
    await page.openView('AWS Sessions');
    await page.screenshot('no-profiles');
  });

  it('shows a status bar item that reads well aloud', async () => {
    await page.waitForStatus('AWS');
    const spoken = await page.statusBarItem().getAttribute('aria-label');
    assert.match(spoken ?? '', /AWS/);
  });
});
