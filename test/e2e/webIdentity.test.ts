import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startOidcIdp, type OidcIdp } from '../sandbox/identityProviders/oidcIdp.ts';
import { issuerRole, issuerWorld } from '../support/issuerWorld.ts';
import { searchFolder } from '../support/leakPlaces.ts';
import { LeakSearch } from '../support/leakSearch.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage } from '../support/stage.ts';

const webAdmin = 'arn:aws:sts::444455556666:assumed-role/web-admin/alice@acme.example';
const hour = 3_600_000;
/** Shorter than a session, so that a renewal needs a new one. */
const idTokenSeconds = 1800;

// Linux has every address of 127.0.0.0/8 by itself, macOS the first alone.
const can = awsCli !== undefined && process.platform !== 'darwin';

// One window for all: each test goes on where the one before it stopped.
describeIf(can, noAwsCli, 'web identity from an OpenID Connect issuer', () => {
  let idp: OidcIdp | undefined;
  const provider = (): OidcIdp => {
    assert.ok(idp, 'the provider runs');
    return idp;
  };
  const stage = setStage({
    data: async () => {
      // A workbench in the browser opens what is on 127.0.0.1 through itself, which the provider's cookies do not survive.
      idp = await startOidcIdp({ host: '127.0.0.2', idTokenSeconds });
      return issuerWorld(idp);
    },
    workbench: (url) => ({ env: { AWS_ENDPOINT_URL_STS: url, AWS_REGION: 'eu-central-1' } }),
  });
  after(() => idp?.close());
  const answer = async (question: string, text: string): Promise<void> => {
    const { page } = stage();
    await page.quickMessage().filter({ hasText: question }).waitFor();
    await page.answerInput(text);
  };
  /** VS Code asks before it opens a page of somebody else's. */
  const leaveTheWorkbench = async (): Promise<void> => {
    const { page } = stage();
    await page.press('Open', page.dialog().filter({ hasText: 'external website' }));
  };
  const moveClock = async (ms: number): Promise<void> => {
    await stage().quiet();
    await provider().moveClock(ms);
    await stage().moveClock(ms);
  };

  it('asks for an issuer step by step, and looks whether one answers there', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await page.runCommand('STS: Add Issuer');
    await page.quickTitle('Add Issuer (1/6)').waitFor();
    await page.pick('At an OpenID Connect issuer');
    await answer('exactly as your administrator', 'http://idp.example');
    await page.quickMessage().filter({ hasText: 'must begin with https://' }).waitFor();
    // Another path than the issuer's: something answers, and it is no issuer.
    await page.answerInput(`${provider().issuer}/realms/corp`);
    await answer('client ID', 'sts-sessions');
    await answer('Scopes beside openid', 'email offline_access');
    await answer('names your sessions', 'email');
    await answer('web_identity_issuer', 'corp');
    const complaint = await page.waitForNotification(
      'No OpenID Connect issuer answers at the address of corp',
    );
    await page.press('Change Answers', complaint);
    await page.quickTitle('Add Issuer (1/6)').waitFor();
    await page.pick('At an OpenID Connect issuer');
    await page.quickMessage().filter({ hasText: 'exactly as your administrator' }).waitFor();
    assert.equal(await page.quickInput().inputValue(), `${provider().issuer}/realms/corp`);
    await page.answerInput(provider().issuer);
    for (const [index, kept] of ['sts-sessions', 'email offline_access', 'email', 'corp'].entries()) {
      await page.quickTitle(`Add Issuer (${String(index + 3)}/6)`).waitFor();
      assert.equal(await page.quickInput().inputValue(), kept);
      await page.page.keyboard.press('Enter');
    }
    await page.waitForNotification('Issuer added: corp');
    assert.deepEqual(stage().sandbox.journal, []);
  });

  it('asks for the role, and sends the person to the issuer', async () => {
    const { page } = stage();
    await page.clearNotifications();
    // Where VS Code itself runs in a browser it asks with a code; most people have it on the desktop.
    await (await page.companion).ask('writeSetting', { name: 'stsSessions.signInWith', value: 'browser' });
    await page.runCommand('STS: Assume Role with Web Identity');
    await page.quickRows().filter({ hasText: 'not signed in' }).waitFor();
    await page.pick('corp');
    await answer('The ARN of the role', issuerRole);
    await answer('leave it empty for the claim email', '');
    const opening = page.page.context().waitForEvent('page');
    await answer('How long?', '');
    await leaveTheWorkbench();
    const opened = await opening;
    await signIn(opened);
    await opened.getByText('You can close this page').waitFor();
    await opened.close();
  });

  it('shows what AWS is about to learn, with the trust policy that fits, before anything is sent', async () => {
    const { page, sandbox } = stage();
    const box = page.dialog();
    await box.waitFor();
    const text = (await box.textContent()) ?? '';
    for (const part of [
      'This is what AWS is about to learn from the issuer corp',
      `Issuer: ${provider().issuer}`,
      'Subject: alice',
      'Audience: sts-sessions',
      'Session name: alice@acme.example',
      'Role: web-admin in 4444-5555-6666',
    ]) {
      assert.ok(text.includes(part), `${part} in ${text}`);
    }
    assert.match(text, /Valid until: (\w{3} )?\d\d:\d\d \(2\dm\)/);
    await page.screenshot('web-identity-claims');
    await page.press('Copy Trust Policy', box);
    await box.filter({ hasText: 'The trust policy is on the clipboard' }).waitFor();
    const host = provider().issuer.replace('http://', '');
    assert.deepEqual(JSON.parse(await (await page.companion).ask('readClipboard', {})), {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::444455556666:oidc-provider/${host}` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringEquals: { [`${host}:aud`]: 'sts-sessions', [`${host}:sub`]: 'alice' } },
        },
      ],
    });
    assert.deepEqual(sandbox.journal, []);
  });

  it('starts the session, and a terminal is that role', async () => {
    const { page } = stage();
    await page.press('Go On', page.dialog());
    await page.dialog().filter({ hasText: 'Add Profiles' }).waitFor();
    await stage().answerConsent('Add Profiles');
    await page.waitForStatus(/web-admin 5\dm/);
    await page.openTerminal();
    const { text, code } = await stage().whoAmI();
    assert.equal(text, webAdmin);
    assert.equal(code, 0);
  });

  it('saves it as a profile, which starts without asking anything again', async () => {
    const { page, configFile } = stage();
    const grants = provider().grants;
    await page.chooseFromMenu('web-admin', 'Save as Profile');
    await page.quickTitle('Save as Profile (1/2)').waitFor();
    await page.answerInput('prod-web');
    await answer('Region', '');
    await page.treeRow('prod-web').waitFor();
    assert.match(
      await readFile(configFile, 'utf8'),
      new RegExp(`\n\\[profile prod-web\\]\nrole_arn = ${issuerRole}\nweb_identity_issuer = corp\n`),
    );
    await stage().start('prod-web');
    await page.waitForStatus(/prod-web 59m/);
    assert.equal(provider().grants, grants);
    assert.equal(stage().granted('AssumeRoleWithWebIdentity').length, 2);
    await page.openTerminal();
    assert.equal((await stage().whoAmI()).text, webAdmin);
  });

  it('renews after the end of the identity without a person, with a new one from the issuer', async () => {
    const { page } = stage();
    const grants = provider().grants;
    const tabs = page.page.context().pages().length;
    await moveClock(2 * hour);
    await eventually(
      () => provider().grants,
      (count) => count > grants,
      'it renews itself',
    );
    await page.waitForStatus(/prod-web 59m/);
    assert.equal(provider().grants, grants + 1);
    assert.equal(page.page.context().pages().length, tabs, 'no page has been opened');
    assert.equal(await page.dialog().count(), 0);
  });

  it('shows the claims again whenever somebody wants to look', async () => {
    const { page } = stage();
    await page.runCommand('STS: Show Web Identity Claims');
    await page.pick('prod-web');
    await page.dialog().filter({ hasText: 'Subject: alice' }).waitFor();
    await page.leaveDialog();
  });

  it('signs out, here and at the issuer', async () => {
    const { page } = stage();
    const last = provider().tokens.at(-1) ?? '';
    await page.runCommand('STS: Sign Out of Issuer');
    await page.pick('corp');
    const told = await page.waitForNotification('You are signed out of corp');
    await told.getByText('Sign Out in Browser').waitFor();
    const refused = await fetch(`${provider().issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: last,
        client_id: provider().clientId,
      }),
    });
    assert.equal(refused.status, 400);
  });

  it('asks by a notification when the sign-in is over, and a code does where no browser can come back', async () => {
    const { page } = stage();
    await (await page.companion).ask('writeSetting', { name: 'stsSessions.signInWith', value: 'deviceCode' });
    await moveClock(2 * hour);
    await page.waitForStatus(/prod-web expired/);
    const waiting = page.typeInTerminal(
      `AWS_MAX_ATTEMPTS=1 aws configure export-credentials >/dev/null; echo "fetched $?"\n`,
    );
    const notification = await page.waitForNotification('sign in to go on: prod-web');
    await page.press('Sign In', notification);
    const box = page.dialog().filter({ hasText: 'must show' });
    await box.waitFor();
    const code = /[A-Z]{4}-[A-Z]{4}/.exec((await box.textContent()) ?? '')?.[0];
    const opening = page.page.context().waitForEvent('page');
    await page.press('Copy Code and Open Page', box);
    await leaveTheWorkbench();
    const opened = await opening;
    await opened.getByText(code ?? 'no code').waitFor();
    await opened.getByRole('button', { name: 'Continue' }).click();
    await signIn(opened);
    await opened.getByText('Sign-in Success').waitFor();
    await opened.close();
    await waiting;
    await page.waitForTerminalText('fetched 0');
    await page.waitForStatus(/prod-web 5\dm/);
  });

  it('offers the role in the switcher and with its answers the next time', async () => {
    const { page } = stage();
    await page.clearNotifications();
    await page.runCommand('STS: Assume Role with Web Identity');
    await page.pick('corp');
    await page.quickTitle('Assume Role with Web Identity (2/4)').waitFor();
    await page.quickRows().filter({ hasText: issuerRole }).waitFor();
    await page.leaveQuickInput();
    await page.runCommand('STS: End All Sessions');
    await page.waitForStatus(/^ ?AWS$/);
    await page.runCommand('STS: Switch Session');
    await page
      .quickRows()
      .filter({ hasText: `corp → ${issuerRole}` })
      .first()
      .waitFor();
    await page.leaveQuickInput();
  });

  it('has written no secret anywhere', async () => {
    const { page, workbench, sandbox, home } = stage();
    const secrets = [
      ...provider().tokens,
      ...sandbox.secrets().filter((value) => value.startsWith('EXAMPLE')),
    ];
    const search = new LeakSearch(
      [...new Set(secrets)].map((value, index) => ({ name: `secret ${index}`, value })),
    );
    const shown = (await page.notifications().allTextContents()).join('\n');
    assert.deepEqual(search.inText(shown, 'the notifications'), []);
    assert.deepEqual(search.inText(workbench.output(), 'the output'), []);
    for (const folder of [join(workbench.userDataDir, 'logs'), join(workbench.userDataDir, 'User')]) {
      assert.deepEqual((await searchFolder(search, folder, new Map())).leaks, [], folder);
    }
    assert.deepEqual(search.inText(await readFile(join(home, '.aws', 'config'), 'utf8'), 'config'), []);
  });
});

/** Types a name at the provider's own page, and agrees to what the client asks for. */
async function signIn(opened: Page): Promise<void> {
  const login = opened.getByPlaceholder('Enter any login');
  const agree = opened.getByRole('button', { name: 'Continue' });
  await login.or(agree).first().waitFor();
  if (await login.isVisible()) {
    await login.fill('alice');
    await opened.getByPlaceholder('and password').fill('EXAMPLE-PASSWORD');
    await opened.getByRole('button', { name: 'Sign-in' }).click();
  }
  await agree.click();
}
