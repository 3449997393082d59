import assert from 'node:assert/strict';
import type { HandedTo } from '../../src/session/happenings.ts';
import { commands, type CommandId } from '../../src/ui/ids.ts';
import { loadGuardedWorlds, rows, type GuardedWorlds } from '../support/guardedWorld.ts';

/** Where a person who goes on with everything puts credentials, by the command that lets them. */
const places: { readonly [K in CommandId]?: readonly HandedTo[] } = {
  [commands.copyCredentials]: [{ kind: 'clipboard', form: 'bash' }],
  [commands.writeCredentials]: [{ kind: 'file', form: 'profile', path: '/config' }],
  [commands.runWithCredentials]: [{ kind: 'command' }],
  // The message that it has opened offers the link as well.
  [commands.openConsole]: [{ kind: 'console' }, { kind: 'consoleLink' }],
  [commands.openConsoleAt]: [{ kind: 'console' }, { kind: 'consoleLink' }],
  [commands.copyConsoleLink]: [{ kind: 'consoleLink' }],
};

describe('credentials that a person gives away', function () {
  this.timeout(120_000);
  let worlds: GuardedWorlds;

  before(async () => {
    worlds = await loadGuardedWorlds();
  });

  it('are told of with where they went, and no other command gives any away', async () => {
    for (const id of Object.values(commands)) {
      const { told } = await worlds.drive('yes', ({ table }) => table[id](rows['a profile']), []);
      const given = told.filter((each) => each.kind === 'handedOut');
      assert.deepEqual(
        given.map(({ to }) => to),
        places[id] ?? [],
        id,
      );
      assert.ok(
        given.every(({ by, session }) => by.kind === 'person' && session.name === 'role'),
        id,
      );
      assert.doesNotMatch(JSON.stringify(given), /EXAMPLE|ASIA/, id);
    }
  });
});
