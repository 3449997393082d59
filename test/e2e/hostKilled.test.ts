import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { damagedFiles } from '../support/helperFiles.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage } from '../support/stage.ts';
import type { WorkbenchPage } from '../support/workbenchPage.ts';

const billing = /^arn:aws:sts::111122223333:assumed-role\/billing-read\//;
const admin = /^arn:aws:sts::444455556666:assumed-role\/admin\//;

// Two windows for all: five times one of their extension hosts is killed, each time in another moment.
describeIf(awsCli !== undefined, noAwsCli, 'an extension host that is killed', () => {
  const stage = setStage();
  let second: WorkbenchPage;
  let config: string;

  /** What must be true after each: nothing is half-written, nothing was sent twice. */
  const check = async (): Promise<void> => {
    const { home, sandbox, configFile } = stage();
    assert.deepEqual(damagedFiles(join(home, '.sts-sessions')), []);
    assert.equal(await readFile(configFile, 'utf8'), config);
    assert.equal(sandbox.reusedCodes(), 0);
    assert.deepEqual(
      sandbox.journal.filter(({ errorCode }) => errorCode !== undefined),
      [],
    );
  };

  it('while it has nothing to do: the session is there again, and the open terminal works on', async () => {
    const { page, configFile } = stage();
    await page.openView('AWS Sessions');
    await stage().startFirst('billing-read');
    await page.openTerminal();
    assert.match((await stage().whoAmI()).text, billing);
    config = await readFile(configFile, 'utf8');
    await page.killHost();
    await page.hostBack();
    await page.waitForStatus(/^ ?billing-read 5\dm$/);
    assert.match((await stage().whoAmI()).text, billing);
    assert.equal(stage().granted('AssumeRole').length, 1, 'nothing was asked of AWS again');
    await check();
  });

  it('while a first start waits for AWS: what was there stays, and the start can be tried again', async () => {
    const { page, sandbox } = stage();
    const from = sandbox.journal.length;
    const release = sandbox.control.hold({ operation: 'AssumeRole' });
    await page.clickTreeButton('hub', 'Start');
    await sandbox.waitForCall(({ operation }) => operation === 'AssumeRole', { from });
    await page.killHost();
    release();
    await page.hostBack();
    await page.waitForStatus(/^ ?billing-read 5\dm$/);
    // By the switcher: the rows of before stand there until the new host has made its own.
    await stage().start('hub');
    await page.waitForStatus(/^ ?hub 5\dm$/);
    await stage().start('billing-read');
    assert.match((await stage().whoAmI()).text, billing);
    await check();
  });

  it('while a code is on its way to AWS: it is not sent again, and the old credentials serve on', async () => {
    const { page, sandbox } = stage();
    await stage().start('prod-admin', { mfa: true });
    await page.openTerminal();
    assert.match((await stage().whoAmI()).text, admin);
    const from = sandbox.journal.length;
    const release = sandbox.control.hold({ operation: 'AssumeRole' });
    await page.runCommand('STS: Renew Session Now');
    await page.quickTitle(/^MFA Code for prod-admin/).waitFor();
    await page.answerInput(sandbox.unusedCode('alice'));
    await sandbox.waitForCall(({ operation }) => operation === 'AssumeRole', { from });
    await page.killHost();
    release();
    // The third crash within five minutes: VS Code asks before it starts another.
    await page.hostBack({ asked: true });
    await page.waitForStatus(/^ ?prod-admin 5\dm$/);
    assert.match((await stage().whoAmI()).text, admin);
    assert.equal(sandbox.journal.slice(from).filter(({ operation }) => operation === 'AssumeRole').length, 1);
    await check();
  });

  it('while it renews what another window wants as well: the other goes on, and both have the result', async () => {
    const { page, sandbox, workbench, workspace } = stage();
    const other = join(workspace, '..', 'other');
    await mkdir(other);
    second = await workbench.openPage({ workspace: other });
    await second.openView('AWS Sessions');
    await stage().start('billing-read', { page: second });
    await stage().start('billing-read');
    const from = sandbox.journal.length;
    const release = sandbox.control.hold({ operation: 'AssumeRole' });
    await second.runCommand('STS: Renew Session Now');
    await sandbox.waitForCall(({ operation }) => operation === 'AssumeRole', { from });
    await page.runCommand('STS: Renew Session Now');
    await page.waitForStatus(/^ ?billing-read$|renewing/);
    assert.equal(sandbox.journal.length, from + 1, 'one at a time');
    const [, next] = [
      await second.killHost(),
      await sandbox.waitForCall(({ operation }) => operation === 'AssumeRole', { from: from + 1 }),
    ];
    assert.equal(next.state, 'waiting');
    release();
    await page.waitForStatus(/^ ?billing-read 59m$/);
    await second.hostBack();
    // A host takes its time to come back: the minutes are those of the same session, however many are left of it.
    await eventually(
      async () => Promise.all([page, second].map((window) => window.statusBarItem().innerText())),
      ([first, other]) => first === other && /^ ?billing-read 5\dm$/.test(first ?? ''),
      'both windows show the renewed session',
    );
    assert.equal(stage().granted('AssumeRole', from + 1).length, 1);
    await check();
  });

  it('in the moment in which AWS answers: nothing is half-stored, and the next start is not in the way', async () => {
    const { page, sandbox } = stage();
    const from = sandbox.journal.length;
    const answered = sandbox.waitForCall(({ status }) => status === 200, { from });
    const killed = answered.then(() => second.killHost());
    await second.clickTreeButton('prod-readonly', 'Start');
    await killed;
    await second.hostBack();
    await second.waitForStatus(/^ ?(billing-read|prod-readonly) 5\dm$/);
    // By the switcher: its row has no Start where the answer was stored before the kill.
    await stage().start('prod-readonly', { page: second });
    await second.waitForStatus(/^ ?prod-readonly 5\dm$/);
    await page.waitForStatus(/^ ?billing-read 5\dm$/);
    assert.match((await stage().whoAmI()).text, admin, 'the terminal keeps the session it was opened under');
    await check();
  });
});
