import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalEntry } from '../sandbox/journal.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage } from '../support/stage.ts';

const readOnlyAccess = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

/** A call for the role that nobody has allowed. */
const isReader = ({ params }: JournalEntry): boolean => params['RoleArn']?.endsWith('/readonly') === true;

// One window for all, under a session that a person has started.
describeIf(awsCli !== undefined, noAwsCli, 'language models and MCP servers', () => {
  const stage = setStage();

  it('find a person at work', () => stage().startFirst('billing-read'));

  /** What a tool answered as JSON; VS Code's own question and ours are answered by `answers`. */
  const invoke = async (name: string, input: object, answers: readonly string[]): Promise<unknown> => {
    const { page } = stage();
    const invoking = (await page.companion).ask('invokeTool', { name, input });
    for (const answer of answers) {
      const button = page.dialog().locator('.monaco-button', { hasText: answer });
      await Promise.race([button.waitFor(), invoking]);
      await page.screenshot(`agents: ${name}, ${answer}`);
      await button.click();
      await button.waitFor({ state: 'detached' });
    }
    const given = await invoking;
    return given.error === undefined ? JSON.parse(given.value) : given.error.name;
  };

  it('offer language models two tools, which tell who we are after a confirmation', async () => {
    const { page } = stage();
    const names = await (await page.companion).ask('toolNames', { prefix: 'sts_sessions_' });
    assert.deepEqual([...names].sort(), ['sts_sessions_start', 'sts_sessions_whoami']);
    const told = JSON.stringify(await invoke('sts_sessions_whoami', {}, ['Yes']));
    assert.match(told, /"name":"billing-read","active":true,"state":"live"/);
    assert.match(told, /"roleArn":"arn:aws:iam::111122223333:role\/finance\/billing-read"/);
    assert.doesNotMatch(told, /ASIA|EXAMPLEKEY|[A-Za-z0-9+/=]{60}/);
    assert.equal(await invoke('sts_sessions_whoami', {}, ['Cancel']), 'Canceled');
  });

  it('let a model ask for a session, which two questions keep it from having by itself', async () => {
    const { page } = stage();
    const input = { profile: 'prod-readonly' };
    assert.match(
      JSON.stringify(await invoke('sts_sessions_start', input, ['Yes', 'Deny'])),
      /"outcome":"refused"/,
    );
    assert.equal(stage().granted('AssumeRole').filter(isReader).length, 0);
    const other = { profile: 'hub' };
    const started = JSON.stringify(await invoke('sts_sessions_start', other, ['Yes', 'Start Session']));
    assert.match(started, /"outcome":"started"/);
    assert.match(started, /STS_SESSIONS_ID=[0-9a-f]{20} /);
    await page.waitForStatus(/^ ?billing-read \d+m$/);
    await page.openView('AWS Sessions');
    await page.treeRow('hub').waitFor();
  });

  it('give an MCP server of the settings a session by a pointer, with what agents get of it', async () => {
    const { page, home } = stage();
    const file = join(home, 'server.txt');
    const script = `{ env; ${stage().askIdentity()}; echo end; } >${file}.new 2>&1; mv ${file}.new ${file}`;
    const companion = await page.companion;
    await companion.ask('writeSetting', { name: 'stsSessions.agentAccess', value: 'readOnly' });
    await companion.ask('writeSetting', {
      name: 'stsSessions.mcpServers',
      value: [{ label: 'probe', command: '/bin/sh', args: ['-c', script], profile: 'billing-read' }],
    });
    // Not in the palette of an editor without a chat. It answers when its list is closed.
    void companion.ask('executeCommand', { id: 'workbench.mcp.listServer', args: [] });
    await page.quickRows().filter({ hasText: 'probe' }).first().waitFor();
    await page.screenshot('agents: MCP servers');
    await page.pick('probe');
    await page.pick('Start Server');
    const written = await eventually(
      () => readFile(file, 'utf8').catch(() => ''),
      (text) => text.endsWith('end\n'),
      'the server has written who it is',
    );
    assert.match(written, /^arn:aws:sts::111122223333:assumed-role\/billing-read\//m);
    assert.match(written, /^AI_AGENT=sts_sessions_mcp$/m);
    assert.match(written, /^AWS_PROFILE=vscode-eu-central-1$/m);
    assert.doesNotMatch(written, /ASIA|AWS_SECRET/);
    assert.equal(stage().granted('AssumeRole').at(-1)?.params['PolicyArns.member.1.arn'], readOnlyAccess);
  });

  it('let a person choose the server and its profile', async () => {
    const { page } = stage();
    await page.clearNotifications();
    await page.runCommand('STS: Give an MCP Server a Session');
    await page.quickTitle('Give an MCP Server a Session').waitFor();
    await page.screenshot('agents: give a server a session');
    await page.pick('AWS API MCP Server');
    await page.quickTitle('Whose session?').waitFor();
    await page.pick('prod-readonly');
    await page.waitForNotification(
      'The MCP server “AWS API MCP Server” gets what agents get of prod-readonly',
    );
    void (await page.companion).ask('executeCommand', { id: 'workbench.mcp.listServer', args: [] });
    await page.quickRows().filter({ hasText: 'AWS API MCP Server' }).first().waitFor();
    await page.leaveQuickInput();
  });

  it('are missed aloud where an entry of the settings is no server', async () => {
    const { page } = stage();
    await page.clearNotifications();
    const value = [{ label: 'half of one', command: 'uvx' }];
    await (await page.companion).ask('writeSetting', { name: 'stsSessions.mcpServers', value });
    const notice = await page.waitForNotification(
      /An MCP server is not used, because it needs a label, a command and a profile.*: half of one/,
    );
    await page.screenshot('agents: half a server');
    await page.press('Open Setting', notice);
    await page.page.locator('.settings-editor').waitFor();
  });
});
