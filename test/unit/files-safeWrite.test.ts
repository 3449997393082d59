import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { editFile, writeSecretFile } from '../../src/files/safeWrite.ts';
import { useFolder } from '../support/folder.ts';
import { describeIf } from '../support/skip.ts';

const posix = process.platform !== 'win32';
const append = (text: string): string => `${text}more\n`;

describe('editFile', () => {
  const folder = useFolder();
  const file = (): string => join(folder(), 'config');

  it('writes what the edit gives, and leaves nothing beside it', async () => {
    writeFileSync(file(), '\ufeffone\r\n');
    assert.deepEqual(await editFile(file(), append), { kind: 'written' });
    assert.equal(readFileSync(file(), 'utf8'), '\ufeffone\r\nmore\n');
    assert.deepEqual(readdirSync(folder()), ['config']);
  });

  it('writes nothing when the text stays the same', async () => {
    writeFileSync(file(), 'one\n');
    const before = statSync(file(), { bigint: true });
    assert.deepEqual(await editFile(file(), (text) => text), { kind: 'unchanged' });
    const after = statSync(file(), { bigint: true });
    assert.deepEqual([after.ino, after.mtimeNs], [before.ino, before.mtimeNs]);
  });

  it('makes neither file nor folder for an edit that adds nothing', async () => {
    assert.deepEqual(await editFile(join(folder(), 'new', 'config'), (text) => text), { kind: 'unchanged' });
    assert.deepEqual(readdirSync(folder()), []);
  });

  it('edits what a file says that changed meanwhile', async () => {
    writeFileSync(file(), 'one\n');
    const seen: string[] = [];
    const result = await editFile(file(), (text) => {
      seen.push(text);
      if (seen.length === 1) {
        writeFileSync(file(), 'two\n');
      }
      return append(text);
    });
    assert.deepEqual(result, { kind: 'written' });
    assert.deepEqual(seen, ['one\n', 'two\n']);
    assert.equal(readFileSync(file(), 'utf8'), 'two\nmore\n');
  });

  it('sees a file that was replaced by another with the same text, or that went', async () => {
    writeFileSync(file(), 'one\n');
    let calls = 0;
    await editFile(file(), (text) => {
      calls++;
      if (calls === 1) {
        writeFileSync(join(folder(), 'other'), 'one\n');
        renameSync(join(folder(), 'other'), file());
      } else if (calls === 2) {
        renameSync(file(), join(folder(), 'gone'));
      }
      return append(text);
    });
    assert.equal(calls, 3);
    assert.equal(readFileSync(file(), 'utf8'), 'more\n');
    assert.equal(readFileSync(join(folder(), 'gone'), 'utf8'), 'one\n');
  });

  it('does not replace a file that appeared meanwhile', async () => {
    const seen: string[] = [];
    await editFile(file(), (text) => {
      seen.push(text);
      if (seen.length === 1) {
        writeFileSync(file(), 'theirs\n');
      }
      return append(text);
    });
    assert.deepEqual(seen, ['', 'theirs\n']);
    assert.equal(readFileSync(file(), 'utf8'), 'theirs\nmore\n');
  });

  it('gives way to somebody who never stops writing', async () => {
    let count = 0;
    const result = await editFile(file(), (text) => {
      writeFileSync(file(), `theirs ${++count}\n`);
      return append(text);
    });
    assert.deepEqual(result, { kind: 'busy' });
    assert.equal(readFileSync(file(), 'utf8'), `theirs ${count}\n`);
    assert.deepEqual(readdirSync(folder()), ['config']);
  });

  it('lets twenty edits at once all count', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => editFile(file(), (text) => `${text}${index}\n`)),
    );
    assert.ok(results.every((result) => result.kind === 'written'));
    assert.equal(new Set(readFileSync(file(), 'utf8').trim().split('\n')).size, 20);
  });

  it('passes on what the edit throws, and lets the next one in', async () => {
    const broken = editFile(file(), () => {
      throw new RangeError('no such value');
    });
    const next = editFile(file(), append);
    await assert.rejects(broken, RangeError);
    assert.deepEqual(await next, { kind: 'written' });
  });

  it('leaves a file alone that is no text', async () => {
    const bytes = Buffer.from([0x5b, 0x61, 0x5d, 0x0a, 0xff]);
    writeFileSync(file(), bytes);
    assert.deepEqual(await editFile(file(), append), { kind: 'failed', code: 'EILSEQ' });
    assert.deepEqual(readFileSync(file()), bytes);
  });

  it('says what stands in the way', async () => {
    mkdirSync(file());
    assert.deepEqual(await editFile(file(), append), { kind: 'failed', code: 'EISDIR' });
    writeFileSync(join(folder(), 'plain'), '');
    assert.deepEqual(await editFile(join(folder(), 'plain', 'config'), append), {
      kind: 'failed',
      code: 'ENOTDIR',
    });
  });

  describeIf(posix, 'modes and links are POSIX', 'on POSIX', () => {
    it('makes a new file for its owner only, in a folder for its owner only', async () => {
      const path = join(folder(), 'new', '.aws', 'config');
      assert.deepEqual(await editFile(path, append), { kind: 'written' });
      assert.equal(statSync(path).mode & 0o777, 0o600);
      assert.equal(statSync(join(folder(), 'new', '.aws')).mode & 0o777, 0o700);
    });

    it('keeps the mode', async () => {
      for (const mode of [0o600, 0o640, 0o664]) {
        writeFileSync(file(), 'one\n');
        chmodSync(file(), mode);
        await editFile(file(), append);
        assert.equal(statSync(file()).mode & 0o777, mode);
      }
    });

    it('leaves a read-only file alone', async () => {
      writeFileSync(file(), 'one\n');
      chmodSync(file(), 0o444);
      assert.deepEqual(await editFile(file(), append), { kind: 'readOnly', code: 'EACCES' });
      assert.equal(readFileSync(file(), 'utf8'), 'one\n');
      assert.deepEqual(readdirSync(folder()), ['config']);
    });

    it('follows links and keeps them', async () => {
      mkdirSync(join(folder(), 'dotfiles'));
      writeFileSync(join(folder(), 'dotfiles', 'aws'), 'one\n');
      symlinkSync('dotfiles/aws', join(folder(), 'middle'));
      symlinkSync(join(folder(), 'middle'), file());
      assert.deepEqual(await editFile(file(), append), { kind: 'written' });
      assert.ok(lstatSync(file()).isSymbolicLink());
      assert.equal(readFileSync(join(folder(), 'dotfiles', 'aws'), 'utf8'), 'one\nmore\n');
      assert.deepEqual(readdirSync(join(folder(), 'dotfiles')), ['aws']);
    });

    it('makes the file that a link waits for', async () => {
      symlinkSync('dotfiles/aws', file());
      assert.deepEqual(await editFile(file(), append), { kind: 'written' });
      assert.ok(lstatSync(file()).isSymbolicLink());
      assert.equal(readFileSync(join(folder(), 'dotfiles', 'aws'), 'utf8'), 'more\n');
    });

    it('does not go round in circles', async () => {
      symlinkSync('config', file());
      assert.deepEqual(await editFile(file(), append), { kind: 'failed', code: 'ELOOP' });
    });

    it('does not wait for a pipe', async () => {
      execFileSync('mkfifo', [file()]);
      assert.deepEqual(await editFile(file(), append), { kind: 'failed', code: 'ENOTSUP' });
    });
  });
});

