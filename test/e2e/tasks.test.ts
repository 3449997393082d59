import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage } from '../support/stage.ts';

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
        tasks: [{ label: 'who am I', type: 'shell', command: `${who} >task.txt 2>&1`, problemMatcher: [] }],
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
    assert.equal(stage().granted('AssumeRole').length, 1);
  });
});
