import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../support/rig.ts';
import { eventually, setStage } from '../support/stage.ts';

const billing = /^arn:aws:sts::111122223333:assumed-role\/billing-read\//;
const hub = /^arn:aws:sts::111122223333:assumed-role\/hub\//;
/** The keys of [default]: whom a program runs as that is left alone. */
const own = /^arn:aws:iam::111122223333:user\/bob\n/;
const noCredentials = /^Could not load credentials from any providers$/m;

const launchOf = (name: string, more: object): object => ({
  name,
  type: 'node',
  request: 'launch',
  program: '${workspaceFolder}/who.cjs',
  args: [name],
  console: 'internalConsole',
  ...more,
});

const inTerminal = { console: 'integratedTerminal' };

const configurations = [
  launchOf('as it is', {}),
  launchOf('profile inside', { env: { AWS_PROFILE: 'default' } }),
  launchOf('profile in terminal', { env: { AWS_PROFILE: 'default' }, ...inTerminal }),
  launchOf('keys in terminal', {
    env: {
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEBOB000001',
      AWS_SECRET_ACCESS_KEY: 'EXAMPLEKEY/bob/0123456789abcdefghijklmno',
      AWS_SESSION_TOKEN: '',
      AWS_REGION: 'eu-central-1',
    },
    ...inTerminal,
  }),
  launchOf('env file', { envFile: '${workspaceFolder}/own.env' }),
  launchOf('no session', { env: { STS_SESSIONS_ID: 'none' } }),
  launchOf('left alone', { stsSessions: false }),
  launchOf('left alone in terminal', { stsSessions: false, ...inTerminal }),
  launchOf('chosen inside', { env: { STS_SESSIONS_ID: 'hub' } }),
  launchOf('chosen in terminal', { env: { STS_SESSIONS_ID: 'hub' }, ...inTerminal }),
  launchOf('nobody', { env: { STS_SESSIONS_ID: 'nobody-at-all', AWS_REGION: 'eu-central-1' } }),
  launchOf('turned off', {}),
  launchOf('for long', { args: ['for long', 'again and again'] }),
];

/**
 * Writes whom it runs as into a file of its own; when it is to do so again and again, at each time that somebody asks
 * by a file, with a client of its own each time and once more with that of the beginning.
 */
const program = (url: string): string => `
const { createRequire } = require('node:module');
const { existsSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { STSClient, GetCallerIdentityCommand } = createRequire(${JSON.stringify(join(root, 'package.json'))})('@aws-sdk/client-sts');
const [name, again] = process.argv.slice(2);
const client = () => new STSClient({ endpoint: ${JSON.stringify(url)} });
const first = client();
const who = async (sts) => {
  try {
    return (await sts.send(new GetCallerIdentityCommand({}))).Arn;
  } catch (error) {
    return String(error.message);
  }
};
const tell = async (file) => {
  const lines = [await who(first), await who(client())];
  writeFileSync(file + '.new', lines.join('\\n') + '\\n');
  renameSync(file + '.new', file);
};
(async () => {
  await tell(name + '.txt');
  while (again) {
    if (existsSync('ask')) {
      rmSync('ask');
      await tell('asked.txt');
    }
    await new Promise((done) => setTimeout(done, 50));
  }
})();
`;