describe('writeSecretFile', () => {
  const folder = useFolder();

  it('writes for the owner only, whatever was there', async () => {
    const path = join(folder(), 'run', 'token');
    assert.deepEqual(await writeSecretFile(path, 'one'), { kind: 'written' });
    if (posix) {
      assert.equal(statSync(path).mode & 0o777, 0o600);
      assert.equal(statSync(join(folder(), 'run')).mode & 0o777, 0o700);
      chmodSync(path, 0o644);
    }
    assert.deepEqual(await writeSecretFile(path, 'two'), { kind: 'written' });
    assert.equal(readFileSync(path, 'utf8'), 'two');
    if (posix) {
      assert.equal(statSync(path).mode & 0o777, 0o600);
    }
    assert.deepEqual(readdirSync(join(folder(), 'run')), ['token']);
  });

  it('does not write through a link', async () => {
    const target = join(folder(), 'target');
    writeFileSync(target, 'theirs');
    linkSync(target, join(folder(), 'hard'));
    symlinkSync(target, join(folder(), 'token'));
    await writeSecretFile(join(folder(), 'token'), 'secret');
    await writeSecretFile(join(folder(), 'hard'), 'secret');
    assert.equal(readFileSync(target, 'utf8'), 'theirs');
  });

  it('says what stands in the way', async () => {
    mkdirSync(join(folder(), 'token', 'in'), { recursive: true });
    const result = await writeSecretFile(join(folder(), 'token'), 'x');
    assert.notEqual(result.kind, 'written');
    assert.ok(existsSync(join(folder(), 'token', 'in')));
    assert.deepEqual(readdirSync(folder()), ['token']);
  });
});
