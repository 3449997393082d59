import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { demoData, writeDemoHome } from '../sandbox/demo.ts';
import { describeIf } from '../support/skip.ts';
import type { WindowAnswer } from '../support/windowMessages.ts';
import type { WindowProcess } from '../support/windowProcess.ts';
import { openWorld, type WindowWorld } from '../support/windowWorld.ts';

const minute = 60_000;
const alicesDevice = 'arn:aws:iam::111122223333:mfa/alice';
/** Far above what a busy machine takes, ms of real time. */
const longestMs = 180_000;

describeIf(process.platform !== 'win32', 'nothing is stopped by a signal there', 'a stopped window', () => {
  let world: WindowWorld;
  beforeEach(async () => {
    world = await openWorld({
      data: demoData(),
      fill: writeDemoHome,
      seeds: { [alicesDevice]: 'SANDBOXSEEDOFALICEFORTESTSONLY23' },
      // As short as a window that works never needs, so that the test is.
      silence: { askMs: 400, times: 3 },
    });
  });
  afterEach(() => world.close());

  async function start(window: WindowProcess, profile: string): Promise<string> {
    const request = { kind: 'profile', profile } as const;
    const answer = await window.ask({ kind: 'start', request, force: false });
    assert.ok(answer.kind === 'started' && answer.ok && answer.id !== undefined, JSON.stringify(answer));
    return answer.id;
  }

  async function endOf(window: WindowProcess, id: string): Promise<number> {
    const answer = await window.ask({ kind: 'supply', id, holdMs: 50_000 });
    assert.ok(answer.kind === 'supplied' && answer.expiresAt !== undefined, JSON.stringify(answer));
    return answer.expiresAt;
  }

  function allIsWell(): void {
    assert.deepEqual(world.problems, []);
    assert.deepEqual(world.damaged(), []);
    assert.equal(world.sandbox.reusedCodes(), 0);
    assert.deepEqual(
      world.sandbox.journal.filter(({ errorCode }) => errorCode !== undefined),
      [],
      'AWS refused nothing',
    );
  }

  /** The window is stopped when its next call has arrived at AWS. */
  function stoppedInCall(window: WindowProcess): Promise<void> {
    return new Promise((resolve) => {
      const stop = world.sandbox.onCall(({ state, userAgent }) => {
        if (state === 'waiting' && userAgent.includes(`window/${window.name} `)) {
          stop();
          window.pause();
          // What it holds of the tests' clock is nobody's business any more.
          world.hand.release(window.name);
          resolve();
        }
      });
    });
  }

  it('in the midst of a renewal keeps nobody from renewing, and wakes to what is newer', async function () {
    this.timeout(longestMs);
    const [one, two] = [world.open('one'), world.open('two')];
    await Promise.all([one.ready, two.ready]);
    // So fast that the next code comes soon, and so slowly that nothing is over meanwhile.
    world.hand.start(50);
    const id = await start(one, 'prod-admin');
    const isStopped = stoppedInCall(one);
    const renewing = one.ask({ kind: 'renew', id });
    await isStopped;
    const answer: WindowAnswer = await two.ask({ kind: 'renew', id });
    assert.ok(answer.kind === 'renewed' && answer.ok, JSON.stringify(answer));
    const newest = await endOf(two, id);
    // As long as it would take with the usual limits.
    world.hand.pass(minute);
    one.resume();
    const late = await renewing;
    assert.ok(late.kind === 'renewed' && late.ok, JSON.stringify(late));
    assert.deepEqual([await endOf(one, id), await endOf(two, id)], [newest, newest]);
    const again = await one.ask({ kind: 'renew', id });
    assert.ok(again.kind === 'renewed' && again.ok, JSON.stringify(again));
    assert.ok((await endOf(one, id)) > newest);
    allIsWell();
  });

  it('that holds every lock of a renewal keeps nobody from renewing ahead of the end', async function () {
    this.timeout(longestMs);
    const window = world.open('one');
    await window.ready;
    world.hand.start(50);
    const ids = [await start(window, 'billing-read'), await start(window, 'prod-admin')];
    const keys = [...ids, 'renewals', 'renewal-round', `mfa-code ${alicesDevice}`];
    const script = join(import.meta.dirname, '../support/stoppedHolder.ts');
    const holder = fork(script, [world.helperFolder, ...keys], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    try {
      const ended = once(holder, 'exit').then(() => assert.fail('the holder ended'));
      ended.catch(() => undefined);
      assert.deepEqual(
        await Promise.race([once(holder, 'message').then(([message]) => message as unknown), ended]),
        'held',
      );
      holder.kill('SIGSTOP');
      const before = await Promise.all(ids.map((id) => endOf(window, id)));
      const from = world.sandbox.journal.length;
      world.hand.start(2500);
      // Each is renewed by the clock alone: nobody fetches.
      for (const role of ['role/finance/billing-read', 'role/admin']) {
        await world.sandbox.waitForCall(
          ({ state, params }) => state !== 'waiting' && (params['RoleArn'] ?? '').endsWith(role),
          { timeoutMs: longestMs, from },
        );
      }
      world.hand.start(50);
      const released = once(holder, 'message');
      holder.kill('SIGCONT');
      holder.send('release');
      await Promise.race([released, ended]);
      for (const [index, id] of ids.entries()) {
        // AWS has answered; the window may not have read it yet.
        while ((await endOf(window, id)) <= (before[index] ?? 0)) {
          await delay(20);
        }
      }
      for (const id of ids) {
        const answer = await window.ask({ kind: 'renew', id });
        assert.ok(answer.kind === 'renewed' && answer.ok, JSON.stringify(answer));
      }
      world.hand.stop();
      allIsWell();
      await window.quit();
      const locks = readdirSync(join(world.helperFolder, 'locks'), { recursive: true, withFileTypes: true });
      assert.deepEqual(
        locks.filter((entry) => entry.isFile() && !entry.name.endsWith('.spent')).map(({ name }) => name),
        [],
        'no lock is left',
      );
    } finally {
      holder.kill('SIGKILL');
    }
  });
});
