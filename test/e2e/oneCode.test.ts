import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AccountData, SandboxData, UserData } from '../sandbox/data.ts';
import { demoData, writeDemoHome } from '../sandbox/demo.ts';
import { eventually, setStage } from '../support/stage.ts';
import type { WorkbenchPage } from '../support/workbenchPage.ts';

const main = 'arn:aws:iam::111122223333';
const phone = `${main}:mfa/alice`;
const tablet = `${main}:mfa/tablet`;
const team = ['team-1', 'team-2', 'team-3', 'team-4', 'team-5', 'team-6'] as const;

/** Roles that ask for alice's code, one that wants more than an hour, and one that wants a code of its own. */
const config = (url: string): string => {
  const common = `region = eu-central-1\nendpoint_url = ${url}\nmfa_serial = ${phone}\n`;
  const roles = [
    ...team.map((name) => ({ name, role: 'admin', more: '' })),
    { name: 'team-long', role: 'admin', more: 'duration_seconds = 14400\n' },
    { name: 'team-fresh', role: 'fresh', more: '' },
    { name: 'team-tablet', role: 'admin', more: '' },
  ].map(
    ({ name, role, more }) =>
      `[profile ${name}]\nrole_arn = arn:aws:iam::444455556666:role/${role}\nsource_profile = alice\n${common}${more}`,
  );
  return [`[profile alice]\n${common}`, ...roles].join('\n');
};

/** The demo with more devices for alice, the right to list them, and a role that wants a fresh code. */
function data(): SandboxData {
  const demo = demoData();
  const withDevices = (user: UserData): UserData => ({
    ...user,
    mfa: [
      ...(user.mfa ?? []),
      { serial: tablet, seed: 'SANDBOXSEEDOFTABLETFORTESTSONLY3' },
      { serial: `${main}:u2f/user/alice/yubi`, seed: 'SANDBOXSEEDOFNOBODYFORTESTSONLY3' },
    ],
    policies: [{ Effect: 'Allow', Action: 'iam:ListMFADevices', Resource: '*' }],
  });
  const changed = (account: AccountData): AccountData =>
    account.id === '111122223333'
      ? {
          ...account,
          users: (account.users ?? []).map((user) => (user.name === 'alice' ? withDevices(user) : user)),
        }
      : {
          ...account,
          roles: [
            ...(account.roles ?? []),
            {
              name: 'fresh',
              trust: {
                Version: '2012-10-17',
                Statement: {
                  Effect: 'Allow',
                  Principal: { AWS: `${main}:root` },
                  Action: 'sts:AssumeRole',
                  Condition: { NumericLessThan: { 'aws:MultiFactorAuthAge': '300' } },
                },
              },
              policies: [],
            },
          ],
        };
  return { ...demo, accounts: demo.accounts.map(changed) };
}

