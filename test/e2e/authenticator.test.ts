import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDemoHome } from '../sandbox/demo.ts';
import { describeLeaks, LeakSearch, type Leak } from '../support/leakSearch.ts';
import { searchFolder } from '../support/leakPlaces.ts';
import { qrJpeg, qrPng } from '../support/qrPictures.ts';
import { setStage } from '../support/stage.ts';

const seed = 'SANDBOXSEEDOFALICEFORTESTSONLY23';
const uri = `otpauth://totp/Amazon%20Web%20Services:alice@acme-main?secret=${seed}&issuer=Amazon%20Web%20Services`;
const device = 'alice (1111-2222-3333)';
/** How long a code of a device is the current one, ms (RFC 6238). */
const codeMs = 30_000;

// One window for all: each test goes on where the one before it stopped.
describe('an authenticator that is stored', () => {
  const stage = setStage({ fill: writeDemoHome });

  /** How far AWS and the window are ahead of this process, ms. */
  let moved = 0;
  const moveClock = (ms: number): Promise<void> => {
    moved += ms;
    return stage().moveClock(ms);
  };

  /** Answers the questions that follow the seed. */
  const finish = async (): Promise<void> => {
    const { page } = stage();
    await page.quickTitle('Add Authenticator').waitFor();
    await page.quickRows().filter({ hasText: device }).first().click();
    const dialog = page.dialog().filter({ hasText: `Keep the authenticator of ${device} in VS Code?` });
    await dialog.waitFor();
    const text = (await dialog.textContent()) ?? '';
    assert.match(text, /whoever can use this account of your computer has both/);
    assert.match(text, /This VS Code runs in a browser/);
    await page.press('Keep Authenticator', dialog);
    await page.waitForNotification(/Sessions now take their MFA codes from the authenticator: alice/);
    await page.clearNotifications();
  };

  /** In the dialog that a browser gets: it takes a path once it has listed the folder. */
  const chooseFile = async (name: string, path: string): Promise<void> => {
    const { page } = stage();
    await page.quickTitle('Add Authenticator').waitFor();
    await page.quickRows().filter({ hasText: name }).waitFor();
    await page.answerInput(path);
  };

  const remove = async (): Promise<void> => {
    const { page } = stage();
    await page.runCommand('STS: Remove Authenticator…');
    await page.pick(device);
    const dialog = page.dialog().filter({ hasText: 'Remove the authenticator' });
    await page.press('Remove Authenticator', dialog);
    await page.waitForNotification(/The authenticator is removed: alice/);
    await page.clearNotifications();
  };

  it('is added by its key URI, after a word about what that means', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await page.treeRow('prod-admin').waitFor();
    await page.runCommand('STS: Add Authenticator…');
    await page.pick('Type or paste it');
    await page.page.locator('.quick-input-widget:visible input[type=password]').waitFor();
    await page.answerInput('otpauth://hotp/a?secret=JBSWY3DPEHPK3PXP');
    await page.quickMessage().filter({ hasText: 'This key makes codes by counting' }).waitFor();
    await page.answerInput(uri);
    await finish();
  });

  it('starts a session that needs an MFA code without a prompt', async () => {
    const { page, sandbox } = stage();
    // A code is one for 30 seconds: at their beginning, the next start still finds it used.
    await moveClock(codeMs - (Date.now() % codeMs));
    await page.clickTreeButton('prod-admin', 'Start');
    await page.waitForStatus(/prod-admin 59m/);
    await page.press('Add Profiles', page.dialog());
    await page.dialog().waitFor({ state: 'detached' });
    assert.equal(await page.quickInput().count(), 0);
    assert.deepEqual(
      sandbox.journal.map(({ operation, status }) => `${operation} ${String(status)}`),
      ['AssumeRole 200'],
    );
  });

  it('waits for the next code where this one is used, and says so', async () => {
    const { page } = stage();
    await page.clickTreeButton('alice', 'Start');
    await page.waitForNotification(/waits for the next MFA code, \d+s/);
    await moveClock(codeMs);
    await page.waitForStatus(/^ ?alice 1[12]h/);
    assert.equal(stage().granted('GetSessionToken').length, 1);
    assert.ok(stage().sandbox.journal.every(({ status }) => status === 200));
  });

  it('survives a reload of the window', async () => {
    const { page } = stage();
    await page.reload();
    await page.waitForStatus(/^ ?alice 1[12]h/);
    // The new host has the machine's clock again.
    await (await page.companion).ask('moveClock', { ms: moved });
    const from = stage().sandbox.journal.length;
    await page.runCommand('STS: Renew Session Now');
    await stage().sandbox.waitForCall(({ state }) => state !== 'waiting', { from, timeoutMs: 60_000 });
    await stage().quiet();
    assert.equal(stage().granted('GetSessionToken', from).length, 1);
    assert.equal(await page.quickTitle(/^MFA Code/).count(), 0);
  });

  it('asks again once it is removed', async () => {
    const { page } = stage();
    await remove();
    await page.openView('AWS Sessions');
    await page.runCommand('STS: Renew Session Now');
    await page.quickTitle(/^MFA Code for alice/).waitFor();
    await page.leaveQuickInput();
    await page.runCommand('STS: Remove Authenticator…');
    await page.waitForNotification('No authenticator is stored');
    await page.clearNotifications();
  });

  it('is added by a picture of its QR code, from a file', async () => {
    const { page, workspace } = stage();
    const file = join(workspace, 'qr.png');
    await writeFile(file, qrPng({ text: uri }));
    await page.runCommand('STS: Add Authenticator…');
    await page.pick('QR code in a picture file');
    await chooseFile('qr.png', file);
    await finish();
    await remove();
  });

  it('says what is wrong with a picture', async () => {
    const { page, workspace } = stage();
    const file = join(workspace, 'other.jpg');
    await writeFile(file, qrJpeg({ text: 'https://example.org' }));
    await page.runCommand('STS: Add Authenticator…');
    await page.pick('QR code in a picture file');
    await chooseFile('other.jpg', file);
    await page.waitForNotification(/A key URI looks like this: otpauth:/);
    await page.clearNotifications();
  });

  it('is added by a picture on the clipboard', async () => {
    const { page } = stage();
    await page.page.evaluate(
      async (base64) => {
        const page = globalThis as unknown as {
          atob(text: string): string;
          Blob: new (parts: Uint8Array[], options: { type: string }) => object;
          ClipboardItem: new (items: Record<string, object>) => object;
          navigator: { clipboard: { write(items: object[]): Promise<void> } };
        };
        const bytes = Uint8Array.from(page.atob(base64), (character) => character.charCodeAt(0));
        const picture = new page.Blob([bytes], { type: 'image/png' });
        await page.navigator.clipboard.write([new page.ClipboardItem({ 'image/png': picture })]);
      },
      qrPng({ text: uri }).toString('base64'),
    );
    await page.runCommand('STS: Add Authenticator…');
    await page.pick('QR code on the clipboard');
    const inner = page.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await inner.getByText('Paste the picture of the QR code here').click();
    await page.page.keyboard.press('Control+v');
    await finish();
  });

  it('has left its seed nowhere that is readable', async () => {
    const { page, workbench, home, workspace, configFile } = stage();
    const search = new LeakSearch([{ name: 'seed', value: seed }]);
    const leaks: Leak[] = [...search.inText(workbench.output(), 'output of the server')];
    leaks.push(...search.inText((await page.page.locator('body').textContent()) ?? '', 'page'));
    await workbench.closeBrowser();
    let files = 0;
    for (const folder of workbench.files) {
      const found = await searchFolder(search, folder, new Map());
      files += found.files;
      leaks.push(...found.leaks);
    }
    assert.ok(files > 100, 'there was something to search');
    assert.ok(workbench.files.includes(home) && configFile.startsWith(home) && workspace.startsWith(home));
    assert.deepEqual(leaks, [], describeLeaks(leaks));
  });
});
