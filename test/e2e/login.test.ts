import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { writeDemoHome } from '../sandbox/demo.ts';
import { searchFolder } from '../support/leakPlaces.ts';
import { LeakSearch } from '../support/leakSearch.ts';
import { people } from '../support/loginRig.ts';
import { run } from '../support/outletRig.ts';
import { root } from '../support/rig.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage } from '../support/stage.ts';
import type { WorkbenchPage } from '../support/workbenchPage.ts';

const minute = 60_000;

const JAVASCRIPT = `
import { fromLoginCredentials } from '@aws-sdk/credential-provider-login';
console.log((await fromLoginCredentials({ profile: 'console' })()).accountId);
`;

/** Two profiles more than the demo has: a console sign-in, and a role that is assumed from it. */
async function fill(home: string, url: string): Promise<void> {
  const { configFile } = await writeDemoHome(home, url);
  const common = `region = eu-central-1\nendpoint_url = ${url}\n`;
  await appendFile(
    configFile,
    `\n[profile console]\nlogin_session = ${people.alice}\n${common}\n` +
      `[profile from-console]\nrole_arn = arn:aws:iam::111122223333:role/finance/billing-read\nsource_profile = console\n${common}`,
  );
}

// One window for all: each test goes on where the one before it stopped.
describeIf(awsCli !== undefined, noAwsCli, 'a console sign-in (aws login)', () => {
  const stage = setStage({ fill, workbench: (url) => ({ env: { AWS_ENDPOINT_URL_SIGNIN: url } }) });
  const signIns = (): number => stage().granted('LoginPage').length;
  const refreshes = (): number =>
    stage()
      .granted('CreateOAuth2Token')
      .filter(({ params }) => params['grantType'] === 'refresh_token').length;
  const cache = (): string => join(stage().home, '.aws', 'login', 'cache');

  it('shows a sign-in that nobody has made, without asking AWS', async () => {
    const { page, sandbox } = stage();
    await page.openView('AWS Sessions');
    await page
      .treeRow('console')
      .filter({ hasText: 'console sign-in · 1111-2222-3333 · not signed in' })
      .waitFor();
    assert.deepEqual(sandbox.journal, []);
  });

  it('goes away with Escape, and says nothing', async () => {
    const { page } = stage();
    const opened = await opening(page, () => page.clickTreeButton('console', 'Start'));
    await page.quickTitle('Console Sign-In: console').waitFor();
    await opened.close();
    await page.leaveQuickInput();
    assert.equal(await page.notifications().count(), 0);
    await page.treeRow('console').filter({ hasText: 'not signed in' }).waitFor();
  });

  it('signs in on a page whose text is pasted where the browser cannot come back', async () => {
    const { page } = stage();
    const opened = await opening(page, () => page.clickTreeButton('console', 'Start'));
    await page.quickTitle('Console Sign-In: console').waitFor();
    await page.answerInput('hello');
    await page.quickMessage().filter({ hasText: 'This is not the text of the page' }).waitFor();
    await page.answerInput(await textOf(opened, 'user/alice'));
    await stage().answerConsent('Add Profiles');
    await page.waitForStatus(/console 1[34]m/);
    await page.openTerminal();
    assert.deepEqual(await stage().whoAmI(), { code: 0, text: people.alice });
    await page.treeRow('console').first().waitFor();
  });

  it('keeps it where the AWS CLI and the SDKs look for it, readable by its owner only', async () => {
    const { home, sandbox } = stage();
    const [file, ...others] = await readdir(cache());
    assert.deepEqual(others, []);
    assert.equal((await stat(join(cache(), file ?? ''))).mode & 0o777, 0o600);
    const found = await run(process.execPath, ['--input-type=module', '--eval', JAVASCRIPT], {
      HOME: home,
      PWD: root,
      AWS_ENDPOINT_URL_SIGNIN: sandbox.url,
    });
    assert.equal(found.stdout.trim(), '111122223333', found.stderr);
  });

  it('starts without asking while it is there', async () => {
    const { page } = stage();
    const before = signIns();
    await page.runCommand('STS: End All Sessions');
    await page.waitForStatus(/^ ?AWS$/);
    await stage().start('console');
    assert.equal(signIns(), before);
    assert.equal(refreshes(), 0);
  });

  it('lends its credentials to a role', async () => {
    await stage().start('from-console');
    await stage().page.openTerminal();
    assert.match((await stage().whoAmI()).text, /assumed-role\/billing-read\//);
  });

  it('is refreshed under an open terminal, without a person', async () => {
    const { page } = stage();
    await stage().start('console');
    await page.openTerminal();
    const before = signIns();
    await stage().moveClock(11 * minute);
    await eventually(refreshes, (count) => count === 1, 'it renews itself');
    assert.equal((await stage().whoAmI()).text, people.alice);
    await page.waitForStatus(/console 1[34]m/);
    assert.equal(refreshes(), 1);
    assert.equal(signIns(), before);
  });

  it('opens nothing by itself when it is over: a notification asks, and the terminal waits', async () => {
    const { page, sandbox } = stage();
    sandbox.signIn?.endSignIns();
    await stage().moveClock(16 * minute);
    await page.waitForStatus(/console expired/);
    const tabs = page.page.context().pages().length;
    const waiting = page.typeInTerminal(
      `AWS_MAX_ATTEMPTS=1 aws configure export-credentials >/dev/null; echo "fetched $?"\n`,
    );
    const notification = await page.waitForNotification('sign in to go on: console');
    assert.equal(page.page.context().pages().length, tabs, 'no page has been opened');
    const opened = await opening(page, () => page.press('Sign In', notification));
    await page.answerInput(await textOf(opened, 'user/alice'));
    await waiting;
    await page.waitForTerminalText('fetched 0');
    await page.waitForStatus(/console 1[34]m/);
  });

  it('signs out here, and the session goes on to its end', async () => {
    const { page } = stage();
    await page.runCommand('STS: Sign Out…');
    await page.pick('console');
    await page.waitForNotification('You are signed out of the console on this computer: console');
    assert.deepEqual(await readdir(cache()), []);
    await page.waitForStatus(/console 1\dm/);
    await page.clearNotifications();
    await page.runCommand('STS: End All Sessions');
    await page.waitForStatus(/^ ?AWS$/);
    await page.treeRow('console').filter({ hasText: 'not signed in' }).waitFor();
  });

  it('signs in with a browser that comes back, where the person wants that', async () => {
    const { page } = stage();
    await (await page.companion).ask('writeSetting', { name: 'stsSessions.signInWith', value: 'browser' });
    await page.clearNotifications();
    const opened = await opening(page, () => page.clickTreeButton('console', 'Sign In'));
    await page.waitForNotification('Signing in to console: finish it in the browser');
    await opened.getByText('Continue as user/alice').click();
    await opened.getByText('You can close this page').waitFor();
    await opened.close();
    await page.waitForNotification('You are signed in to the console as alice in 1111-2222-3333');
    await eventually(
      async () => (await page.treeRow('console').textContent()) ?? '',
      (text) => !text.includes('not signed in'),
      'the row says that somebody is signed in',
    );
  });

  it('says whose sign-in the browser brought, and keeps nothing of somebody else', async () => {
    const { page } = stage();
    await page.runCommand('STS: Sign Out…');
    await page.pick('console');
    await page.waitForNotification('You are signed out of the console');
    await page.clearNotifications();
    const opened = await opening(page, () => page.clickTreeButton('console', 'Sign In'));
    await opened.getByText('Continue as assumed-role/readonly/alice').click();
    await opened.getByText('You can close this page').waitFor();
    await opened.close();
    const notification = await page.waitForNotification(
      'The browser is signed in as readonly/alice in 4444-5555-6666, choose alice in 1111-2222-3333 there for this profile: console',
    );
    assert.deepEqual(await readdir(cache()), []);
    const again = await opening(page, () => page.press('Sign In', notification));
    await again.getByText('Continue as user/alice').click();
    await again.getByText('You can close this page').waitFor();
    await again.close();
    await page.waitForNotification('You are signed in to the console as alice in 1111-2222-3333');
  });

  it('makes a profile of whoever signs in', async () => {
    const { page, configFile } = stage();
    // The AWS CLI signs by the machine's clock, and AWS takes no signature that is a quarter of an hour off.
    await stage().moveClock(-27 * minute);
    await page.clearNotifications();
    await page.runCommand('STS: Add Profile');
    await page.pick('A console sign-in');
    await page.quickTitle('Add Profile (1/2)').waitFor();
    await page.answerInput('prod-admin');
    await page
      .quickMessage()
      .filter({ hasText: 'with other credentials (role): choose another name' })
      .waitFor();
    await page.answerInput('reader');
    await page.quickTitle('Add Profile (2/2)').waitFor();
    assert.equal(await page.quickInput().inputValue(), 'us-east-1');
    const opened = await opening(page, () => page.answerInput('eu-central-1'));
    await opened.getByText('Continue as assumed-role/readonly/alice').click();
    await opened.getByText('You can close this page').waitFor();
    await opened.close();
    const notification = await page.waitForNotification('Profile added: reader');
    assert.match(
      await readFile(configFile, 'utf8'),
      /\n\[profile reader\]\nlogin_session = arn:aws:sts::444455556666:assumed-role\/readonly\/alice\nregion = eu-central-1\n/,
    );
    await page.press('Start Session', notification);
    await page.waitForStatus(/reader 1\dm/);
    await page.openTerminal();
    assert.equal((await stage().whoAmI()).text, people.reader);
  });

  it('has written no secret anywhere', async () => {
    const { page, workbench, sandbox } = stage();
    const secrets = sandbox.secrets().filter((value) => value.startsWith('EXAMPLE'));
    const search = new LeakSearch(
      secrets.map((value, index) => ({ name: `${value.slice(0, 12)} ${index}`, value })),
    );
    const shown = (await page.notifications().allTextContents()).join('\n');
    assert.deepEqual(search.inText(shown, 'the notifications'), []);
    assert.deepEqual(search.inText(workbench.output(), 'the output'), []);
    assert.deepEqual(search.inText((await stage().runAside('env')).text, 'the environment'), []);
    const { leaks, files } = await searchFolder(search, join(workbench.userDataDir, 'logs'), new Map());
    assert.deepEqual(leaks, []);
    assert.ok(files > 0);
  });
});

/** The page that something opens. */
async function opening(page: WorkbenchPage, act: () => Promise<unknown>): Promise<Page> {
  const opened = page.page.context().waitForEvent('page');
  await act();
  return opened;
}

/** Chooses a person; the text that the page shows at the end. */
async function textOf(opened: Page, person: string): Promise<string> {
  await opened.getByText(`Continue as ${person}`).click();
  const text = await opened.getByLabel('Authorization code').inputValue();
  await opened.close();
  return text;
}
