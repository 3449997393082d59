import assert from 'node:assert/strict';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDemoHome } from '../sandbox/demo.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, noAwsCli, setStage, treeIs } from '../support/stage.ts';

const admin = /^arn:aws:sts::444455556666:assumed-role\/admin\//;

// One window for all: each test goes on where the one before it stopped.
describeIf(awsCli !== undefined, noAwsCli, 'the main job, from the tree to a terminal', () => {
  const stage = setStage({
    fill: async (home, url) => {
      await writeDemoHome(home, url);
      // What many people have, and what would win over a session in every tool.
      await appendFile(
        join(home, '.bashrc'),
        'export AWS_ACCESS_KEY_ID=AKIAEXAMPLEBASHRC001\n' +
          'export AWS_SECRET_ACCESS_KEY=EXAMPLEKEY/bashrc/0123456789abcdefghijkl\n' +
          'export AWS_PROFILE=billing-read AWS_DEFAULT_PROFILE=billing-read\n' +
          'export BASHRC_WAS_READ=yes\n',
      );
    },
  });
  let before: { config: string; credentials: string };

  it('shows the profiles below the profiles whose credentials they need', async () => {
    const { page, configFile, credentialsFile } = stage();
    before = {
      config: await readFile(configFile, 'utf8'),
      credentials: await readFile(credentialsFile, 'utf8'),
    };
    await page.openView('AWS Sessions');
    await page.treeRow('prod-admin').waitFor();
    await treeIs(page, [
      'Profiles',
      '  default',
      '  alice',
      '    prod-admin',
      '    prod-readonly',
      '    prod-nightshift',
      '    staging-dev',
      '    hub',
      '      spoke-a',
      '    billing-read',
      '  root-main',
      '    root-admin',
      '  broken',
      '  acme',
      '    sso-dev',
      '  vault',
    ]);
    assert.match((await page.treeRow('broken').textContent()) ?? '', /source_profile is missing: gone/);
  });

  it('asks for the MFA code of a profile and of its device', async () => {
    const { page } = stage();
    await page.clickTreeButton('prod-admin', 'Start');
    await page.quickTitle('MFA Code for prod-admin from Device alice (1111-2222-3333)').waitFor();
  });

  it('takes nothing but six digits, without asking AWS', async () => {
    const { page, sandbox } = stage();
    await page.answerInput('12345');
    await page.quickMessage().filter({ hasText: 'An MFA code has 6 digits' }).waitFor();
    assert.deepEqual(sandbox.journal, []);
  });

  it('says that a code was wrong and asks again, without starting over', async () => {
    const { page, sandbox } = stage();
    await page.answerInput(sandbox.currentCode('alice') === '000000' ? '111111' : '000000');
    await page.quickMessage().filter({ hasText: 'AWS did not accept that code' }).waitFor();
    await page.quickTitle(/^MFA Code for prod-admin/).waitFor();
    assert.equal(await page.quickInput().inputValue(), '');
    assert.deepEqual(
      sandbox.journal.map(({ operation, status }) => `${operation} ${String(status)}`),
      ['AssumeRole 403'],
    );
  });

  it('starts with the right code and shows the time that is left', async () => {
    const { page, sandbox } = stage();
    await page.answerInput(sandbox.unusedCode('alice'));
    await page.waitForStatus(/^ ?prod-admin 59m$/);
    assert.equal(
      await page.statusBarItem().getAttribute('aria-label').then(spokenStart),
      'AWS session prod-admin, live, 59 minutes left',
    );
    assert.equal(stage().granted('AssumeRole').length, 1);
    assert.equal(sandbox.journal.length, 2);
  });

  it('asks once, before anything is written into the config file', async () => {
    const { page, configFile } = stage();
    const dialog = page.dialog();
    await dialog
      .filter({ hasText: 'May STS Sessions add its own profiles to your AWS config file?' })
      .waitFor();
    assert.ok((await dialog.textContent())?.includes(configFile));
    assert.equal(await readFile(configFile, 'utf8'), before.config);
    await stage().answerConsent('Add Profiles');
  });

  it('runs a terminal as the role, although [default] and .bashrc hold other keys', async () => {
    const { page, sandbox } = stage();
    await page.openTerminal();
    const { text } = await page.runInTerminal(`echo "$BASHRC_WAS_READ"`);
    assert.equal(text, 'yes');
    const answer = await stage().whoAmI();
    assert.match(answer.text, admin);
    assert.equal(answer.code, 0);
    const last = sandbox.journal.at(-1);
    assert.equal(last?.operation, 'GetCallerIdentity');
    assert.match(last?.caller ?? '', admin);
  });

  it('puts no key into the terminal', async () => {
    const { text } = await stage().runAside('env | grep -E "^(AWS|STS)_" | grep -v COMPANION | sort');
    assert.deepEqual(text.replace(/^(STS_SESSIONS_DEFAULT)=[a-z0-9-]+$/m, '$1=<id>').split('\n'), [
      'AWS_ACCESS_KEY_ID=',
      'AWS_DEFAULT_PROFILE=vscode-eu-central-1',
      'AWS_PROFILE=vscode-eu-central-1',
      'AWS_SDK_LOAD_CONFIG=1',
      'AWS_SECRET_ACCESS_KEY=',
      'AWS_SECURITY_TOKEN=',
      'AWS_SESSION_TOKEN=',
      'STS_SESSIONS_DEFAULT=<id>',
    ]);
  });

  it('has changed nothing in the files but its own block', async () => {
    const { configFile, credentialsFile, sandbox } = stage();
    const config = await readFile(configFile, 'utf8');
    const block = /# >>> STS Sessions[^]*?# <<< STS Sessions[^\n]*\n/.exec(config)?.[0] ?? '';
    assert.match(block, /\[profile vscode-eu-central-1\]/);
    assert.equal(config.replace(block, ''), before.config);
    assert.equal(await readFile(credentialsFile, 'utf8'), before.credentials);
    for (const secret of sandbox.secrets()) {
      assert.ok(!block.includes(secret), 'the block holds no secret');
    }
  });

  it('has called AWS for the session once', () => {
    assert.equal(stage().granted('AssumeRole').length, 1);
  });
});

/** VS Code puts the tooltip behind what is said; the first line is ours alone. */
function spokenStart(spoken: string | null): string {
  return (spoken ?? '').split('\n')[0] ?? '';
}