// Two windows for all: each test goes on where the one before it stopped.
describe('one code for many roles', () => {
  const stage = setStage({
    data: () => Promise.resolve(data()),
    fill: async (home, url) => {
      const { configFile } = await writeDemoHome(home, url);
      await writeFile(configFile, config(url));
    },
  });
  let second: WorkbenchPage;

  const calls = (from: number): readonly string[] =>
    stage()
      .sandbox.journal.slice(from)
      .map(({ operation, status }) => `${operation} ${String(status)}`)
      .toSorted();

  /** The person's settings as VS Code has written them. */
  const settingText = async (): Promise<string> =>
    JSON.stringify(await (await stage().page.companion).ask('readSetting', { name: 'stsSessions.mfaUse' }));

  const live = (page: WorkbenchPage, name: string) =>
    page.treeRows().and(page.page.locator('[aria-level="2"]')).filter({ hasText: name });

  /** Runs a command for the keys of alice. Her row alone is left before it is clicked: rows move while a list opens. */
  const chooseForAlice = async (command: string, title: string): Promise<void> => {
    const { page } = stage();
    const other = page.quickRows().filter({ hasText: 'root-main' });
    await page.runCommand(command);
    await page.quickTitle(title).waitFor();
    await other.waitFor();
    await page.quickInput().fill('alice');
    await other.waitFor({ state: 'detached' });
    await page.pick('alice');
  };

  /** The rows of the MFA session: its own, and the one of the profile whose keys it comes from. */
  const shared = (page: WorkbenchPage) => page.treeRows().filter({ hasText: 'MFA session' });

  it('is explained in the plan, with what comes of each way, before anything starts', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await page.treeRow('team-1').waitFor();
    await page.chooseFromMenu('team-1', 'Show Plan');
    await page.quickTitle('Plan: team-1').waitFor();
    await page.screenshot('one code: plan before');
    await page.pick('MFA with each role: alice');
    await page.quickTitle('How MFA Is Used').waitFor();
    await page.quickRows().filter({ hasText: 'One code starts them all for 12h 00m' }).waitFor();
    await page.screenshot('one code: choice');
    await page.page.keyboard.press('Escape');
    // Nothing was chosen: the plan comes back as it was.
    await page.quickTitle('Plan: team-1').waitFor();
    await page.quickRows().filter({ hasText: 'MFA with each role: alice' }).waitFor();
    await page.page.keyboard.press('Escape');
    await page.quickTitle('Plan: team-1').waitFor({ state: 'hidden' });
    assert.equal(stage().sandbox.journal.length, 0);
  });

  it('is offered once, when a second role has asked for the same device', async () => {
    const { page } = stage();
    await stage().startFirst('team-1', { mfa: true });
    await stage().start('team-2', { mfa: true });
    const offer = await page.waitForNotification(/One code can start all roles.*: alice/);
    await page.screenshot('one code: offer');
    await page.press('Use One MFA Session', offer);
    await page.clearNotifications();
    await eventually(settingText, (text) => text.includes('oneSession'), 'the choice is in the settings');
    await page.chooseFromMenu('team-3', 'Show Plan');
    await page.quickTitle('Plan: team-3').waitFor();
    await page.quickRows().filter({ hasText: 'alice: GetSessionToken' }).waitFor();
    await page.quickRows().filter({ hasText: 'One MFA session for all roles: alice' }).waitFor();
    await page.screenshot('one code: plan after');
    await page.leaveQuickInput();
    assert.deepEqual(calls(0), ['AssumeRole 200', 'AssumeRole 200']);
  });

  it('starts roles at once in two windows, asked for in one of them, and is sent once', async () => {
    const { page, sandbox, workbench, workspace } = stage();
    const other = join(workspace, '..', 'other');
    await mkdir(other);
    second = await workbench.openPage({ workspace: other });
    await second.openView('AWS Sessions');
    await second.treeRow('team-4').waitFor();
    const from = sandbox.journal.length;
    await page.clickTreeButton('team-3', 'Start');
    await page.quickTitle(/^MFA Code for alice from Device alice/).waitFor();
    for (const name of ['team-4', 'team-5']) {
      // Not by their rows, which are drawn anew with each session that begins to start.
      await second.runCommand('STS: Start Session from Profile');
      await second.quickTitle('Start Session').waitFor();
      await second.pick(name);
      await live(second, name).filter({ hasText: 'starting' }).waitFor();
    }
    await page.quickMessage().filter({ hasText: 'one code is for all roles of: alice' }).waitFor();
    await page.screenshot('one code: asked');
    await page.answerInput(sandbox.unusedCode('alice'));
    for (const name of ['team-3', 'team-4', 'team-5']) {
      await live(page, name).filter({ hasText: /5\dm/ }).waitFor();
      await live(second, name).filter({ hasText: /5\dm/ }).waitFor();
    }
    assert.deepEqual(calls(from), [...Array<string>(3).fill('AssumeRole 200'), 'GetSessionToken 200']);
    assert.equal(sandbox.reusedCodes(), 0);
    await page.screenshot('one code: started');
  });

  it('starts the next role, in either window, without any question', async () => {
    const { sandbox } = stage();
    const from = sandbox.journal.length;
    await stage().start('team-6', { page: second });
    await second.waitForStatus(/^ ?team-6 5\dm$/);
    assert.deepEqual(calls(from), ['AssumeRole 200']);
  });

  it('is a session of its own, under a clear name', async () => {
    const { page } = stage();
    await shared(page)
      .filter({ hasText: /alice.*1[12]h/ })
      .first()
      .waitFor();
    await page.runCommand('STS: Switch Session');
    await page.quickTitle('AWS session').waitFor();
    await page.quickRows().filter({ hasText: 'MFA session' }).first().waitFor();
    await page.screenshot('one code: switcher');
    await page.leaveQuickInput();
  });

  it('renews roles without a person while it lasts', async () => {
    const { page, sandbox } = stage();
    const from = sandbox.journal.length;
    await stage().moveClock(50 * 60_000, [page, second]);
    await eventually(
      () => stage().granted('AssumeRole', from).length,
      (count) => count >= 4,
      'four roles are renewed by themselves',
      60_000,
    );
    await live(page, 'team-3').filter({ hasText: /5\dm/ }).waitFor();
    assert.equal(stage().granted('GetSessionToken', from).length, 0);
  });

  it('says that a role wants more than an hour, and starts it with a code of its own', async () => {
    const { page, sandbox } = stage();
    await page.clickTreeButton('team-long', 'Start');
    const note = await page.waitForNotification(/at most 1 hour, this one asks for 4h 00m: team-long/);
    await page.screenshot('one code: too short');
    const from = sandbox.journal.length;
    await page.press('Use MFA with Each Role', note);
    await page.quickTitle(/^MFA Code for team-long/).waitFor();
    await page.answerInput(sandbox.unusedCode('alice'));
    await page.waitForStatus(/^ ?team-long 3h 5\dm$/);
    assert.deepEqual(calls(from), ['AssumeRole 200']);
    await page.clearNotifications();
  });

  it('says that a role does not take the session, and starts it with a code of its own', async () => {
    const { page, sandbox } = stage();
    await chooseForAlice('STS: Choose How MFA Is Used for Roles…', 'How MFA Is Used');
    await page.quickRows().filter({ hasText: 'MFA with each role' }).filter({ hasText: 'in use' }).waitFor();
    await page.pick('One MFA session for all roles');
    await eventually(settingText, (text) => text.includes('oneSession'), 'the choice is in the settings');
    await page.clickTreeButton('team-fresh', 'Start');
    const note = await page.waitForNotification(/it may ask for an MFA code of its own.*fresh/);
    await page.screenshot('one code: refused');
    await page.press('Use MFA with Each Role', note);
    await page.quickTitle(/^MFA Code for team-fresh/).waitFor();
    await page.answerInput(sandbox.unusedCode('alice'));
    await page.waitForStatus(/^ ?team-fresh 5\dm$/);
    await page.clearNotifications();
  });

  it('can come from another of the user’s devices, chosen once', async () => {
    const { page, sandbox } = stage();
    await chooseForAlice('STS: Choose MFA Device…', 'Choose MFA Device');
    await page.quickRows().filter({ hasText: 'Security key yubi' }).waitFor();
    await page.screenshot('one code: devices');
    await page.pick('tablet (1111-2222-3333)');
    await page.quickTitle('Remember tablet').waitFor();
    await page.screenshot('one code: remember');
    await page.pick('In the settings');
    await page.waitForNotification(/Codes for alice now come from: tablet/);
    await page.clearNotifications();
    const from = sandbox.journal.length;
    await page.clickTreeButton('team-tablet', 'Start');
    await page.quickTitle(/^MFA Code for team-tablet from Device tablet/).waitFor();
    await page.answerInput(sandbox.unusedCode(tablet));
    await page.waitForStatus(/^ ?team-tablet 5\dm$/);
    const [call] = stage().granted('AssumeRole', from);
    assert.equal(call?.params['SerialNumber'], tablet);
    assert.doesNotMatch(await readFile(stage().configFile, 'utf8'), /mfa\/tablet/);
  });

  it('ends with its session: roles go on to their own end, and then ask', async () => {
    const { page } = stage();
    await shared(page).first().waitFor();
    await page.clickTreeButton('alice', 'End Session');
    await shared(page).first().waitFor({ state: 'detached' });
    await shared(second).first().waitFor({ state: 'detached' });
    await live(page, 'team-3').waitFor();
    await live(second, 'team-3').waitFor();
  });
});
