import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { claim } from '../../src/outlets/claims.ts';
import { Doubt, answers } from '../../src/outlets/doubt.ts';
import { openFolder, type HelperFolder } from '../../src/outlets/folder.ts';
import { ownMark } from '../../src/outlets/liveness.ts';
import { takeLock } from '../../src/outlets/lock.ts';
import { temporaryFolder } from '../support/outletRig.ts';
import { describeIf } from '../support/skip.ts';

const never = new AbortController().signal;
/** Short, so that the test is; a busy machine only makes it longer. */
const limits = { askMs: 150, times: 3 };

describeIf(process.platform !== 'win32', 'windows listen at sockets', 'a window that holds a lock', () => {
  const temporary = temporaryFolder();
  const children: ChildProcess[] = [];
  let folders = 0;
  let folder: HelperFolder;
  beforeEach(async () => {
    folders += 1;
    const opened = await openFolder(join(temporary.path, `d${folders}`));
    assert.ok(opened.ok);
    folder = opened.folder;
  });
  after(() => {
    for (const child of children) {
      child.kill('SIGKILL');
    }
    temporary.remove();
  });

  /** A process that holds the lock of these keys. */
  const holder = async (...keys: string[]): Promise<ChildProcess> => {
    const script = join(import.meta.dirname, '../support/stoppedHolder.ts');
    const child = fork(script, [folder.path, ...keys], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    children.push(child);
    const ended = once(child, 'exit').then(() => assert.fail('the holder ended'));
    ended.catch(() => undefined);
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [unknown];
    assert.equal(message, 'held');
    return child;
  };
  const listenerOf = (child: ChildProcess): string => join(folder.path, 's', `holder${String(child.pid)}`);
  /** As the peers do it. */
  const take = (key: string, doubt: Doubt, signal = never): Promise<() => Promise<void>> =>
    takeLock(
      key,
      {
        folder: folder.locks,
        self: ownMark(),
        listener: undefined,
        isAlive: (owner) => Promise.resolve(!doubt.isStuck(owner)),
      },
      signal,
    );

  it('and is stopped loses its turn, and takes nothing away when it wakes', async () => {
    const child = await holder('k');
    child.kill('SIGSTOP');
    assert.equal(await answers(listenerOf(child), 200), false);
    const release = await take('k', new Doubt(limits));
    // The next waits for whoever has it now, whatever becomes of the one before.
    const order: string[] = [];
    const next = take('k', new Doubt(limits)).then((leave) => {
      order.push('next');
      return leave;
    });
    const released = once(child, 'message');
    child.kill('SIGCONT');
    child.send('release');
    await released;
    order.push('released by the first');
    const left = readdirSync(folder.locks).filter((name) => !name.endsWith('.own'));
    assert.equal(left.length, 2, 'the lock, and the link to who followed');
    order.push('released by the second');
    await release();
    await (
      await next
    )();
    assert.deepEqual(order, ['released by the first', 'released by the second', 'next']);
    assert.deepEqual(readdirSync(folder.locks), []);
  });

  it('and answers keeps it, however long it takes', async () => {
    const child = await holder('k');
    const stop = new AbortController();
    const doubt = new Doubt({ askMs: 20, times: 1000 });
    const waiting = take('k', doubt, stop.signal);
    for (let asked = 0; asked < 20; asked += 1) {
      assert.equal(await answers(listenerOf(child), 30_000), true);
    }
    stop.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/);
    const released = once(child, 'message');
    child.send('release');
    await released;
  });

  it('answers with whatever its server says, also when it hangs up', async () => {
    const path = join(folder.path, 's', 'x');
    const server = createServer((request) => request.socket.destroy());
    await new Promise<void>((resolve) => server.listen(path, resolve));
    assert.equal(await answers(path, 30_000), true);
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await answers(path, 30_000), false, 'nobody listens any more');
  });

  it('is asked before it is judged, each anew', async () => {
    const owner = { pid: 1, born: undefined, nonce: 'aa', listener: join(folder.path, 's', 'y') };
    const doubt = new Doubt({ askMs: 1, times: 2 });
    const until = async (stuck: boolean): Promise<void> => {
      while (doubt.isStuck(owner) !== stuck) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    await until(true);
    assert.equal(new Doubt({ askMs: 60_000, times: 1 }).isStuck(owner), false, 'nobody has asked yet');
    assert.equal(doubt.isStuck({ ...owner, nonce: 'bb' }), false, 'the next holder begins anew');
    assert.equal(doubt.isStuck({ ...owner, nonce: 'cc', listener: undefined }), false);
    assert.equal(doubt.isStuck({ ...owner, nonce: 'dd', pid: process.pid }), false);
  });
});

describe('a claim', () => {
  const temporary = temporaryFolder();
  const noon = 1_767_268_800_000;
  after(() => temporary.remove());

  it('is one window’s, and is gone when nobody needs it any more', async () => {
    const opened = await openFolder(join(temporary.path, 'c'));
    assert.ok(opened.ok);
    const { folder } = opened;
    mkdirSync(folder.locks, { recursive: true });
    const name = 'a1'.repeat(32);
    const all = await Promise.all(Array.from({ length: 20 }, () => claim(folder, name, noon)));
    assert.equal(all.filter(Boolean).length, 1);
    assert.equal(await claim(folder, name, noon + 4 * 60_000), false);
    assert.equal(await claim(folder, 'b2'.repeat(32), noon + 4 * 60_000), true);
    assert.equal(await claim(folder, name, noon + 6 * 60_000), true, 'six digits come again by chance');
    assert.equal(readdirSync(folder.locks).length, 2);
    assert.equal(await claim(folder, 'c3'.repeat(32), noon - 3_600_000), true, 'a clock that was set back');
    assert.equal(readdirSync(folder.locks).length, 1);
  });
});