// One window for all, in a project whose launch file starts the same program in many ways.
describe('what is debugged', () => {
  const stage = setStage({
    project: async (workspace, url) => {
      await mkdir(join(workspace, '.vscode'));
      await writeFile(
        join(workspace, '.vscode', 'launch.json'),
        JSON.stringify({ version: '0.2.0', configurations }),
      );
      await writeFile(join(workspace, 'who.cjs'), program(url));
      await writeFile(join(workspace, 'own.env'), '# whose\nexport AWS_PROFILE=default\n');
    },
  });

  const answer = async (file: string): Promise<string> => {
    const path = join(stage().workspace, file);
    const text = await eventually(
      () => readFile(path, 'utf8').catch(() => ''),
      (found) => found !== '',
      `${file} is written`,
      45_000,
    );
    await rm(path);
    return text;
  };

  const begin = async (name: string): Promise<void> => {
    const { page } = stage();
    // While the program of before is ending, VS Code asks whether the same is to be started once more beside it.
    await page.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await page.runCommand('Debug: Select and Start Debugging');
    await page.quickInput().fill(`debug ${name}`);
    await page.quickRows().filter({ hasText: name }).first().waitFor();
    await page.pick(name);
  };

  /** Runs a configuration by its name and resolves with whom the program ran as. */
  const debug = async (name: string): Promise<string> => {
    await begin(name);
    return answer(`${name}.txt`);
  };

  it('knows what opts out: the editor does not underline it, as it does what nobody knows', async () => {
    const { page, workspace } = stage();
    const companion = await page.companion;
    const path = join(workspace, '.vscode', 'other.code-workspace');
    const launch = { configurations: [launchOf('out', { stsSessions: false, nobodyKnowsThis: true })] };
    await writeFile(path, JSON.stringify({ folders: [], launch }));
    await companion.ask('openFile', { path });
    const underlined = await eventually(
      () => companion.ask('diagnostics', { path }),
      (messages) => messages.some((text) => text.includes('nobodyKnowsThis')),
      'the editor has looked at it',
    );
    assert.deepEqual(
      underlined.filter((text) => text.includes('stsSessions')),
      [],
    );
    await page.runCommand('View: Close Editor');
  });

  it('starts two sessions', async () => {
    await stage().startFirst('hub');
    await stage().start('billing-read');
  });

  it('runs as the active session when F5 is pressed, with no terminal that could give it one', async () => {
    const { page } = stage();
    await page.page.keyboard.press('F5');
    assert.match(await answer('as it is.txt'), billing);
  });

  for (const [name, role, what] of [
    ['profile inside', own, 'leaves the profile of the launch file in force'],
    ['profile in terminal', own, 'leaves it in force in a terminal of the session, too'],
    ['keys in terminal', own, 'leaves keys of the launch file in force there'],
    ['env file', own, 'leaves the profile of an env file in force'],
    ['no session', own, 'gives no session to a configuration that wants none'],
    ['left alone', own, 'leaves a configuration alone that says so'],
    ['left alone in terminal', noCredentials, 'and gives it no session of the terminal either'],
    ['chosen inside', hub, 'runs as the session that the configuration names, whatever is active'],
    ['chosen in terminal', hub, 'runs as that one in a terminal of the active session, too'],
  ] as const) {
    it(what, async () => {
      assert.match(await debug(name), role);
    });
  }

  it('never runs as somebody else when that session is not there, and says so on both sides', async () => {
    const { page } = stage();
    assert.match(await debug('nobody'), /^Could not load credentials from any providers$/m);
    const notice = await page.waitForNotification('no session has this name or ID: nobody-at-all');
    await page.press('Start Session', notice);
  });

  it('gives nothing when it is turned off', async () => {
    const { page } = stage();
    const companion = await page.companion;
    await companion.ask('writeSetting', { name: 'stsSessions.debug', value: false });
    assert.match(await debug('turned off'), own);
    await companion.ask('writeSetting', { name: 'stsSessions.debug' });
    assert.match(await debug('turned off'), billing);
  });

  it('goes on through a renewal, with new keys for whoever fetches anew', async () => {
    const { page, sandbox, workspace } = stage();
    assert.match(await debug('for long'), billing);
    const keyOf = (): string | undefined => sandbox.journal.at(-1)?.accessKeyId;
    const before = keyOf();
    const from = sandbox.journal.length;
    await page.runCommand('STS: Renew Session Now');
    await eventually(
      () => stage().granted('AssumeRole', from).length,
      (count) => count === 1,
      'the session is renewed',
    );
    await stage().quiet();
    await writeFile(join(workspace, 'ask'), '');
    assert.match(await answer('asked.txt'), /^(\S+assumed-role\/billing-read\/\S+\n){2}$/);
    assert.notEqual(keyOf(), before);
    await page.runCommand('Debug: Stop');
  });

  it('runs as the session of before in a window that was loaded again', async () => {
    const { page } = stage();
    await page.reload();
    // Extensions are there, and with them what the palette lists of debugging.
    await page.statusBarItem().waitFor();
    assert.match(await debug('as it is'), billing);
  });

  it('asks for the code of a session that is over before the program starts', async () => {
    const { page, sandbox } = stage();
    sandbox.control.grantSeconds(300);
    await stage().start('prod-admin', { mfa: true });
    // Started, and not only being started: an end that falls into a start is another matter.
    await page.waitForStatus(/prod-admin 4m/);
    await stage().moveClock(305_000);
    await page.waitForStatus('prod-admin expired');
    await begin('as it is');
    await page.quickTitle(/^MFA Code/).waitFor();
    await page.screenshot('debug-code');
    await page.answerInput(sandbox.unusedCode('alice'));
    assert.match(await answer('as it is.txt'), /:assumed-role\/admin\//);
  });

  it('starts the program as nobody else when that question is put away', async () => {
    const { page } = stage();
    await page.waitForStatus(/prod-admin 4m/);
    await stage().moveClock(305_000);
    await page.waitForStatus('prod-admin expired');
    await begin('as it is');
    await page.quickTitle(/^MFA Code/).waitFor();
    await page.leaveQuickInput();
    assert.match(await answer('as it is.txt'), /^Could not load credentials from any providers$/m);
    await stage().start('billing-read');
  });

  it('leaves what it attaches to as it is', async () => {
    const { page, workspace } = stage();
    const running = spawn(process.execPath, ['--inspect=127.0.0.1:0', '-e', 'setInterval(() => {}, 1000)'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      running.stderr.setEncoding('utf8');
      const [line] = (await once(running.stderr, 'data')) as [string];
      const port = Number(/127\.0\.0\.1:(\d+)/.exec(line)?.[1]);
      const attach = { name: 'attach', type: 'node', request: 'attach', address: '127.0.0.1', port, env: {} };
      const launchFile = { version: '0.2.0', configurations: [attach] };
      await writeFile(join(workspace, '.vscode', 'launch.json'), JSON.stringify(launchFile));
      // The list is made of the launch file as VS Code knew it when the list was opened.
      const row = page.quickRows().filter({ hasText: 'attach' }).first();
      await eventually(
        async () => {
          await page.runCommand('Debug: Select and Start Debugging');
          await page.quickInput().fill('debug attach');
          const isThere = await row.waitFor({ timeout: 2000 }).then(
            () => true,
            () => false,
          );
          if (!isThere) {
            await page.leaveQuickInput();
          }
          return isThere;
        },
        (isThere) => isThere,
        'the launch file is read again',
      );
      await page.pick('attach');
      const companion = await page.companion;
      const seen = await eventually(
        () => companion.ask('debugConfiguration', {}),
        (found) => found?.['name'] === 'attach' || found?.['request'] === 'attach',
        'the debugger is attached',
      );
      assert.deepEqual(seen?.['env'] ?? {}, {});
    } finally {
      running.kill();
    }
  });
});
