import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { eventually, setStage } from '../support/stage.ts';

// One window for all: a person who wants to know, and then wants nothing left.
describe('what is kept here', () => {
  const stage = setStage();
  const line = (text: string | RegExp): Locator =>
    stage().page.page.locator('.editor-instance .view-line', { hasText: text }).first();
  const config = (): Promise<string> => readFile(stage().configFile, 'utf8');
  const credentials = (): Promise<string> => readFile(stage().credentialsFile, 'utf8');
  const helper = (): string => join(stage().home, '.sts-sessions');

  it('is shown on a page without a secret: secrets, files, state, and what is not ours', async () => {
    const { page } = stage();
    await stage().startFirst('default');
    await page.runCommand('STS: Write Credentials into a File');
    await page.pick('Profile in the credentials file');
    await page.quickMessage().filter({ hasText: 'The name of the profile' }).waitFor();
    await page.answerInput('copied');
    await page.press('Write', page.dialog());
    await page.waitForNotification('Credentials are written');
    await page.clearNotifications();
    await page.runCommand('STS: Show What Is Kept Here');
    await line('# What STS Sessions keeps on this computer').waitFor();
    await page.screenshot('what is kept');
    await line('This VS Code runs in a browser').waitFor();
    await line('Whether it outlives a restart is known after the next one.').waitFor();
    await line('Sessions, ended ones for a while too: 1').waitFor();
    await line('- default').waitFor();
    await line('The audit log, without a key in it:').waitFor();
    await line('vscode-eu-central-1').waitFor();
    await line('Credentials in clear text, because you asked for them: profile copied').waitFor();
    for (const secret of stage().sandbox.secrets()) {
      assert.ok(!((await page.page.locator('body').textContent()) ?? '').includes(secret));
    }
  });

  it('is known to outlive a restart after one', async () => {
    const { page } = stage();
    await page.reload();
    await page.waitForStatus('default');
    await page.runCommand('View: Close All Editors');
    await page.runCommand('STS: Show What Is Kept Here');
    await line('What is stored has outlived a restart.').waitFor();
    await page.clearNotifications();
  });

  it('stays when the person says no', async () => {
    const { page } = stage();
    const before = await config();
    await page.runCommand('STS: Delete All That Is Kept Here');
    const question = page
      .dialog()
      .filter({ hasText: 'Delete all that STS Sessions keeps on this computer?' });
    await question.waitFor();
    await question.filter({ hasText: 'get no credentials any more: default.' }).waitFor();
    await question.filter({ hasText: 'taken out of the config file: vscode-eu-central-1' }).waitFor();
    await page.screenshot('what is kept, delete');
    await page.page.keyboard.press('Escape');
    await page.dialog().waitFor({ state: 'detached' });
    await page.waitForStatus('default');
    assert.equal(await config(), before);
  });

  it('is deleted, all of it, and what is the person’s stays', async () => {
    const { page } = stage();
    assert.ok(existsSync(join(helper(), 'fetch')));
    await page.runCommand('STS: Delete All That Is Kept Here');
    await page.press('Delete All', page.dialog());
    await page.waitForNotification('All of it is deleted');
    await page.screenshot('what is kept, deleted');
    await page.clearNotifications();
    await page.statusBarItem().filter({ hasText: 'default' }).waitFor({ state: 'detached' });
    assert.doesNotMatch(await config(), /vscode-eu-central-1|credential_process = .*sts-sessions/);
    assert.match(await config(), /a_setting_of_another_tool = keep me/);
    assert.doesNotMatch(await credentials(), /copied|ASIA/);
    assert.match(await credentials(), /\[alice\]/);
    assert.ok(!existsSync(join(helper(), 'fetch')));
    await page.runCommand('View: Close All Editors');
    await page.runCommand('STS: Show What Is Kept Here');
    await line('# What STS Sessions keeps on this computer').waitFor();
    await page.screenshot('what is kept, nothing left');
    assert.equal(await line('Sessions, ended').count(), 0);
    assert.equal(await line('Credentials in clear text').count(), 0);
    await page.clearNotifications();
    await page.runCommand('View: Close All Editors');
  });

  it('asks by name for access keys that stand nowhere else, and keeps them unless it is told', async () => {
    const { page } = stage();
    // Keys are refused in a browser; the companion makes the extension take it for a desktop.
    await (await page.companion).ask('pretend', { as: {} });
    await page.runCommand('STS: Add IAM User Keys…');
    await page.pick('Type them');
    await page.quickMessage().filter({ hasText: 'The name of the new profile' }).waitFor();
    await page.answerInput('carol');
    await page.quickMessage().filter({ hasText: 'Access key ID' }).waitFor();
    await page.answerInput('AKIAEXAMPLECAROL0001');
    await page.page.locator('.quick-input-widget:visible input[type=password]').waitFor();
    await page.answerInput('EXAMPLEKEY/carol/0123456789abcdefghijklm');
    await page.quickMessage().filter({ hasText: 'Region for tools' }).waitFor();
    await page.answerInput('');
    await page.press('Keep Keys', page.dialog());
    await page.waitForNotification(/The keys are in the vault: carol/);
    await page.clearNotifications();
    for (const [answer, told, isLeft] of [
      ['Keep the Keys', 'All is deleted but the access keys', true],
      ['Delete Keys Too', 'All of it is deleted', false],
    ] as const) {
      await page.runCommand('STS: Delete All That Is Kept Here');
      await page.press('Delete All', page.dialog().filter({ hasText: 'Delete all that STS Sessions keeps' }));
      const question = page.dialog().filter({ hasText: 'Delete the only copy of these access keys too?' });
      await question.filter({ hasText: 'carol (AKIAEXAMPLECAROL0001)' }).waitFor();
      await page.screenshot('what is kept, only copies');
      await page.press(answer, question);
      await page.waitForNotification(told);
      await page.clearNotifications();
      assert.equal(/credential_process = .* id vault-/.test(await config()), isLeft);
      await eventually(
        () => existsSync(join(helper(), 'fetch')),
        (there) => there === isLeft,
        'tools get these keys by the helper, for as long as they are there',
      );
    }
    await (await page.companion).ask('pretend', {});
  });

  it('begins anew with the next session, which asks again', async () => {
    await stage().startFirst('default');
    await eventually(
      () => existsSync(join(helper(), 'fetch')),
      (there) => there,
      'the helper is there again',
    );
    assert.match(await config(), /\[profile vscode-eu-central-1\]/);
  });
});
