import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startSamlIdp, type SamlIdp } from '../sandbox/identityProviders/samlIdp.ts';
import { keyWithCertificate } from '../sandbox/identityProviders/samlIssuer.ts';
import { postPage } from '../sandbox/identityProviders/samlPages.ts';
import { searchFolder } from '../support/leakPlaces.ts';
import { describeLeaks, LeakSearch } from '../support/leakSearch.ts';
import { requireRig } from '../support/rig.ts';
import { SamlPerson, signInAt, verify } from '../support/samlPerson.ts';
import {
  alicesRoles,
  ownBrowserQuery,
  samlAttributes,
  samlData,
  samlMain,
  samlProd,
  samlProvider,
  samlRole,
  writeSamlHome,
} from '../support/samlWorld.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage, treeIs } from '../support/stage.ts';
import { freePort } from '../support/workbench.ts';

const minute = 60_000;
/** Of an assertion. Short: the tools in the terminals keep the machine's clock, and AWS takes them for 15 minutes. */
const life = 2 * minute;
const answers = { user: 'alice', password: 'EXAMPLEPASSWORD', code: '271828' } as const;
const assumed = (role: string, account = samlMain): RegExp =>
  new RegExp(`^arn:aws:sts::${account}:assumed-role/${role}/alice@acme.example$`);

