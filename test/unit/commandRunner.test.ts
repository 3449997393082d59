import assert from 'node:assert/strict';
import { commands } from '../../src/ui/ids.ts';
import type { CommandTable } from '../../src/ui/commands.ts';
import { like } from '../support/fakeVscode.ts';
import { loadGuardedWorlds } from '../support/guardedWorld.ts';

describe('a command of a window that has just opened', function () {
  this.timeout(120_000);

  it('waits for the sessions of before: until they are known, none is live', async () => {
    await loadGuardedWorlds();
    const { commandRunner } = await import('../../src/ui/commands.ts');
    let resolve: () => void = () => undefined;
    const known = new Promise<void>((done) => (resolve = done));
    let sessions: readonly string[] = [];
    const run = commandRunner(
      like<CommandTable>({ [commands.endAllSessions]: () => sessions }),
      { showLog: () => assert.fail('nothing goes wrong') },
      { error: (text) => assert.fail(text) },
      known,
    );
    const ran = run(commands.endAllSessions, undefined);
    await new Promise(setImmediate);
    sessions = ['billing-read'];
    resolve();
    assert.deepEqual(await ran, ['billing-read']);
  });

  it('shows the log at once, which says why they are not known', async () => {
    await loadGuardedWorlds();
    const { commandRunner } = await import('../../src/ui/commands.ts');
    const run = commandRunner(
      like<CommandTable>({ [commands.showLog]: () => 'shown' }),
      { showLog: () => assert.fail('nothing goes wrong') },
      { error: (text) => assert.fail(text) },
      new Promise(() => undefined),
    );
    assert.equal(await run(commands.showLog, undefined), 'shown');
  });
});
