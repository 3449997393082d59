import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage } from '../support/stage.ts';

const run = promisify(execFile);
const hour = 3_600_000;
const seconds = 'stsSessions.clearClipboardAfterSeconds';

// One window for all: keys are given away on purpose, onto the clipboard and into files, and go again.
describeIf(awsCli !== undefined, noAwsCli, 'credentials that are given away', () => {
  const stage = setStage({
    project: async (workspace) => {
      execFileSync('git', ['init', '--quiet', workspace]);
      await writeFile(join(workspace, 'taken.env'), 'MINE=1\n');
    },
  });
  const companion = () => stage().page.companion;
  const clipboard = async (): Promise<string> => (await companion()).ask('readClipboard', {});
  const copy = async (): Promise<void> => {
    const { page } = stage();
    await page.runCommand('STS: Copy Credentials As…');
    await page.quickTitle('Copy Credentials of billing-read').waitFor();
    await page.pick('bash, zsh, sh');
  };
  // The list before it has a text field too, in the same place.
  const nameIsAsked = (): Promise<void> =>
    stage().page.quickMessage().filter({ hasText: 'The name of the profile' }).waitFor();

  it('leave the clipboard when their time is up', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await stage().startFirst('billing-read');
    await (await companion()).ask('writeSetting', { name: seconds, value: 2 });
    await copy();
    const said = await page.waitForNotification('the clipboard is cleared in 2 seconds');
    assert.match((await said.textContent()) ?? '', /Credentials are on the clipboard/);
    await page.screenshot('copied: cleared soon');
    await eventually(clipboard, (text) => text === '', 'the clipboard is cleared');
    await page.clearNotifications();
  });

  it('stay there where the person wants it so, until they say otherwise', async () => {
    const { page } = stage();
    await (await companion()).ask('writeSetting', { name: seconds, value: 0 });
    await copy();
    const said = await page.waitForNotification('Credentials are on the clipboard');
    assert.match(await clipboard(), /^export AWS_ACCESS_KEY_ID='ASIA/);
    await page.press('Clear Now', said);
    await eventually(clipboard, (text) => text === '', 'the clipboard is cleared');
    await page.clearNotifications();
  });

  it('leave what was copied since alone', async () => {
    const { page } = stage();
    await copy();
    const said = await page.waitForNotification('Credentials are on the clipboard');
    await (await companion()).ask('writeClipboard', { text: 'a shopping list' });
    await page.press('Clear Now', said);
    await said.waitFor({ state: 'detached' });
    await page.heard();
    assert.equal(await clipboard(), 'a shopping list');
    await page.clearNotifications();
  });

  it('stand in a profile of their own, which the AWS CLI takes anywhere', async () => {
    const { page, home } = stage();
    const before = await readFile(stage().credentialsFile, 'utf8');
    await page.runCommand('STS: Write Credentials into a File Once…');
    await page.quickTitle('Write Credentials of billing-read into a File').waitFor();
    await page.screenshot('write once: where to');
    await page.pick('Profile in the credentials file');
    await nameIsAsked();
    await page.quickInput().fill('alice');
    await page.quickMessage().filter({ hasText: 'There is a profile of this name' }).waitFor();
    await page.answerInput('billing-read-copy');
    await page.dialog().filter({ hasText: 'Write the credentials of billing-read into a file' }).waitFor();
    await page.screenshot('write once: consent');
    await page.press('Write', page.dialog());
    await page.waitForNotification('Credentials are written, they are taken out at');
    await page.screenshot('write once: written');
    const text = await readFile(stage().credentialsFile, 'utf8');
    assert.ok(text.startsWith(before));
    const line = `sts get-caller-identity --profile billing-read-copy --endpoint-url ${stage().sandbox.url} --query Arn`;
    const env = { PATH: process.env['PATH'], HOME: home };
    const { stdout: arn } = await run(awsCli ?? 'aws', [...line.split(' '), '--output', 'text'], { env });
    assert.match(arn, /:assumed-role\/billing-read\//);
    await page.clearNotifications();
  });

  it('are taken out when the session ends, and nothing else is', async () => {
    const { page } = stage();
    await page.runCommand('STS: End Session');
    await page.waitForStatus(/^ ?AWS$/);
    await page.waitForNotification('Credentials are taken out: profile billing-read-copy');
    const text = await readFile(stage().credentialsFile, 'utf8');
    assert.doesNotMatch(text, /billing-read-copy|ASIA/);
    await page.clearNotifications();
  });

  it('stand in a file for their owner alone, with a word on git, and never over another file', async () => {
    const { page, workspace } = stage();
    await stage().start('billing-read');
    const into = async (name: string): Promise<void> => {
      await page.quickTitle('Write Credentials of billing-read into a File').waitFor();
      await page.pick('.env file…');
      await eventually(
        () => page.quickInput().inputValue(),
        (value) => value.endsWith('.env'),
        'the dialog asks where to save',
      );
      await page.quickInput().fill(join(workspace, name));
      await page.quickRows().filter({ hasText: '..' }).first().waitFor();
      await page.page.keyboard.press('Enter');
    };
    await page.runCommand('STS: Write Credentials into a File Once…');
    await into('keys.env');
    await page.dialog().filter({ hasText: 'Git may not ignore this file' }).waitFor();
    await page.screenshot('write once: git');
    await page.press('Write', page.dialog());
    await page.waitForNotification('Credentials are written');
    const path = join(workspace, 'keys.env');
    assert.match(await readFile(path, 'utf8'), /^AWS_ACCESS_KEY_ID=ASIA/);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    await page.clearNotifications();
  });

  it('are listed, and taken out by hand', async () => {
    const { page, workspace } = stage();
    await page.runCommand('STS: Remove Written Credentials…');
    await page.quickTitle('Remove Written Credentials').waitFor();
    await page.screenshot('write once: remove');
    await page.pick(/keys\.env/);
    await page.waitForNotification('Credentials are taken out');
    assert.equal(existsSync(join(workspace, 'keys.env')), false);
    await page.clearNotifications();
    await page.runCommand('STS: Remove Written Credentials…');
    await page.waitForNotification('No credentials of ours stand in a file');
    await page.clearNotifications();
  });

  it('are taken out at their end, also when the window was closed by then', async () => {
    const { page } = stage();
    await page.runCommand('STS: Write Credentials into a File Once…');
    await page.pick('Profile in the credentials file');
    await nameIsAsked();
    await page.answerInput('billing-read-copy');
    await page.press('Write', page.dialog());
    await page.waitForNotification('Credentials are written');
    await page.clearNotifications();
    await page.reload();
    assert.match(await readFile(stage().credentialsFile, 'utf8'), /\[billing-read-copy\]/);
    await stage().moveClock(2 * hour);
    await eventually(
      () => readFile(stage().credentialsFile, 'utf8'),
      (text) => !text.includes('billing-read-copy'),
      'the keys are taken out',
    );
  });

  it('stand in the audit log with where they went', async () => {
    const given = await eventually(
      async () => (await stage().audit()).filter(({ what }) => what === 'handedOut'),
      ({ length }) => length >= 6,
      'each is written down',
    );
    assert.deepEqual(
      given.map(({ by, session, to, form }) => [by, session, to, form].join(' ')),
      [
        'person billing-read clipboard bash',
        'person billing-read clipboard bash',
        'person billing-read clipboard bash',
        'person billing-read file profile',
        'person billing-read file env',
        'person billing-read file profile',
      ],
    );
    const [, , , profile, env] = given;
    assert.equal(profile?.['file'], stage().credentialsFile);
    assert.equal(env?.['file'], join(stage().workspace, 'keys.env'));
    assert.doesNotMatch(JSON.stringify(given), /EXAMPLE|ASIA/);
  });
});
