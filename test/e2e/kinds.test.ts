import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssumeRoleCommand, type AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
import { sandboxClient } from '../sandbox/client.ts';
import { createIdp } from '../support/idp.ts';
import { dora, kindsData, kindsEnvironment, kindsRole, writeKindsHome } from '../support/kinds.ts';
import { searchFolder } from '../support/leakPlaces.ts';
import { describeLeaks, LeakSearch } from '../support/leakSearch.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, noAwsCli, setStage } from '../support/stage.ts';

const assumed = (role: string): RegExp => new RegExp(`^arn:aws:sts::111122223333:assumed-role/${role}/`);
const idp = createIdp();
/** Seconds that the program's first keys last: the tools in the terminal keep the machine's clock, which AWS takes for 15 min. */
const granted = 300;

// One window for all; each kind gets its session and a terminal of its own.
describeIf(awsCli !== undefined, noAwsCli, 'every kind of profile that needs no person', () => {
  const stage = setStage({
    data: kindsData(idp),
    fill: (home, url) => writeKindsHome(home, url, idp),
    workbench: (url) => ({ env: kindsEnvironment(url) }),
  });

  async function start(profile: string, role: string): Promise<void> {
    await stage().start(profile);
    await stage().page.openTerminal();
    const { text, code } = await stage().whoAmI();
    assert.match(text, assumed(role));
    assert.equal(code, 0);
  }

  function keysOfNode(RoleSessionName: string): Promise<AssumeRoleCommandOutput> {
    const call = new AssumeRoleCommand({ RoleArn: kindsRole('Node'), RoleSessionName });
    return sandboxClient(stage().sandbox, dora).send(call);
  }

  /** Lets the program of `vault` print keys of a session called `name`. */
  async function fillVault(name: string): Promise<void> {
    const { Credentials: keys } = await keysOfNode(name);
    const { Expiration, ...others } = keys ?? {};
    const json = { Version: 1, ...others, Expiration: Expiration?.toISOString() };
    await writeFile(join(stage().home, 'process.json'), JSON.stringify(json), { mode: 0o600 });
  }

  it('shows each with its word in the tree', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    for (const [profile, words] of [
      ['ci', /web identity/],
      ['vault', /process/],
      ['node', /FromMachine/],
    ] as const) {
      await page.treeRow(profile).waitFor();
      assert.match((await page.treeRow(profile).textContent()) ?? '', words);
    }
    assert.deepEqual(stage().sandbox.journal, [], 'nothing is asked before a start');
  });

  it('web_identity_token_file', async () => {
    await stage().startFirst('ci');
    await stage().page.openTerminal();
    assert.match((await stage().whoAmI()).text, assumed('Ci'));
    assert.equal(stage().granted('AssumeRoleWithWebIdentity').length, 1);
  });

  it('web_identity_token_process', async () => {
    await start('printed', 'Ci');
    assert.equal(stage().granted('AssumeRoleWithWebIdentity').length, 2);
  });

  it('the keys of an IAM user', async () => {
    await stage().start('dora');
    await stage().page.openTerminal();
    assert.equal((await stage().whoAmI()).text, 'arn:aws:iam::111122223333:user/dora');
    assert.equal(stage().granted('GetSessionToken').length, 1);
  });

  it('keys with a session token, which are passed on without a call', async () => {
    const { configFile, page, sandbox } = stage();
    const { Credentials: keys } = await keysOfNode('pasted');
    await appendFile(
      configFile,
      `[profile pasted]\naws_access_key_id = ${keys?.AccessKeyId}\n` +
        `aws_secret_access_key = ${keys?.SecretAccessKey}\naws_session_token = ${keys?.SessionToken}\n` +
        `region = eu-central-1\nendpoint_url = ${sandbox.url}\n`,
    );
    const calls = sandbox.journal.length;
    await stage().start('pasted');
    assert.equal(sandbox.journal.length, calls);
    await page.openTerminal();
    assert.match((await stage().whoAmI()).text, /assumed-role\/Node\/pasted$/);
  });

  it('a role whose source is a web identity', () => start('deploy', 'Deploy'));

  it('credential_process, which says only where to look when it fails', async () => {
    const { page } = stage();
    await page.clickTreeButton('vault', 'Start');
    const notification = await page.waitForNotification('credential_process failed with exit code 1');
    const said = (await notification.textContent()) ?? '';
    assert.doesNotMatch(said, /EXAMPLEPASSWORD|not for anybody/);
    stage().sandbox.control.grantSeconds(granted);
    await fillVault('from-the-program');
    await page.press('Try Again', notification);
    await page.waitForStatus(/^ ?vault [34]m$/);
    await page.openTerminal();
    assert.match((await stage().whoAmI()).text, /assumed-role\/Node\/from-the-program$/);
  });

  it('credential_process runs again when what it gave is over', async () => {
    stage().sandbox.control.grantSeconds(undefined);
    await fillVault('the-second-time');
    await stage().moveClock((granted + 5) * 1000);
    // The keys were made before the clock moved.
    await stage().page.waitForStatus(/^ ?vault 5[34]m$/);
    assert.match((await stage().whoAmI()).text, /assumed-role\/Node\/the-second-time$/);
  });

  it('credential_source = Environment', () => start('env', 'FromMachine'));

  it('credential_source = Ec2InstanceMetadata', async () => {
    await start('node', 'FromMachine');
    assert.equal(stage().granted('GetInstanceCredentials').length, 1);
  });

  it('credential_source = EcsContainer', async () => {
    await start('task', 'FromMachine');
    assert.equal(stage().granted('GetContainerCredentials').length, 1);
  });

  it('session_tags, source_identity and include_profile', () => start('tagged', 'Tagged'));

  it('a role that allows less: started for an hour, and said', async () => {
    const { page } = stage();
    await start('short', 'Short');
    const notification = await page.waitForNotification('The session is for 1h 00m and not for 8h 00m');
    assert.match((await notification.textContent()) ?? '', /Short in 1111-2222-3333/);
    await page.waitForStatus(/^ ?short 5\dm$/);
  });

  it('has left no secret in any file but those that it was given in', async () => {
    const { home, sandbox, workbench } = stage();
    const secrets = [
      ...sandbox.secrets().map((value, index) => ({ name: `secret ${index} of the sandbox`, value })),
      { name: "an argument of the program's", value: 'EXAMPLEPASSWORD' },
    ];
    const inputs = new Map<string, string>();
    for (const name of ['jwt', 'process.json', '.aws/config']) {
      inputs.set(join(home, name), await readFile(join(home, name), 'utf8'));
    }
    const search = new LeakSearch(secrets);
    const searched = await Promise.all(workbench.files.map((folder) => searchFolder(search, folder, inputs)));
    assert.equal(describeLeaks(searched.flatMap(({ leaks }) => leaks)), describeLeaks([]));
    // The search sees: without what was given in, it finds that.
    const blind = await searchFolder(search, home, new Map());
    assert.ok(blind.leaks.some(({ place }) => place.includes('jwt')));
  });
});
