import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyData } from '../sandbox/data.ts';
import { keyWorld, oldKey, rootKey, secondKey, strangerKey, unusedKey } from '../support/rotationWorld.ts';
import { searchFolder } from '../support/leakPlaces.ts';
import { describeLeaks, LeakSearch } from '../support/leakSearch.ts';
import type { Leak } from '../support/leakSearch.ts';
import { eventually, setStage } from '../support/stage.ts';

const people = { rita: oldKey, tom: secondKey, sam: strangerKey, owner: rootKey } as const;

/** One profile for each of the account's people, with comments that are to stay. */
async function fill(home: string, sandboxUrl: string): Promise<void> {
  const folder = join(home, '.aws');
  await mkdir(folder, { mode: 0o700 });
  const config = Object.keys(people).map(
    (name) => `[profile ${name}]\nregion = eu-central-1\nendpoint_url = ${sandboxUrl}\n`,
  );
  await writeFile(join(folder, 'config'), config.join('\n'));
  const section = ([name, key]: readonly [string, KeyData]): string =>
    `# keys of ${name}\n[${name}]\naws_access_key_id = ${key.accessKeyId}\naws_secret_access_key = ${key.secretAccessKey}\n`;
  const credentials = join(folder, 'credentials');
  await writeFile(credentials, Object.entries(people).map(section).join('\n'));
  await chmod(credentials, 0o600);
}

