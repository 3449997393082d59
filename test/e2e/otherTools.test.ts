import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage } from '../support/stage.ts';
import type { Answer } from '../support/stage.ts';

const billing = /^arn:aws:sts::111122223333:assumed-role\/billing-read\//;
const profile = 'billing-read@vscode';

// One window for all; the AWS CLI runs beside VS Code, in an environment that VS Code has not touched.
describeIf(awsCli !== undefined, noAwsCli, 'a profile for other tools', () => {
  const stage = setStage();

  const cli = async (): Promise<Answer> => {
    const { home, sandbox } = stage();
    const args = ['sts', 'get-caller-identity', '--profile', profile, '--endpoint-url', sandbox.url];
    const child = spawn(awsCli ?? 'aws', [...args, '--query', 'Arn', '--output', 'text'], {
      cwd: home,
      env: { HOME: home, PATH: '/usr/bin:/bin' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
    const [code] = (await once(child, 'close')) as [number];
    return { code, text: text.trim() };
  };

  const config = (): Promise<string> => readFile(stage().configFile, 'utf8');

  it('is not there before it is asked for', async () => {
    await stage().startFirst('billing-read', { consent: 'Do Not Add' });
    assert.doesNotMatch(await config(), /@vscode/);
    assert.match((await cli()).text, /billing-read@vscode.*could not be found/);
  });

  it('is added by a command, and its name can be copied', async () => {
    const { page } = stage();
    await page.runCommand('STS: Add Profile for Other Tools');
    const notice = await page.waitForNotification(`can use this profile while VS Code runs: ${profile}`);
    await page.screenshot('other-tools-added');
    await page.press('Copy Profile Name', notice);
    const companion = await page.companion;
    await eventually(
      () => companion.ask('readClipboard', {}),
      (text) => text === profile,
      'it is copied',
    );
  });

  it('says who one is, beside VS Code, in the region of its session', async () => {
    const { code, text } = await cli();
    assert.match(text, billing);
    assert.equal(code, 0);
    assert.equal(stage().sandbox.journal.at(-1)?.region, 'eu-central-1');
  });

  it('stays its session’s, whatever is active, and whatever STS_SESSIONS_ID says', async () => {
    await stage().start('hub');
    assert.match((await cli()).text, billing);
  });

  it('says so when its session was ended, and goes on when it is started again', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await page.clickTreeButton('billing-read', 'End Session');
    await page.waitForNotification('Session ended: billing-read');
    const { code, text } = await cli();
    assert.notEqual(code, 0);
    assert.match(text, /This session was ended in VS Code.*: billing-read/);
    await stage().start('billing-read');
    assert.match((await cli()).text, billing);
  });

  it('goes alone, out of a list of them', async () => {
    const { page } = stage();
    await page.clearNotifications();
    await page.runCommand('STS: Add Profile for Other Tools');
    await page.quickTitle('Add Profile for Other Tools').waitFor();
    await page.pick('hub');
    await page.waitForNotification('while VS Code runs: hub@vscode');
    await page.runCommand('STS: Remove Profile for Other Tools');
    await page.quickTitle('Remove Profile for Other Tools').waitFor();
    await page.screenshot('other-tools-remove');
    const rows = page.quickRows();
    await rows.filter({ hasText: `${profile}session billing-read` }).waitFor();
    await rows.filter({ hasText: 'hub@vscodesession hub' }).waitFor();
    assert.equal(await rows.count(), 2, 'and none of terminals');
    await page.pick('hub@vscode');
    await page.waitForNotification('tools that use it stop working: hub@vscode');
    const text = await config();
    assert.match(text, /\[profile billing-read@vscode\]/);
    assert.doesNotMatch(text, /hub@vscode/);
  });

  it('goes with all that is ours, and leaves the file as the person had it', async () => {
    const { page, configFile } = stage();
    const mine = (await config()).replace(/# >>> STS[^]*# <<< STS.*\n/, '');
    await page.runCommand('STS: Remove Managed Profiles from AWS Config File');
    await page.waitForNotification('The managed profiles are out of the config file');
    assert.equal(await config(), mine);
    await writeFile(configFile, mine);
  });

  it('says what to do when VS Code does not run any more', async () => {
    const { page, workbench } = stage();
    await page.clearNotifications();
    await page.chooseFromMenu('billing-read', 'Add Profile for Other Tools…');
    await page.waitForNotification(`can use this profile while VS Code runs: ${profile}`);
    assert.match((await cli()).text, billing);
    await workbench.stop({ keepFiles: true });
    const { code, text } = await cli();
    assert.notEqual(code, 0);
    assert.match(
      text,
      /VS Code is not running with STS Sessions on this machine: open a window, then try again/,
    );
  });
});
