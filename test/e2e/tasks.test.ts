import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage } from '../support/stage.ts';

const hub = /^arn:aws:sts::111122223333:assumed-role\/hub\//;
const billing = /^arn:aws:sts::111122223333:assumed-role\/billing-read\//;

// One window for all, in a project with a task and a launch configuration that ask who they are.
describeIf(awsCli !== undefined, noAwsCli, 'what runs in the terminal by itself', () => {
  const stage = setStage({
    project: async (workspace, url) => {
      const who = `${awsCli ?? ''} sts get-caller-identity --endpoint-url ${url} --query Arn --output text`;
      await mkdir(join(workspace, '.vscode'));
      const write = (name: string, json: object): Promise<void> =>
        writeFile(join(workspace, '.vscode', name), JSON.stringify(json));
      await write('tasks.json', {
        version: '2.0.0',
        tasks: [
          { label: 'who am I', type: 'shell', command: `${who} >task.txt 2>&1`, problemMatcher: [] },
          {
            label: 'somebody by name',
            type: 'shell',
            command: `${who} >named.txt 2>&1`,
            options: { env: { STS_SESSIONS_ID: 'hub' } },
            problemMatcher: [],
          },
          {
            label: 'somebody by program',
            type: 'process',
            command: '/bin/sh',
            args: ['-c', `${who} >program.txt 2>&1`],
            options: { env: { STS_SESSIONS_ID: 'hub' } },
            problemMatcher: [],
          },
          {
            label: 'nobody',
            type: 'shell',
            command: `${who} >nobody.txt 2>&1`,
            options: { env: { STS_SESSIONS_ID: 'nobody-at-all' } },
            problemMatcher: [],
          },
          {
            label: 'overruled',
            type: 'shell',
            command: `${who} >overruled.txt 2>&1`,
            options: { env: { AWS_PROFILE: 'default' } },
            problemMatcher: [],
          },
          {
            label: 'another one',
            type: 'shell',
            command: `${who} >another.txt 2>&1`,
            options: { env: { AWS_DEFAULT_PROFILE: 'default' } },
            problemMatcher: [],
          },
        ],
      });
      await write('launch.json', {
        version: '0.2.0',
        configurations: [
          {
            name: 'who am I',
            type: 'node',
            request: 'launch',
            program: '${workspaceFolder}/who.cjs',
            console: 'integratedTerminal',
          },
        ],
      });
      await writeFile(
        join(workspace, 'who.cjs'),
        `const { spawnSync } = require('node:child_process');
const { stdout, stderr } = spawnSync('/bin/sh', ['-c', ${JSON.stringify(who)}], { encoding: 'utf8' });
require('node:fs').writeFileSync('debug.txt', stdout + stderr);
`,
      );
    },
  });

  /** What the project's program has written, once it has. */
  const written = (name: string): Promise<string> =>
    eventually(
      () => readFile(join(stage().workspace, name), 'utf8').catch(() => ''),
      (text) => text.endsWith('\n'),
      `${name} is written`,
    );

  it('starts a session', () => stage().startFirst('billing-read'));

  it('runs a shell task as the session', async () => {
    const { page } = stage();
    await page.runCommand('Tasks: Run Task');
    await page.quickRows().filter({ hasText: 'who am I' }).first().waitFor();
    await page.pick('who am I');
    assert.match(await written('task.txt'), billing);
  });

  const run = async (label: string): Promise<void> => {
    const { page } = stage();
    await page.runCommand('Tasks: Run Task');
    await page.quickInput().fill(label);
    await page.quickRows().filter({ hasText: label }).first().waitFor();
    await page.pick(label);
  };

  it('runs tasks of both kinds as the session that they name, whatever is active', async () => {
    await stage().start('hub');
    await stage().start('billing-read');
    await run('somebody by name');
    assert.match(await written('named.txt'), hub);
    await run('somebody by program');
    assert.match(await written('program.txt'), hub);
  });

  it('runs no task as somebody else when the session that it names is not there', async () => {
    await run('nobody');
    assert.match(await written('nobody.txt'), /VS Code does not know this AWS session, start it there/);
  });

  const text =
    /sets AWS_PROFILE but runs as billing-read, choose its session with STS_SESSIONS_ID instead: overruled/;
  const other = /sets AWS_DEFAULT_PROFILE but runs as billing-read, .* instead: another one/;

  const again = async (label: string, file: string): Promise<string> => {
    await rm(join(stage().workspace, file), { force: true });
    await run(label);
    return written(file);
  };

  it('says once that a task’s own profile has no effect, and what has', async () => {
    const { page } = stage();
    await run('overruled');
    assert.match(await written('overruled.txt'), billing);
    const notice = await page.waitForNotification(text);
    // The terminal was another task's before, with another session: that is no relaunch to be told of.
    assert.equal(await page.notifications().filter({ hasText: 'relaunched' }).count(), 0);
    await page.screenshot('task-overruled');
    await page.press('Open Tasks', notice);
    await page.page.locator('.tab', { hasText: 'tasks.json' }).waitFor();
    await page.clearNotifications();
    await again('overruled', 'overruled.txt');
    await run('another one');
    await page.waitForNotification(other);
    assert.equal(await page.notifications().filter({ hasText: text }).count(), 0);
  });

  it('debugs a program in the terminal as the session', async () => {
    const { page } = stage();
    await page.runCommand('Debug: Start Debugging');
    assert.match(await written('debug.txt'), billing);
  });

  it('runs one command with the keys in its environment, which no terminal gets', async () => {
    const { page, workspace } = stage();
    await page.runCommand('STS: Run Command with Credentials');
    await page.quickTitle('Run Command with Credentials of billing-read').waitFor();
    await page.answerInput(`${stage().askIdentity()} >once.txt 2>&1; echo "$AWS_ACCESS_KEY_ID" >>once.txt`);
    const text = await eventually(
      () => readFile(join(workspace, 'once.txt'), 'utf8').catch(() => ''),
      (found) => /\n.+\n$/.test(found),
      'the command writes its answer and the key',
    );
    const [arn, key] = text.split('\n');
    assert.match(arn ?? '', billing);
    assert.match(key ?? '', /^ASIA/);
    assert.equal(stage().sandbox.journal.at(-1)?.accessKeyId, key);
    assert.equal(stage().granted('AssumeRole').length, 2);
  });

  it('says it no more of a task of which the person has heard enough', async () => {
    const { page } = stage();
    await page.press('Don’t Say Again', await page.waitForNotification(other));
    await page.notifications().filter({ hasText: other }).waitFor({ state: 'detached' });
    await page.reload();
    await page.waitForStatus(/billing-read \d+m/);
    assert.match(await again('another one', 'another.txt'), billing);
    assert.match(await again('overruled', 'overruled.txt'), billing);
    await page.waitForNotification(text);
    assert.equal(await page.notifications().filter({ hasText: other }).count(), 0);
    await page.clearNotifications();
  });

  it('says that a task does not run as the session that it names while none is active', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await page.clickTreeButton('billing-read', 'End Session');
    await page.waitForStatus(/^ ?AWS$/);
    assert.doesNotMatch(await again('somebody by name', 'named.txt'), hub);
    const notice = await page.waitForNotification(
      'This task cannot run as hub, which its STS_SESSIONS_ID names, while no session is active: somebody by name',
    );
    await page.screenshot('task-nothing-active');
    await page.press('Switch Session', notice);
    await page.quickTitle('AWS session').waitFor();
    await page.quickInput().fill('hub');
    await page.pick('hub');
    await page.waitForStatus(/hub \d+m/);
  });
});
