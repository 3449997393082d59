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
  let persistent = true;
  const collection = {
    get persistent() {
      return persistent;
    },
    // VS Code hands on the whole collection as it is by then.
    set persistent(value: boolean) {
      persistent = value;
      changes.push(`${value ? 'kept' : 'not kept'}: ${[...values.keys()].join()}`);
    },
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
    const writes = changes.filter((change) => !change.startsWith('kept'));
    assert.deepEqual(writes, ['clear', 'A=1', 'B=2', '-A', 'C=3']);
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
      assert.equal(changes.at(-1) === 'clear', !kept, mode);
    }
  });

  it('has no keys left when it turns from keys to pointers, which are kept', async () => {
    const { collection, changes } = fakeCollection();
    const results = [delivery('environment', { SECRET: '1' }), delivery('profile', { POINTER: '2' })];
    const outlet = new TerminalOutlet({
      collection,
      isTrusted: () => true,
      prepare: () => Promise.resolve(results.shift() ?? assert.fail('prepared once too often')),
      describe: () => '',
      delivered: () => undefined,
      failed: (error) => assert.fail(String(error)),
    });
    await outlet.update(session);
    await outlet.update(session);
    assert.deepEqual(changes, ['clear', 'not kept: ', 'SECRET=1', 'clear', 'kept: ', 'POINTER=2']);
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
    assert.deepEqual([changes, failures], [['clear', 'kept: ', 'A=new'], ['Error: ours']]);
  });

  describe('of folders with a session of their own', () => {
    /** Where a folder's variables apply; undefined: everywhere. */
    type Scope = Pick<WorkspaceFolder, 'uri' | 'index'> | undefined;

    /**
     * As VS Code keeps them: one map, in which the folder's URI is part of the key and the last of a name wins. They apply
     * by the folder's index in the first object that the host was given for the URI.
     */
    function scopedCollection() {
      const entries = new Map<
        string,
        { readonly scope: Scope; readonly listed: boolean; readonly name: string; readonly value: string }
      >();
      let scoped = new Map<string, object>();
      const view = (scope: Scope): object => {
        const keyOf = (name: string): string => `${scope?.uri.toString() ?? ''} ${name}`;
        return {
          persistent: true,
          description: undefined,
          replace: (name: string, value: string) => {
            const before = entries.get(keyOf(name));
            if (before?.value !== value || before.scope?.index !== scope?.index) {
              entries.set(keyOf(name), { scope, listed: true, name, value });
            }
          },
          get: (name: string) => entries.get(keyOf(name)),
          delete: (name: string) => void entries.delete(keyOf(name)),
          clear: () => {
            for (const [key, entry] of entries) {
              if (scope === undefined || entry.scope?.index === scope.index) {
                entries.delete(key);
              }
            }
          },
          *[Symbol.iterator]() {
            for (const [key, entry] of entries) {
              if (key === keyOf(entry.name) && entry.listed) {
                yield [entry.name, entry];
              }
            }
          },
          getScoped: ({ workspaceFolder }: { workspaceFolder: WorkspaceFolder }) => {
            const uri = workspaceFolder.uri.toString();
            const known = scoped.get(uri) ?? view(workspaceFolder);
            scoped.set(uri, known);
            return known;
          },
        };
      };
      let collection = view(undefined) as GlobalEnvironmentVariableCollection;
      const seen = ({ index }: WorkspaceFolder): Record<string, string> =>
        Object.fromEntries(
          [...entries.values()]
            .filter(({ scope }) => scope === undefined || scope.index === index)
            .map(({ name, value }) => [name, value]),
        );
      /** The extension host starts anew: VS Code lists nothing of a folder then, and has it all the same. */
      const restart = (): void => {
        for (const [key, { scope, ...entry }] of entries) {
          entries.set(key, { ...entry, scope: scope && { ...scope }, listed: scope === undefined });
        }
        scoped = new Map();
        collection = view(undefined) as GlobalEnvironmentVariableCollection;
      };
      return { collection: () => collection, seen, restart };
    }

    const other = sessionFor('live-b');
    const folder = (name: string, index: number) =>
      ({ name, index, uri: { toString: () => `file:///${name}` } }) as WorkspaceFolder;
    const alpha = folder('alpha', 0);
    const beta = folder('beta', 1);

    /** Folders whose sessions have their names, in a window whose active session is `live-a`. */
    function window() {
      const { collection, seen, restart } = scopedCollection();
      let folders: WorkspaceFolder[] = [];
      const open = () =>
        new TerminalOutlet({
          collection: collection(),
          isTrusted: () => true,
          // As `wireFolders` says it: none where there is one folder.
          folders: () =>
            folders.length > 1
              ? folders.map((each) => ({ folder: each, session: sessionFor(`as-${each.name}`) }))
              : [],
          prepare: ({ name }) => Promise.resolve(delivery('profile', { AWS_PROFILE: name })),
          describe: ({ name }) => name,
          delivered: () => undefined,
          failed: (error) => assert.fail(String(error)),
        });
      let outlet = open();
      return {
        seen: () => folders.map((each) => seen(each)['AWS_PROFILE']),
        /** As VS Code has it: the object of a folder that stays is kept, and gets its new place. */
        change: async (names: readonly string[], { restarts = false } = {}) => {
          if (restarts) {
            restart();
            outlet = open();
          }
          folders = names.map((name, index) => {
            const kept = restarts ? undefined : folders.find((each) => each.name === name);
            return kept ? Object.assign(kept, { index }) : folder(name, index);
          });
          const done = outlet.update(session);
          const atOnce = folders.map((each) => seen(each)['AWS_PROFILE']);
          await done;
          return atOnce;
        },
      };
    }

    it('follow their folders to other places, and never go to the folder that stands there now', async () => {
      const { seen, change } = window();
      await change(['a', 'b', 'c']);
      assert.deepEqual(seen(), ['as-a', 'as-b', 'as-c']);
      assert.deepEqual(await change(['a', 'c']), [undefined, undefined], 'to nobody until it is ready');
      assert.deepEqual(seen(), ['as-a', 'as-c']);
      await change(['a', 'c', 'b']);
      assert.deepEqual(seen(), ['as-a', 'as-c', 'as-b'], 'one came back to another place');
      await change(['b', 'a', 'c']);
      assert.deepEqual(seen(), ['as-b', 'as-a', 'as-c']);
      await change(['a']);
      assert.deepEqual(seen(), ['live-a'], 'a single folder has the active session');
    });

    it('follow them where the host starts anew, which cannot know where they stood', async () => {
      const { seen, change } = window();
      await change(['x', 'a', 'b']);
      await change(['a', 'b'], { restarts: true });
      assert.deepEqual(seen(), ['as-a', 'as-b']);
      await change(['b'], { restarts: true });
      assert.deepEqual(seen(), ['live-a']);
    });

    it('gives each folder its own and the rest the active one, in whichever order they come', async () => {
      const { collection, seen } = scopedCollection();
      let own: Session | undefined = other;
      const outlet = new TerminalOutlet({
        collection: collection(),
        isTrusted: () => true,
        folders: () => [
          { folder: alpha, session: own },
          { folder: beta, session: undefined },
        ],
        prepare: ({ name }) => Promise.resolve(delivery('profile', { WHO: name, ONLY: name })),
        describe: ({ name }) => name,
        delivered: () => undefined,
        failed: (error) => assert.fail(String(error)),
      });
      await outlet.update(undefined);
      assert.deepEqual(seen(alpha), { WHO: 'live-b', ONLY: 'live-b' });
      assert.deepEqual(seen(beta), {});
      // What is put in last wins in VS Code, and the active session's comes after the folder's here.
      await outlet.update(session);
      assert.equal(seen(alpha)['WHO'], 'live-b');
      assert.equal(seen(beta)['WHO'], 'live-a');
      await outlet.update(undefined);
      assert.deepEqual(seen(beta), {});
      own = undefined;
      await outlet.update(session);
      assert.equal(seen(alpha)['WHO'], 'live-a');
      await outlet.update(undefined);
      assert.deepEqual(seen(alpha), {});
    });

    it('keeps the active session from a folder whose own one is not there', async () => {
      const { collection, seen } = scopedCollection();
      let absent: string | undefined = 'prod';
      const outlet = new TerminalOutlet({
        collection: collection(),
        isTrusted: () => true,
        folders: () => [
          { folder: alpha, session: undefined, absent },
          { folder: beta, session: undefined },
        ],
        prepare: ({ name }) => Promise.resolve(delivery('profile', { WHO: name })),
        prepareAbsent: (name) => Promise.resolve(delivery('profile', { WHO: `not ${name}` })),
        describe: ({ name }) => name,
        delivered: () => undefined,
        failed: (error) => assert.fail(String(error)),
      });
      await outlet.update(undefined);
      assert.deepEqual(seen(alpha), {}, 'there is none to keep away');
      await outlet.update(session);
      assert.deepEqual([seen(alpha), seen(beta)], [{ WHO: 'not prod' }, { WHO: 'live-a' }]);
      absent = undefined;
      await outlet.update(session);
      assert.deepEqual(seen(alpha), { WHO: 'live-a' });
    });

    it('takes back what a window before the reload gave, which VS Code does not list', async () => {
      const { collection, seen, restart } = scopedCollection();
      let own: Session | undefined = other;
      const open = () =>
        new TerminalOutlet({
          collection: collection(),
          isTrusted: () => true,
          folders: () => [{ folder: alpha, session: own }],
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
      assert.deepEqual(seen(alpha), { AWS_PROFILE: 'live-b', AWS_REGION: 'x' });
      restart();
      own = undefined;
      await open().update(session);
      assert.deepEqual(seen(alpha), { AWS_PROFILE: 'live-a' });
    });

    it('gives none before the workspace is trusted', async () => {
      const { collection, seen } = scopedCollection();
      const outlet = new TerminalOutlet({
        collection: collection(),
        isTrusted: () => false,
        folders: () => [{ folder: alpha, session: other }],
        prepare: () => assert.fail('prepared'),
        describe: () => '',
        delivered: () => undefined,
        failed: (error) => assert.fail(String(error)),
      });
      await outlet.update(session);
      assert.deepEqual(seen(alpha), {});
    });
  });
});
