import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { useSharedFiles } from '../support/sharedFiles.ts';
import { describeIf } from '../support/skip.ts';

const posix = process.platform !== 'win32';

describe('reading the shared files', () => {
  const { folder, names, open, paths, write } = useSharedFiles();

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
