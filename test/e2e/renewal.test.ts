import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage } from '../support/stage.ts';

const billing = /^arn:aws:sts::111122223333:assumed-role\/billing-read\//;
const admin = /^arn:aws:sts::444455556666:assumed-role\/admin\//;

/**
 * Seconds that AWS grants here. The clock of AWS and of the window moves past them in one step; the tools in the
 * terminal keep the machine's clock, whose signatures AWS takes for 15 minutes.
 */
const granted = 300;
const pastTheEnd = (granted + 5) * 1000;

// One window for all, with a terminal each for a session that renews itself and for one that needs a person.
describeIf(awsCli !== undefined, noAwsCli, 'renewal under an open terminal', () => {
  const stage = setStage();
  let calls: number;
  /** Those for the session behind MFA; the other one renews itself whenever it is time. */
  const adminCalls = (): number =>
    stage()
      .granted('AssumeRole')
      .filter(({ params }) => params['RoleArn'] === 'arn:aws:iam::444455556666:role/admin').length;

  it('starts a session without MFA, and a terminal under it', async () => {
    const { sandbox, page } = stage();
    sandbox.control.grantSeconds(granted);
    await stage().startFirst('billing-read');
    await page.waitForStatus(/^ ?billing-read [34]m$/);
    await page.openTerminal();
    assert.match((await stage().whoAmI()).text, billing);
    assert.equal(stage().granted('AssumeRole').length, 1);
  });

  it('renews by itself when the laptop wakes up past its end, with one call, and nobody has asked', async () => {
    const { page } = stage();
    await stage().moveClock(pastTheEnd);
    await eventually(
      () => stage().granted('AssumeRole').length,
      (count) => count === 2,
      'it is renewed once',
    );
    await page.waitForStatus(/^ ?billing-read [34]m$/);
  });

  it('serves the open terminal with what it has got', async () => {
    const { page } = stage();
    assert.match((await stage().whoAmI()).text, billing);
    await page.waitForStatus(/^ ?billing-read [34]m$/);
    assert.equal(stage().granted('AssumeRole').length, 2);
  });

  it('holds the calls of a terminal whose session needs an MFA code, and asks once', async () => {
    const { page } = stage();
    await stage().start('prod-admin', { mfa: true });
    await page.openTerminal();
    assert.match((await stage().whoAmI()).text, admin);
    calls = adminCalls();
    await stage().moveClock(pastTheEnd);
    await page.waitForStatus(/^ ?prod-admin expired$/);

    const identity = stage().askIdentity();
    const held = join(stage().home, 'held');
    await page.typeInTerminal(`{ ${identity} & ${identity} & wait; } >${held} 2>&1; echo "held "$?\n`);
    const notification = await page.waitForNotification(/A terminal waits.*: prod-admin/);
    assert.equal(await page.quickTitle(/MFA/).count(), 0, 'a fetch opens no box by itself');
    await page.press('Renew', notification);
    await page.quickTitle('MFA Code for prod-admin from Device alice (1111-2222-3333)').waitFor();
    await page.notifications().filter({ hasText: 'A terminal waits' }).waitFor({ state: 'detached' });
    await page.answerInput(stage().sandbox.unusedCode('alice'));

    // Counted from the answer on: a person takes as long as it takes to look for the code.
    await page.waitForTerminalText('held 0');
    const text = await readFile(held, 'utf8');
    // Both write into one file, and each ends its line by another write.
    const answers = text.match(/arn:aws:.*?\/vscode-\w+?(?=arn:|$|\s)/gm) ?? [];
    assert.equal(answers.length, 2, text);
    assert.ok(
      answers.every((answer) => admin.test(answer)),
      text,
    );
  });

  it('has renewed it with one call', async () => {
    await stage().page.waitForStatus(/^ ?prod-admin [34]m$/);
    assert.equal(adminCalls(), calls + 1);
  });
});