// One window for all: a person who looks after keys.
describe('rotating keys in the workbench', () => {
  const stage = setStage({ data: keyWorld(), fill });
  const credentials = (): Promise<string> => readFile(stage().credentialsFile, 'utf8');
  const keyOf = async (profile: string): Promise<string> =>
    new RegExp(`\\[${profile}\\]\\naws_access_key_id = (\\S+)`).exec(await credentials())?.[1] ?? '';
  const rotate = async (profile: string): Promise<void> => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await page.treeRow(profile).waitFor();
    await page.chooseFromMenu(profile, 'Rotate Keys');
  };

  it('asks first, and changes nothing when the person says no', async () => {
    const { page, sandbox } = stage();
    await rotate('rita');
    const question = page.dialog().filter({ hasText: 'Rotate the access key of rita?' });
    await question.waitFor();
    await question.filter({ hasText: 'belongs to rita in 1111-2222-3333' }).waitFor();
    await question.filter({ hasText: 'put in its place in: rita' }).waitFor();
    await page.screenshot('rotate keys, question');
    await page.page.keyboard.press('Escape');
    await page.dialog().waitFor({ state: 'detached' });
    assert.ok(!sandbox.journal.some(({ operation }) => operation === 'CreateAccessKey'));
  });

  it('goes back when it is cancelled in the middle', async () => {
    const { page, sandbox } = stage();
    const before = await credentials();
    await rotate('rita');
    await page.dialog().waitFor();
    const from = sandbox.journal.length;
    const release = sandbox.control.hold({ operation: 'GetCallerIdentity' });
    await page.press('Rotate', page.dialog());
    await sandbox.waitForCall(({ operation }) => operation === 'GetCallerIdentity', { from });
    const progress = await page.waitForNotification('Rotating the keys of rita');
    await progress.filter({ hasText: 'trying the new key' }).waitFor();
    await page.screenshot('rotate keys, under way');
    await page.press('Cancel', progress);
    await page.waitForNotification('Nothing was changed, the key is as it was: rita');
    release();
    await page.clearNotifications();
    assert.equal(await credentials(), before);
    assert.equal(stage().granted('CreateAccessKey', from).length, 1);
    assert.equal(stage().granted('DeleteAccessKey', from).length, 1);
  });

  it('makes a new key, tries it until it is known everywhere, and switches the old one off', async () => {
    const { page } = stage();
    await rotate('rita');
    await page.press('Rotate', page.dialog());
    const done = await page.waitForNotification('The new key is in use and the old one is switched off');
    await page.screenshot('rotate keys, old one off');
    const text = await credentials();
    assert.notEqual(await keyOf('rita'), oldKey.accessKeyId);
    assert.ok(!text.includes(oldKey.accessKeyId) && !text.includes(oldKey.secretAccessKey));
    assert.match(text, /# keys of rita\n\[rita\]\n/);
    assert.ok(text.includes(secondKey.secretAccessKey), 'others stay');
    assert.equal((await stat(stage().credentialsFile)).mode & 0o777, 0o600);
    assert.equal(stage().granted('UpdateAccessKey').at(-1)?.params['Status'], 'Inactive');
    assert.equal(stage().granted('UpdateAccessKey').at(-1)?.accessKeyId, await keyOf('rita'));
    await page.press('Go Back', done);
    await page.waitForNotification('The old key is in use again, the new one is deleted: rita');
    await page.clearNotifications();
    assert.equal(await keyOf('rita'), oldKey.accessKeyId);
    assert.equal(stage().granted('UpdateAccessKey').at(-1)?.params['Status'], 'Active');
  });

  it('is found after a crash, and goes on to the end', async () => {
    const { page, sandbox } = stage();
    await rotate('rita');
    await page.dialog().waitFor();
    const from = sandbox.journal.length;
    const release = sandbox.control.hold({ operation: 'UpdateAccessKey' });
    await page.press('Rotate', page.dialog());
    await sandbox.waitForCall(({ operation }) => operation === 'UpdateAccessKey', {
      from,
      timeoutMs: 60_000,
    });
    await page.killHost();
    release();
    await page.hostBack();
    const found = await page.waitForNotification('Rotating the keys of rita was interrupted');
    await found
      .filter({ hasText: /the new key is in use, the old one still works: AKIAEXAMPLERITAOLD/ })
      .waitFor();
    await page.screenshot('rotate keys, interrupted');
    await page.press('Go On', found);
    const done = await page.waitForNotification('The new key is in use and the old one is switched off');
    await page.press('Delete Old Key', done);
    const question = page.dialog().filter({ hasText: `Delete the old access key ${oldKey.accessKeyId}?` });
    await question.waitFor();
    await page.screenshot('rotate keys, delete');
    await page.press('Delete', page.dialog());
    await page.waitForNotification('Keys are rotated and the old one is deleted: rita');
    await page.clearNotifications();
    assert.equal(stage().granted('DeleteAccessKey').at(-1)?.params['AccessKeyId'], oldKey.accessKeyId);
    await stage().startFirst('rita', { consent: 'Do Not Add' });
  });

  it('lets a session of the old key go on with the new one', async () => {
    const { page, sandbox } = stage();
    const before = await keyOf('rita');
    // Its first row in the tree is the session's now.
    await page.runCommand('STS: Rotate Keys…');
    await page.pick('rita');
    await page.press('Rotate', page.dialog());
    const done = await page.waitForNotification('The new key is in use and the old one is switched off');
    await page.press('Delete Old Key', done);
    await page
      .dialog()
      .filter({ hasText: `Delete the old access key ${before}?` })
      .waitFor();
    await page.press('Delete', page.dialog());
    await page.waitForNotification('Keys are rotated and the old one is deleted: rita');
    await page.clearNotifications();
    const after = await keyOf('rita');
    assert.notEqual(after, before);
    const from = sandbox.journal.length;
    await page.runCommand('STS: Renew Session Now');
    await sandbox.waitForCall(({ operation, status }) => operation === 'GetSessionToken' && status === 200, {
      from,
    });
    await page.waitForLive('rita');
    assert.deepEqual(
      stage()
        .granted('GetSessionToken', from)
        .map(({ accessKeyId }) => accessKeyId),
      [after],
    );
    // It is the same session that a start leads to.
    await stage().start('rita');
    await page.runCommand('STS: End All Sessions');
    await page.waitForNotification('Session ended: rita');
    await page.clearNotifications();
    assert.equal(stage().granted('GetSessionToken', from).length, 1);
  });

  it('says how old a key is, gently when it is old', async () => {
    const { page } = stage();
    await page.chooseFromMenu('tom', 'Check Key Age');
    await page.waitForNotification(/The access key is \d+ days old: AKIAEXAMPLETOMSECOND/);
    await page.clearNotifications();
    await (await page.companion).ask('writeSetting', { name: 'stsSessions.keyAgeDays', value: 1 });
    const tooltip = page.page.locator('.workbench-hover:visible', { hasText: 'more than 1: “Rotate Keys…”' });
    await eventually(
      async () => {
        await page.page.mouse.move(900, 300);
        await page.treeRow('tom').hover();
        return tooltip.waitFor({ timeout: 3000 }).then(
          () => true,
          () => false,
        );
      },
      (shown) => shown,
      'the tooltip says that the key is old',
    );
    await page.screenshot('rotate keys, tooltip');
    await page.page.mouse.move(900, 300);
    await (await page.companion).ask('writeSetting', { name: 'stsSessions.keyAgeDays', value: undefined });
  });

  it('says which of two keys could go, and makes room', async () => {
    const { page } = stage();
    await rotate('tom');
    await page.quickTitle('tom Has Two Access Keys').waitFor();
    await page
      .quickRows()
      .filter({ hasText: `${secondKey.accessKeyId} is the key of this profile` })
      .waitFor();
    const other = page.quickRows().filter({ hasText: unusedKey.accessKeyId });
    await other.filter({ hasText: 'in none of your profiles' }).filter({ hasText: 'never used' }).waitFor();
    await page.screenshot('rotate keys, two keys');
    await other.click();
    await page
      .dialog()
      .filter({ hasText: `taking away the access key ${unusedKey.accessKeyId}?` })
      .waitFor();
    await page.screenshot('rotate keys, make room');
    await page.press('Delete', page.dialog());
    await page.dialog().filter({ hasText: 'Rotate the access key of tom?' }).waitFor();
    await page.press('Cancel', page.dialog());
    await page.dialog().waitFor({ state: 'detached' });
    assert.equal(await keyOf('tom'), secondKey.accessKeyId);
    assert.equal(stage().granted('DeleteAccessKey').at(-1)?.params['AccessKeyId'], unusedKey.accessKeyId);
  });

  it('names the permission that is missing', async () => {
    const { page } = stage();
    await rotate('sam');
    await page.waitForNotification(/iam:ListAccessKeys/);
    await page.screenshot('rotate keys, not allowed');
    await page.clearNotifications();
  });

  it('tells once, at the start, what AWS advises about keys of a root user', async () => {
    const { page, sandbox } = stage();
    await stage().start('owner');
    const told = await page.waitForNotification('AWS advises to delete them and to use a role: owner');
    await told.getByText('What AWS Advises').waitFor();
    await page.screenshot('root keys');
    await page.runCommand('STS: End All Sessions');
    await page.clearNotifications();
    const from = sandbox.journal.length;
    await stage().start('owner');
    await page.runCommand('STS: End All Sessions');
    await page.clearNotifications();
    assert.equal(stage().granted('GetCallerIdentity', from).length, 0, 'it is known from then on');
  });

  it('counts a key’s age from its first session here where nobody has asked AWS', async () => {
    const { page } = stage();
    const day = 24 * 3600_000;
    await stage().moveClock(91 * day);
    // The row says what was true when it was drawn.
    await page.runCommand('STS: Refresh Profiles');
    await page.tooltipOf(page.treeRow('owner'), 'at least 91 days old, more than 90: “Rotate Keys…”');
    await page.screenshot('rotate keys, at least so old');
    await page.page.mouse.move(900, 300);
  });

  it('has left no secret anywhere but in the file', async () => {
    const { page, workbench, sandbox, home } = stage();
    const known = new Set<string>(Object.values(people).map((key) => key.secretAccessKey));
    const made = sandbox
      .secrets()
      .filter((secret) => !known.has(secret) && secret !== unusedKey.secretAccessKey);
    assert.ok(made.length >= 3, 'keys have been made');
    const search = new LeakSearch(made.map((value, index) => ({ name: `secret ${String(index)}`, value })));
    const leaks: Leak[] = [...search.inText(workbench.output(), 'output of the server')];
    leaks.push(...search.inText((await page.page.locator('body').textContent()) ?? '', 'page'));
    await workbench.closeBrowser();
    for (const folder of workbench.files) {
      leaks.push(...(await searchFolder(search, folder, new Map())).leaks);
    }
    const elsewhere = leaks.filter(({ place }) => !place.includes(join(home, '.aws', 'credentials')));
    assert.deepEqual(elsewhere, [], describeLeaks(elsewhere));
    assert.notDeepEqual(leaks, [], 'the search finds what is there');
  });
});
