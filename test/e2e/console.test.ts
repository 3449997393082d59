import assert from 'node:assert/strict';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, setStage } from '../support/stage.ts';

// One window for all: the console at a service and a region, its link, and a window for each account.
describe('the AWS console', () => {
  const stage = setStage();

  /** Where a link leads in the console. */
  const destinationOf = (link: string): string | null => new URL(link).searchParams.get('Destination');

  it('opens at the service and in the region that the person picks', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await stage().startFirst('billing-read');
    await page.runCommand('STS: Open AWS Console at…');
    await page.quickTitle('Open AWS Console as billing-read (1/2)').waitFor();
    await page.screenshot('console: services');
    await page.quickInput().fill('buckets');
    await page.pick('S3');
    await page.quickTitle('Open S3 as billing-read (2/2)').waitFor();
    await page.quickInput().fill('cn-north-1');
    await page.quickRows().filter({ hasText: 'That region is in another partition' }).waitFor();
    await page.quickInput().fill('us-west');
    await page.screenshot('console: regions');
    const opened = page.page.context().waitForEvent('page');
    await page.pick('us-west-2');
    const console = await opened;
    await console.getByText(':assumed-role/billing-read/').waitFor();
    const login = stage().sandbox.journal.find(({ operation }) => operation === 'ConsoleLogin');
    // The proxy of a workbench in a browser encodes what a link carries once more.
    const destination = decodeURIComponent(login?.params['Destination'] ?? '');
    assert.equal(destination, 'https://console.aws.amazon.com/s3/home?region=us-west-2');
    await console.close();
    await page.clearNotifications();
  });

  it('offers where the person went last first', async () => {
    const { page } = stage();
    await page.runCommand('STS: Open AWS Console at…');
    await page.quickTitle('Open AWS Console as billing-read (1/2)').waitFor();
    const first = page.quickRows().first();
    assert.match((await first.textContent()) ?? '', /^S3.*last time/);
    await page.page.keyboard.press('Enter');
    await page.quickTitle('Open S3 as billing-read (2/2)').waitFor();
    assert.match((await page.quickRows().first().textContent()) ?? '', /^us-west-2/);
    await page.leaveQuickInput();
  });

  it('gives its link to the clipboard, after a word on what it is', async () => {
    const { page } = stage();
    await page.chooseFromMenu('billing-read', 'Copy AWS Console Link');
    await page.dialog().filter({ hasText: 'Whoever has this link within 15 minutes' }).waitFor();
    await page.press('Copy Link', page.dialog());
    await page.waitForNotification('the clipboard is cleared in 1 minute');
    const link = await (await page.companion).ask('readClipboard', {});
    assert.match(destinationOf(link) ?? '', /^https:\/\/console\.aws\.amazon\.com\/console\/home\?region=/);
    await page.clearNotifications();
  });

  it('opens in a window for the account alone where the setting says so', async () => {
    const { page, home } = stage();
    const said = join(home, 'browser-said');
    const browser = join(home, 'browser');
    await writeFile(browser, `#!/bin/sh\nprintf '%s\\n' "$@" >'${said}.new'\nmv '${said}.new' '${said}'\n`);
    await chmod(browser, 0o700);
    const companion = await page.companion;
    await companion.ask('writeSetting', { name: 'stsSessions.samlBrowser', value: browser });
    await companion.ask('writeSetting', { name: 'stsSessions.consoleBrowser', value: 'isolated' });
    await page.chooseFromMenu('billing-read', 'Open AWS Console');
    await page.waitForNotification('The AWS console opens in a window for account 1111-2222-3333');
    await page.screenshot('console: alone');
    const text = await eventually(
      () => readFile(said, 'utf8').catch(() => ''),
      (found) => found !== '',
      'the browser is started',
    );
    assert.doesNotMatch(text, /SigninToken/);
    const folder = /^--user-data-dir=(.+)$/m.exec(text)?.[1] ?? '';
    const file = fileURLToPath(/^file:.+$/m.exec(text)?.[0] ?? '');
    assert.ok((await readdir(folder)).some((name) => file === join(folder, name)));
    const shown = /location\.replace\((".*")\)/.exec(await readFile(file, 'utf8'))?.[1] ?? '';
    const link: unknown = JSON.parse(shown);
    assert.ok(typeof link === 'string');
    assert.match(await (await fetch(link)).text(), /:assumed-role\/billing-read\//);
    await page.clearNotifications();
  });

  it('opens in the person’s own browser where there is none for that, and says so', async () => {
    const { page, home } = stage();
    const companion = await page.companion;
    await companion.ask('writeSetting', { name: 'stsSessions.samlBrowser', value: join(home, 'nothing') });
    const opened = page.page.context().waitForEvent('page');
    await page.chooseFromMenu('billing-read', 'Open AWS Console');
    await (await opened).close();
    await page.waitForNotification('There is no browser here that could open a window for one account');
    await page.clearNotifications();
  });

  it('leaves a line in the audit log each time', async () => {
    const given = await eventually(
      async () => (await stage().audit()).filter(({ what }) => what === 'handedOut'),
      ({ length }) => length >= 4,
      'each is written down',
    );
    assert.deepEqual(
      given.map(({ by, session, to }) => `${String(by)} ${String(session)} ${String(to)}`),
      [
        'person billing-read console',
        'person billing-read console link',
        'person billing-read console',
        'person billing-read console',
      ],
    );
    assert.doesNotMatch(JSON.stringify(given), /SigninToken|EXAMPLE|ASIA/);
  });

  it('says why there is none for GetSessionToken, and what to do', async () => {
    const { page } = stage();
    await page.runCommand('STS: End All Sessions');
    await page.waitForStatus(/^ ?AWS$/);
    await stage().start('alice', { mfa: true });
    await page.waitForStatus(/^ ?alice \d/);
    await page.chooseFromMenu('alice', 'Open AWS Console');
    const said = await page.waitForNotification('AWS opens its console for roles and federated users');
    await page.screenshot('console: none');
    await page.press('Assume Role', said);
    await page.quickTitle(/^Assume Role/).waitFor();
  });
});
