import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { SandboxData } from '../sandbox/data.ts';
import { demoData } from '../sandbox/demo.ts';
import { mayLook, role } from '../support/finderWorld.ts';
import { setStage } from '../support/stage.ts';

/** The demo's world, in which alice may also read IAM, and two more roles that let her in. */
function data(): SandboxData {
  const { accounts, ...rest } = demoData();
  const [main, ...others] = accounts;
  assert.ok(main);
  return {
    ...rest,
    accounts: [
      {
        ...main,
        users: (main.users ?? []).map((user) =>
          user.name === 'alice' ? { ...user, policies: [...(user.policies ?? []), ...mayLook] } : user,
        ),
        roles: [
          ...(main.roles ?? []),
          role('night-ops', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
          role('vendor-audit', { StringEquals: { 'sts:ExternalId': 'audit-0815' } }),
          role('on-call', { StringLike: { 'sts:RoleSessionName': 'on-call-*' } }),
          role('office-only', { StringEquals: { 'aws:PrincipalOrgID': 'o-example' } }),
          role('strangers', undefined, '999988887777'),
        ],
      },
      ...others,
    ],
  };
}

// One window for all: what IAM says that alice can assume, then what it says to somebody who may not ask.
describe('found roles', () => {
  const stage = setStage({ data: data() });

  it('are looked for with the keys of a profile, and asked nothing else', async () => {
    const { page, sandbox } = stage();
    await page.openView('AWS Sessions');
    await page.treeRow('alice').waitFor();
    await page.runCommand('STS: Find Roles I Can Assume');
    await page.quickTitle('Find Roles').waitFor();
    await page.pick('alice');
    await page.waitForNotification('6 roles can be assumed from alice, and 1 more perhaps');
    assert.equal(stage().granted('ListRoles').length, 1);
    assert.deepEqual(
      sandbox.journal.filter(({ status }) => status !== 200),
      [],
    );
    assert.equal(stage().granted('AssumeRole').length, 0);
    assert.equal(stage().granted('GetSessionToken').length, 0);
  });

  it('stand below the profile, with what each asks for', async () => {
    const { page } = stage();
    await page.clearNotifications();
    await page.foldTreeRow('Roles found', true);
    await page.treeRow('night-ops').waitFor();
    await page.screenshot('found roles');
    const text = async (label: string): Promise<string> => (await page.treeRow(label).textContent()) ?? '';
    assert.match(await text('Roles found'), /7 · (\w{3} )?\d\d:\d\d/);
    assert.match(await text('night-ops'), /1111-2222-3333 · MFA/);
    assert.match(await text('vendor-audit'), /1111-2222-3333 · external ID/);
    assert.match(await text('office-only'), /perhaps, depends on aws:PrincipalOrgID/);
    assert.equal(await page.treeRow('strangers').count(), 0);
  });

  it('start with the code that they ask for', async () => {
    const { page, sandbox } = stage();
    await page.clickTreeButton('night-ops', 'Start');
    await page.quickTitle(/^MFA Code/).waitFor();
    await page.answerInput(sandbox.unusedCode('alice'));
    await page.press('Do Not Add', page.dialog());
    await page.dialog().waitFor({ state: 'detached' });
    await page.waitForStatus(/night-ops 59m/);
    const [call] = stage().granted('AssumeRole');
    assert.equal(call?.params['SerialNumber'], 'arn:aws:iam::111122223333:mfa/alice');
    // The row is the session from now on.
    await page
      .treeRow('Roles found')
      .locator('xpath=following::*[contains(@class,"label-name")][.="night-ops"]')
      .first()
      .waitFor();
  });

  it('start with the external ID that their trust policy gives away', async () => {
    const { page } = stage();
    await page.clickTreeButton('vendor-audit', 'Start');
    await page.waitForStatus(/vendor-audit 59m/);
    assert.equal(stage().granted('AssumeRole').at(-1)?.params['ExternalId'], 'audit-0815');
  });

  it('ask for what has to look as the trust policy says, and take nothing else', async () => {
    const { page } = stage();
    await page.clickTreeButton('on-call', 'Start');
    await page.quickMessage().filter({ hasText: 'it must look like this: on-call-*' }).waitFor();
    await page.quickInput().fill('alice');
    await page.quickMessage().filter({ hasText: 'takes only what looks like this: on-call-*' }).waitFor();
    await page.screenshot('found role, session name');
    await page.answerInput('on-call-alice');
    await page.waitForStatus(/on-call 59m/);
    assert.equal(stage().granted('AssumeRole').at(-1)?.params['RoleSessionName'], 'on-call-alice');
  });

  it('are saved as a profile that every AWS tool knows', async () => {
    const { page, configFile } = stage();
    await page.clickTreeButton('office-only', 'Save Role');
    await page.quickTitle('Save Role (1/').waitFor();
    await page.screenshot('save role');
    await page.pick('As a profile in the AWS config file');
    await page.quickMessage().filter({ hasText: 'The profile’s name' }).waitFor();
    assert.equal(await page.quickInput().inputValue(), 'office-only');
    await page.answerInput('office');
    await page.quickMessage().filter({ hasText: 'Region' }).waitFor();
    await page.answerInput('');
    await page.waitForNotification('Profile added: office');
    assert.match(
      await readFile(configFile, 'utf8'),
      /\n\[profile office\]\nrole_arn = arn:aws:iam::111122223333:role\/office-only\nsource_profile = alice\n$/,
    );
    await page.clearNotifications();
    // Nobody saves it twice.
    await page.treeRow('office-only').filter({ hasText: ', in profile office' }).waitFor();
  });

  it('are there after a reload, and looked for again when the person asks', async () => {
    const { page } = stage();
    await page.reload();
    await page.openView('AWS Sessions');
    await page.treeRow('Roles found').waitFor();
    const before = stage().granted('ListRoles').length;
    await page.clickTreeButton('Roles found', 'Look for Roles Again');
    await page.waitForNotification('6 roles can be assumed from alice');
    assert.equal(stage().granted('ListRoles').length, before + 1);
    await page.clearNotifications();
  });

  it('cannot be found by somebody who may not ask: the permissions that are missing are named', async () => {
    const { page } = stage();
    await page.runCommand('STS: Find Roles I Can Assume');
    await page.pick('default');
    const told = await page.waitForNotification('No role could be found for default');
    assert.match((await told.textContent()) ?? '', /permissions are missing: iam:ListRoles, /);
    await page.screenshot('found roles, permissions missing');
    // Many accounts let nobody read anything without a code.
    await told.getByText('Try with MFA Code').waitFor();
    await page.clearNotifications();
  });

  it('say what is wrong when IAM does not answer as IAM', async () => {
    const { page, sandbox } = stage();
    sandbox.control.raw({ status: 200, body: '<html>sign in</html>' }, { operation: 'ListRoles' });
    await page.runCommand('STS: Find Roles I Can Assume');
    await page.pick('alice');
    await page.waitForNotification(/web page/);
    sandbox.control.clear();
    await page.clearNotifications();
  });

  it('stop being looked for when the person has had enough', async () => {
    const { page, sandbox } = stage();
    const release = sandbox.control.hold({ operation: 'ListRoles' });
    const from = sandbox.journal.length;
    await page.runCommand('STS: Find Roles I Can Assume');
    await page.pick('alice');
    const waiting = await page.waitForNotification('Looking for roles that alice can assume');
    await page.press('Cancel', waiting);
    await sandbox.waitForCall(({ operation, state }) => operation === 'ListRoles' && state === 'dropped', {
      from,
    });
    release();
  });

  it('are looked for with a role’s session, which new terminals do not get', async () => {
    const { page } = stage();
    await page.runCommand('STS: End All Sessions');
    await page.clearNotifications();
    await page.runCommand('STS: Find Roles I Can Assume');
    await page.pick('hub');
    await page.waitForNotification(/No role could be found for hub/);
    await page.treeRow('hub').filter({ hasText: /5\dm/ }).waitFor();
    await page.screenshot('found roles, nothing active');
    assert.doesNotMatch((await page.statusBarItem().textContent()) ?? '', /hub/);
    await page.clearNotifications();
  });

  it('are forgotten when the person says so', async () => {
    const { page } = stage();
    await page.runCommand('STS: End All Sessions');
    await page.clearNotifications();
    const groups = page.treeRows().filter({ hasText: 'Roles found' });
    const before = await groups.count();
    assert.ok(before > 1);
    await page.chooseFromMenu('Roles found', 'Forget Found Roles');
    await groups.nth(before - 1).waitFor({ state: 'detached' });
    assert.equal(await groups.count(), before - 1);
  });
});
