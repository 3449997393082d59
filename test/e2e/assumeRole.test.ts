import assert from 'node:assert/strict';
import { run } from '../support/processes.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, noAwsCli, setStage } from '../support/stage.ts';

const role = 'arn:aws:iam::111122223333:role/staging-dev';

// One window for all: a role that is in no file, then its credentials in a shell outside VS Code.
describeIf(awsCli !== undefined, noAwsCli, 'assume role', () => {
  const stage = setStage();
  const step = (number: number) =>
    stage()
      .page.quickTitle(`Assume Role (${String(number)}/2)`)
      .waitFor();
  const list = () => stage().page.quickTitle('Assume Role: staging-dev').waitFor();

  /** Opens the box of an option, says something wrong in it, and answers it. */
  async function answer(option: string, wrong: string, complaint: string, text: string): Promise<void> {
    const { page } = stage();
    await list();
    await page.pick(option);
    await page.quickMessage().waitFor();
    await page.quickInput().fill(wrong);
    await page.quickMessage().filter({ hasText: complaint }).waitFor();
    await page.answerInput(text);
  }

  it('asks for an ARN and says at each key what is wrong with it', async () => {
    const { page } = stage();
    await page.runCommand('STS: Assume Role…');
    await step(1);
    await page.quickInput().fill('staging-dev');
    await page.quickMessage().filter({ hasText: 'A role’s ARN looks like this' }).waitFor();
    await page.page.keyboard.press('Enter');
    await step(1);
    await page.quickInput().fill('arn:aws:sts::111122223333:assumed-role/staging-dev/me');
    await page.quickMessage().filter({ hasText: 'That is the ARN of a session' }).waitFor();
    await page.answerInput(role);
  });

  it('goes back with the answer kept', async () => {
    const { page } = stage();
    await step(2);
    await page.page.locator('.quick-input-widget:visible .action-label[aria-label^="Back"]').click();
    await step(1);
    assert.equal(await page.quickInput().inputValue(), role);
    await page.page.keyboard.press('Enter');
    await step(2);
    await page.quickRows().filter({ hasText: 'alice' }).first().waitFor();
  });

  it('tries what two boxes say, and opens everything where AWS wants more', async () => {
    const { page } = stage();
    await page.pick('alice');
    const refusal = await page.waitForNotification('AWS does not let you assume the role');
    await page.press('Change Role', refusal);
    await list();
    await page.quickRows().filter({ hasText: 'staging-dev through alice' }).waitFor();
  });

  it('asks for the rest, each checked before anything is sent', async () => {
    const { page, sandbox } = stage();
    const calls = sandbox.journal.length;
    await answer('External ID', 'a', 'at least 2 characters', 'acme-4711');
    await list();
    await page.pick('MFA device');
    await page.quickMessage().filter({ hasText: 'MFA device by ARN' }).waitFor();
    assert.equal(await page.quickInput().inputValue(), 'arn:aws:iam::111122223333:mfa/alice');
    await page.answerInput('');
    await answer('Session name', 'with blanks', 'AWS does not take blanks here', 'end-to-end');
    await answer('Duration', '5m', 'This may be from 15m to 12h', '30m');
    await list();
    await page.quickRows().filter({ hasText: 'acme-4711' }).waitFor();
    assert.equal(sandbox.journal.length, calls);
    await page.page.keyboard.press('Enter');
  });

  it('starts the session with all of it', async () => {
    const { page, sandbox } = stage();
    await page.waitForStatus(/^ ?staging-dev 29m$/);
    const [call] = stage().granted('AssumeRole');
    const { RoleArn, ExternalId, RoleSessionName, DurationSeconds, SerialNumber } = call?.params ?? {};
    assert.deepEqual(
      { RoleArn, ExternalId, RoleSessionName, DurationSeconds, SerialNumber },
      {
        RoleArn: role,
        ExternalId: 'acme-4711',
        RoleSessionName: 'end-to-end',
        DurationSeconds: '1800',
        SerialNumber: undefined,
      },
    );
    assert.equal(sandbox.journal.at(-1), call, 'it was one call');
    await page.press('Do Not Add', page.dialog());
    await page.dialog().waitFor({ state: 'detached' });
  });

  it('copies its credentials for a shell outside VS Code', async () => {
    const { page, sandbox } = stage();
    await page.runCommand('STS: Copy Credentials As');
    await page.quickTitle('Copy Credentials of staging-dev').waitFor();
    await page.pick('bash, zsh, sh');
    await page.waitForNotification(/Credentials.* on the clipboard/);
    const exports = await (await page.companion).ask('readClipboard', {});
    const { stdout, stderr } = await run('/bin/bash', ['-c', `${exports}\n${stage().askIdentity()}`], {
      env: { HOME: '/nonexistent', PATH: process.env['PATH'] },
    });
    assert.equal(stdout.trim(), 'arn:aws:sts::111122223333:assumed-role/staging-dev/end-to-end', stderr);
    assert.equal(sandbox.journal.at(-1)?.operation, 'GetCallerIdentity');
  });

  it('offers the role with its answers the next time', async () => {
    const { page } = stage();
    // Escape would close the notification centre first.
    await page.clearNotifications();
    await page.runCommand('STS: Assume Role…');
    await step(1);
    const row = page
      .quickRows()
      .filter({ hasText: `${role} through alice` })
      .first();
    await row.waitFor();
    await row.click();
    await step(2);
    await page.quickRows().filter({ hasText: 'external ID · 30m · end-to-end' }).waitFor();
    await page.leaveQuickInput();
    assert.equal(stage().granted('AssumeRole').length, 1);
  });

  it('offers a code of the source’s device where the role may want one, and remembers it', async () => {
    const { page, sandbox } = stage();
    await page.runCommand('STS: Assume Role…');
    await step(1);
    await page.quickInput().fill('arn:aws:iam::444455556666:role/admin');
    await page.quickRows().filter({ hasText: '4444-5555-6666' }).first().click();
    await step(2);
    await page.pick('alice');
    const refusal = await page.waitForNotification('it may ask for an MFA code');
    await page.screenshot('assume role: a code is missing');
    await page.press('Start with MFA Code', refusal);
    await page.quickTitle(/^MFA Code/).waitFor();
    await page.answerInput(sandbox.unusedCode('alice'));
    await page.waitForStatus(/^ ?admin 59m$/);
    await page.clearNotifications();
    await page.runCommand('STS: Assume Role…');
    await page
      .quickRows()
      .filter({ hasText: 'MFA' })
      .filter({ hasText: 'role/admin through alice' })
      .waitFor();
    await page.leaveQuickInput();
  });
});
