import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { demoData, writeDemoHome } from '../sandbox/demo.ts';
import { startDemoIdp, withDemoIdp } from '../sandbox/demoSaml.ts';
import type { SamlIdp } from '../sandbox/identityProviders/samlIdp.ts';
import { setStage } from '../support/stage.ts';

const minute = 60_000;
const role = (name: string, account: string): string => `arn:aws:iam::${account}:role/${name}`;

/** The profiles of SAML sign-ins as a person makes and keeps them; `saml.test.ts` goes through the sign-ins. */
describe('SAML profiles', function () {
  this.timeout(120_000);
  let idp: SamlIdp;
  const stage = setStage({
    data: async () => {
      const data = demoData();
      idp = await startDemoIdp(data, 0);
      return withDemoIdp(data, idp);
    },
    fill: async (home, url) => {
      await writeDemoHome(home, url);
      await writeFile(join(home, 'print.sh'), '#!/bin/sh\nexec cat "$HOME/response"\n');
      await chmod(join(home, 'print.sh'), 0o700);
    },
    workbench: (url) => ({ env: { AWS_ENDPOINT_URL: url } }),
  });
  after(() => idp.close());

  /** What the program of the profile prints from now on. */
  async function prints(text: string): Promise<void> {
    await writeFile(join(stage().home, 'response'), text);
  }

  it('are made from a few answers, and tried at once', async () => {
    const { page, home, configFile } = stage();
    await page.openView('AWS Sessions');
    await prints(await idp.response());
    await page.runCommand('STS: Add Profile');
    await page.pick('A SAML sign-in');
    await page.quickTitle('Add Profile (1/4)').waitFor();
    await page.answerInput('acme');
    await page.quickTitle('Add Profile (2/4)').waitFor();
    await page.pick('In a Browser Window');
    await page.quickTitle('Add Profile (3/4)').waitFor();
    await page.quickInput().fill('http://idp.example/aws');
    await page.quickMessage().filter({ hasText: 'This needs to be an https URL' }).waitFor();
    // Where many a portal has its pages; no comment begins without a blank.
    await page.answerInput('https://idp.example/#/aws;app=1');
    await page.quickTitle('Add Profile (4/4)').waitFor();
    // Back, for another way.
    await page.page.locator('.quick-input-titlebar .codicon-quick-input-back').click();
    await page.quickTitle('Add Profile (3/4)').waitFor();
    await page.page.locator('.quick-input-titlebar .codicon-quick-input-back').click();
    await page.quickTitle('Add Profile (2/4)').waitFor();
    await page.pick('With a Command');
    await page.quickTitle('Add Profile (3/4)').waitFor();
    await page.answerInput(join(home, 'print.sh'));
    await page.quickTitle('Add Profile (4/4)').waitFor();
    await page.answerInput('eu-west-1');
    await page.waitForNotification('Profile added: acme');
    assert.ok(
      (await readFile(configFile, 'utf8')).endsWith(
        `[profile acme]\nsaml_process = ${join(home, 'print.sh')}\nregion = eu-west-1\n`,
      ),
    );
    // A young one: the questions took their time.
    await prints(await idp.response());
    await page.press('Start Session');
    await page.quickTitle(/^acme: choose a role within [45]m/).waitFor();
  });

  it('show how long the assertion lasts, and have the person sign in again when it is over', async () => {
    const { page } = stage();
    // What a screen reader says; the text of rows that were there before stays in the page, unseen.
    const said = await page
      .quickRows()
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? ''));
    assert.deepEqual(
      said.map((label) => /corp-\w+, [\d-]+/.exec(label)?.[0]),
      [
        'corp-developer, 1111-2222-3333',
        'corp-billing, 1111-2222-3333',
        'corp-admin, 4444-5555-6666',
        'corp-readonly, 4444-5555-6666',
      ],
    );
    await stage().moveClock(4 * minute);
    await page.quickTitle(/choose a role within (1m \d0s|[1-6]0s)/).waitFor();
    await stage().moveClock(minute + 20_000);
    await page.quickTitle('acme: the sign-in is over').waitFor();
    await prints(await idp.response({ ahead: 5 * minute + 20_000 }));
    await page.pick('Sign In Again');
    await page.quickTitle('acme: choose a role within').waitFor();
    await page.pick('corp-admin');
    await stage().answerConsent('Add Profiles');
    await page.waitForLive('corp-admin');
    assert.equal(stage().granted('AssumeRoleWithSAML').length, 1);
  });

  it('keep the roles of the last sign-in below them, also for a window that comes later', async () => {
    const { page } = stage();
    await page.reload();
    await page.openView('AWS Sessions');
    await page.treeRow('corp-billing').waitFor();
    await page.clickTreeButton('corp-developer', 'Start');
    await page.waitForLive('developer');
  });

  it('leave nothing to sign in with behind after a reload: the program is asked again', async () => {
    const { page } = stage();
    await prints('nothing of use');
    await page.clickTreeButton('corp-readonly', 'Start');
    await page.waitForLive('readonly');
    await page.reload();
    await page.openView('AWS Sessions');
    await page.treeRow('corp-billing').waitFor();
    await page.clickTreeButton('corp-billing', 'Start');
    await page.waitForNotification('No SAML response came back, sign in again: acme');
    await page.clearNotifications();
  });

  it('become profiles of one role with a click', async () => {
    const { page, configFile, home } = stage();
    await page.clickTreeButton('corp-billing', 'Save as Profile');
    await page.quickTitle('Save as Profile (1/2)').waitFor();
    await page.answerInput('billing');
    await page.quickTitle('Save as Profile (2/2)').waitFor();
    assert.equal(await page.quickInput().inputValue(), 'eu-west-1');
    await page.page.keyboard.press('Enter');
    await page.waitForNotification('Profile added: billing');
    const lines = [
      '[profile billing]',
      `role_arn = ${role('corp-billing', '111122223333')}`,
      'saml_provider_arn = arn:aws:iam::111122223333:saml-provider/acme-idp',
      `saml_process = ${join(home, 'print.sh')}`,
      'region = eu-west-1',
    ];
    assert.ok((await readFile(configFile, 'utf8')).includes(`${lines.join('\n')}\n`));
    await prints(await idp.response({ ahead: 5 * minute + 20_000 }));
    await page.press('Start Session');
    await page.waitForLive('billing');
  });

  it('say at their line what is wrong with them', async () => {
    const { page, configFile } = stage();
    const text = await readFile(configFile, 'utf8');
    await writeFile(
      configFile,
      `${text}\n[profile odd]\nsaml_login_url = https://idp.example/\nsaml_method = chrome\n`,
    );
    await page
      .treeRow('odd')
      .filter({ hasText: 'saml_method must be browser, listener, process or paste' })
      .waitFor();
  });
});
