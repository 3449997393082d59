import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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
    // The first extension host of a workbench takes its time.
    const companion = await page.companion;
    await page.statusBarItem().waitFor();
    const state = await companion.ask('extension', { id: await extensionId() });
    assert.deepEqual(state, { present: true, active: true });
  });

  it('brings the licences of all that its bundles hold', async () => {
    const folders = await readdir(join(dirname(workbench.userDataDir), 'extensions'));
    const ours = folders.find((name) => name.startsWith('sts-sessions.')) ?? '';
    const dist = join(dirname(workbench.userDataDir), 'extensions', ours, 'dist');
    const notices = await readFile(join(dist, 'THIRD-PARTY.txt'), 'utf8');
    for (const name of ['@aws-sdk/client-sts', '@smithy/core', 'otplib', 'qr', '@vscode/l10n']) {
      assert.match(notices, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+$`, 'm'));
    }
    assert.match(notices, /Apache License/);
    assert.match(notices, /Permission is hereby granted, free of charge/);
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
