import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalRequest, ProcessEnd } from '../../src/aws/effects.ts';
import { Secret } from '../../src/aws/secret.ts';
import { askLocal } from '../../src/machine/askLocal.ts';
import { machineEffects } from '../../src/machine/machine.ts';
import { programEnvironment } from '../../src/machine/programEnvironment.ts';
import { readText } from '../../src/machine/readText.ts';
import { runProgram } from '../../src/machine/runProgram.ts';
import { poll } from '../support/workbenchPage.ts';
import { describeIf } from '../support/skip.ts';

const never = new AbortController().signal;
const posix = process.platform !== 'win32';

describe('this machine', () => {
  let home: string;

  before(() => {
    home = mkdtempSync(join(tmpdir(), 'sts-machine-'));
  });
  after(() => rmSync(home, { recursive: true }));

  describe('readText', () => {
    const show = async (path: string, maxBytes = 100): Promise<unknown> => {
      const found = await readText(path, maxBytes, home);
      return found.kind === 'text' ? found.text.reveal() : found;
    };

    it('reads below the home folder and through links, and no more than may be there', async () => {
      await writeFile(join(home, 'jwt'), '\uFEFFa.b.c\n');
      await symlink(join(home, 'jwt'), join(home, 'link'));
      assert.equal(await show('~/jwt'), 'a.b.c\n');
      assert.equal(await show('jwt'), 'a.b.c\n');
      assert.equal(await show(join(home, 'link')), 'a.b.c\n');
      assert.deepEqual(await show('~/jwt', 5), { kind: 'tooLarge' });
    });

    it('opens nothing but files', async () => {
      await mkdir(join(home, 'folder'));
      assert.deepEqual(await show('~/folder'), { kind: 'notAFile' });
      assert.deepEqual(await show('~/jwt/below'), { kind: 'missing' });
      assert.deepEqual(await show('~/nothing'), { kind: 'missing' });
      if (posix) {
        assert.deepEqual(await show(devNull), { kind: 'notAFile' });
        assert.deepEqual(await show('/dev/zero'), { kind: 'notAFile' });
      }
    });

    it('reads files that say that they are empty', async () => {
      if (process.platform === 'linux') {
        assert.match(String(await show('/proc/self/comm')), /./);
      } else {
        await writeFile(join(home, 'empty'), '');
        assert.equal(await show('~/empty'), '');
      }
    });
  });

  describe('runProgram', () => {
    const limits = { ms: 20_000, bytes: 10_000 };
    const go = (
      argv: readonly string[],
      more: Partial<typeof limits> = {},
      signal = never,
    ): Promise<ProcessEnd> =>
      runProgram(argv, { ...limits, ...more }, signal, { env: process.env, folder: home });
    const node = (script: string): readonly string[] => [process.execPath, '-e', script];
    const show = (end: ProcessEnd): unknown =>
      end.kind === 'exited' ? [end.status, end.output.reveal()] : end;

    it('gives back what was printed and how it ended', async () => {
      assert.deepEqual(show(await go(node('console.log("out"); console.error("err")'))), [0, 'out\n']);
      assert.deepEqual(show(await go(node('process.exitCode = 7'))), [7, '']);
    });

    it('runs without a shell, without input and without anybody’s folder', async () => {
      const script = 'process.stdin.on("end", () => console.log(process.argv[1], process.cwd())).resume()';
      assert.deepEqual(show(await go([...node(script), '$HOME; echo no'])), [0, `$HOME; echo no ${home}\n`]);
    });

    it('says why it could not start', async () => {
      assert.deepEqual(await go(['no-such-program-anywhere']), { kind: 'notStarted', code: 'ENOENT' });
      await writeFile(join(home, 'plain'), 'text');
      await chmod(join(home, 'plain'), 0o600);
      const plain = await go([join(home, 'plain')]);
      assert.equal(plain.kind, 'notStarted');
      const nul = await go(['a\0b']);
      assert.equal(nul.kind, 'notStarted');
    });

    it('stops a program that prints without end', async () => {
      const end = await go(
        node('const t = "x".repeat(65536); (function f() { process.stdout.write(t, f) })()'),
      );
      assert.deepEqual(end, { kind: 'tooMuch' });
    });

    it('stops a program that does not end', async () => {
      assert.deepEqual(await go(node('setInterval(() => {}, 1000)'), { ms: 300 }), { kind: 'timedOut' });
    });

    describeIf(posix, 'POSIX only', 'on POSIX', () => {
      it('says which signal ended it', async () => {
        const end = await go(node('process.kill(process.pid, "SIGKILL")'));
        assert.deepEqual(end, { kind: 'killed', signal: 'SIGKILL' });
      });

      it('does not wait for a child that holds the pipe', async () => {
        const end = await go(['/bin/sh', '-c', 'sleep 300 & echo $!']);
        assert.ok(end.kind === 'exited');
        process.kill(Number(end.output.reveal()));
        assert.equal(end.status, 0);
      });

      it('cancelling ends the whole tree, also what will not end by itself', async () => {
        const stop = new AbortController();
        const file = join(home, 'pids');
        const script = `trap '' TERM; sh -c 'trap "" TERM; echo $$ >>${file}; while :; do sleep 0.1; done' & echo $$ >>${file}; wait`;
        const running = go(['/bin/sh', '-c', script], {}, stop.signal);
        let pids: number[] = [];
        const started = await poll(10_000, async () => {
          pids = (await readFile(file, 'utf8').catch(() => ''))
            .trim()
            .split('\n')
            .filter(Boolean)
            .map(Number);
          return pids.length === 2;
        });
        assert.ok(started, 'both have said who they are');
        stop.abort();
        assert.deepEqual(await running, { kind: 'cancelled' });
        const gone = await poll(10_000, () => Promise.resolve(!pids.some(isAlive)));
        assert.ok(gone, `nobody of ${pids.join()} is left`);
      });
    });

    it('starts nothing that is cancelled already', async () => {
      assert.deepEqual(await go(node(''), {}, AbortSignal.abort()), { kind: 'cancelled' });
    });
  });

  describe('programEnvironment', () => {
    it('keeps everything but what would lead a program back to us', () => {
      assert.deepEqual(
        programEnvironment({
          PATH: '/bin',
          AWS_REGION: 'eu-west-1',
          AWS_PROFILE: 'vscode-eu-west-1',
          AWS_DEFAULT_PROFILE: 'vscode',
          STS_SESSIONS_DEFAULT: 'abc',
          STS_SESSIONS_ID: 'abc',
          ELECTRON_RUN_AS_NODE: '1',
        }),
        { PATH: '/bin', AWS_REGION: 'eu-west-1' },
      );
      assert.deepEqual(programEnvironment({ AWS_PROFILE: 'mine' }), { AWS_PROFILE: 'mine' });
    });

    it('is what a program gets, and blank variables count as unset', async () => {
      const { runProcess, env } = machineEffects({
        env: { ...process.env, STS_SESSIONS_ID: 'abc', BLANK: ' ', SET: 'yes' },
        platform: process.platform,
        home,
      });
      const argv = [process.execPath, '-p', '`${process.env.SET} ${process.env.STS_SESSIONS_ID}`'];
      const end = await runProcess(argv, { ms: 20_000, bytes: 1000 }, never);
      assert.ok(end.kind === 'exited');
      assert.equal(end.output.reveal(), 'yes undefined\n');
      assert.deepEqual([env('SET'), env('BLANK'), env('NOTHING')], ['yes', undefined, undefined]);
    });
  });

  describe('askLocal', () => {
    let server: http.Server;
    let answers: ((request: http.IncomingMessage, response: http.ServerResponse) => void)[];
    let requests: http.IncomingMessage[];
    let url: string;

    beforeEach(async () => {
      answers = [];
      requests = [];
      server = http.createServer((request, response) => {
        requests.push(request);
        (answers.length > 1 ? answers.shift() : answers[0])?.(request, response);
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/path?id=1`;
    });
    afterEach(() => {
      server.closeAllConnections();
      server.close();
    });
    const request = (more: Partial<LocalRequest> = {}): LocalRequest => ({
      method: 'GET',
      url,
      headers: {},
      timeoutMs: 10_000,
      attempts: 1,
      ...more,
    });

    it('sends the method, the path and headers, and gives back the text', async () => {
      answers = [(_, response) => response.end('body')];
      const asked = request({ method: 'PUT', headers: { 'x-a': 'b', authorization: new Secret('Basic c') } });
      const answer = await askLocal(asked, never);
      assert.ok(answer.kind === 'answer');
      assert.deepEqual([answer.status, answer.body.reveal()], [200, 'body']);
      const [seen] = requests;
      assert.deepEqual(
        [seen?.method, seen?.url, seen?.headers['x-a'], seen?.headers.authorization],
        ['PUT', '/path?id=1', 'b', 'Basic c'],
      );
    });

    it('does not go through what stands in for http.request, where VS Code has its proxy', async () => {
      answers = [(_, response) => response.end('direct')];
      const { request: real } = http;
      http.request = () => assert.fail('the proxy was asked');
      try {
        assert.equal((await askLocal(request(), never)).kind, 'answer');
      } finally {
        http.request = real;
      }
    });

    it('tries again after a refusal, and follows no redirect', async () => {
      answers = [
        (_, response) => response.writeHead(503).end(),
        (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(),
      ];
      const answer = await askLocal(request({ attempts: 2 }), never);
      assert.ok(answer.kind === 'answer');
      assert.equal(answer.status, 302);
      assert.deepEqual(
        requests.map(({ url }) => url),
        ['/path?id=1', '/path?id=1'],
      );
    });

    it('says what went wrong', async () => {
      answers = [() => undefined];
      assert.deepEqual(await askLocal(request({ timeoutMs: 100 }), never), { kind: 'timedOut' });
      answers = [(_, response) => response.end('x'.repeat(200_000))];
      assert.deepEqual(await askLocal(request(), never), { kind: 'tooLarge' });
      answers = [(_, response) => response.socket?.destroy()];
      assert.deepEqual(await askLocal(request(), never), { kind: 'failed', code: 'ECONNRESET' });
    });

    it('stops when it is cancelled, while it waits too', async () => {
      const stop = new AbortController();
      answers = [() => stop.abort()];
      assert.deepEqual(await askLocal(request(), stop.signal), { kind: 'cancelled' });
      const between = new AbortController();
      answers = [
        (_, response) => {
          response.writeHead(500).end();
          response.once('close', () => between.abort());
        },
      ];
      assert.deepEqual(await askLocal(request({ attempts: 3 }), between.signal), { kind: 'cancelled' });
    });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
