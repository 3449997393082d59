import assert from 'node:assert/strict';
import type { SandboxData } from '../sandbox/data.ts';
import { demoData } from '../sandbox/demo.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage, type Answer } from '../support/stage.ts';

const readOnlyAccess = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const billing = /^arn:aws:sts::111122223333:assumed-role\/billing-read\//;
const twin = 'billing-read (for agents)';

/** The demo's world, in which billing-read may also write something. */
function world(): SandboxData {
  const data = demoData();
  const writes = { Effect: 'Allow', Action: 'iam:CreateAccountAlias', Resource: '*' } as const;
  return {
    ...data,
    accounts: data.accounts.map(({ roles = [], ...account }) => ({
      ...account,
      roles: roles.map((role) =>
        role.name === 'billing-read' ? { ...role, policies: [...(role.policies ?? []), writes] } : role,
      ),
    })),
  };
}

// One window for all, in the order in which a person meets it.
describeIf(awsCli !== undefined, noAwsCli, 'the terminals of coding agents', () => {
  const stage = setStage({ data: world() });

  /** Who a tool is that an agent runs; in a shell of its own, as agents have it. */
  const agentAsks = (mark = 'AI_AGENT=test_agent'): Promise<Answer> =>
    stage().runAside(`env ${mark} ${stage().askIdentity()}`);
  const agentCalls = (call: string): Promise<Answer> =>
    stage().runAside(
      `env AI_AGENT=test_agent ${awsCli ?? 'aws'} iam ${call} --endpoint-url ${stage().sandbox.url} --region us-east-1`,
    );

  /** The choice stands in the settings a moment after the click. */
  const chosen = async (access: string): Promise<void> => {
    const companion = await stage().page.companion;
    await eventually(
      () => companion.ask('readSetting', { name: 'stsSessions.agentAccess' }),
      (value) => value === access,
      'what agents get is in the settings',
    );
  };

  it('get nothing before anybody has chosen, and their tools say what to do', async () => {
    const { page } = stage();
    await stage().startFirst('billing-read');
    await page.openTerminal();
    assert.match((await stage().whoAmI()).text, billing);
    const calls = stage().sandbox.journal.length;
    const refused = await agentAsks();
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.text,
      /Agents get no AWS credentials until a person chooses in VS Code .*: billing-read/,
    );
    assert.equal(stage().sandbox.journal.length, calls, 'nothing reached AWS');
  });

  it('are told by each variable of the list, and a person is not taken for one', async () => {
    for (const mark of ['CLAUDECODE=1', 'CODEX_SANDBOX=seatbelt', 'GEMINI_CLI=1']) {
      assert.match((await agentAsks(mark)).text, /until a person chooses/, mark);
    }
    assert.match((await agentAsks('AI_AGENT= NOTE="AI_AGENT=1"')).text, billing);
  });

  it('make VS Code ask once what agents get', async () => {
    const { page } = stage();
    const question = await page.waitForNotification(
      'An agent asks for AWS credentials, choose what agents get of your sessions: billing-read',
    );
    assert.equal(await page.notifications().filter({ hasText: 'An agent asks' }).count(), 1);
    await page.screenshot('agents: what they get');
    await page.press('Read-Only', question);
    await chosen('readOnly');
  });

  it('get a read-only session of their own beside the person’s', async () => {
    const { page } = stage();
    const { code, text } = await agentAsks();
    assert.equal(code, 0, text);
    assert.match(text, billing);
    const calls = stage().granted('AssumeRole');
    assert.equal(calls.length, 2);
    assert.equal(calls[1]?.params['PolicyArns.member.1.arn'], readOnlyAccess);
    await page.openView('AWS Sessions');
    await page.treeRow(twin).waitFor();
    await page.waitForStatus(/^ ?billing-read \d+m$/);
    await page.screenshot('agents: read-only session');
  });

  it('read with it and change nothing, while the person may', async () => {
    const reads = await agentCalls('list-account-aliases --query AccountAliases --output text');
    assert.deepEqual(reads, { code: 0, text: 'acme-main' });
    const refused = await agentCalls('create-account-alias --account-alias taken-over');
    assert.match(refused.text, /AccessDenied.*iam:CreateAccountAlias/s);
    const mine = await stage().runAside(
      `${awsCli ?? 'aws'} iam create-account-alias --account-alias acme-main-2 --endpoint-url ${stage().sandbox.url} --region us-east-1`,
    );
    assert.deepEqual(mine, { code: 0, text: '' });
    assert.equal(stage().granted('AssumeRole').length, 2, 'both sessions are kept');
  });

  it('keep that over a reload of the window, without another question', async () => {
    const { page } = stage();
    await page.reload();
    await page.waitForStatus(/billing-read \d+m/);
    // The terminal of before comes back by itself; only then is the one that is opened the active one, and stays so.
    await page.waitForTerminalText(/>run\d+/);
    await page.openTerminal();
    const calls = stage().sandbox.journal.length;
    assert.match((await agentAsks()).text, billing);
    assert.deepEqual(
      stage()
        .sandbox.journal.slice(calls)
        .map(({ operation }) => operation),
      ['GetCallerIdentity'],
    );
  });

  it('are asked for again when the person ends just theirs', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await page.clickTreeButton(twin, 'End Session');
    await page.treeRow(twin).waitFor({ state: 'detached' });
    await page.clearNotifications();
    const asking = agentAsks();
    const question = await page.waitForNotification('An agent asks again for AWS credentials');
    await page.screenshot('agents: again');
    await page.press('Start Again', question);
    assert.match((await asking).text, billing);
  });

  it('lose theirs with the person’s', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await page.treeRow(twin).waitFor();
    await page.clickTreeButton('billing-read', 'End Session');
    await page.treeRow(twin).waitFor({ state: 'detached' });
    assert.match((await agentAsks()).text, /This session was ended in VS Code/);
  });

  it('cost one more code behind MFA, which VS Code asks for before any box opens', async () => {
    const { page, sandbox } = stage();
    await page.clearNotifications();
    await stage().start('prod-admin', { mfa: true });
    await page.openTerminal();
    const asking = agentAsks();
    const question = await page.waitForNotification(
      'its read-only session takes one more MFA code: prod-admin',
    );
    assert.equal(await page.quickInput().isVisible(), false);
    await page.screenshot('agents: one more code');
    await page.press('Enter Code', question);
    await page.quickTitle(/^MFA Code for prod-admin \(for agents\)/).waitFor();
    await page.answerInput(sandbox.unusedCode('alice'));
    assert.match((await asking).text, /^arn:aws:sts::444455556666:assumed-role\/admin\//);
    await page.waitForStatus(/^ ?prod-admin \d+m$/);
  });

  it('get nothing where a session cannot be read-only, and the person is told why', async () => {
    const { page } = stage();
    await page.clearNotifications();
    await stage().start('alice', { mfa: true });
    await page.openTerminal();
    const refused = await agentAsks();
    assert.notEqual(refused.code, 0);
    assert.match(refused.text, /Agents get read-only sessions only, and this one cannot be that/);
    await page.waitForNotification(
      'An agent gets nothing of alice, because it cannot be read-only (The keys of a user',
    );
    await page.screenshot('agents: cannot be read-only');
  });

  it('get the same when the person chooses so, by a command', async () => {
    const { page } = stage();
    await page.clearNotifications();
    await page.runCommand('STS: Choose What Agents Get');
    await page.quickTitle('What coding agents get').waitFor();
    await page.quickRows().filter({ hasText: 'as it is now' }).filter({ hasText: 'Read-Only' }).waitFor();
    await page.screenshot('agents: choose');
    await page.leaveQuickInput();
    assert.match((await agentAsks()).text, /read-only sessions only/, 'Escape changes nothing');
    await page.runCommand('STS: Choose What Agents Get');
    await page.quickTitle('What coding agents get').waitFor();
    await page.pick('The Same');
    await chosen('same');
    assert.match((await agentAsks()).text, /^arn:aws:iam::111122223333:user\/alice$/);
  });

  it('get no more than read-only of what is guarded so, and nothing without a yes where it asks first', async () => {
    const { page } = stage();
    const companion = await page.companion;
    await companion.ask('writeSetting', {
      name: 'stsSessions.guards',
      value: [{ match: { profile: 'alice' }, name: 'CARE', readOnlyByDefault: true }],
    });
    assert.match((await agentAsks()).text, /read-only sessions only/);
    await companion.ask('writeSetting', {
      name: 'stsSessions.guards',
      value: [{ match: { profile: 'alice' }, name: 'CARE', askBeforeStart: true }],
    });
    const asking = agentAsks();
    const question = await page.waitForNotification(
      'An agent asks for AWS credentials of a guarded session: alice',
    );
    await page.screenshot('agents: guarded');
    await page.press('Allow', question);
    assert.match((await asking).text, /user\/alice$/);
  });
});
