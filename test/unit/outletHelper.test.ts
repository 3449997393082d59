import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { placeAgentVariables } from '../../src/outlets/agentVariables.ts';
import { writePrivately } from '../../src/outlets/folder.ts';
import type { HelperFolder } from '../../src/outlets/folder.ts';
import { formatRegistration } from '../../src/outlets/registration.ts';
import type { Address } from '../../src/outlets/registration.ts';
import { describeIf } from '../support/skip.ts';
import {
  NOW,
  installedFolder,
  isInstalled,
  openWindow,
  run,
  sentences,
  supplyLive,
  temporaryFolder,
} from '../support/outletRig.ts';
import type { FakeWindow, Ran } from '../support/outletRig.ts';

const PATH = process.env['PATH'] ?? '';

/** Each way to run the helper, and whether it can run here. */
const helpers: readonly {
  readonly title: string;
  readonly ok: boolean;
  readonly reason: string;
  readonly tcp: boolean;
  run(folder: HelperFolder, env: Record<string, string>, args?: readonly string[]): Promise<Ran>;
}[] = [
  {
    title: 'the sh helper with curl',
    ok: process.platform !== 'win32' && isInstalled('curl'),
    reason: 'no curl here',
    tcp: false,
    run: (folder, env, args = []) => run('/bin/sh', [join(folder.path, 'fetch'), ...args], { PATH, ...env }),
  },
  {
    title: 'the sh helper in bash',
    ok: isInstalled('bash') && isInstalled('curl'),
    reason: 'no bash or no curl here',
    tcp: false,
    run: (folder, env, args = []) =>
      run('bash', ['--posix', join(folder.path, 'fetch'), ...args], { PATH, ...env }),
  },
  {
    title: 'the sh helper without curl',
    ok: process.platform !== 'win32',
    reason: 'no sh on Windows',
    tcp: false,
    run: (folder, env, args = []) =>
      run('/bin/sh', [join(folder.path, 'fetch'), ...args], { PATH: '/nowhere', ...env }),
  },
  {
    title: 'the script over TCP, as on Windows',
    ok: true,
    reason: '',
    tcp: true,
    run: (folder, env, args = []) =>
      run(process.execPath, [join(folder.path, 'fetch.cjs'), ...args], { PATH, ...env }),
  },
];

