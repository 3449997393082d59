import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage } from '../support/stage.ts';

const managed = '[profile vscode-eu-central-1]';
const role = /:assumed-role\/billing-read\//;

// One window for all: what stands between a session and its terminals, and how the person hears of it.
describeIf(awsCli !== undefined, noAwsCli, 'delivery that is in danger', () => {
  const stage = setStage();
  /** The config file with our block taken out of it. */
  const withoutBlock = async (): Promise<string> =>
    (await readFile(stage().configFile, 'utf8')).replace(
      /# >>> STS Sessions[^]*?# <<< STS Sessions[^\n]*\n/,
      '',
    );

  it('is told of when the question was put away and [default] wins, with the button that mends it', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await stage().start('billing-read');
    await page.leaveDialog();
    const message = await page.waitForNotification(/^.*Terminals may not run as billing-read \(The AWS CLI/);
    await page.press('Set Up Delivery', message);
    await page.press('Add Profiles', page.dialog());
    await page.dialog().waitFor({ state: 'detached' });
    await page.statusBarItem().locator('.codicon-key').waitFor();
    await page.openTerminal();
    assert.match((await stage().whoAmI()).text, role);
  });

  it('mends itself when the managed profiles have gone from the file, in the terminal that is open', async () => {
    const { configFile } = stage();
    await writeFile(configFile, await withoutBlock());
    await eventually(
      () => readFile(configFile, 'utf8'),
      (text) => text.includes(managed),
      'the managed profile comes back',
    );
    assert.match((await stage().whoAmI()).text, role);
  });

  it('says whose name is in the way when somebody takes the managed profile’s', async () => {
    const { page, configFile } = stage();
    await writeFile(configFile, `${await withoutBlock()}${managed}\nregion = eu-west-1\n`);
    await page.waitForNotification(/until you rename your own profile of that name: vscode-eu-central-1/);
    assert.equal((await readFile(configFile, 'utf8')).split(managed).length, 2, 'theirs is left alone');
  });

  it('has no keys left in terminals when the setting goes from plain keys to managed profiles', async () => {
    const { page, configFile } = stage();
    await writeFile(configFile, (await readFile(configFile, 'utf8')).replace(managed, '[profile mine]'));
    const companion = await page.companion;
    await companion.ask('writeSetting', { name: 'stsSessions.delivery', value: 'environment' });
    const keyId = 'echo "<$AWS_ACCESS_KEY_ID>"';
    await eventually(
      async () => {
        await page.openTerminal();
        return (await stage().runAside(keyId)).text;
      },
      (text) => /<ASIA/.test(text),
      'the keys come',
      60_000,
    );
    await companion.ask('writeSetting', { name: 'stsSessions.delivery', value: undefined });
    await eventually(
      async () => {
        await page.openTerminal();
        return (await stage().runAside(`${keyId}; echo $AWS_PROFILE`)).text;
      },
      (text) => text === '<>\nvscode-eu-central-1',
      'the pointer comes instead',
      60_000,
    );
    assert.match((await stage().whoAmI()).text, role);
  });

  it('lets a command run with credentials in a window that has no folder', async () => {
    const { page, workbench } = stage();
    await page.page.goto(`${new URL(workbench.url).origin}/?ew=true`);
    await page.waitForStatus(/^ ?AWS$/);
    await page.runCommand('STS: Run Command with Credentials');
    await page.answerInput('echo "as $AWS_ACCESS_KEY_ID in $AWS_REGION"');
    await page.waitForTerminalText(/^as ASIA\w+ in eu-central-1$/m);
  });
});
