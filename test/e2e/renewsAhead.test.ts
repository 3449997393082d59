import assert from 'node:assert/strict';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage } from '../support/stage.ts';

const second = 1000;
const minute = 60 * second;

/** Seconds that AWS grants here, the least there is: renewed by the clock, and asked about, at half of it. */
const granted = 900;
const pastHalf = (granted / 2 + 5) * second;

/** A live end for the pause of the host, seconds: time that really passes. */
const short = 20;

const early = /This session ends (\w{3} )?\d\d:\d\d, renew it with an MFA code to keep it: prod-admin/;
const trouble = /A renewal failed and is tried again by itself/;

// One window for all; the tests build on each other.
describeIf(awsCli !== undefined, noAwsCli, 'a session ahead of its end', () => {
  const stage = setStage();
  /**
   * What a tool gets that asks for credentials. Its own calls would not be taken: the machine's clock is not moved along
   * with AWS's.
   */
  const fetchOne = `${awsCli ?? 'aws'} configure export-credentials --format process >/dev/null`;
  const served = async (): Promise<void> => {
    const { code, text } = await stage().runAside(fetchOne);
    assert.equal(code, 0, text);
  };
  const renewals = (): number => stage().granted('AssumeRole').length;
  const renewed = (count: number): Promise<number> =>
    eventually(renewals, (now) => now >= count, `AWS has granted ${String(count)}`);

  it('is renewed while nobody fetches, once, and silently', async () => {
    const { sandbox, page } = stage();
    sandbox.control.grantSeconds(granted);
    await stage().startFirst('billing-read');
    await page.waitForStatus(/^ ?billing-read 14m$/);
    await page.openTerminal();
    await stage().moveClock(pastHalf);
    await renewed(2);
    await page.waitForStatus(/^ ?billing-read 14m$/);
    assert.equal(
      await page
        .notifications()
        .filter({ hasText: /renew|session ends/i })
        .count(),
      0,
    );
    await served();
    assert.equal(renewals(), 2);
  });

  it('keeps what it has while AWS fails, and says so once', async () => {
    const { sandbox, page } = stage();
    sandbox.control.fail(503, { operation: 'AssumeRole' });
    const tried = (): number =>
      sandbox.journal.filter(({ operation, status }) => operation === 'AssumeRole' && status === 503).length;
    await stage().moveClock(pastHalf);
    const notification = await page.waitForNotification(trouble);
    await page.screenshot('renewsAhead trouble');
    assert.match((await notification.textContent()) ?? '', /goes on until \d\d:\d\d: billing-read/);
    await page.waitForStatus(/^ ?billing-read 7m$/);
    await served();
    for (let more = 0; more < 2; more += 1) {
      const before = tried();
      await stage().moveClock(80 * second);
      await eventually(tried, (now) => now > before, 'it is tried again');
      // The call is over when the minutes stand there again: a clock that moves in the middle of it cuts it off.
      await page.waitForStatus(/^ ?billing-read \dm$/);
    }
    assert.equal(await page.notifications().filter({ hasText: trouble }).count(), 1);
    await page.waitForStatus(/^ ?billing-read \dm$/);
  });

  it('is renewed when AWS answers again', async () => {
    const { sandbox, page } = stage();
    sandbox.control.clear();
    sandbox.control.grantSeconds(granted);
    // Sets AWS's clock again, before anything else can be asked.
    await stage().moveClock(3 * minute);
    await page.waitForStatus(/^ ?billing-read 14m$/);
    assert.equal(renewals(), 3);
    await page.clearNotifications();
  });

  it('asks once where a code is needed, and takes no focus', async () => {
    const { page } = stage();
    await stage().start('prod-admin', { mfa: true });
    await page.waitForStatus(/^ ?prod-admin 14m$/);
    await page.openTerminal();
    await served();
    await page.page.locator('.xterm textarea:focus').waitFor({ state: 'attached' });
    await stage().moveClock(pastHalf);
    await page.page.locator('[id="status.notifications"][aria-label*="1 New Notification"]').waitFor();
    assert.equal(await page.page.locator('.xterm textarea:focus').count(), 1);
    const question = await page.waitForNotification(early);
    assert.equal(await page.quickTitle(/MFA/).count(), 0, 'no box opens by itself');
    await page.screenshot('renewsAhead question');
    const buttons = await question.locator('a.monaco-button, .monaco-text-button').allTextContents();
    assert.deepEqual(buttons, ['Renew', 'Later', 'Let It End']);
    assert.equal(await page.statusBarKind(), 'warning');
  });

  it('asks once more after “Later”, when half is left of what was', async () => {
    const { page } = stage();
    await page.press('Later', page.notifications().filter({ hasText: early }));
    await page.notifications().filter({ hasText: early }).waitFor({ state: 'detached' });
    await stage().moveClock(2 * minute);
    await page.waitForStatus(/^ ?prod-admin 5m$/);
    assert.equal(await page.notifications().filter({ hasText: early }).count(), 0);
    await stage().moveClock(2 * minute);
    await page.waitForNotification(early);
  });

  it('renews with a code where the person says so', async () => {
    const { page, sandbox } = stage();
    const before = renewals();
    await page.press('Renew', page.notifications().filter({ hasText: early }));
    await page.quickTitle(/^MFA Code for prod-admin/).waitFor();
    await page.answerInput(sandbox.unusedCode('alice'));
    await renewed(before + 1);
    await page.waitForStatus(/^ ?prod-admin 14m$/);
    assert.equal(await page.notifications().filter({ hasText: early }).count(), 0);
  });

  it('lets it end without another word where the person says so', async () => {
    const { page } = stage();
    await stage().moveClock(pastHalf);
    await page.press('Let It End', await page.waitForNotification(early));
    await page.notifications().filter({ hasText: early }).waitFor({ state: 'detached' });
    await stage().moveClock(4 * minute);
    await page.waitForStatus(/^ ?prod-admin 3m$/);
    // A fetch asks nobody while it lasts.
    await served();
    await stage().moveClock(4 * minute);
    await page.waitForStatus(/^ ?prod-admin expired$/);
    assert.equal(await page.notifications().filter({ hasText: 'prod-admin' }).count(), 0);
  });

  it('counts by the clock of AWS, and says by how much this computer’s is off', async () => {
    const { page, sandbox } = stage();
    await stage().start('billing-read');
    const before = renewals();
    // The window alone goes forward, AWS does not.
    await (await page.companion).ask('moveClock', { ms: 7 * minute });
    await page.runCommand('STS: Renew Session Now');
    await renewed(before + 1);
    await page.waitForNotification(/clock is ahead of AWS’s, set it right .*: 7m/);
    await page.screenshot('renewsAhead skew');
    await page.waitForStatus(/^ ?billing-read 14m$/);
    await (await page.companion).ask('moveClock', { ms: -7 * minute });
    await page.waitForStatus(/^ ?billing-read 1\dm$/);
    assert.equal(sandbox.journal.filter(({ errorCode }) => errorCode === 'SignatureDoesNotMatch').length, 0);
    await page.clearNotifications();
  });

  it('is judged by the clock after the extension host was stopped past its end, before anything is served', async () => {
    const { page, sandbox } = stage();
    sandbox.control.grantSeconds(short);
    await stage().start('prod-admin', { mfa: true });
    await page.runCommand('STS: Renew Session Now');
    await page.quickTitle(/^MFA Code for prod-admin/).waitFor();
    const before = renewals();
    await page.answerInput(sandbox.unusedCode('alice'));
    await renewed(before + 1);
    await page.openTerminal();
    const { pid } = await page.companion;
    const end = Date.now() + short * second;
    process.kill(pid, 'SIGSTOP');
    let waiting;
    try {
      waiting = stage().runAside(fetchOne);
      await eventually(Date.now, (now) => now > end, 'its end has come', 2 * short * second);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await page.waitForStatus(/^ ?prod-admin expired$/);
    const question = await page.waitForNotification(/A terminal waits.*: prod-admin|to keep it: prod-admin/);
    sandbox.control.grantSeconds(granted);
    await page.press('Renew', question);
    await page.quickTitle(/^MFA Code for prod-admin/).waitFor();
    const calls = renewals();
    await page.answerInput(sandbox.unusedCode('alice'));
    const { code, text } = await waiting;
    assert.equal(code, 0, text);
    assert.equal(renewals(), calls + 1);
  });
});
