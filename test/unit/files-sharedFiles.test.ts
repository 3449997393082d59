import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { SharedFiles } from '../../src/files/sharedFiles.ts';
import type { SharedFilesOptions, SharedPaths } from '../../src/files/sharedFiles.ts';
import { useFolder } from '../support/folder.ts';
import { describeIf } from '../support/skip.ts';

const posix = process.platform !== 'win32';

/** How soon a save must show, with room for a busy machine: what is promised is half a second with the drawing. */
const seenWithinMs = 500;

describe('SharedFiles', () => {
  const folder = useFolder();
  let files: SharedFiles | undefined;

  afterEach(() => {
    files?.dispose();
    files = undefined;
  });

  const paths = (): SharedPaths => ({
    config: join(folder(), '.aws', 'config'),
    credentials: join(folder(), '.aws', 'credentials'),
  });

  const open = (options?: SharedFilesOptions, at = paths()): SharedFiles => {
    files = new SharedFiles(at, options);
    return files;
  };

  const write = (name: 'config' | 'credentials', text: string | Buffer): void => {
    mkdirSync(join(folder(), '.aws'), { recursive: true });
    writeFileSync(join(folder(), '.aws', name), text);
  };

  const names = async (shared: SharedFiles): Promise<string[]> => [
    ...(await shared.read()).set.profiles.keys(),
  ];

  /** Resolves with the profiles' names once a change has been told that makes them these. */
  const told = (shared: SharedFiles, expected: readonly string[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = async (): Promise<void> => {
        if ((await names(shared)).join() === expected.join()) {
          subscription.dispose();
          resolve();
        }
      };
      const subscription = shared.onDidChange(() => {
        void check().catch(reject);
      });
    });

  describe('reading', () => {
    it('takes missing files for empty ones', async () => {
      const { set, exists } = await open().read();
      assert.deepEqual([...set.profiles], []);
      assert.deepEqual(set.problems, []);
      assert.deepEqual(exists, { config: false, credentials: false });
    });

    it('reads both files', async () => {
      write('config', '[profile a]\nregion = x\n');
      write('credentials', '[b]\n');
      const shared = open();
      assert.deepEqual(await names(shared), ['a', 'b']);
      assert.equal(shared.read(), shared.read());
    });

    const broken: [title: string, text: string | Buffer, kinds: string[], profiles: string[]][] = [
      ['nothing at all', '', [], []],
      ['a byte order mark', '\ufeff[profile a]\n', ['byteOrderMark'], ['a']],
      ['CRLF', '[profile a]\r\nregion = x\r\n', [], ['a']],
      [
        'bytes that are not UTF-8',
        Buffer.from('[profile a]\nx = \xff\n[profile b]\n', 'latin1'),
        ['invalidUtf8'],
        ['a', 'b'],
      ],
      ['UTF-16', Buffer.from('\ufeff[profile a]\n', 'utf16le'), ['invalidUtf8'], []],
      [
        'names that are names of Object’s',
        '[profile constructor]\nx = y\n[profile __proto__]\nx = y\n[profile toString]\n',
        [],
        ['constructor', '__proto__', 'toString'],
      ],
    ];
    for (const [title, text, kinds, profiles] of broken) {
      it(`copes with ${title}`, async () => {
        write('config', text);
        write('credentials', '[z]\n');
        const { set } = await open().read();
        assert.deepEqual(
          set.problems.map(({ what }) => what.kind),
          kinds,
        );
        assert.deepEqual([...set.profiles.keys()], [...profiles, 'z']);
      });
    }

    it('copes with a folder in the place of a file', async () => {
      mkdirSync(paths().config, { recursive: true });
      write('credentials', '[z]\n');
      const { set, exists } = await open().read();
      assert.deepEqual(set.problems[0]?.what, {
        kind: 'fileIsDirectory',
        file: 'config',
        path: paths().config,
      });
      assert.deepEqual([...set.profiles.keys()], ['z']);
      assert.deepEqual(exists, { config: true, credentials: true });
    });

    it('copes with a file in the place of the folder', async () => {
      writeFileSync(join(folder(), '.aws'), '');
      const { set } = await open().read();
      assert.deepEqual(
        set.problems.map(({ what }) => what.kind === 'fileUnreadable' && what.code),
        ['ENOTDIR', 'ENOTDIR'],
      );
    });

    it('does not read what is far too large', async () => {
      write('config', '');
      truncateSync(paths().config, 32 * 1024 * 1024 + 1);
      const { set } = await open().read();
      assert.deepEqual(set.problems[0]?.what, {
        kind: 'fileTooLarge',
        file: 'config',
        path: paths().config,
        bytes: 32 * 1024 * 1024 + 1,
      });
    });

    it('reads ten megabytes', async () => {
      const profile = (index: number): string =>
        `[profile p${index}]\nregion = eu-west-1\n# ${'x'.repeat(450)}\n`;
      write('config', Array.from({ length: 21_000 }, (_, index) => profile(index)).join(''));
      const { set } = await open().read();
      assert.equal(set.profiles.size, 21_000);
      assert.deepEqual(set.problems, []);
    });

    it('takes the null device for an empty file', async () => {
      const { set, exists } = await open({}, { ...paths(), config: devNull }).read();
      assert.deepEqual(set.problems, []);
      assert.equal(exists.config, posix);
    });

    describeIf(posix, 'there are no named pipes', 'on POSIX', () => {
      it('does not wait for a pipe', async () => {
        mkdirSync(join(folder(), '.aws'));
        execFileSync('mkfifo', [paths().config]);
        const { set } = await open().read();
        assert.deepEqual(set.problems[0]?.what, {
          kind: 'fileUnreadable',
          file: 'config',
          path: paths().config,
          code: 'ENOTSUP',
        });
      });
    });

    describeIf(posix && process.getuid?.() !== 0, 'root may read everything', 'without rights', () => {
      it('says that a file cannot be read', async () => {
        write('config', '[profile a]\n');
        chmodSync(paths().config, 0);
        const { set } = await open().read();
        assert.deepEqual(set.problems[0]?.what, {
          kind: 'fileUnreadable',
          file: 'config',
          path: paths().config,
          code: 'EACCES',
        });
      });
    });
  });

  describe('watching', () => {
    it('touches nothing before the first read', () => {
      let watched = 0;
      const watchFolder = (): { close(): void } => {
        watched++;
        return { close: () => undefined };
      };
      open({ watchFolder }).dispose();
      assert.equal(watched, 0);
    });

    const changes: [title: string, change: () => void, expected: string[]][] = [
      ['is written over', () => write('config', '[profile b]\n'), ['b', 'z']],
      ['is appended to', () => appendFileSync(paths().config, '[profile b]\n'), ['a', 'b', 'z']],
      [
        'is replaced by renaming, as editors and the AWS CLI do',
        () => {
          writeFileSync(join(folder(), '.aws', 'config.new'), '[profile b]\n');
          renameSync(join(folder(), '.aws', 'config.new'), paths().config);
        },
        ['b', 'z'],
      ],
      ['is deleted', () => unlinkSync(paths().config), ['z']],
      ['changes beside it', () => write('credentials', '[y]\n'), ['a', 'y']],
      ['goes with its folder', () => rmSync(join(folder(), '.aws'), { recursive: true }), []],
    ];
    for (const [title, change, expected] of changes) {
      it(`sees within half a second that a file ${title}`, async () => {
        write('config', '[profile a]\n');
        write('credentials', '[z]\n');
        const shared = open();
        assert.deepEqual(await names(shared), ['a', 'z']);
        const seen = told(shared, expected);
        const began = performance.now();
        change();
        await seen;
        assert.ok(performance.now() - began < seenWithinMs);
      });
    }

    it('sees the folder come, go and come again', async () => {
      const at = {
        config: join(folder(), 'x', '.aws', 'config'),
        credentials: join(folder(), 'x', '.aws', 'credentials'),
      };
      const shared = open({}, at);
      assert.deepEqual(await names(shared), []);
      for (const name of ['a', 'b']) {
        const came = told(shared, [name]);
        mkdirSync(join(folder(), 'x', '.aws'), { recursive: true });
        writeFileSync(at.config, `[profile ${name}]\n`);
        await came;
        const changed = told(shared, [name, 'z']);
        writeFileSync(at.credentials, '[z]\n');
        await changed;
        const went = told(shared, []);
        rmSync(join(folder(), 'x'), { recursive: true });
        await went;
      }
    });

    it('sees a change of the file that a link leads to, and of the link', async () => {
      mkdirSync(join(folder(), '.aws'));
      mkdirSync(join(folder(), 'dotfiles'));
      writeFileSync(join(folder(), 'dotfiles', 'one'), '[profile a]\n');
      writeFileSync(join(folder(), 'dotfiles', 'two'), '[profile c]\n');
      symlinkSync('../dotfiles/one', paths().config);
      const shared = open();
      assert.deepEqual(await names(shared), ['a']);

      const written = told(shared, ['b']);
      writeFileSync(join(folder(), 'dotfiles', 'one'), '[profile b]\n');
      await written;

      const turned = told(shared, ['c']);
      symlinkSync('../dotfiles/two', join(folder(), '.aws', 'new'));
      renameSync(join(folder(), '.aws', 'new'), paths().config);
      await turned;

      const writtenAgain = told(shared, ['d']);
      writeFileSync(join(folder(), 'dotfiles', 'two'), '[profile d]\n');
      await writtenAgain;
    });

    it('gives the same set when a file was touched but says the same', async () => {
      write('config', '[profile a]\n');
      const shared = open();
      const { set } = await shared.read();
      const changed = new Promise<void>((resolve) => {
        shared.onDidChange(resolve);
      });
      write('config', '[profile a]\n');
      await changed;
      assert.equal((await shared.read()).set, set);
    });

    it('tells a burst of writes once in a while, and never sleeps through it', async () => {
      write('config', '[profile a]\n');
      const shared = open();
      await shared.read();
      let count = 0;
      shared.onDidChange(() => {
        count++;
      });
      const seen = told(shared, ['p199']);
      for (let index = 0; index < 200; index++) {
        write('config', `[profile p${index}]\n`);
      }
      await seen;
      assert.ok(count <= 3, `${count} times`);
    });

    it('looks at the files itself where the system gives no watcher', async () => {
      write('config', '[profile a]\n');
      write('credentials', '');
      const errors: unknown[] = [];
      const shared = open({
        onError: (error) => errors.push(error),
        watchFolder: () => {
          throw Object.assign(new Error('no watcher left'), { code: 'ENOSPC' });
        },
      });
      assert.deepEqual(await names(shared), ['a']);
      assert.equal(errors.length, 1);
      const seen = told(shared, ['b', 'c']);
      write('config', '[profile b]\n[profile c]\n');
      await seen;
    });

    it('reads anew when asked to', async () => {
      const shared = open({ watchFolder: () => ({ close: () => undefined }) });
      assert.deepEqual(await names(shared), []);
      const seen = told(shared, ['a']);
      write('config', '[profile a]\n');
      shared.refresh();
      await seen;
    });

    it('says nothing after its end', async () => {
      let close = 0;
      let fire: ((name: string | null) => void) | undefined;
      write('config', '[profile a]\n');
      const shared = open({
        watchFolder: (_folder, onEvent) => {
          fire = onEvent;
          return { close: () => void close++ };
        },
      });
      await shared.read();
      shared.onDidChange(() => assert.fail('told after the end'));
      fire?.('config');
      shared.dispose();
      assert.equal(close, 1);
      write('config', '[profile b]\n');
      assert.deepEqual(await names(shared), ['b']);
    });
  });
});
