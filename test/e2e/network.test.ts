import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDemoHome } from '../sandbox/demo.ts';
import { closedPort } from '../support/fakeSts.ts';
import { startProxy, type TestProxy } from '../support/proxy.ts';
import { privateAuthority } from '../support/selfSigned.ts';
import { describeIf } from '../support/skip.ts';
import { setStage } from '../support/stage.ts';
import { startTlsFront, type TlsFront } from '../support/tlsFront.ts';

const sts = 'sts.corp.example';
const oidc = 'oidc.corp.example';
const portal = 'portal.corp.example';
const certificates = privateAuthority(sts, oidc, portal);
const password = 'EXAMPLEPASSWORD';

/** A chain whose second hop AWS refuses. */
const misspelt = `
[profile spoke-misspelt]
role_arn = arn:aws:iam::444455556666:role/spoke-misspelt
source_profile = hub
endpoint_url = x
`;

// AWS has names here that nobody but the proxies knows, and a certificate of an authority that nobody trusts but
// whoever reads ca_bundle. One window for all: each test goes on where the one before it stopped.
describeIf(certificates !== undefined, 'no openssl to make certificates with', 'behind a proxy', () => {
  let front: TlsFront;
  /** What HTTPS_PROXY names, what http.proxy names, and one that wants a password. */
  let ofEnvironment: TestProxy;
  let ofSetting: TestProxy;
  let locked: TestProxy;
  const names: Record<string, string> = {};

  before(async () => {
    ofEnvironment = await startProxy({ names });
    ofSetting = await startProxy({ names });
    locked = await startProxy({ names, login: `alice:${password}` });
  });

  const stage = setStage({
    async fill(home, url) {
      assert.ok(certificates);
      front = await startTlsFront(url, certificates.server);
      for (const name of [sts, oidc, portal]) {
        names[name] = front.host;
      }
      const bundle = join(home, 'corp.pem');
      await writeFile(bundle, certificates.authority);
      const { configFile } = await writeDemoHome(home, `https://${sts}`);
      const text = await readFile(configFile, 'utf8');
      await writeFile(
        configFile,
        `${text}${misspelt}`.replaceAll(
          /^endpoint_url = .*$/gm,
          `endpoint_url = https://${sts}\nca_bundle = ${bundle}`,
        ),
      );
    },
    workbench: () => ({
      env: {
        HTTPS_PROXY: ofEnvironment.url,
        NO_PROXY: 'localhost,127.0.0.1',
        AWS_ENDPOINT_URL_SSO: `https://${portal}`,
        AWS_ENDPOINT_URL_SSO_OIDC: `https://${oidc}`,
      },
    }),
  });

  after(async () => {
    await Promise.all([ofEnvironment.close(), ofSetting.close(), locked.close()]);
    await front.close();
  });

  /** Which proxy let what through since the last time one asked. */
  const seen = new Map<TestProxy, number>();
  const passed = (proxy: TestProxy): readonly string[] => {
    const lines = proxy.requests.slice(seen.get(proxy) ?? 0).map(({ line }) => line);
    seen.set(proxy, proxy.requests.length);
    return [...new Set(lines)];
  };

  async function set(name: string, value: unknown): Promise<void> {
    await (await stage().page.companion).ask('writeSetting', { name, value });
  }

  /** Starts what cannot start; the sentence that it ends with. */
  async function failing(profile: string, text: string | RegExp): Promise<void> {
    const { page } = stage();
    await page.clearNotifications();
    await page.runCommand('STS: Switch Session');
    await page.quickTitle('AWS session').waitFor();
    await page.quickInput().fill(profile);
    await page.pick(profile);
    await page.waitForNotification(text);
  }

  it('starts a role through the proxy of the environment, trusting the authority in ca_bundle', async () => {
    await stage().startFirst('prod-readonly');
    assert.deepEqual(passed(ofEnvironment), [`CONNECT ${sts}:443`]);
    assert.equal(stage().granted('AssumeRole').length, 1);
  });

  it("goes through VS Code's own proxy once one is set", async () => {
    await set('http.proxy', ofSetting.url);
    await stage().start('billing-read');
    assert.deepEqual(passed(ofSetting), [`CONNECT ${sts}:443`]);
    assert.deepEqual(passed(ofEnvironment), []);
  });

  it('signs in at Identity Center through it, lists and starts', async () => {
    const { page, sandbox } = stage();
    await page.openView('AWS Sessions');
    await page.clickTreeButton('acme', 'Sign In');
    const dialog = page.dialog().filter({ hasText: 'must show' });
    const code = /[A-Z]{4}-[A-Z]{4}/.exec((await dialog.textContent()) ?? '')?.[0] ?? '';
    const opening = page.page.context().waitForEvent('page');
    await page.press('Copy Code and Open Page', page.dialog());
    // VS Code asks about every address that is not on this machine.
    await page.dialog().filter({ hasText: 'external website' }).waitFor();
    await page.press('Open', page.dialog());
    const opened = await opening;
    // The browser of the tests knows no proxy.
    await opened.goto(`${sandbox.url}/device?user_code=${code}`);
    await opened.getByText('Confirm and continue').click();
    await opened.getByText('Request approved').waitFor();
    await opened.close();
    await page.treeRow('Acme Production').waitFor();
    await stage().start('sso-dev');
    assert.deepEqual(new Set(passed(ofSetting)), new Set([`CONNECT ${oidc}:443`, `CONNECT ${portal}:443`]));
  });

  it('names the proxy that wants a password', async () => {
    await set('http.proxy', locked.url);
    await failing(
      'hub',
      `The proxy asks for a user name and password, put them into its address or http.proxyAuthorization: ${locked.host}`,
    );
    await stage().page.screenshot('network-407');
  });

  it('and gives it the one that stands in http.proxyAuthorization', async () => {
    await set('http.proxyAuthorization', `Basic ${Buffer.from(`alice:${password}`).toString('base64')}`);
    await stage().start('hub');
    await set('http.proxyAuthorization', null);
  });

  it('names the proxy that is down', async () => {
    const gone = await closedPort();
    await set('http.proxy', `http://${gone}`);
    await failing('spoke-a', `The proxy cannot be reached, check its address and that it runs: ${gone}`);
    await stage().page.screenshot('network-proxy-down');
  });

  it('goes by the environment alone where VS Code is told to keep out', async () => {
    await set('http.proxySupport', 'off');
    passed(ofEnvironment);
    await stage().start('spoke-a');
    assert.deepEqual(passed(ofEnvironment), [`CONNECT ${sts}:443`]);
  });

  it('goes through the proxy with every other setting of http.proxySupport', async () => {
    await set('http.proxy', ofSetting.url);
    for (const support of ['on', 'fallback', 'override']) {
      passed(ofSetting);
      await set('http.proxySupport', support);
      const from = stage().sandbox.journal.length;
      await stage().page.runCommand('STS: Renew Session Now');
      await stage().sandbox.waitForCall(
        ({ operation, status }) => operation === 'AssumeRole' && status === 200,
        { from },
      );
      // The next one would be the same while this one is not over.
      await stage().quiet();
      assert.deepEqual(passed(ofSetting), [`CONNECT ${sts}:443`], support);
    }
  });

  it('says what to do when the authority is not trusted', async () => {
    const { configFile } = stage();
    const text = await readFile(configFile, 'utf8');
    await writeFile(configFile, text.replaceAll(/^ca_bundle = .*\n/gm, ''));
    await failing(
      'root-main',
      `The certificate of the server comes from an authority that is not trusted here, name its file in ca_bundle: ${sts}`,
    );
    await writeFile(configFile, text.replaceAll(/^ca_bundle = .*$/gm, 'ca_bundle = /nowhere/corp.pem'));
    await failing(
      'root-main',
      'The file of certificates that ca_bundle names does not exist, correct it: /nowhere/corp.pem',
    );
    await stage().page.screenshot('network-ca');
    await writeFile(configFile, text);
  });

  it('says that the network is gone', async () => {
    await set('http.noProxy', [sts]);
    await failing('root-main', `AWS's server was not found, check the network or VPN: ${sts}`);
  });

  it('shows the plan of a start that failed, with the hop that failed and what to check', async () => {
    const { page } = stage();
    await set('http.noProxy', []);
    await failing('spoke-misspelt', 'AWS does not let you assume the role');
    await page.press('Show Plan', await page.waitForNotification('AWS does not let you assume the role'));
    await page.quickTitle('Plan: spoke-misspelt').waitFor();
    await page.screenshot('plan-failed');
    const rows = await page.quickRows().evaluateAll((all) => all.map((row) => row.ariaLabel ?? ''));
    assert.match(rows[0] ?? '', /1\. alice: access key in the file.*done/);
    assert.match(rows[1] ?? '', /2\. hub: assume role hub in 1111-2222-3333.*done/);
    assert.match(rows[2] ?? '', /3\. spoke-misspelt: assume role .*failed.*AWS does not let you assume/);
    assert.ok(
      rows.some((row) => /Is the role spelt as in its account/.test(row)),
      rows.join(' | '),
    );
    await page.quickRows().locator('xpath=self::*[contains(@class,"focused")]').waitFor();
    // Enter opens the line of the failed hop, which has the focus.
    await page.page.keyboard.press('Enter');
    await page.page.locator('.tab.active', { hasText: 'config' }).waitFor();
    await page.page.locator('.statusbar-item', { hasText: /Ln \d+/ }).waitFor();
  });

  it('shows the plan of any profile, and leaves with Escape', async () => {
    const { page } = stage();
    await page.runCommand('STS: Show Plan');
    await page.quickInput().fill('broken');
    await page.pick('broken');
    await page.quickTitle('Plan: broken').waitFor();
    await page.quickRows().filter({ hasText: 'breaks here' }).waitFor();
    await page.screenshot('plan-broken');
    await page.leaveQuickInput();
  });

  it('has written the password of the proxy nowhere', async () => {
    const { page, workbench } = stage();
    const shown = (await page.notifications().allTextContents()).join('\n');
    assert.doesNotMatch(shown, new RegExp(password));
    assert.doesNotMatch(workbench.output(), new RegExp(password));
  });
});
