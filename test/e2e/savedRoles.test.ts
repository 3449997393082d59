import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, setStage } from '../support/stage.ts';

const readonlyRole = 'arn:aws:iam::444455556666:role/readonly';
const stagingRole = 'arn:aws:iam::111122223333:role/staging-dev';

/** What a folder says in its own settings: two suggestions, and things that it must not say. */
async function project(workspace: string): Promise<void> {
  await mkdir(join(workspace, '.vscode'));
  await settingsOf(workspace, {
    'stsSessions.suggestedRoles': [
      { name: 'shop-prod', roleArn: readonlyRole, sourceProfile: 'alice', color: 'red' },
      {
        name: 'shop-staging',
        roleArn: stagingRole,
        sourceProfile: 'nobody',
        externalId: 'acme-4711',
        endpoint_url: 'http://127.0.0.1:9',
      },
      { name: 'half' },
    ],
    'stsSessions.roles': [{ name: 'smuggled', roleArn: readonlyRole, sourceProfile: 'alice' }],
  });
}

function settingsOf(workspace: string, settings: object): Promise<void> {
  return writeFile(join(workspace, '.vscode', 'settings.json'), JSON.stringify(settings));
}

// One window for all, whose folder is not trusted at first.
describe('saved and suggested roles', () => {
  const stage = setStage({ project, workbench: () => ({ trust: false }) });
  /** Of the machine that the extension runs on, where its profiles are too. */
  const userSettings = (): Promise<unknown> =>
    readFile(join(stage().workbench.userDataDir, 'Machine', 'settings.json'), 'utf8')
      .then((text) => (JSON.parse(text) as Record<string, unknown>)['stsSessions.roles'])
      // Not there yet, or half-written: VS Code empties the file before it writes it.
      .catch(() => undefined);

  it('show nothing of a folder that is not trusted', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await page.treeRow('prod-admin').waitFor();
    assert.equal(await page.treeRow('Suggested by this folder').count(), 0);
    assert.equal(await page.treeRow('smuggled').count(), 0);
  });

  it('save a role that was typed in, with a name and a colour', async () => {
    const { page } = stage();
    await page.runCommand('STS: Assume Role…');
    await page.quickTitle('Assume Role (1/2)').waitFor();
    await page.answerInput(readonlyRole);
    await page.quickTitle('Assume Role (2/2)').waitFor();
    await page.pick('alice');
    await page.waitForStatus(/readonly 59m/);
    await page.clickTreeButton('readonly', 'Save Role');
    await page.pick('In your settings');
    await page.quickMessage().filter({ hasText: 'The role’s name' }).waitFor();
    await page.answerInput('shop-look');
    await page.quickMessage().filter({ hasText: 'Region' }).waitFor();
    await page.answerInput('eu-central-1');
    await page.quickRows().filter({ hasText: 'orange' }).waitFor();
    await page.screenshot('save role, colours');
    await page.pick('orange');
    await page.waitForNotification('Role saved: shop-look');
    await page.clearNotifications();
    await page.treeRow('shop-look').waitFor();
    assert.deepEqual(
      await eventually(userSettings, (value) => value !== undefined, 'the role is in the user’s settings'),
      [
        {
          name: 'shop-look',
          roleArn: readonlyRole,
          sourceProfile: 'alice',
          region: 'eu-central-1',
          color: 'orange',
        },
      ],
    );
  });

  it('start a saved role by its row, and offer it in the switcher', async () => {
    const { page } = stage();
    await page.runCommand('STS: End All Sessions');
    await page.clearNotifications();
    await page.treeRow('shop-look').filter({ hasText: 'saved' }).waitFor();
    await page.screenshot('saved role');
    await page.clickTreeButton('shop-look', 'Start');
    await page.waitForStatus(/shop-look 59m/);
    await page.runCommand('STS: End All Sessions');
    await page.clearNotifications();
    await page.runCommand('STS: Switch Session');
    await page.quickTitle('AWS session').waitFor();
    await page.quickInput().fill('shop-look');
    await page.quickRows().filter({ hasText: 'shop-look' }).first().waitFor();
    await page.leaveQuickInput();
  });

  it('edit it field by field, each answer checked and written at once', async () => {
    const { page } = stage();
    await page.clickTreeButton('shop-look', 'Edit Saved Role');
    await page.quickTitle('Edit shop-look').waitFor();
    await page.screenshot('edit saved role');
    await page.pick('Duration');
    // The list of fields has a text field too, in the same place.
    await page.quickMessage().waitFor();
    await page.quickInput().fill('5m');
    await page.quickMessage().filter({ hasText: 'This may be from 15m to 12h' }).waitFor();
    await page.answerInput('30m');
    await page
      .quickRows()
      .filter({ hasText: /Duration.*30m/ })
      .waitFor();
    await page.pick('Name');
    await page.quickMessage().filter({ hasText: 'The role’s name' }).waitFor();
    await page.answerInput('shop-reader');
    await page.quickTitle('Edit shop-reader').waitFor();
    await page.leaveQuickInput();
    await page.treeRow('shop-reader').waitFor();
    await page.treeRow('shop-look').waitFor({ state: 'detached' });
    await page.clickTreeButton('shop-reader', 'Start');
    await page.waitForStatus(/shop-reader 29m/);
    assert.equal(stage().granted('AssumeRole').at(-1)?.params['DurationSeconds'], '1800');
    await page.runCommand('STS: End All Sessions');
    await page.clearNotifications();
  });

  it('start it read-only from then on when it is made so, and save that anew', async () => {
    const { page } = stage();
    await page.clickTreeButton('shop-reader', 'Edit Saved Role');
    await page.quickTitle('Edit shop-reader').waitFor();
    await page.pick('Read-only');
    await page
      .quickRows()
      .filter({ hasText: /Read-only.*it changes nothing/ })
      .waitFor();
    await page.screenshot('edit saved role, read-only');
    await page.leaveQuickInput();
    await page.treeRow('shop-reader').filter({ hasText: 'saved · read-only' }).waitFor();
    await page.clickTreeButton('shop-reader', 'Start');
    await page.waitForStatus(/shop-reader \(read-only\) 29m/);
    const policy = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
    assert.equal(stage().granted('AssumeRole').at(-1)?.params['PolicyArns.member.1.arn'], policy);
    await page.runCommand('STS: End All Sessions');
    await page.clearNotifications();
    await page.runCommand('STS: Save Role');
    await page.quickRows().filter({ hasText: 'read-only' }).first().waitFor();
    await page.screenshot('save role, recent');
    await page.quickRows().filter({ hasText: 'read-only' }).first().click();
    await page.quickRows().filter({ hasText: 'start the whole role' }).waitFor();
    await page.screenshot('save role, less than the role');
    await page.pick('In your settings');
    await page.quickMessage().filter({ hasText: 'The role’s name' }).waitFor();
    await page.answerInput('shop-glance');
    await page.quickMessage().filter({ hasText: 'Region' }).waitFor();
    await page.answerInput('');
    await page.pick('No color');
    await page.waitForNotification('Role saved: shop-glance');
    await page.clearNotifications();
    const saved = (await eventually(
      userSettings,
      (value) => JSON.stringify(value).includes('shop-glance'),
      'the role is in the user’s settings',
    )) as readonly Readonly<Record<string, unknown>>[];
    assert.equal(saved.find(({ name }) => name === 'shop-glance')?.['readOnly'], true);
  });

  it('remove it, and put it back', async () => {
    const { page } = stage();
    await page.runCommand('STS: Remove Saved Role');
    await page.pick('shop-reader');
    const told = await page.waitForNotification('Saved role removed: shop-reader');
    await page.treeRow('shop-reader').waitFor({ state: 'detached' });
    await page.press('Undo', told);
    await page.treeRow('shop-reader').waitFor();
  });

  it('say what is wrong with an entry that somebody wrote by hand', async () => {
    const { page } = stage();
    const before = (await userSettings()) as readonly object[];
    const value = [...before, { name: 'typo', roleArn: 'arn:aws:iam::1:role/x', sourceProfile: 'alice' }];
    await (await page.companion).ask('writeSetting', { name: 'stsSessions.roles', value });
    await page
      .treeRow('typo')
      .filter({ hasText: 'roleArn: The account in the ARN needs 12 digits' })
      .waitFor();
    await page.screenshot('broken saved role');
    await (await page.companion).ask('writeSetting', { name: 'stsSessions.roles', value: before });
    await page.treeRow('typo').waitFor({ state: 'detached' });
  });

  it('show a folder’s suggestions from the moment on at which it is trusted, and none of its own roles', async () => {
    const { page } = stage();
    await page.runCommand('Workspaces: Manage Workspace Trust');
    await page.press('Trust', page.page.locator('.workspace-trust-editor'));
    await page.treeRow('Suggested by this folder').waitFor();
    await page.runCommand('View: Close All Editors');
    assert.match(
      (await page.treeRow('shop-prod').textContent()) ?? '',
      /4444-5555-6666 · readonly · from project/,
    );
    await page.treeRow('half').filter({ hasText: 'This is missing: roleArn' }).waitFor();
    assert.equal(await page.treeRow('smuggled').count(), 0);
    await page.screenshot('suggested roles');
  });

  it('ask once before the first start, naming account, role and folder', async () => {
    const { page } = stage();
    await page.clickTreeButton('shop-prod', 'Start');
    const question = page.dialog().filter({
      hasText: 'The folder project suggests the role readonly in account 4444-5555-6666',
    });
    await question.waitFor();
    await question.filter({ hasText: `your credentials of alice: ${readonlyRole}` }).waitFor();
    await page.screenshot('suggested role, question');
    const before = stage().sandbox.journal.length;
    await page.press('Cancel', page.dialog());
    await page.dialog().waitFor({ state: 'detached' });
    assert.equal(stage().sandbox.journal.length, before, 'a no sends nothing');
    // What was saved is never asked about again, so that saving asks as well.
    await page.clickTreeButton('shop-prod', 'Save Role');
    await question.waitFor();
    await question.filter({ hasText: 'The folder calls it: shop-prod' }).waitFor();
    await page.press('Cancel', page.dialog());
    await page.dialog().waitFor({ state: 'detached' });
    await page.clickTreeButton('shop-prod', 'Start');
    await page.press('Use This Role', page.dialog());
    await page.press('Do Not Add', page.dialog());
    await page.dialog().waitFor({ state: 'detached' });
    await page.waitForStatus(/shop-prod 59m/);
    await page.runCommand('STS: End All Sessions');
    await page.clearNotifications();
    await page.clickTreeButton('shop-prod', 'Start');
    await page.waitForStatus(/shop-prod 59m/);
    assert.equal(await page.dialog().count(), 0);
    await page.runCommand('STS: End All Sessions');
    await page.clearNotifications();
  });

  it('let the person choose the source that the folder does not know', async () => {
    const { page } = stage();
    await page.clickTreeButton('shop-staging', 'Start');
    await page.quickTitle('Start Role').waitFor();
    await page.pick('alice');
    await page.press('Use This Role', page.dialog());
    await page.waitForStatus(/shop-staging 59m/);
    // To the sandbox, not to where the folder wanted it.
    assert.equal(stage().granted('AssumeRole').at(-1)?.params['RoleArn'], stagingRole);
    await page.runCommand('STS: End All Sessions');
    await page.clearNotifications();
  });

  it('ask again when the folder has changed its mind', async () => {
    const { page, workspace } = stage();
    await settingsOf(workspace, {
      'stsSessions.suggestedRoles': [
        { name: 'shop-prod', roleArn: 'arn:aws:iam::444455556666:role/admin', sourceProfile: 'alice' },
      ],
    });
    await page.treeRow('shop-prod').filter({ hasText: '· admin ·' }).waitFor();
    await page.clickTreeButton('shop-prod', 'Start');
    await page.dialog().filter({ hasText: 'suggests the role admin in account 4444-5555-6666' }).waitFor();
    await page.press('Cancel', page.dialog());
    await page.dialog().waitFor({ state: 'detached' });
    assert.equal(stage().granted('AssumeRole').at(-1)?.params['RoleArn'], stagingRole);
  });
});
