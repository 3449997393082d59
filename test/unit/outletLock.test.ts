import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs, { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { isRunning, ownMark } from '../../src/outlets/liveness.ts';
import { sweepLocks, takeLock } from '../../src/outlets/lock.ts';
import type { LockOptions } from '../../src/outlets/lock.ts';
import { NOW, temporaryFolder } from '../support/outletRig.ts';

const KILLS = 60;
const CHILDREN = 4;
type Release = () => Promise<void>;
const never = new AbortController().signal;

describe('the lock between windows', () => {
  const temporary = temporaryFolder();
  let folders = 0;
  const newFolder = (): string => {
    folders += 1;
    const path = join(temporary.path, `l${folders}`);
    mkdirSync(path);
    return path;
  };
  const options = (folder: string, alive: (nonce: string) => boolean = () => true): LockOptions => ({
    folder,
    self: ownMark(),
    listener: undefined,
    isAlive: ({ nonce }) => Promise.resolve(alive(nonce)),
  });
  after(() => temporary.remove());

  it('lets one in at a time, and the next when it is released', async () => {
    const folder = newFolder();
    const order: string[] = [];
    const first = await takeLock('k', options(folder), never);
    const second = takeLock('k', options(folder), never).then((release) => {
      order.push('second in');
      return release;
    });
    const other = await takeLock('another key', options(folder), never);
    await other();
    order.push('first out');
    await first();
    await (
      await second
    )();
    assert.deepEqual(order, ['first out', 'second in']);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('gives up waiting with the signal’s reason, and leaves nothing behind', async () => {
    const folder = newFolder();
    const release = await takeLock('k', options(folder), never);
    const stop = new AbortController();
    const waiting = takeLock('k', options(folder), stop.signal);
    const reason = new Error('enough');
    stop.abort(reason);
    await assert.rejects(waiting, reason);
    await assert.rejects(takeLock('k', options(folder), stop.signal), reason);
    await release();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('waits all the same where the machine has no watchers left', async () => {
    const folder = newFolder();
    const release = await takeLock('k', options(folder), never);
    const real = fs.watch;
    let second: Promise<Release> | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        fs.watch = (): never => {
          resolve();
          throw Object.assign(new Error('too many'), { code: 'EMFILE' });
        };
        syncBuiltinESMExports();
        second = takeLock('k', options(folder), never);
        second.catch(reject);
      });
    } finally {
      fs.watch = real;
      syncBuiltinESMExports();
    }
    await release();
    await (
      await second
    )?.();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('passes from dead holder to dead holder to the living', async () => {
    const folder = newFolder();
    await takeLock('k', options(folder), never);
    await takeLock(
      'k',
      options(folder, () => false),
      never,
    );
    const release = await takeLock(
      'k',
      options(folder, () => false),
      never,
    );
    assert.equal(readdirSync(folder).length, 3, 'the lock and one link for each that followed');
    const stop = new AbortController();
    const waiting = takeLock('k', options(folder), stop.signal);
    stop.abort(new Error('held'));
    await assert.rejects(waiting, /held/);
    await release();
    assert.deepEqual(readdirSync(folder), []);
  });

  describe('when a waiter was stopped right after it had judged the holder dead', () => {
    const meanwhile: Record<string, (folder: string, takeOver: () => Promise<Release>) => Promise<Release>> =
      {
        'and another took over': (_, takeOver) => takeOver(),
        'and another took over, released, and a third took the lock': async (folder, takeOver) => {
          await (
            await takeOver()
          )();
          return takeLock('k', options(folder), never);
        },
        'and another took over and died, and a third followed': async (folder, takeOver) => {
          await takeOver();
          return takeLock(
            'k',
            options(folder, () => false),
            never,
          );
        },
      };
    for (const [what, happen] of Object.entries(meanwhile)) {
      it(`${what}, it waits`, async () => {
        const folder = newFolder();
        await takeLock('k', options(folder), never);
        let judged: () => void = () => undefined;
        let goOn: () => void = () => undefined;
        const isJudged = new Promise<void>((resolve) => (judged = resolve));
        const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
        let looks = 0;
        let looked: () => void = () => undefined;
        const hasLooked = new Promise<void>((resolve) => (looked = resolve));
        let isIn = false;
        const slow = takeLock(
          'k',
          {
            ...options(folder),
            isAlive: async () => {
              looks += 1;
              if (looks === 1) {
                judged();
                await mayGoOn;
                return false;
              }
              looked();
              return true;
            },
          },
          never,
        ).then((release) => {
          isIn = true;
          looked();
          return release;
        });
        await isJudged;
        const release = await happen(folder, () =>
          takeLock(
            'k',
            options(folder, () => false),
            never,
          ),
        );
        goOn();
        await hasLooked;
        assert.equal(isIn, false);
        await release();
        await (
          await slow
        )();
        assert.deepEqual(readdirSync(folder), []);
      });
    }
  });

  it('takes a damaged lock file for that of a dead holder', async () => {
    const folder = newFolder();
    const release = await takeLock('k', options(folder), never);
    const [name = ''] = readdirSync(folder);
    for (const text of ['', '{', '[]', '{"pid":1}', '{"pid":"x","nonce":"../../x"}', 'null']) {
      writeFileSync(join(folder, name), text);
      const alive = {
        ...options(folder),
        isAlive: (owner: { pid: number; born: undefined | string }) => Promise.resolve(isRunning(owner)),
      };
      await (
        await takeLock('k', alive, never)
      )();
    }
    await release();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('sweeps what killed processes left, after a day, and never a lock', async () => {
    const folder = newFolder();
    await takeLock('k', options(folder), never);
    await takeLock(
      'k',
      options(folder, () => false),
      never,
    );
    const before = readdirSync(folder);
    for (const name of ['gone.aa.own', 'gone.after.aa']) {
      writeFileSync(join(folder, name), '');
    }
    for (const name of readdirSync(folder)) {
      utimesSync(join(folder, name), NOW / 1000, NOW / 1000);
    }
    await sweepLocks(folder, NOW + 3_600_000);
    assert.equal(readdirSync(folder).length, before.length + 2);
    await sweepLocks(folder, NOW + 25 * 3_600_000);
    assert.deepEqual(readdirSync(folder), before);
  });

  it(`neither blocks nor overlaps while ${KILLS} holders and waiters are killed`, async function () {
    this.timeout(120_000);
    const folder = newFolder();
    const inside = join(temporary.path, 'inside');
    let overlaps = 0;
    const living = new Set<ChildProcess>();
    let entered: (child: ChildProcess) => void = () => undefined;
    const start = (): void => {
      const child = fork(join(import.meta.dirname, '../support/lockChild.ts'), [folder, inside], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      living.add(child);
      child.on('message', (message) => {
        overlaps += message === 'overlap' ? 1 : 0;
        entered(child);
      });
    };
    for (let at = 0; at < CHILDREN; at++) {
      start();
    }
    try {
      for (let kills = 0; kills < KILLS; kills++) {
        // A block would let this wait end in mocha's timeout.
        const holder = await new Promise<ChildProcess>((resolve) => (entered = resolve));
        // Now and then somebody who waits dies instead of the holder.
        const victim = kills % 3 === 2 ? ([...living].find((child) => child !== holder) ?? holder) : holder;
        const gone = once(victim, 'exit');
        victim.kill('SIGKILL');
        living.delete(victim);
        start();
        await gone;
      }
      assert.equal(overlaps, 0);
    } finally {
      entered = () => undefined;
      const gone = [...living].map((child) => once(child, 'exit'));
      for (const child of living) {
        child.kill('SIGKILL');
      }
      await Promise.all(gone);
    }
    const alive = {
      ...options(folder),
      isAlive: (owner: { pid: number; born: undefined | string }) => Promise.resolve(isRunning(owner)),
    };
    await (
      await takeLock('one key', alive, never)
    )();
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.lock')),
      [],
    );
  });
});
