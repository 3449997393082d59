import assert from 'node:assert/strict';
import type {
  EnvironmentVariableMutator,
  GlobalEnvironmentVariableCollection,
  WorkspaceFolder,
} from 'vscode';
import type { Prepared } from '../../src/outlets/delivering.ts';
import { TerminalOutlet } from '../../src/outlets/terminal.ts';
import type { Session } from '../../src/session/types.ts';
import { sessionFor } from '../support/outletRig.ts';

/** A collection that counts what is done to it; anything else it is asked for is not there. */
function fakeCollection(): { collection: GlobalEnvironmentVariableCollection; changes: string[] } {
  const values = new Map<string, EnvironmentVariableMutator>();
  const changes: string[] = [];
  const collection = {
    persistent: true,
    description: undefined,
    replace(name: string, value: string, options: EnvironmentVariableMutator['options']) {
      changes.push(`${name}=${value}`);
      values.set(name, { type: 1, value, options });
    },
    get: (name: string) => values.get(name),
    delete(name: string) {
      changes.push(`-${name}`);
      values.delete(name);
    },
    clear() {
      changes.push('clear');
      values.clear();
    },
    [Symbol.iterator]: () => values[Symbol.iterator](),
  };
  return { collection: collection as unknown as GlobalEnvironmentVariableCollection, changes };
}

function delivery(mode: Prepared['mode'], variables: Record<string, string>): Prepared {
  return { mode, instead: undefined, variables: new Map(Object.entries(variables)), warnings: [] };
}

