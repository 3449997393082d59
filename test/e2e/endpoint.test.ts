import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../support/rig.ts';
import { eventually, setStage } from '../support/stage.ts';
import type { Answer } from '../support/stage.ts';

// One window for all: a person says no to managed profiles, and then does what the warning says.
describe('without managed profiles', () => {
  const stage = setStage({
    project: (workspace, url) => writeFile(join(workspace, 'who.mjs'), whoByJavaScript(url)),
  });
  /** Asked by the SDK for JavaScript: Debian's AWS CLI is older than the token file that guards the endpoint. */
  const whoAmI = (): Promise<Answer> => stage().runAside(`${process.execPath} who.mjs`);

  it('writes nothing into the config file', async () => {
    const { configFile } = stage();
    const before = await readFile(configFile, 'utf8');
    await stage().startFirst('billing-read', { consent: 'Do Not Add' });
    await stage().page.statusBarItem().locator('.codicon-warning').waitFor();
    assert.equal(await readFile(configFile, 'utf8'), before);
  });

  it('warns that the keys of [default] win, in the status bar and in its tooltip', async () => {
    const { page } = stage();
    await page.waitForStatusKind('warning');
    assert.match((await page.statusBarItem().getAttribute('aria-label')) ?? '', /not delivered to terminals/);
    const tooltip = await page.statusTooltip(/uses the keys of \[default\] instead/);
    assert.match(tooltip, /local endpoint/);
    assert.match(tooltip, /rename \[default\]/);
    await page.page.mouse.move(600, 300);
  });

  it('tells the truth: a terminal is whoever [default] is', async () => {
    const { page } = stage();
    await page.openTerminal();
    const { text } = await stage().runAside('env | grep -E "^(AWS|STS)_" | grep -v COMPANION | sort');
    assert.match(
      text,
      /^AWS_CONTAINER_CREDENTIALS_FULL_URI=http:\/\/127\.0\.0\.1:\d+\/container\/[a-z0-9-]+$/m,
    );
    assert.match(text, /^AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=\/.+$/m);
    assert.doesNotMatch(text, /^AWS_PROFILE=/m);
    assert.match((await whoAmI()).text, /:user\/bob$/);
  });

  it('takes the warning back when [default] has been renamed, and the terminal is the session', async () => {
    const { page, configFile, credentialsFile } = stage();
    for (const [file, name] of [
      [configFile, 'profile bob'],
      [credentialsFile, 'bob'],
    ] as const) {
      await writeFile(file, (await readFile(file, 'utf8')).replace('[default]', `[${name}]`));
    }
    await page.statusBarItem().locator('.codicon-key').waitFor();
    await page.waitForStatusKind(undefined);
    assert.match((await whoAmI()).text, /:assumed-role\/billing-read\//);
  });

  it('tells an AWS CLI that is too old for the endpoint what it needs', async () => {
    const { text } = await stage().whoAmI();
    // A newer one is the session, as it should be.
    assert.match(text, /:assumed-role\/billing-read\/|it needs a version that reads it from a file/);
  });

  it('serves nobody who does not have the token', async () => {
    const { text: uri } = await stage().runAside('echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI"');
    for (const headers of [{}, { Authorization: 'wrong' }]) {
      const reply = await fetch(uri, { headers });
      assert.ok(reply.status === 401 || reply.status === 403, String(reply.status));
      assert.doesNotMatch(await reply.text(), /ASIA|SecretAccessKey/);
    }
  });

  it('goes on in the open terminal after the extension host died, and takes the old token no more', async () => {
    const { page } = stage();
    const read = 'echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI $AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"';
    const { text } = await stage().runAside(read);
    const [uri = '', tokenFile = ''] = text.split(' ');
    const before = await readFile(tokenFile, 'utf8');
    const statusWith = async (token: string): Promise<number> =>
      (await fetch(uri, { headers: { Authorization: token } })).status;
    assert.equal(await statusWith(before), 200);
    await page.killHost();
    await page.hostBack();
    await page.waitForStatus(/billing-read/);
    const after = await eventually(
      () => readFile(tokenFile, 'utf8'),
      (token) => token !== before,
      'the token file holds another token',
    );
    assert.equal(await statusWith(before), 403);
    assert.equal(await statusWith(after), 200);
    // The same process with the same variables: what they point to has changed.
    assert.equal((await stage().runAside(read)).text, text);
    assert.match((await whoAmI()).text, /:assumed-role\/billing-read\//);
  });

  it('adds the managed profiles when the person has thought again', async () => {
    const { page, configFile } = stage();
    await page.runCommand('STS: Set Up Delivery to Terminals');
    await page.press('Add Profiles', page.dialog());
    await eventually(
      () => readFile(configFile, 'utf8'),
      (config) => config.includes('[profile vscode-eu-central-1]'),
      'the managed profile comes',
    );
    // Terminals hear of it after the file.
    await eventually(
      async () => {
        await page.openTerminal();
        return (await stage().runAside('echo "$AWS_PROFILE $AWS_CONTAINER_CREDENTIALS_FULL_URI"')).text;
      },
      (text) => text === 'vscode-eu-central-1',
      'terminals get the managed profile in place of the endpoint',
    );
    assert.match((await whoAmI()).text, /:assumed-role\/billing-read\//);
    assert.equal(stage().granted('AssumeRole').length, 1);
  });
});

function whoByJavaScript(url: string): string {
  const from = (name: string): string => {
    const entry = join(root, 'node_modules/@aws-sdk', name, 'dist-cjs/index.js');
    return JSON.stringify(pathToFileURL(entry).href);
  };
  return `import sts from ${from('client-sts')};
const client = new sts.STSClient({ endpoint: '${url}', region: process.env.AWS_REGION ?? 'eu-central-1' });
console.log((await client.send(new sts.GetCallerIdentityCommand({}))).Arn);
`;
}
