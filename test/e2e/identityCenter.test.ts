import assert from 'node:assert/strict';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { searchFolder } from '../support/leakPlaces.ts';
import { LeakSearch } from '../support/leakSearch.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage, treeIs } from '../support/stage.ts';
import type { WorkbenchPage } from '../support/workbenchPage.ts';

const inProduction =
  /^arn:aws:sts::444455556666:assumed-role\/AWSReservedSSO_Admin_[0-9a-f]{16}\/alice@acme\.example$/;
const developer =
  /^arn:aws:sts::444455556666:assumed-role\/AWSReservedSSO_Developer_[0-9a-f]{16}\/alice@acme\.example$/;
const hour = 3_600_000;

// One window for all: each test goes on where the one before it stopped.
describeIf(awsCli !== undefined, noAwsCli, 'IAM Identity Center', () => {
  const stage = setStage({
    workbench: (url) => ({ env: { AWS_ENDPOINT_URL_SSO: url, AWS_ENDPOINT_URL_SSO_OIDC: url } }),
  });
  const signIns = (): number =>
    stage().granted('DevicePage').length + stage().granted('AuthorizePage').length;

  it('shows a sign-in that nobody has made, without asking AWS', async () => {
    const { page, sandbox } = stage();
    await page.openView('AWS Sessions');
    await page.treeRow('acme').filter({ hasText: 'Identity Center · not signed in' }).waitFor();
    assert.deepEqual(sandbox.journal, []);
  });

  it('shows a code and opens the page on which the person confirms it', async () => {
    const { page } = stage();
    await page.clickTreeButton('acme', 'Sign In');
    const code = await codeOf(page);
    const opened = await confirmPage(page);
    assert.equal(await opened.getByLabel('Code').inputValue(), code);
    await page.waitForNotification(`confirm the code ${code} in the browser`);
    assert.equal(await (await page.companion).ask('readClipboard', {}), code);
    await opened.getByText('Confirm and continue').click();
    await opened.getByText('Request approved').waitFor();
    await opened.close();
    await page
      .treeRow('acme')
      .filter({ hasText: /sign-in until (\w{3} )?\d\d:\d\d/ })
      .waitFor();
  });

  it('keeps it where the AWS CLI looks for it, readable by its owner only', async () => {
    const folder = join(stage().home, '.aws', 'sso', 'cache');
    const [file, ...others] = await readdir(folder);
    assert.deepEqual(others, []);
    assert.equal((await stat(join(folder, file ?? ''))).mode & 0o777, 0o600);
  });

  it('lists accounts below the sign-in, and the roles of one when it is unfolded', async () => {
    const { page } = stage();
    await page.treeRow('Acme Production').waitFor();
    assert.equal(stage().granted('ListAccountRoles').length, 0);
    await page.treeRow('Acme Production').click();
    await page.treeRow('Admin').waitFor();
    const signIn = [
      '  acme',
      '    sso-dev',
      '    Acme Main',
      '    Acme Production',
      '      Admin',
      '      Developer',
      '      ReadOnly',
    ];
    await treeIs(page, signIn, (rows) => rows.slice(rows.indexOf('  acme'), rows.indexOf('  vault')));
    await page.treeRow('Acme Production').filter({ hasText: '4444-5555-6666 · 3 roles' }).waitFor();
    assert.equal(stage().granted('ListAccountRoles').length, 1);
  });

  it('starts a role that is in no profile, and a terminal is that role', async () => {
    const { page } = stage();
    await page.clickTreeButton('Admin', 'Start');
    await stage().answerConsent('Add Profiles');
    await page.waitForStatus(/Acme Production\/Admin 5\dm/);
    await page.openTerminal();
    const answer = await stage().whoAmI();
    assert.match(answer.text, inProduction);
    assert.equal(answer.code, 0);
  });

  it('starts a profile of the same sign-in without another one', async () => {
    const before = signIns();
    await stage().start('sso-dev');
    await stage().page.openTerminal();
    assert.match((await stage().whoAmI()).text, developer);
    assert.equal(signIns(), before);
  });

  it('saves a role as a profile', async () => {
    const { page, configFile } = stage();
    await page.clickTreeButton('ReadOnly', 'Save');
    await page.quickTitle('Save as Profile').waitFor();
    assert.equal(await page.quickInput().inputValue(), 'acme-production-readonly');
    await page.answerInput('prod-look');
    await page.quickMessage().filter({ hasText: 'Region' }).waitFor();
    await page.answerInput('eu-central-1');
    await page.treeRow('prod-look').waitFor();
    assert.match(
      await readFile(configFile, 'utf8'),
      /\n\[profile prod-look\]\nsso_session = acme\nsso_account_id = 444455556666\nsso_role_name = ReadOnly\nregion = eu-central-1\n/,
    );
  });

  it('puts no key and nothing of the sign-in into a terminal', async () => {
    const { text } = await stage().runAside('env');
    const search = secretsOf(stage().sandbox.secrets());
    assert.deepEqual(search.inText(text, 'the environment'), []);
  });

  it('renews under an open terminal as long as the sign-in can be refreshed, without a person', async () => {
    const { page } = stage();
    const before = signIns();
    const renewals = stage().granted('GetRoleCredentials').length;
    await stage().moveClock(2 * hour);
    await eventually(
      () => stage().granted('GetRoleCredentials').length,
      (calls) => calls > renewals,
      'it renews itself',
    );
    await stage().whoAmI();
    await page.waitForStatus(/sso-dev 5\dm/);
    assert.equal(signIns(), before);
  });

  it('opens nothing by itself when the sign-in is over: a notification asks, and the terminal waits', async () => {
    const { page, sandbox } = stage();
    sandbox.identityCenter?.endSignIns();
    await stage().moveClock(2 * hour);
    await page.waitForStatus(/sso-dev expired/);
    const tabs = page.page.context().pages().length;
    const waiting = page.typeInTerminal(
      `AWS_MAX_ATTEMPTS=1 aws configure export-credentials >/dev/null; echo "fetched $?"\n`,
    );
    const notification = await page.waitForNotification('sign in to go on: sso-dev');
    assert.equal(page.page.context().pages().length, tabs, 'no page has been opened');
    assert.equal(await page.dialog().count(), 0);
    await page.press('Sign In', notification);
    await signInByCode(page);
    await waiting;
    await page.waitForTerminalText('fetched 0');
    await page.waitForStatus(/sso-dev 5\dm/);
  });

  it('signs in with a browser that comes back, where the person wants that', async () => {
    const { page } = stage();
    await (await page.companion).ask('writeSetting', { name: 'stsSessions.signInWith', value: 'browser' });
    const opening = page.page.context().waitForEvent('page');
    await page.runCommand('STS: Sign In…');
    await page.pick('acme');
    const opened = await opening;
    await opened.getByText('Allow access', { exact: true }).click();
    await opened.getByText('You can close this page').waitFor();
    await opened.close();
    await page.waitForNotification('You are signed in to acme');
  });

  it('adds another one from what the person was told: start URL and region', async () => {
    const { page, configFile } = stage();
    await page.runCommand('STS: Sign In…');
    await page.pick('Another Identity Center');
    await page.quickMessage().filter({ hasText: 'start URL' }).waitFor();
    await page.answerInput('acme.example');
    await page.quickMessage().filter({ hasText: 'looks like this: https://' }).waitFor();
    await page.answerInput('https://acme.example/start');
    await page.quickMessage().filter({ hasText: 'region of this' }).waitFor();
    await page.answerInput('eu-central-1');
    await page.quickMessage().filter({ hasText: 'called here' }).waitFor();
    const opening = page.page.context().waitForEvent('page');
    await page.answerInput('second');
    const opened = await opening;
    await opened.getByText('Allow access', { exact: true }).click();
    await opened.getByText('You can close this page').waitFor();
    await opened.close();
    await page.treeRow('second').filter({ hasText: 'sign-in until' }).waitFor();
    assert.match(
      await readFile(configFile, 'utf8'),
      /\n\[sso-session second\]\nsso_start_url = https:\/\/acme\.example\/start\nsso_region = eu-central-1\nsso_registration_scopes = sso:account:access\n/,
    );
    // By the palette: each sign-in makes the tree anew, and VS Code loses the row of a click in that moment.
    await page.runCommand('STS: List Accounts and Roles');
    await page.pick('second');
    await page.waitForNotification('second: 2 accounts with 5 roles');
  });

  it('signs out, here and at AWS', async () => {
    const { page, home } = stage();
    await page.runCommand('STS: Sign Out…');
    await page.pick('acme');
    await page.waitForNotification('You are signed out of acme');
    await page.treeRow('acme').filter({ hasText: 'not signed in' }).waitFor();
    assert.equal(stage().granted('Logout').length, 1);
    assert.equal((await readdir(join(home, '.aws', 'sso', 'cache'))).length, 1, 'the other one stays');
  });

  it('has written no secret anywhere', async () => {
    const { page, workbench, sandbox } = stage();
    const search = secretsOf(sandbox.secrets());
    const shown = (await page.notifications().allTextContents()).join('\n');
    assert.deepEqual(search.inText(shown, 'the notifications'), []);
    assert.deepEqual(search.inText(workbench.output(), 'the output'), []);
    const { leaks, files } = await searchFolder(search, join(workbench.userDataDir, 'logs'), new Map());
    assert.deepEqual(leaks, []);
    assert.ok(files > 0);
  });
});

/** The code in the dialog that asks for it. */
async function codeOf(page: WorkbenchPage): Promise<string> {
  const text = await page.dialog().filter({ hasText: 'must show' }).textContent();
  return /[A-Z]{4}-[A-Z]{4}/.exec(text ?? '')?.[0] ?? '';
}

/** Presses the dialog's button; the page that it opens. */
async function confirmPage(page: WorkbenchPage): Promise<Page> {
  const opening = page.page.context().waitForEvent('page');
  await page.press('Copy Code and Open Page', page.dialog());
  return opening;
}

async function signInByCode(page: WorkbenchPage): Promise<void> {
  await page.dialog().waitFor();
  const opened = await confirmPage(page);
  await opened.getByText('Confirm and continue').click();
  await opened.getByText('Request approved').waitFor();
  await opened.close();
}

/** What nobody may find: everything that the sandbox has handed out, MFA seeds aside, which never leave it. */
function secretsOf(secrets: readonly string[]): LeakSearch {
  return new LeakSearch(
    secrets
      .filter((value) => value.startsWith('EXAMPLE'))
      .map((value, index) => ({ name: `${value.slice(0, 12)} ${index}`, value })),
  );
}
