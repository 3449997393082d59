import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage } from '../support/stage.ts';

const key = { id: 'AKIAEXAMPLEALICE0001', secret: 'EXAMPLEKEY/alice/0123456789abcdefghijklm' };
const device = 'arn:aws:iam::111122223333:mfa/alice';

// One window for all: a person who has no ~/.aws gets from the welcome view to a terminal.
describeIf(awsCli !== undefined, noAwsCli, 'without any ~/.aws', () => {
  const stage = setStage({
    fill: () => Promise.resolve(),
    // There is no file yet that could name the sandbox.
    workbench: (url) => ({ env: { AWS_ENDPOINT_URL: url } }),
  });

  it('says what is missing, with a button for each way on', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    const welcome = page.page.locator('.welcome-view-content', { hasText: 'No AWS profile was found' });
    await welcome.waitFor();
    assert.deepEqual(await welcome.locator('.monaco-button').allTextContents(), [
      'Add a Profile',
      'Sign In with Identity Center',
      'Open Config File',
      'Read How',
    ]);
    await page.waitForStatus(/^ ?AWS$/);
  });

  it('asks for a profile step by step and complains while one types', async () => {
    const { page } = stage();
    await page.press('Add a Profile');
    await page.pick('An IAM user');
    await page.quickTitle('Add Profile (1/5)').waitFor();
    assert.equal(await page.quickInput().inputValue(), 'default');
    await page.answerInput('alice');
    await page.quickTitle('Add Profile (2/5)').waitFor();
    await page.quickInput().fill('AKIA');
    await page
      .quickMessage()
      .filter({ hasText: 'An access key ID has 16 or more letters and digits' })
      .waitFor();
    await page.answerInput(key.id);
    await page.quickTitle('Add Profile (3/5)').waitFor();
    assert.equal(await page.quickInput().getAttribute('type'), 'password');
    await page.answerInput(key.secret);
    await page.quickTitle('Add Profile (4/5)').waitFor();
    await page.answerInput(device);
    await page.quickTitle('Add Profile (5/5)').waitFor();
    await page.answerInput('eu-west-1');
  });

  it('writes it where the AWS CLI looks, readable by this person only, and shows it', async () => {
    const { page, configFile, credentialsFile, home } = stage();
    await page.treeRow('alice').waitFor();
    assert.equal(
      await readFile(credentialsFile, 'utf8'),
      `[alice]\naws_access_key_id = ${key.id}\naws_secret_access_key = ${key.secret}\n`,
    );
    // Written after the other one, from which the row comes already.
    await eventually(
      () => readFile(configFile, 'utf8').catch(() => ''),
      (text) => text === `[profile alice]\nmfa_serial = ${device}\nregion = eu-west-1\n`,
      'the profile stands in the config file',
    );
    const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;
    assert.equal(await mode(credentialsFile), 0o600);
    assert.equal(await mode(join(home, '.aws')), 0o700);
  });

  it('starts an MFA session from it', async () => {
    const { page } = stage();
    await page.runCommand('STS: Start MFA Session');
    await page.quickTitle('Start MFA Session').waitFor();
    await page.pick('alice');
    await page.quickTitle(/\(1\/2\)/).waitFor();
    assert.equal(await page.quickInput().inputValue(), device);
    await page.page.keyboard.press('Enter');
    await page.quickTitle(/\(2\/2\)/).waitFor();
    await page.answerInput('2h');
    await page.quickTitle(/^MFA Code for alice/).waitFor();
    await page.answerInput(stage().sandbox.unusedCode('alice'));
    await page.waitForStatus(/^ ?alice 1h 59m$/);
    assert.deepEqual(
      stage().sandbox.journal.map(({ operation, params }) => [operation, params['DurationSeconds']]),
      [['GetSessionToken', '7200']],
    );
  });

  it('and a terminal is that user, with temporary keys', async () => {
    const { page } = stage();
    await stage().answerConsent('Add Profiles');
    await page.openTerminal();
    assert.equal((await stage().whoAmI()).text, 'arn:aws:iam::111122223333:user/alice');
    assert.match(stage().sandbox.journal.at(-1)?.accessKeyId ?? '', /^ASIA/);
  });
});