describe('the helper', () => {
  for (const helper of helpers) {
    describeIf(helper.ok, helper.reason, helper.title, () => {
      const temporary = temporaryFolder();
      const windows: FakeWindow[] = [];
      const { tcp } = helper;
      let homes = 0;

      const newFolder = (): Promise<HelperFolder> => {
        homes += 1;
        // A space and a quote, as homes have them.
        const home = join(temporary.path, `o'h ${homes}`);
        mkdirSync(home);
        return installedFolder(home);
      };
      const window = async (
        folder: HelperFolder,
        name: string,
        options: Parameters<typeof openWindow>[2] = {},
      ): Promise<FakeWindow> => {
        const opened = await openWindow(folder, name, { tcp, ...options });
        windows.push(opened);
        return opened;
      };
      /** A registration whose window has crashed. */
      const crashed = async (folder: HelperFolder): Promise<void> => {
        const address: Address = tcp
          ? { kind: 'tcp', port: 1, token: 'x', peerToken: 'y' }
          : { kind: 'socket', path: join(folder.path, 's', 'gone') };
        await writePrivately(
          join(folder.windows, '0-crashed'),
          formatRegistration({ address, pid: 1, born: undefined, revision: 1 }),
        );
      };

      afterEach(async () => {
        await Promise.all(windows.splice(0).map((opened) => opened.dispose()));
      });
      after(() => temporary.remove());

      it('prints the credentials of the session that the terminal names', async () => {
        const folder = await newFolder();
        await window(folder, 'one');
        const { status, stdout, stderr } = await helper.run(folder, { STS_SESSIONS_ID: 'live-a' });
        assert.deepEqual([status, stderr], [0, '']);
        assert.deepEqual(JSON.parse(stdout), {
          Version: 1,
          AccessKeyId: 'ASIAEXAMPLELIVEA',
          SecretAccessKey: 'EXAMPLEKEY/secret+live-a',
          SessionToken: 'EXAMPLETOKEN/live-a==',
          Expiration: '2026-11-23T13:00:00Z',
          AccountId: '111122223333',
        });
      });

      it('runs a command with the credentials in its environment, its arguments as they were typed', async () => {
        const folder = await newFolder();
        await window(folder, 'one');
        const env = {
          STS_SESSIONS_ID: 'live-a',
          AWS_PROFILE: 'vscode',
          AWS_DEFAULT_PROFILE: 'vscode',
          SHELL: '/bin/sh',
        };
        const line = `echo "$AWS_ACCESS_KEY_ID|$AWS_SECRET_ACCESS_KEY|$AWS_SESSION_TOKEN|\${AWS_PROFILE-gone}|"'a  b'; exit 7`;
        const ran = await helper.run(folder, env, ['run', line]);
        assert.deepEqual(
          [ran.status, ran.stdout.trimEnd()],
          [7, 'ASIAEXAMPLELIVEA|EXAMPLEKEY/secret+live-a|EXAMPLETOKEN/live-a==|gone|a  b'],
        );
      });

      it('ends as the command that it runs does, also by a signal', async () => {
        const folder = await newFolder();
        await window(folder, 'one');
        const env = { STS_SESSIONS_ID: 'live-a', SHELL: '/bin/sh' };
        // The sh helper becomes the command, so nobody is left to turn the signal into a number.
        const { status } = await helper.run(folder, env, ['run', 'kill -TERM $$']);
        assert.ok(status === null || status === 143, String(status));
      });

      it('takes the terminal’s own session before the window’s', async () => {
        const folder = await newFolder();
        await window(folder, 'one');
        const both = { STS_SESSIONS_ID: 'live-a', STS_SESSIONS_DEFAULT: 'live-b' };
        assert.match((await helper.run(folder, both)).stdout, /ASIAEXAMPLELIVEA/);
        const blank = { STS_SESSIONS_ID: '', STS_SESSIONS_DEFAULT: 'live-b' };
        assert.match((await helper.run(folder, blank)).stdout, /ASIAEXAMPLELIVEB/);
      });

      it('takes the session of its arguments before both, as profiles for other tools name it', async () => {
        const folder = await newFolder();
        await window(folder, 'one');
        const { status, stdout, stderr } = await helper.run(folder, { STS_SESSIONS_ID: 'live-b' }, [
          'id',
          'live-a',
        ]);
        assert.deepEqual([status, stderr], [0, '']);
        assert.match(stdout, /ASIAEXAMPLELIVEA/);
        const none = await helper.run(folder, { STS_SESSIONS_ID: 'live-b' }, ['id']);
        assert.deepEqual([none.status, none.stdout], [1, '']);
      });

      it('takes a name as well as an id, as a task may give one', async () => {
        const folder = await newFolder();
        const asked: string[] = [];
        await window(folder, 'one', {
          supply: (id) => {
            asked.push(id);
            return Promise.resolve({ kind: 'unknown' });
          },
        });
        for (const name of ['Prod_Admin', 'a@b.example', 'x+y=z,w']) {
          await helper.run(folder, { STS_SESSIONS_ID: name });
        }
        assert.deepEqual(asked, ['Prod_Admin', 'a@b.example', 'x+y=z,w']);
      });

      it('asks nobody when a program is to have no session', async () => {
        const folder = await newFolder();
        const ran = await helper.run(folder, { STS_SESSIONS_ID: 'none', STS_SESSIONS_DEFAULT: 'live-a' });
        const stderr = 'This runs without an AWS session, because STS_SESSIONS_ID is none.\n';
        assert.deepEqual(ran, { status: 1, stdout: '', stderr });
      });

      it('passes over crashed, damaged and ignorant windows to the one that knows', async () => {
        const folder = await newFolder();
        await crashed(folder);
        writeFileSync(join(folder.windows, '0-damaged'), 'socket');
        writeFileSync(join(folder.windows, '0-empty'), '');
        await window(folder, 'ignorant', { supply: () => Promise.resolve({ kind: 'unknown' }) });
        await window(folder, 'knowing');
        await window(folder, 'ignorant-too', { supply: () => Promise.resolve({ kind: 'unknown' }) });
        const { status, stdout } = await helper.run(folder, { STS_SESSIONS_DEFAULT: 'live-a' });
        assert.equal(status, 0);
        assert.match(stdout, /ASIAEXAMPLELIVEA/);
      });

      it('says the window’s sentence, and only that, when there are no credentials', async () => {
        const folder = await newFolder();
        await window(folder, 'one', {
          supply: (id) =>
            Promise.resolve(
              id === 'gone'
                ? { kind: 'ended', name: 'prod-ädmin', validUntil: NOW }
                : id === 'asks'
                  ? { kind: 'needsPerson', name: 'prod' }
                  : { kind: 'unknown' },
            ),
        });
        for (const [id, sentence] of [
          ['gone', sentences.ended('prod-ädmin', NOW)],
          ['asks', sentences.needsPerson('prod')],
          ['other', sentences.unknown()],
        ]) {
          const ran = await helper.run(folder, { STS_SESSIONS_ID: id ?? '' });
          assert.deepEqual(ran, { status: 1, stdout: '', stderr: `${sentence}\n` });
        }
      });

      it('says what to do when no session is named, or no name is one', async () => {
        const folder = await newFolder();
        await window(folder, 'one');
        const none = await helper.run(folder, {});
        assert.equal(none.status, 1);
        assert.match(none.stderr, /^No AWS session is chosen here: .*\n$/);
        for (const id of ['../x', '.x', '-x', 'live a', 'live\n', 'live/a', '$(id)', 'é', '-;-']) {
          const ran = await helper.run(folder, { STS_SESSIONS_ID: id });
          assert.deepEqual([ran.status, ran.stdout], [1, ''], id);
          assert.match(ran.stderr, /^STS_SESSIONS_ID is not the id of a session/, id);
        }
      });

      it('says so when no window is alive', async () => {
        const folder = await newFolder();
        const none = await helper.run(folder, { STS_SESSIONS_ID: 'live-a' });
        await crashed(folder);
        const dead = await helper.run(folder, { STS_SESSIONS_ID: 'live-a' });
        for (const ran of [none, dead]) {
          assert.equal(ran.status, 1);
          assert.match(ran.stderr, /^VS Code is not running with STS Sessions .*\n$/);
        }
      });

      it('tells the window that an agent’s terminal asks', async () => {
        const folder = await newFolder();
        const seen: boolean[] = [];
        await window(folder, 'one', {
          supply: (_, { agent }) => {
            seen.push(agent);
            return Promise.resolve({ kind: 'unknown' });
          },
        });
        await helper.run(folder, { STS_SESSIONS_ID: 'a' });
        await helper.run(folder, { STS_SESSIONS_ID: 'a', AI_AGENT: 'github_copilot_vscode_agent' });
        await helper.run(folder, { STS_SESSIONS_ID: 'a', COPILOT_AGENT: '1' });
        assert.deepEqual(seen, [false, true, true]);
      });

      it('tells an agent’s terminal by the variables of the list, which it never evaluates', async () => {
        const folder = await newFolder();
        const trap = join(folder.path, 'trap');
        await placeAgentVariables(folder, ['MY_AGENT', 'OTHER']);
        const list = join(folder.path, 'agents');
        writeFileSync(list, `$(touch '${trap}')\n1ST\nA B\n\n${readFileSync(list, 'utf8')}`);
        const seen: boolean[] = [];
        await window(folder, 'one', {
          supply: (_, { agent }) => {
            seen.push(agent);
            return Promise.resolve({ kind: 'unknown' });
          },
        });
        for (const env of [
          {},
          { MY_AGENT: 'yes' },
          { OTHER: "it's $(touch trap)" },
          { OTHER: ' ' },
          { MY_AGENT: '' },
          { AI_AGENT: '1' },
          { NOTE: 'with MY_AGENT=1 in it' },
          { MY_AGENT_TOO: '1' },
          // What we start for agents ourselves stays an agent's, whatever the list is.
          { STS_SESSIONS_AGENT: 'mcp' },
        ]) {
          await helper.run(folder, { STS_SESSIONS_ID: 'a', ...env });
        }
        assert.deepEqual(seen, [false, true, true, true, false, false, false, false, true]);
        assert.equal(existsSync(trap), false);
      });

      it('sends nothing to a proxy, whatever the environment and ~/.curlrc say', async () => {
        const folder = await newFolder();
        await window(folder, 'one');
        const reached: string[] = [];
        const proxy = await listen(reached);
        const { port } = proxy.address() as { port: number };
        const at = `http://127.0.0.1:${port}`;
        const home = mkdtempSync(join(temporary.path, 'h'));
        writeFileSync(join(home, '.curlrc'), `proxy = "${at}"\ndump-header = "${join(home, 'dumped')}"\n`);
        const env: Record<string, string> = {
          STS_SESSIONS_ID: 'live-a',
          HOME: home,
          NODE_USE_ENV_PROXY: '1',
        };
        for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']) {
          env[name] = at;
        }
        const { status, stdout } = await helper.run(folder, env);
        proxy.close();
        await once(proxy, 'close');
        assert.deepEqual([status, reached, readdirSync(home)], [0, [], ['.curlrc']]);
        assert.match(stdout, /ASIAEXAMPLELIVEA/);
      });
    });
  }

  describeIf(
    process.platform === 'linux' && isInstalled('curl'),
    'needs /proc and curl',
    'the sh helper',
    () => {
      const temporary = temporaryFolder();
      after(() => temporary.remove());

      it('runs no program but curl, and curl before there is a secret to give away', async () => {
        const folder = await installedFolder(temporary.path);
        let commands = '';
        const opened = await openWindow(folder, 'one', {
          supply: () => {
            for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
              commands += `${readOptional(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}\n`;
            }
            return supplyLive('live-a');
          },
        });
        // With nothing else to be found, any other program would end the helper with “not found” on stderr.
        const bin = mkdtempSync(join(temporary.path, 'bin'));
        symlinkSync(
          realpathSync(spawnSync('sh', ['-c', 'command -v curl'], { encoding: 'utf8' }).stdout.trim()),
          join(bin, 'curl'),
        );
        const env = { PATH: bin, STS_SESSIONS_ID: 'live-a' };
        const ran = await run('/bin/sh', [join(folder.path, 'fetch')], env);
        await opened.dispose();
        assert.deepEqual([ran.status, ran.stderr], [0, '']);
        assert.match(ran.stdout, /EXAMPLEKEY/);
        assert.match(commands, /^curl .*process\/live-a/m);
      });

      it('says what is missing when there is neither curl nor the editor’s Node', async () => {
        const folder = await installedFolder(temporary.path);
        writeFileSync(join(folder.path, 'node'), '/nowhere/node\n');
        const ran = await run('/bin/sh', [join(folder.path, 'fetch')], {
          PATH: '/nowhere',
          STS_SESSIONS_ID: 'live-a',
        });
        assert.deepEqual([ran.status, ran.stdout], [1, '']);
        assert.match(ran.stderr, /^STS Sessions needs curl/);
      });

      it('goes on with Node where curl knows no sockets', async () => {
        const folder = await installedFolder(temporary.path);
        const opened = await openWindow(folder, 'two');
        const bin = mkdtempSync(join(temporary.path, 'bin'));
        writeFileSync(join(bin, 'curl'), '#!/bin/sh\nexit 2\n', { mode: 0o755 });
        symlinkSync('/bin/sh', join(bin, 'sh'));
        const ran = await run('/bin/sh', [join(folder.path, 'fetch')], {
          PATH: bin,
          STS_SESSIONS_ID: 'live-a',
        });
        await opened.dispose();
        assert.deepEqual([ran.status, ran.stderr], [0, '']);
        assert.match(ran.stdout, /ASIAEXAMPLELIVEA/);
      });
    },
  );
});

function readOptional(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

async function listen(reached: string[]): Promise<Server> {
  const server = createServer((request, response) => {
    reached.push(request.url ?? '');
    response.end();
  });
  server.on('connect', (request, socket) => {
    reached.push(request.url ?? '');
    socket.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
