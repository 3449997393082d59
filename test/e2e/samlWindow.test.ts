import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSamlIdp, type SamlIdp } from '../sandbox/identityProviders/samlIdp.ts';
import { requireRig } from '../support/rig.ts';
import { SamlPerson } from '../support/samlPerson.ts';
import { alicesRoles, samlAttributes, samlData, writeSamlHome } from '../support/samlWorld.ts';
import { setStage } from '../support/stage.ts';

const answers = { user: 'alice', password: 'EXAMPLEPASSWORD', code: '271828' } as const;

// One window for all: each test goes on where the one before it stopped.
describe('the browser window of a SAML sign-in', () => {
  let idp: SamlIdp;
  let person: SamlPerson;
  let folder: string;

  const stage = setStage({
    data: async () => {
      folder = await mkdtemp(join(tmpdir(), 'sts-saml-'));
      person = await SamlPerson.sit(folder, requireRig().browser);
      idp = await startSamlIdp({
        person: { ...answers, isCode: (code) => code === answers.code },
        order: { attributes: samlAttributes(alicesRoles) },
      });
      return samlData({ entityId: idp.entityId, certificate: idp.certificate });
    },
    fill: (home, url) => writeSamlHome(home, url, idp.loginUrl),
  });
  after(async () => {
    await idp.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts the profile that leaves the role open. */
  async function start(): Promise<void> {
    const { page } = stage();
    await page.runCommand('STS: Start Session from Profile…');
    await page.quickTitle(/^Start Session/).waitFor();
    await page.pick('corp');
  }

  async function useBrowser(value: string): Promise<void> {
    const companion = await stage().page.companion;
    await companion.ask('writeSetting', { name: 'stsSessions.samlBrowser', value });
  }

  async function leave(): Promise<void> {
    const { page } = stage();
    await page.leaveQuickInput();
  }

  it('is not opened where the person would not see it', async () => {
    await start();
    await stage().page.quickTitle('Paste the SAML response of corp').waitFor();
    await leave();
  });

  it('gives way to the next at once when the browser that the settings name is not there, or does not start', async () => {
    const { page } = stage();
    for (const [browser, sentence] of [
      [join(folder, 'nothing'), /^No Chrome, Edge, Brave or Chromium was found here/],
      ['/bin/false', /^The browser did not start/],
    ] as const) {
      await useBrowser(browser);
      await start();
      await page.quickTitle('Sign in to corp').waitFor();
      assert.match((await page.quickInput().getAttribute('placeholder')) ?? '', sentence);
      await leave();
    }
  });

  it('is gone when the person cancels', async () => {
    const { page } = stage();
    await useBrowser(person.program);
    await start();
    const { browser } = await person.nextPage(idp.loginUrl);
    const gone = new Promise<void>((resolve) => browser.once('disconnected', () => resolve()));
    const waiting = await page.waitForNotification('Signing in to corp');
    await page.press('Cancel', waiting);
    await gone;
    await waiting.waitFor({ state: 'detached' });
    // The start is over, and another one is not taken for it.
    await page.waitForStatus(/^ ?AWS$/);
    await page.heard();
    assert.equal(await page.quickInput().isVisible(), false, 'cancelling asks nothing');
  });

  it('closes by itself when the person is signed in', async () => {
    const { page } = stage();
    await start();
    await person.signIn(idp.loginUrl, answers);
    await page.quickTitle(/^corp: choose a role/).waitFor();
    await leave();
    assert.equal(idp.signIns, 1);
  });

  it('forgets the person who signs out', async () => {
    const { page } = stage();
    await page.runCommand('STS: Sign Out of SAML Provider…');
    await page.pick(new URL(idp.loginUrl).host);
    await page.waitForNotification('You are signed out of');
    // Escape would put these away first.
    await page.clearNotifications();
    await start();
    await person.signIn(idp.loginUrl, answers);
    await page.quickTitle(/^corp: choose a role/).waitFor();
    await leave();
    assert.equal(idp.signIns, 2);
  });

  it('says so when there is nobody to be signed out', async () => {
    const { page } = stage();
    await page.runCommand('STS: Sign Out of SAML Provider…');
    await page.pick(new URL(idp.loginUrl).host);
    await page.waitForNotification('You are signed out of');
    await page.runCommand('STS: Sign Out of SAML Provider…');
    await page.waitForNotification('remembers you nowhere');
  });
});
