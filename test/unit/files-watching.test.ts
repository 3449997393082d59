import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { useSharedFiles } from '../support/sharedFiles.ts';

describe('watching the shared files', () => {
  const { folder, names, open, paths, told, write } = useSharedFiles();

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
    it(`sees that a file ${title}`, async () => {
      write('config', '[profile a]\n');
      write('credentials', '[z]\n');
      const shared = open();
      assert.deepEqual(await names(shared), ['a', 'z']);
      const seen = told(shared, expected);
      change();
      await seen;
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

  it('sees that the file is made again to which a link leads', async () => {
    const target = join(folder(), 'dotfiles', 'config');
    mkdirSync(join(folder(), '.aws'));
    mkdirSync(join(folder(), 'dotfiles'));
    symlinkSync('../dotfiles/config', paths().config);
    const shared = open();
    assert.deepEqual(await names(shared), []);
    for (const name of ['a', 'b']) {
      const made = told(shared, [name]);
      writeFileSync(target, `[profile ${name}]\n`);
      await made;
      const gone = told(shared, []);
      unlinkSync(target);
      await gone;
    }
  });

  it('sees that the folder was replaced by another, or by a link to one', async () => {
    const make = (name: string, profile: string): void => {
      mkdirSync(join(folder(), name));
      writeFileSync(join(folder(), name, 'config'), `[profile ${profile}]\n`);
    };
    make('.aws', 'a');
    make('two', 'b');
    make('three', 'c');
    const shared = open();
    assert.deepEqual(await names(shared), ['a']);

    const replaced = told(shared, ['b']);
    renameSync(join(folder(), '.aws'), join(folder(), 'one'));
    renameSync(join(folder(), 'two'), join(folder(), '.aws'));
    await replaced;

    const linked = told(shared, ['c']);
    renameSync(join(folder(), '.aws'), join(folder(), 'two'));
    symlinkSync('three', join(folder(), '.aws'));
    await linked;

    const turned = told(shared, ['a']);
    symlinkSync('one', join(folder(), 'link'));
    renameSync(join(folder(), 'link'), join(folder(), '.aws'));
    await turned;

    const written = told(shared, ['d']);
    writeFileSync(join(folder(), 'one', 'config'), '[profile d]\n');
    await written;
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
