import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage } from '../support/stage.ts';

const minute = 60_000;
/** Counts the keys that the terminal's managed profile fetches. */
const fetched = 'eval "$(aws configure get credential_process)" | grep -c AccessKeyId';
const billing = 'arn:aws:iam::111122223333:role/finance/billing-read';

// One window for all; the guards are the person's own settings.
describeIf(awsCli !== undefined, noAwsCli, 'guards', () => {
  const stage = setStage();

  const guard = async (...guards: readonly object[]): Promise<void> => {
    await (await stage().page.companion).ask('writeSetting', { name: 'stsSessions.guards', value: guards });
  };

  const choose = async (profile: string): Promise<void> => {
    const { page } = stage();
    await page.runCommand('STS: Switch Session');
    await page.quickTitle('AWS session').waitFor();
    await page.quickInput().fill(profile);
    await page.pick(profile);
  };

  const question = async (text: string): Promise<Locator> => {
    const dialog = stage().page.dialog().filter({ hasText: text });
    await dialog.waitFor();
    return dialog;
  };

  /** Presses the button that is called exactly so. */
  const answer = (button: string, dialog: Locator): Promise<void> =>
    dialog.getByRole('button', { name: button, exact: true }).click();

  const gone = (): Promise<void> => stage().page.dialog().waitFor({ state: 'detached' });

  it('are made on a row, in a few steps', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await page.treeRow('billing-read').waitFor();
    await page.chooseFromMenu('billing-read', 'Guard This Profile…');
    await page.quickTitle('Guard This Profile').waitFor();
    await page.quickRows().filter({ hasText: 'Everything in its account' }).waitFor();
    await page.screenshot('guards: what is guarded');
    await page.pick('This profile');
    await page.quickMessage().filter({ hasText: 'Its word' }).waitFor();
    await page.answerInput('PROD');
    await page.quickRows().filter({ hasText: 'purple' }).waitFor();
    await page.pick('red');
    await page.quickRows().filter({ hasText: 'Ask before each start' }).waitFor();
    await page.screenshot('guards: what it does');
    await page.page.keyboard.press('Enter');
    await page.waitForNotification('The guard stands in your settings and holds from now on: PROD');
    await page.clearNotifications();
    const settings = join(stage().workbench.userDataDir, 'User', 'settings.json');
    const { 'stsSessions.guards': guards } = JSON.parse(await readFile(settings, 'utf8')) as Record<
      string,
      unknown
    >;
    assert.deepEqual(guards, [
      { match: { profile: 'billing-read' }, name: 'PROD', color: 'red', askBeforeStart: true },
    ]);
    const row = page.treeRow('billing-read').filter({ hasText: /PROD/ });
    await row.waitFor();
    assert.match((await row.getAttribute('aria-label')) ?? '', /PROD, billing-read/);
  });

  it('ask before a session starts; Escape starts nothing', async () => {
    const { page } = stage();
    await choose('billing-read');
    const dialog = await question('Start a session guarded as PROD: billing-read');
    const detail = (await dialog.textContent()) ?? '';
    assert.match(detail, /Account: 1111-2222-3333/);
    assert.ok(detail.includes(`Role: ${billing}`), detail);
    assert.match(detail, /Until: (\w+ )?\d\d:\d\d/);
    await page.screenshot('guards: the question');
    await page.leaveDialog();
    assert.deepEqual(stage().granted('AssumeRole'), []);
    assert.match((await page.statusBarItem().textContent()) ?? '', /^ ?AWS$/);
  });

  it('look like it in the status bar, the tree and the switcher', async () => {
    const { page } = stage();
    await choose('billing-read');
    await answer('Start', await question('guarded as PROD'));
    await stage().answerConsent('Add Profiles');
    await page.waitForStatus(/PROD billing-read 5\dm$/);
    await page.statusBarItem().locator('.codicon-shield').waitFor();
    await page.waitForStatusKind('error');
    await page.statusBarItem().and(page.page.locator('[aria-label*="billing-read, PROD, live"]')).waitFor();
    await page
      .treeRow('billing-read')
      .filter({ hasText: /PROD · 5\dm/ })
      .waitFor();
    await page.newTerminal(() => page.clickTreeButton('billing-read', 'Open Terminal'));
    // Its icon is red: see appearance.test.ts.
    const names = await (await page.companion).ask('terminalNames', {});
    assert.deepEqual(names, ['PROD billing-read']);
    await page.runCommand('STS: Switch Session');
    await page
      .quickRows()
      .filter({ hasText: /billing-read.*PROD · 5\dm/ })
      .waitFor();
    await page.screenshot('guards: looks');
    await page.leaveQuickInput();
  });

  it('do not ask when the session is only switched to, or renewed', async () => {
    const { page } = stage();
    await choose('billing-read');
    await page.runCommand('STS: Renew Session');
    await eventually(
      () => stage().granted('AssumeRole').length,
      (count) => count === 2,
      'it is renewed',
    );
    await stage().quiet();
    assert.equal(await page.dialog().count(), 0);
    await page.runCommand('STS: End All Sessions');
    await page.waitForStatus(/^ ?AWS$/);
  });

  it('start a session read-only, and with all rights after a question', async () => {
    const { page } = stage();
    await guard({ match: { role: 'billing-*' }, name: 'CARE', readOnlyByDefault: true });
    await page.clearNotifications();
    await choose('billing-read');
    await page.waitForStatus(/CARE billing-read \(read-only\) 59m$/);
    const [narrowed] = stage().granted('AssumeRole').slice(-1);
    assert.match(JSON.stringify(narrowed?.params), /policy\/ReadOnlyAccess/);
    const told = await page.waitForNotification('This session is read-only, because it is guarded as CARE');
    await page.screenshot('guards: read-only');
    await page.press('Start With All Rights…', told);
    await answer('Start With All Rights', await question('guarded as CARE: billing-read'));
    await page.waitForStatus(/CARE billing-read 59m$/);
    const [all] = stage().granted('AssumeRole').slice(-1);
    assert.doesNotMatch(JSON.stringify(all?.params), /ReadOnlyAccess/);
    await page.runCommand('STS: End All Sessions');
    await page.waitForStatus(/^ ?AWS$/);
  });

  it('end a session after its minutes, and offer to start it again', async () => {
    const { page } = stage();
    await guard({ match: { account: '1111-2222-3333' }, name: 'PROD', maxMinutes: 30 });
    await page.clearNotifications();
    await stage().start('billing-read');
    await page.waitForStatus(/PROD billing-read (30|29)m$/);
    const [call] = stage().granted('AssumeRole').slice(-1);
    assert.ok(Number(call?.params['DurationSeconds']) <= 1800);
    await stage().moveClock(30 * minute);
    const told = await page.waitForNotification(
      'A session guarded as PROD has ended, it may last 30m: billing-read',
    );
    await page.waitForStatus(/^ ?AWS$/);
    await page.screenshot('guards: ended');
    await page.press('Start Again', told);
    await page.waitForStatus(/PROD billing-read (30|29)m$/);
    await page.runCommand('STS: End All Sessions');
    await page.waitForStatus(/^ ?AWS$/);
  });

  it('end a session that no tool uses, and not one that a tool uses', async () => {
    const { page } = stage();
    await guard({ match: { name: 'billing-read' }, name: 'PROD', endWhenIdleMinutes: 10 });
    await page.clearNotifications();
    await stage().start('billing-read');
    await page.openTerminal();
    for (let turn = 0; turn < 2; turn += 1) {
      await stage().moveClock(9 * minute);
      // A call to AWS would be signed with the time of this machine, which does not move along.
      assert.equal((await stage().runAside(fetched)).text, '1');
    }
    await stage().moveClock(11 * minute);
    await page.waitForNotification('A session guarded as PROD has ended, no tool used it for 10m');
    await page.waitForStatus(/^ ?AWS$/);
    assert.match((await stage().runAside(fetched)).text, /session was ended in VS Code/);
  });

  it('with a mistake are told, and ask', async () => {
    const { page } = stage();
    await guard({ match: { profile: 'billing-read' }, name: 'PROD', askBeforStart: false });
    await page.waitForNotification(/This guard asks before each start.*PROD \(askBeforStart\)/);
    await page.clearNotifications();
    await choose('billing-read');
    await page.press('Cancel', await question('guarded as PROD'));
    await gone();
    await guard();
    await stage().start('billing-read');
    await page.waitForStatusKind(undefined);
  });

  it('and whatever happened stands in the audit log, for nobody else to read', async () => {
    const { page } = stage();
    await page.runCommand('STS: Show Audit Log');
    await page.page.locator('.tab.active', { hasText: 'audit.jsonl' }).waitFor();
    await page.screenshot('audit log');
    const storage = join(stage().workbench.userDataDir, 'User', 'globalStorage');
    const [own] = (await readdir(storage)).filter((name) => name.startsWith('sts-sessions'));
    const file = join(storage, own ?? '', 'audit', 'audit.jsonl');
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const lines = await eventually(
      () => stage().audit(),
      ({ length }) => length >= 14,
      'each is written down',
    );
    assert.deepEqual(
      lines.map(({ what, by, session }) => `${String(what)} by ${String(by)}: ${String(session)}`),
      [
        'started by person: billing-read',
        'renewed by person: billing-read',
        'ended by person: billing-read',
        'started by person: billing-read (read-only)',
        'started by person: billing-read',
        'ended by person: billing-read',
        'ended by person: billing-read (read-only)',
        'started by person: billing-read',
        'ended by guard: billing-read',
        'started by person: billing-read',
        'ended by person: billing-read',
        'started by person: billing-read',
        'ended by guard: billing-read',
        'started by person: billing-read',
      ],
    );
    assert.deepEqual(lines[0]?.['plan'], [
      { from: 'staticKeys', profile: 'alice' },
      { call: 'assumeRole', profile: 'billing-read', role: billing },
    ]);
    assert.doesNotMatch(await readFile(file, 'utf8'), /EXAMPLE|ASIA|AKIA/);
  });
});
