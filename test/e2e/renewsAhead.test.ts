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
  const fetchProcess = `${awsCli ?? 'aws'} configure export-credentials --format process`;
  const fetchOne = `${fetchProcess} >/dev/null`;
  const served = async (): Promise<void> => {
    const { code, text } = await stage().runAside(fetchOne);
    assert.equal(code, 0, text);
  };
  const renewals = (role: string): number =>
    stage()
      .granted('AssumeRole')
      .filter(({ params }) => params['RoleArn']?.endsWith(`/${role}`)).length;
  const renewed = (role: string, count: number): Promise<number> =>
    eventually(
      () => renewals(role),
      (now) => now >= count,
      `AWS has granted ${role} ${String(count)} times`,
    );
  /** How many notifications say it: the centre is opened, because a closed one has no rows. */
  const said = async (text: string | RegExp): Promise<number> => {
    const { page } = stage();
    if (!(await page.page.locator('.notifications-center.visible').isVisible())) {
      await page.page.locator('[id="status.notifications"] a').click();
      await page.page.locator('.notifications-center.visible').waitFor();
    }
    return page.notifications().filter({ hasText: text }).count();
  };

  it('is renewed while nobody fetches, once, and silently', async () => {
    const { sandbox, page } = stage();
    sandbox.control.grantSeconds(granted);
    await stage().startFirst('billing-read');
    await page.waitForStatus(/^ ?billing-read 1[34]m$/);
    await page.openTerminal();
    await stage().moveClock(pastHalf);
    await renewed('billing-read', 2);
    await page.waitForStatus(/^ ?billing-read 1[34]m$/);
    assert.equal(await said(/renew|session ends/i), 0);
    await served();
    assert.equal(renewals('billing-read'), 2);
  });

  it('keeps what it has while AWS fails, and says so once', async () => {
    const { sandbox, page } = stage();
    sandbox.control.fail(503, { operation: 'AssumeRole' });
    const tried = (): number =>
      sandbox.journal.filter(({ operation, status }) => operation === 'AssumeRole' && status === 503).length;
    await stage().moveClock(pastHalf);
    const notification = await page.waitForNotification(trouble);
    await page.screenshot('renewsAhead trouble');
    assert.match((await notification.textContent()) ?? '', /goes on until (\w{3} )?\d\d:\d\d: billing-read/);
    await page.waitForStatus(/^ ?billing-read [67]m$/);
    await served();
    for (let more = 0; more < 2; more += 1) {
      const before = tried();
      await stage().moveClock(80 * second);
      await eventually(tried, (now) => now > before, 'it is tried again');
      // The call is over when the minutes stand there again: a clock that moves in the middle of it cuts it off.
      await page.waitForStatus(/^ ?billing-read \dm$/);
    }
    assert.equal(await said(trouble), 1);
    await page.waitForStatus(/^ ?billing-read \dm$/);
  });

  it('is renewed when AWS answers again', async () => {
    const { sandbox, page } = stage();
    sandbox.control.clear();
    sandbox.control.grantSeconds(granted);
    // Sets AWS's clock again, before anything else can be asked.
    await stage().moveClock(3 * minute);
    await page.waitForStatus(/^ ?billing-read 1[34]m$/);
    assert.equal(renewals('billing-read'), 3);
  });

  it('asks once where a code is needed, and takes no focus', async () => {
    const { page } = stage();
    await stage().start('prod-admin', { mfa: true });
    await page.waitForStatus(/^ ?prod-admin 1[34]m$/);
    await page.openTerminal();
    await served();
    await page.clearNotifications();
    await page.page.locator('.xterm textarea:focus').waitFor({ state: 'attached' });
    const unread = page.page.locator('[id="status.notifications"] .codicon-bell-dot');
    await unread.waitFor({ state: 'detached' });
    await stage().moveClock(pastHalf);
    await unread.waitFor();
    assert.equal(await page.page.locator('.xterm textarea:focus').count(), 1);
    const question = await page.waitForNotification(early);
    assert.equal(await page.quickTitle(/MFA/).count(), 0, 'no box opens by itself');
    await page.screenshot('renewsAhead question');
    const buttons = await question.locator('a.monaco-button, .monaco-text-button').allTextContents();
    assert.deepEqual(buttons, ['Renew', 'Later', 'Let It End']);
    await page.waitForStatusKind('warning');
  });

  it('asks once more after “Later”, when half is left of what was', async () => {
    const { page } = stage();
    await page.press('Later', page.notifications().filter({ hasText: early }));
    await page.notifications().filter({ hasText: early }).waitFor({ state: 'detached' });
    await stage().moveClock(2 * minute);
    await page.waitForStatus(/^ ?prod-admin [45]m$/);
    await stage().quiet();
    assert.equal(await said(early), 0);
    await stage().moveClock(2 * minute);
    await page.waitForNotification(early);
  });

  it('renews with a code where the person says so', async () => {
    const { page, sandbox } = stage();
    const before = renewals('admin');
    await page.press('Renew', page.notifications().filter({ hasText: early }));
    await page.quickTitle(/^MFA Code for prod-admin/).waitFor();
    await page.answerInput(sandbox.unusedCode('alice'));
    await renewed('admin', before + 1);
    await page.waitForStatus(/^ ?prod-admin 1[34]m$/);
    assert.equal(await said(early), 0);
  });

  it('lets it end without another word where the person says so', async () => {
    const { page } = stage();
    await stage().moveClock(pastHalf);
    await page.press('Let It End', await page.waitForNotification(early));
    await page.notifications().filter({ hasText: early }).waitFor({ state: 'detached' });
    await stage().moveClock(4 * minute);
    await page.waitForStatus(/^ ?prod-admin ([23]m|1m \d\ds)$/);
    // A fetch asks nobody while it lasts.
    await served();
    await stage().moveClock(4 * minute);
    await page.waitForStatus(/^ ?prod-admin expired$/);
    await stage().quiet();
    assert.equal(await said('prod-admin'), 0);
  });

  it('counts by the clock of AWS, and says by how much this computer’s is off', async () => {
    const { page, sandbox } = stage();
    await stage().start('billing-read');
    await page.waitForStatus(/^ ?billing-read \d+m$/);
    const before = renewals('billing-read');
    // The window alone goes forward, AWS does not.
    await (await page.companion).ask('moveClock', { ms: 7 * minute });
    await page.runCommand('STS: Renew Session Now');
    await renewed('billing-read', before + 1);
    await page.waitForNotification(/clock is ahead of AWS’s, set it right .*: 7m/);
    await page.screenshot('renewsAhead skew');
    await page.waitForStatus(/^ ?billing-read 1[34]m$/);
    await (await page.companion).ask('moveClock', { ms: -7 * minute });
    await page.waitForStatus(/^ ?billing-read 1\dm$/);
    assert.equal(sandbox.journal.filter(({ errorCode }) => errorCode === 'SignatureDoesNotMatch').length, 0);
    await page.clearNotifications();
  });

  it('is judged by the clock after the extension host was stopped past its end, before anything is served', async () => {
    const { page, sandbox } = stage();
    const answerWithCode = async (): Promise<void> => {
      await page.quickTitle(/^MFA Code for prod-admin/).waitFor();
      await page.answerInput(sandbox.unusedCode('alice'));
    };
    await stage().start('prod-admin', { mfa: true });
    await page.openTerminal();
    sandbox.control.grantSeconds(short);
    const before = renewals('admin');
    await page.runCommand('STS: Renew Session Now');
    await answerWithCode();
    await renewed('admin', before + 1);
    sandbox.control.grantSeconds(granted);
    // A host that is stopped before it has read the answer finds it too late, and keeps what it had.
    await page.waitForStatus(/^ ?prod-admin \d+s$/);
    const { pid } = await page.companion;
    const end = Date.now() + short * second;
    const fetches = async (): Promise<string> => {
      const line = `${fetchProcess} | grep -o '"Expiration": *"[^"]*"'`;
      const { code, text } = await page.runInTerminal(line, 100 * second);
      assert.equal(code, 0, text);
      return /"([^"]+)"$/.exec(text)?.[1] ?? '';
    };
    const renews = async (): Promise<void> => {
      try {
        await eventually(Date.now, (now) => now > end, 'its end has come', 2 * short * second);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      await page.waitForStatus(/^ ?prod-admin expired$/);
      const question = await page.waitForNotification(
        /A terminal waits.*: prod-admin|to keep it: prod-admin/,
      );
      await page.screenshot('renewsAhead woken');
      await page.press('Renew', question);
      await answerWithCode();
    };
    process.kill(pid, 'SIGSTOP');
    const [expiration] = await Promise.all([fetches(), renews()]);
    assert.equal(renewals('admin'), before + 2);
    const last = stage().granted('AssumeRole').at(-1);
    assert.ok(last);
    const off = Date.parse(expiration) - (last.at + granted * second);
    assert.ok(Math.abs(off) < minute, `what is served ends ${String(off)} ms after what AWS gave last`);
  });
});
