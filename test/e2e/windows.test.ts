import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setStage } from '../support/stage.ts';
import type { WorkbenchPage } from '../support/workbenchPage.ts';

const twentyMinutes = 20 * 60_000;

// Two windows for all tests, each with a folder of its own, so that each remembers its own active session.
describe('two windows', () => {
  const stage = setStage();
  let second: WorkbenchPage;

  it('share a session: the second sees what the first has started, without a call of its own', async () => {
    const { page, workbench, workspace } = stage();
    await page.openView('AWS Sessions');
    await stage().startFirst('billing-read');
    const other = join(workspace, '..', 'other');
    await mkdir(other);
    second = await workbench.openPage({ workspace: other });
    await second.openView('AWS Sessions');
    await liveRow(second, 'billing-read').waitFor();
    assert.match((await liveRow(second, 'billing-read').textContent()) ?? '', /5\dm/);
    await second.waitForStatus(/^ ?AWS$/);
    await page.waitForStatus(/^ ?billing-read 5\dm$/);
    assert.equal(stage().granted('AssumeRole').length, 1);
  });

  it('see at once what the other starts', async () => {
    const { page } = stage();
    await stage().start('hub', { page: second });
    await liveRow(page, 'hub').waitFor();
    await second.waitForStatus(/^ ?hub 5\dm$/);
  });

  it('have an active session each: switching in one changes nothing in the other', async () => {
    const { page } = stage();
    await page.waitForStatus(/^ ?billing-read 5\dm$/);
    await stage().start('hub');
    await page.waitForStatus(/^ ?hub 5\dm$/);
    await stage().start('billing-read', { page: second });
    await second.waitForStatus(/^ ?billing-read 5\dm$/);
    await page.waitForStatus(/^ ?hub 5\dm$/);
    assert.equal(stage().granted('AssumeRole').length, 2);
  });

  it('ask for one MFA code when both start the same session at once', async () => {
    const { page, sandbox } = stage();
    const from = sandbox.journal.length;
    await Promise.all([page, second].map(countMfaBoxes));
    await Promise.all([page, second].map((window) => window.clickTreeButton('prod-admin', 'Start')));
    await Promise.all([page, second].map((window) => window.waitForStatus(/^ ?prod-admin$/)));
    const boxes = [page, second].map((window) => window.quickTitle(/^MFA Code for prod-admin/));
    const asked = await Promise.race(
      boxes.map(async (box, index) => {
        await box.waitFor();
        return [page, second][index];
      }),
    );
    await asked?.answerInput(sandbox.unusedCode('alice'));
    await page.waitForStatus(/^ ?prod-admin 59m$/);
    await second.waitForStatus(/^ ?prod-admin 59m$/);
    const seen = await Promise.all([page, second].map(mfaBoxes));
    assert.equal(Math.max(...seen), 1);
    assert.equal(Math.min(...seen), 0);
    assert.deepEqual(
      sandbox.journal.slice(from).map(({ operation, status }) => `${operation} ${String(status)}`),
      ['AssumeRole 200'],
    );
  });

  it('both have what one of them has renewed', async () => {
    const { page, sandbox } = stage();
    await Promise.all([page, second].map((window) => stage().start('billing-read', { page: window })));
    await stage().moveClock(twentyMinutes, [page, second]);
    await Promise.all([page, second].map((window) => window.waitForStatus(/^ ?billing-read [34]\dm$/)));
    const from = sandbox.journal.length;
    await page.runCommand('STS: Renew Session Now');
    await Promise.all([page, second].map((window) => window.waitForStatus(/^ ?billing-read 59m$/)));
    assert.equal(stage().granted('AssumeRole', from).length, 1);
  });

  it('ask for a code one after the other: who waits takes the question over when it is put away', async () => {
    const { page, sandbox } = stage();
    await Promise.all([page, second].map((window) => stage().start('prod-admin', { page: window })));
    await Promise.all([page, second].map((window) => window.waitForStatus(/^ ?prod-admin [34]\dm$/)));
    const from = sandbox.journal.length;
    const [box, waiting] = [page, second].map((window) => window.quickTitle(/^MFA Code for prod-admin/));
    await page.runCommand('STS: Renew Session Now');
    await box?.waitFor();
    await second.runCommand('STS: Renew Session Now');
    // It is at it, and has nobody to ask before its turn.
    await second.waitForStatus(/^ ?prod-admin$/);
    assert.equal(await waiting?.count(), 0);
    await page.page.keyboard.press('Escape');
    await waiting?.waitFor();
    await box?.waitFor({ state: 'detached' });
    await second.answerInput(sandbox.unusedCode('alice'));
    await Promise.all([page, second].map((window) => window.waitForStatus(/^ ?prod-admin 59m$/)));
    assert.deepEqual(
      sandbox.journal.slice(from).map(({ operation, status }) => `${operation} ${String(status)}`),
      ['AssumeRole 200'],
    );
  });

  it('lose a session together', async () => {
    const { page } = stage();
    await second.clickTreeButton('prod-admin', 'End Session');
    await second.waitForStatus(/^ ?AWS$/);
    await page.waitForStatus(/^ ?AWS$/);
    await liveRow(page, 'prod-admin').waitFor({ state: 'detached' });
  });
});

/** The row of a session in the live group, which stands before the profiles. */
function liveRow(page: WorkbenchPage, name: string) {
  return page.treeRows().and(page.page.locator('[aria-level="2"]')).filter({ hasText: name });
}

/** Counts from now on how often a box for an MFA code comes up, however short it stays. */
async function countMfaBoxes({ page }: WorkbenchPage): Promise<void> {
  // As text, because the page's types (DOM) are no types of Node.
  await page.evaluate(`(() => {
    let open = false;
    document.body.dataset.mfaBoxes = 0;
    new MutationObserver(() => {
      const widget = document.querySelector('.quick-input-widget');
      const title = widget?.querySelector('.quick-input-title')?.textContent ?? '';
      const shown = widget?.style.display !== 'none' && title.startsWith('MFA Code');
      document.body.dataset.mfaBoxes = Number(document.body.dataset.mfaBoxes) + (shown && !open ? 1 : 0);
      open = shown;
    }).observe(document.body, {
      subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['style'],
    });
  })()`);
}

async function mfaBoxes({ page }: WorkbenchPage): Promise<number> {
  return Number(await page.locator('body').getAttribute('data-mfa-boxes'));
}