describe('the outlet to the terminals', () => {
  const session = sessionFor('live-a');

  it('changes only what is different, and says both times at which it applies', async () => {
    const { collection, changes } = fakeCollection();
    const results = [delivery('profile', { A: '1', B: '2' }), delivery('profile', { B: '2', C: '3' })];
    const told: unknown[] = [];
    const outlet = new TerminalOutlet({
      collection,
      isTrusted: () => true,
      prepare: () => Promise.resolve(results.shift() ?? assert.fail('prepared once too often')),
      describe: ({ name }) => `as ${name}`,
      delivered: (result) => told.push(result?.mode),
      failed: (error) => assert.fail(String(error)),
    });
    await outlet.update(session);
    await outlet.update(session);
    assert.deepEqual(changes, ['A=1', 'B=2', '-A', 'C=3']);
    assert.equal(collection.description, 'as live-a');
    assert.deepEqual(collection.get('B')?.options, {
      applyAtProcessCreation: true,
      applyAtShellIntegration: true,
    });
    await outlet.update(undefined);
    assert.deepEqual(told, ['profile', 'profile', undefined]);
    assert.equal(changes.at(-1), 'clear');
  });

  it('keeps pointers over a reload, and never keys', async () => {
    for (const [mode, kept] of [
      ['profile', true],
      ['endpoint', true],
      ['environment', false],
    ] as const) {
      const { collection, changes } = fakeCollection();
      const outlet = new TerminalOutlet({
        collection,
        isTrusted: () => true,
        prepare: () => Promise.resolve(delivery(mode, { A: '1' })),
        describe: () => '',
        delivered: () => undefined,
        failed: (error) => assert.fail(String(error)),
      });
      await outlet.update(session);
      assert.equal(collection.persistent, kept, mode);
      outlet.dispose();
      assert.equal(changes.includes('clear'), !kept, mode);
    }
  });

  it('delivers nothing in an untrusted workspace', async () => {
    const { collection, changes } = fakeCollection();
    const told: unknown[] = [];
    const outlet = new TerminalOutlet({
      collection,
      isTrusted: () => false,
      prepare: () => assert.fail('prepared'),
      describe: () => '',
      delivered: (result) => told.push(result),
      failed: (error) => assert.fail(String(error)),
    });
    await outlet.update(session);
    assert.deepEqual([changes, told], [['clear'], [undefined]]);
  });

  it('forgets a preparation that was overtaken, and tells of one that failed', async () => {
    const { collection, changes } = fakeCollection();
    let finish: (result: Prepared) => void = () => undefined;
    const failures: unknown[] = [];
    const preparations: (() => Promise<Prepared>)[] = [
      () => new Promise((resolve) => (finish = resolve)),
      () => Promise.resolve(delivery('profile', { A: 'new' })),
      () => Promise.reject(new Error('ours')),
    ];
    const outlet = new TerminalOutlet({
      collection,
      isTrusted: () => true,
      prepare: () => (preparations.shift() ?? assert.fail('prepared once too often'))(),
      describe: () => '',
      delivered: () => undefined,
      failed: (error) => failures.push(String(error)),
    });
    const slow = outlet.update(session);
    await outlet.update(session);
    finish(delivery('profile', { A: 'old' }));
    await slow;
    await outlet.update(session);
    assert.deepEqual([changes, failures], [['A=new'], ['Error: ours']]);
  });

  describe('of folders with a session of their own', () => {
    /** As VS Code keeps them: one map, in which the scope is part of the key and the last of a name wins. */
    function scopedCollection() {
      let reloaded = false;
      const entries = new Map<string, { scope: string; name: string; value: string }>();
      const view = (scope: string): object => ({
        persistent: true,
        description: undefined,
        replace: (name: string, value: string) =>
          void entries.set(`${scope} ${name}`, { scope, name, value }),
        get: (name: string) => entries.get(`${scope} ${name}`),
        delete: (name: string) => void entries.delete(`${scope} ${name}`),
        clear: () => {
          for (const [key, entry] of entries) {
            if (scope === '' || entry.scope === scope) {
              entries.delete(key);
            }
          }
        },
        *[Symbol.iterator]() {
          for (const entry of entries.values()) {
            if (entry.scope === scope && (scope === '' || !reloaded)) {
              yield [entry.name, entry];
            }
          }
        },
        getScoped: ({ workspaceFolder }: { workspaceFolder: { name: string } }) => view(workspaceFolder.name),
      });
      const seen = (folder: string): Record<string, string> =>
        Object.fromEntries(
          [...entries.values()]
            .filter(({ scope }) => scope === '' || scope === folder)
            .map(({ name, value }) => [name, value]),
        );
      /** VS Code lists nothing of a folder then, and has it all the same. */
      const reload = (): void => {
        reloaded = true;
      };
      return { collection: view('') as GlobalEnvironmentVariableCollection, seen, reload };
    }

    const other = sessionFor('live-b');
    const folder = (name: string) => ({ name }) as WorkspaceFolder;

    it('gives each folder its own and the rest the active one, in whichever order they come', async () => {
      const { collection, seen } = scopedCollection();
      let own: Session | undefined = other;
      const outlet = new TerminalOutlet({
        collection,
        isTrusted: () => true,
        folders: () => [
          { folder: folder('alpha'), session: own },
          { folder: folder('beta'), session: undefined },
        ],
        prepare: ({ name }) => Promise.resolve(delivery('profile', { WHO: name, ONLY: name })),
        describe: ({ name }) => name,
        delivered: () => undefined,
        failed: (error) => assert.fail(String(error)),
      });
      await outlet.update(undefined);
      assert.deepEqual(seen('alpha'), { WHO: 'live-b', ONLY: 'live-b' });
      assert.deepEqual(seen('beta'), {});
      // What is put in last wins in VS Code, and the active session's comes after the folder's here.
      await outlet.update(session);
      assert.equal(seen('alpha')['WHO'], 'live-b');
      assert.equal(seen('beta')['WHO'], 'live-a');
      await outlet.update(undefined);
      assert.deepEqual(seen('beta'), {});
      own = undefined;
      await outlet.update(session);
      assert.equal(seen('alpha')['WHO'], 'live-a');
      await outlet.update(undefined);
      assert.deepEqual(seen('alpha'), {});
    });

    it('keeps the active session from a folder whose own one is not there', async () => {
      const { collection, seen } = scopedCollection();
      let absent: string | undefined = 'prod';
      const outlet = new TerminalOutlet({
        collection,
        isTrusted: () => true,
        folders: () => [
          { folder: folder('alpha'), session: undefined, absent },
          { folder: folder('beta'), session: undefined },
        ],
        prepare: ({ name }) => Promise.resolve(delivery('profile', { WHO: name })),
        prepareAbsent: (name) => Promise.resolve(delivery('profile', { WHO: `not ${name}` })),
        describe: ({ name }) => name,
        delivered: () => undefined,
        failed: (error) => assert.fail(String(error)),
      });
      await outlet.update(undefined);
      assert.deepEqual(seen('alpha'), {}, 'there is none to keep away');
      await outlet.update(session);
      assert.deepEqual([seen('alpha'), seen('beta')], [{ WHO: 'not prod' }, { WHO: 'live-a' }]);
      absent = undefined;
      await outlet.update(session);
      assert.deepEqual(seen('alpha'), { WHO: 'live-a' });
    });

    it('takes back what a window before the reload gave, which VS Code does not list', async () => {
      const { collection, seen, reload } = scopedCollection();
      let own: Session | undefined = other;
      const open = () =>
        new TerminalOutlet({
          collection,
          isTrusted: () => true,
          folders: () => [{ folder: folder('alpha'), session: own }],
          prepare: ({ name }) =>
            Promise.resolve(
              delivery(
                'profile',
                name === 'live-b' ? { AWS_PROFILE: name, AWS_REGION: 'x' } : { AWS_PROFILE: name },
              ),
            ),
          describe: ({ name }) => name,
          delivered: () => undefined,
          failed: (error) => assert.fail(String(error)),
        });
      await open().update(session);
      assert.deepEqual(seen('alpha'), { AWS_PROFILE: 'live-b', AWS_REGION: 'x' });
      reload();
      own = undefined;
      await open().update(session);
      assert.deepEqual(seen('alpha'), { AWS_PROFILE: 'live-a' });
    });

    it('gives none before the workspace is trusted', async () => {
      const { collection, seen } = scopedCollection();
      const outlet = new TerminalOutlet({
        collection,
        isTrusted: () => false,
        folders: () => [{ folder: folder('alpha'), session: other }],
        prepare: () => assert.fail('prepared'),
        describe: () => '',
        delivered: () => undefined,
        failed: (error) => assert.fail(String(error)),
      });
      await outlet.update(session);
      assert.deepEqual(seen('alpha'), {});
    });
  });
});