// One window for all: each test goes on where the one before it stopped.
describeIf(awsCli !== undefined, noAwsCli, 'SAML, with a real identity provider', () => {
  let idp: SamlIdp;
  let person: SamlPerson;
  let folder: string;
  let port: number;
  let moved = 0;
  const sealed = keyWithCertificate('acme');

  const stage = setStage({
    data: async () => {
      folder = await mkdtemp(join(tmpdir(), 'sts-saml-'));
      port = await freePort();
      person = await SamlPerson.sit(folder, requireRig().browser);
      idp = await startSamlIdp({
        host: '127.0.0.2',
        person: { ...answers, isCode: (code) => code === answers.code },
        order: { attributes: samlAttributes(alicesRoles), lifetimeSeconds: life / 1000 },
      });
      const { entityId, certificate } = idp;
      return samlData({ entityId, certificate, decryptionKey: sealed.key });
    },
    fill: (home, url) => writeSamlHome(home, url, idp.loginUrl),
  });
  after(async () => {
    await idp.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts a profile by its name: rows move while one looks for them. */
  async function start(profile: string): Promise<void> {
    const { page } = stage();
    await page.runCommand('STS: Start Session from Profile…');
    await page.pick(profile);
  }

  /** The role in a new terminal. */
  async function whoAmI(): Promise<string> {
    await stage().page.openTerminal();
    const { text, code } = await stage().whoAmI();
    assert.equal(code, 0, text);
    return text;
  }

  /** Moves everybody's clock, the identity provider's too. */
  async function forward(ms: number): Promise<void> {
    await stage().quiet();
    moved += ms;
    idp.change({ ahead: moved });
    await stage().moveClock(ms);
  }

  it('shows SAML profiles, and asks nobody anything', async () => {
    const { page, sandbox } = stage();
    const companion = await page.companion;
    await companion.ask('writeSetting', { name: 'stsSessions.samlBrowser', value: person.program });
    await companion.ask('writeSetting', { name: 'stsSessions.samlListenerPort', value: port });
    await page.openView('AWS Sessions');
    await page.treeRow('corp').waitFor();
    await treeIs(page, [
      'Profiles',
      '  corp',
      '  corp-dev',
      '    next',
      '  own-browser',
      '  program',
      '  by-hand',
    ]);
    assert.match((await page.treeRow('corp').textContent()) ?? '', /SAML/);
    assert.deepEqual([sandbox.journal.length, await person.starts(), idp.responses.length], [0, 0, 0]);
  });

  it('opens a browser of its own, in which a person signs in with a second factor', async () => {
    const { page } = stage();
    await page.clickTreeButton('corp', 'Start');
    const { browser, page: opened } = await person.nextPage(idp.loginUrl);
    const gone = new Promise<void>((resolve) => browser.once('disconnected', () => resolve()));
    await signInAt(opened, { ...answers, code: '000000' });
    await opened.getByText('This code is wrong').waitFor();
    await opened.getByLabel('Six digits').fill(answers.code);
    await verify(opened);
    await gone;
    await page.quickTitle(/^corp: choose a role within \d/).waitFor();
    await page.screenshot('saml-picker');
  });

  it('has the person choose a role, account by account', async () => {
    const { page } = stage();
    const rows = await eventually(
      () => page.quickRows().allTextContents(),
      ({ length }) => length === 4,
      'there are four roles',
    );
    assert.deepEqual(
      rows.map((row) => /(Developer|Admin|ReadOnly|Deploy)/.exec(row)?.[0]),
      ['Developer', 'Admin', 'ReadOnly', 'Deploy'],
    );
    assert.match(
      (await page.quickInput().getAttribute('placeholder')) ?? '',
      /^Signed in as alice@acme\.example at https:\/\/idp\.example\/saml\/metadata$/,
    );
    await page.pick('ReadOnly');
    await stage().answerConsent('Add Profiles');
    await page.waitForStatus(/ReadOnly 5\dm/);
    assert.match(await whoAmI(), assumed('ReadOnly', samlProd));
  });

  it('starts another role without another sign-in; the last one stands first', async () => {
    const { page } = stage();
    await start('corp');
    await page.quickTitle(/^corp: choose a role/).waitFor();
    assert.match((await page.quickRows().first().textContent()) ?? '', /ReadOnly/);
    await page.screenshot('saml-picker-again');
    await page.pick('Developer');
    await page.waitForStatus(/Developer 59m/);
    assert.match(await whoAmI(), assumed('Developer'));
    assert.deepEqual([idp.signIns, await person.starts(), idp.responses.length], [1, 1, 1]);
  });

  it('is the source of another profile’s role', async () => {
    const { page } = stage();
    await start('next');
    await page.waitForStatus(/next 59m/);
    await page.openTerminal();
    assert.match((await stage().whoAmI()).text, /assumed-role\/Next\//);
    assert.equal(idp.signIns, 1);
  });

  it('signs in anew when AWS would not take the assertion any more; the provider may remember the person', async () => {
    await forward(life);
    await start('corp-dev');
    await stage().page.waitForStatus(/corp-dev 59m/);
    assert.deepEqual([idp.signIns, await person.starts(), idp.responses.length], [1, 2, 2]);
    assert.match(await whoAmI(), assumed('Developer'));
  });

  it('offers the next way when the window is closed, and takes a pasted form', async () => {
    const { page } = stage();
    idp.endSessions();
    await forward(life);
    await start('corp');
    const { page: opened } = await person.nextPage(idp.loginUrl);
    await opened.close();
    await page.quickTitle('Sign in to corp').waitFor();
    assert.match((await page.quickInput().getAttribute('placeholder')) ?? '', /window was closed/);
    await page.screenshot('saml-closed');
    await page.pick('By Pasting');
    await page.quickTitle('Paste the SAML response of corp').waitFor();
    await copy(postPage('https://signin.aws.amazon.com/saml', await idp.response()));
    await page.pick('Take It from the Clipboard');
    await page.quickTitle(/^corp: choose a role/).waitFor();
    await page.pick('Admin');
    await page.waitForStatus(/Admin 59m/);
    assert.match(await whoAmI(), assumed('Admin'));
    assert.equal(await (await page.companion).ask('readClipboard', {}), '');
  });

  async function copy(text: string): Promise<void> {
    await stage().page.page.evaluate(
      // The page's own clipboard is the one that a person copies to.
      `navigator.clipboard.writeText(${JSON.stringify(text)})`,
    );
  }

  it('says what is wrong with the clipboard, and takes the bare value', async () => {
    const { page } = stage();
    await start('by-hand');
    await page.quickTitle('Paste the SAML response of by-hand').waitFor();
    await copy('nothing of the kind');
    await page.pick('Take It from the Clipboard');
    await page.quickRows().filter({ hasText: 'no SAML response on the clipboard' }).waitFor();
    await page.screenshot('saml-paste');
    await copy(await idp.response());
    await page.pick('Take It from the Clipboard');
    await page.quickTitle(/^by-hand: choose a role/).waitFor();
    await page.pick('Deploy');
    await page.waitForStatus(/Deploy 59m/);
    assert.match(await whoAmI(), assumed('Deploy', samlProd));
  });

  it('takes what a provider posts to this machine, in the person’s own browser', async () => {
    const { page } = stage();
    await forward(life);
    idp.postTo(`http://127.0.0.1:${String(port)}/saml`);
    const opening = page.page.context().waitForEvent('page');
    await start('own-browser');
    await page.press('Open', page.dialog().filter({ hasText: 'external website' }));
    const opened: Page = await opening;
    await opened.getByLabel('User name').waitFor();
    assert.equal(opened.url(), `${idp.loginUrl}?${ownBrowserQuery}`);
    await signInAt(opened, answers);
    await opened.getByText('You can close this page').waitFor();
    await opened.close();
    await page.waitForStatus(/own-browser 59m/);
    assert.match(await whoAmI(), assumed('Admin'));
  });

  it('runs a program that prints the response', async () => {
    const { page, home } = stage();
    const file = join(home, 'response.txt');
    await writeFile(file, await idp.response(), { mode: 0o600 });
    await start('program');
    await page.waitForStatus(/program 59m/);
    assert.match(await whoAmI(), assumed('Admin'));
    await rm(file);
  });

  it('asks for role and provider when the assertion is encrypted', async () => {
    const { page } = stage();
    await forward(life);
    idp.change({ encryptFor: sealed.certificate });
    await start('by-hand');
    await page.quickTitle('Paste the SAML response of by-hand').waitFor();
    await copy(await idp.response());
    await page.pick('Take It from the Clipboard');
    await page.quickTitle('A role for by-hand').waitFor();
    await page.answerInput(samlRole('Developer'));
    await page.quickMessage().filter({ hasText: 'The ARN of the SAML provider' }).waitFor();
    // The one of last time, in the account of this role.
    assert.equal(await page.quickInput().inputValue(), samlProvider());
    await page.screenshot('saml-encrypted');
    await page.page.keyboard.press('Enter');
    await page.waitForStatus(/Developer \d\dm/);
    assert.match(await whoAmI(), assumed('Developer'));
    idp.change({ encryptFor: undefined });
  });

  it('says what AWS has against an assertion', async () => {
    const { page } = stage();
    await forward(life);
    idp.change({ attributes: samlAttributes(alicesRoles, { RoleSessionName: 'alice smith' }) });
    await writeFile(join(stage().home, 'response.txt'), await idp.response(), { mode: 0o600 });
    await page.runCommand('STS: End All Sessions');
    await start('program');
    const notification = await page.waitForNotification('RoleSessionName in the assertion');
    await page.screenshot('saml-refused');
    assert.ok(await notification.isVisible());
    await rm(join(stage().home, 'response.txt'));
    idp.change({ attributes: samlAttributes(alicesRoles) });
    await page.clearNotifications();
  });

  it('renews only with a person: a notification asks, and the terminal waits', async () => {
    const { page } = stage();
    idp.postTo('https://signin.aws.amazon.com/saml');
    await forward(life);
    await start('corp-dev');
    await person.signIn(idp.loginUrl, answers);
    await page.waitForStatus(/corp-dev 59m/);
    await page.openTerminal();
    const starts = await person.starts();
    idp.endSessions();
    await forward(2 * 60 * minute);
    await page.waitForStatus(/corp-dev expired/);
    const waiting = page.typeInTerminal(
      `AWS_MAX_ATTEMPTS=1 aws configure export-credentials >/dev/null; echo "fetched $?"\n`,
    );
    const notification = await page.waitForNotification('sign in to go on: corp-dev');
    assert.equal(await person.starts(), starts, 'no browser has been opened');
    await page.press('Sign In', notification);
    await person.signIn(idp.loginUrl, answers);
    await waiting;
    await page.waitForTerminalText('fetched 0');
    await page.waitForStatus(/corp-dev 5\dm/);
  });

  it('has written no response anywhere, and keeps the browser’s profile to its owner', async () => {
    const { page, workbench, home, sandbox } = stage();
    const secrets = [
      ...idp.responses,
      ...idp.responses.map(signatureOf),
      ...sandbox.secrets().filter(isOurs),
    ];
    const search = new LeakSearch(
      [...new Set(secrets)].map((value, index) => ({ name: `secret ${String(index)}`, value })),
    );
    const shown = (await page.notifications().allTextContents()).join('\n');
    assert.deepEqual(search.inText(shown, 'the notifications'), []);
    assert.deepEqual(search.inText(workbench.output(), 'the output'), []);
    assert.deepEqual(search.inText((await stage().runAside('env')).text, 'the environment'), []);
    for (const place of [join(workbench.userDataDir, 'logs'), join(home, '.aws')]) {
      const { leaks, files } = await searchFolder(search, place, new Map());
      assert.equal(describeLeaks(leaks), '');
      assert.ok(files > 0, place);
    }
    const responses = new LeakSearch(
      [...idp.responses, ...idp.responses.map(signatureOf)].map((value, index) => ({
        name: `response ${String(index)}`,
        value,
      })),
    );
    const { leaks } = await searchFolder(responses, workbench.userDataDir, new Map());
    assert.equal(describeLeaks(leaks), '');
    const profiles = await profilesBelow(workbench.userDataDir);
    assert.deepEqual(
      await Promise.all(profiles.map(async (path) => (await stat(path)).mode & 0o777)),
      [0o700],
    );
  });
});

/** The signature is new in each response; it would be in the XML as well as in the base64 of it. */
function signatureOf(response: string): string {
  const xml = Buffer.from(response, 'base64').toString();
  return /SignatureValue>([^<]+)/.exec(xml)?.[1] ?? /CipherValue>([^<]+)/.exec(xml)?.[1] ?? '';
}

function isOurs(secret: string): boolean {
  return secret.startsWith('EXAMPLE');
}

/** Folders of browsers: what Chromium calls `Local State` lies in each. */
async function profilesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.name === 'Local State').map((entry) => entry.parentPath);
}
