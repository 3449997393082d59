import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSeedProblem, parseKeyUri } from '../../src/aws/seed.ts';
import { readQrPicture } from '../../src/ui/qrPicture.ts';
import { codeAt, stepOf } from '../sandbox/mfa.ts';
import { account, deviceArn, enrolData, enrolKeys } from '../support/enrolWorld.ts';
import { searchFolder } from '../support/leakPlaces.ts';
import { describeLeaks, LeakSearch, type Leak } from '../support/leakSearch.ts';
import { eventually, setStage } from '../support/stage.ts';

const people = ['bob', 'full', 'root', 'eve'] as const;

/** Their keys, and a role of bob's that wants a code. */
async function fill(home: string, url: string): Promise<void> {
  const aws = join(home, '.aws');
  await mkdir(aws, { recursive: true, mode: 0o700 });
  const common = `region = eu-central-1\nendpoint_url = ${url}\n`;
  const profiles = people.map((name) => `[profile ${name}]\n; of ${name}\n${common}`);
  const role = `[profile bob-admin]\n# wants a code\nrole_arn = arn:aws:iam::${account}:role/admin\nsource_profile = bob\n${common}`;
  await writeFile(join(aws, 'config'), ['# The profiles of the tests\n', ...profiles, role].join('\n'), {
    mode: 0o600,
  });
  const keys = people.map((name) => {
    const { accessKeyId, secretAccessKey } = enrolKeys(name);
    return `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
  });
  await writeFile(join(aws, 'credentials'), keys.join('\n'), { mode: 0o600 });
}

// One window for all: each test goes on where the one before it stopped.
describe('enrolling an MFA device', () => {
  const stage = setStage({ data: enrolData(), fill });

  const inner = () =>
    stage().page.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');

  const title = 'Enroll MFA Device';

  /** The calls to AWS since `from`, with what came of them. */
  const calls = (from = 0): readonly string[] =>
    stage()
      .sandbox.journal.slice(from)
      .map(({ operation, status }) => `${operation} ${String(status)}`);

  const begin = async (profile: string): Promise<void> => {
    const { page } = stage();
    await page.runCommand('STS: Enroll an MFA Device…');
    await page.quickTitle(title).waitFor();
    await page.quickInput().fill(profile);
    await page.pick(new RegExp(`^${profile}`));
  };

  /** Waits until the next code is so far away that a person sees the wait for it. */
  const earlyInStep = () =>
    eventually(
      () => Date.now() % 30_000,
      (ms) => ms < 15_000,
      'a code has just changed',
      40_000,
    );

  /** Up to the QR code, for a device that gets the name that is suggested. */
  const make = async (suggested: string): Promise<void> => {
    await begin('bob');
    await choose(suggested);
  };

  /** Takes the name that is suggested. */
  const name = async (suggested: string): Promise<void> => {
    const { page } = stage();
    await page.quickMessage().filter({ hasText: 'A name for the new MFA device of' }).waitFor();
    await eventually(
      () => page.quickInput().inputValue(),
      (value) => value === suggested,
      `${suggested} is suggested`,
    );
    await page.page.keyboard.press('Enter');
  };

  const choose = async (suggested: string): Promise<void> => {
    const { page } = stage();
    await name(suggested);
    await page.quickRows().filter({ hasText: 'I type them from my phone' }).waitFor();
  };

  /** What a phone reads off the screen. */
  const scan = async (): Promise<string> => {
    const image = inner().locator('img');
    await image.waitFor();
    const picture = await eventually(
      async () => readQrPicture(await image.screenshot()),
      ({ kind }) => kind === 'text',
      'a QR code is on the screen',
    );
    const read = picture.kind === 'text' ? parseKeyUri(picture.text) : undefined;
    assert.ok(read && !isSeedProblem(read), 'it is a key URI');
    return read.seed.secret.reveal();
  };

  /** The box for one of the two codes. */
  const codeBox = (number: 1 | 2) =>
    stage().page.quickTitle(`Code ${String(number)} of 2 for MFA Device bob`);

  const type = async (first: string, second: string): Promise<void> => {
    const { page } = stage();
    await codeBox(1).waitFor();
    await page.answerInput(first);
    await codeBox(2).waitFor();
    await page.answerInput(second);
  };

  const undone = async (from: number): Promise<void> => {
    const { page } = stage();
    await page.waitForNotification(/The new MFA device is deleted again, remove it from your phone/);
    await page.clearNotifications();
    await page.page.locator('iframe.webview.ready').waitFor({ state: 'detached' });
    assert.deepEqual(calls(from).slice(-2), ['CreateVirtualMFADevice 200', 'DeleteVirtualMFADevice 200']);
  };

  it('is not for the root user, who is told what AWS advises', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await page.treeRow('bob').waitFor();
    await begin('root');
    const told = await page.waitForNotification(/These are the keys of the root user/);
    await told.locator('.monaco-button', { hasText: 'Open AWS’s Guide' }).waitFor();
    await page.clearNotifications();
  });

  it('is not for a user with eight devices, nor for one who may not', async () => {
    const { page } = stage();
    await begin('full');
    await page.waitForNotification('AWS allows 8 MFA devices, remove one in the AWS console first: full');
    await page.clearNotifications();
    await begin('eve');
    await name('eve');
    await page.waitForNotification(/ask your administrator for the permission: iam:CreateVirtualMFADevice/);
    await page.clearNotifications();
  });

  it('leaves nothing at AWS when it is cancelled, at whichever step', async () => {
    const { page, sandbox } = stage();
    const start = sandbox.journal.length;
    await begin('bob');
    await page.quickMessage().filter({ hasText: 'A name for the new MFA device' }).waitFor();
    await page.leaveQuickInput();
    assert.ok(!calls(start).some((call) => call.startsWith('CreateVirtual')));

    let from = sandbox.journal.length;
    await make('bob');
    await page.leaveQuickInput();
    await undone(from);

    from = sandbox.journal.length;
    await make('bob');
    await page.pick('I type them from my phone');
    await codeBox(1).waitFor();
    await page.leaveQuickInput();
    await undone(from);

    from = sandbox.journal.length;
    await make('bob');
    await page.pick('I type them from my phone');
    await codeBox(1).waitFor();
    await page.answerInput('123456');
    await codeBox(2).waitFor();
    await page.answerInput('123456');
    await page.quickMessage().filter({ hasText: 'This is the first code again' }).waitFor();
    await page.leaveQuickInput();
    await undone(from);

    from = sandbox.journal.length;
    await make('bob');
    await page.pick('VS Code makes them');
    await page.dialog().waitFor();
    await earlyInStep();
    await page.press('Keep Authenticator', page.dialog());
    const waiting = await page.waitForNotification(/waits for the next MFA code, \d+s/);
    await page.press('Cancel', waiting);
    await undone(from);
    await page.runCommand('STS: Remove Authenticator…');
    await page.waitForNotification('No authenticator is stored');
    await page.clearNotifications();
  });

  it('shows the secret key on demand only, and asks again after wrong codes', async () => {
    const { page } = stage();
    await make('bob');
    await page.screenshot('enrol: QR code');
    const seed = await scan();
    assert.ok(!((await inner().locator('body').textContent()) ?? '').includes(seed.slice(0, 4)));
    await inner().getByRole('button', { name: 'Show Secret Key' }).press('Enter');
    const key = inner().locator('code');
    await key.waitFor();
    assert.equal((await key.textContent())?.replaceAll(' ', ''), seed);
    await page.screenshot('enrol: secret key');
    await inner().getByRole('button', { name: 'Hide Secret Key' }).press('Enter');
    await key.waitFor({ state: 'detached' });

    await page.pick('I type them from my phone');
    await type('000000', '000001');
    await page
      .quickMessage()
      .filter({ hasText: 'AWS did not accept these two codes, try again with the next ones' })
      .waitFor();
    await page.screenshot('enrol: wrong codes');
    const step = stepOf(Date.now()) - 1;
    await type(codeAt(seed, step), codeAt(seed, step + 1));
  });

  it('names the device in the profiles that are to take their codes from it, and changes nothing else', async () => {
    const { page, configFile } = stage();
    const before = await readFile(configFile, 'utf8');
    await page.quickRows().filter({ hasText: 'bob-admin' }).waitFor();
    await page.screenshot('enrol: profiles');
    await page.page.keyboard.press('Enter');
    await page.waitForNotification('The MFA device bob (1111-2222-3333) is enrolled, and named in: bob');
    await page.clearNotifications();
    const line = `mfa_serial = ${deviceArn('bob')}\n`;
    const at = before.indexOf('\n[profile full]');
    assert.equal(await readFile(configFile, 'utf8'), before.slice(0, at) + line + before.slice(at));
    assert.equal(stage().granted('EnableMFADevice').length, 1);
  });

  it('keeps the seed if that is wished, and waits for the second code', async () => {
    const { page, configFile, sandbox } = stage();
    await make('bob-2');
    const seed = await scan();
    await page.pick('VS Code makes them');
    const dialog = page.dialog();
    await dialog.waitFor();
    const text = (await dialog.textContent()) ?? '';
    assert.match(text, /whoever can use this account of your computer has both/);
    assert.match(text, /This VS Code runs in a browser/);
    await earlyInStep();
    await page.press('Keep Authenticator', dialog);
    await page.waitForNotification(/waits for the next MFA code, \d+s/);
    await page.screenshot('enrol: countdown');
    await page.quickRows().filter({ hasText: 'bob-admin' }).waitFor({ timeout: 60_000 });
    await page.pick('bob-admin');
    await page.page.keyboard.press('Enter');
    await page.waitForNotification('is enrolled, and named in: bob, bob-admin');
    await page.clearNotifications();
    const config = await readFile(configFile, 'utf8');
    assert.equal(config.split(`mfa_serial = ${deviceArn('bob-2')}\n`).length, 3);
    assert.ok(sandbox.secrets().includes(seed));
  });

  it('starts the role without a prompt from then on', async () => {
    const { page, sandbox } = stage();
    const from = sandbox.journal.length;
    await stage().start('bob-admin');
    // The codes that enabled the device are used up: it takes the next one.
    await sandbox.waitForCall(({ status }) => status === 200, { from, timeoutMs: 60_000 });
    await stage().answerConsent('Add Profiles');
    await page.waitForStatus(/bob-admin 5\dm/);
    assert.deepEqual(calls(from), ['AssumeRole 200']);
    assert.equal(sandbox.reusedCodes(), 0);
  });

  it('finds a device that was left behind by a crash, and offers to delete it', async () => {
    const { page, sandbox } = stage();
    await make('bob-3');
    await page.killHost();
    await page.hostBack();
    const offer = await page.waitForNotification(
      'An enrollment was interrupted, its MFA device may still be at AWS: bob-3',
    );
    await page.press('Delete Device', offer);
    await page.waitForNotification('Nothing is left of the MFA device at AWS: bob-3');
    assert.equal(calls().at(-1), 'DeleteVirtualMFADevice 200');
    assert.equal(
      sandbox.journal.filter(({ operation }) => operation === 'DeleteVirtualMFADevice').length,
      sandbox.journal.filter(
        ({ operation, status }) => operation.startsWith('CreateVirtual') && status === 200,
      ).length - 2,
    );
    await page.clearNotifications();
  });

  it('has left no seed anywhere that is readable', async () => {
    const { page, workbench, sandbox } = stage();
    const seeds = sandbox.secrets().filter((secret) => secret.startsWith('EXAMPLESEED'));
    assert.ok(seeds.length >= 7);
    const search = new LeakSearch(seeds.map((value, index) => ({ name: `seed ${String(index)}`, value })));
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
    assert.deepEqual(leaks, [], describeLeaks(leaks));
  });
});
