import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  folderPath,
  leaveSocketPath,
  openFolder,
  socketPath,
  writePrivately,
} from '../../src/outlets/folder.ts';
import type { HelperFolder } from '../../src/outlets/folder.ts';
import { installHelper } from '../../src/outlets/install.ts';
import { HELPER_SOURCES, installedFolder, serve, temporaryFolder } from '../support/outletRig.ts';
import { describeIf } from '../support/skip.ts';

describe('the helper’s folder', () => {
  const temporary = temporaryFolder();
  let homes = 0;
  const newHome = (): string => {
    homes += 1;
    const path = join(temporary.path, `h${homes}`);
    mkdirSync(path);
    return path;
  };
  const opened = async (path: string): Promise<HelperFolder> => {
    const result = await openFolder(path);
    return result.ok ? result.folder : assert.fail(JSON.stringify(result.problem));
  };
  after(() => temporary.remove());

  it('lies where every editor of the person finds it', () => {
    assert.equal(folderPath('linux', '/home/ann', undefined), '/home/ann/.sts-sessions');
    assert.equal(folderPath('win32', 'C:\\Users\\ann', 'D:\\Local'), 'D:\\Local\\sts-sessions');
    assert.equal(
      folderPath('win32', 'C:\\Users\\ann', undefined),
      'C:\\Users\\ann\\AppData\\Local\\sts-sessions',
    );
  });

  it('is made for its owner only, with all that is in it', async () => {
    const folder = await opened(join(newHome(), '.sts-sessions'));
    for (const path of [folder.path, folder.windows, folder.locks, folder.tokens, join(folder.path, 's')]) {
      assert.equal(statSync(path).mode & 0o777, 0o700, path);
    }
    assert.equal(statSync(join(folder.path, 'id')).mode & 0o777, 0o600);
  });

  it('keeps its name for ever, and gives one name to windows that come at the same time', async () => {
    const path = join(newHome(), '.sts-sessions');
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await opened(path)).folderId));
    assert.equal(new Set(ids).size, 1);
    const again = await opened(path);
    assert.equal(again.folderId, ids[0]);
    assert.match(again.folderId, /^[0-9a-f]{32}$/);
    assert.match(again.hostId, /^[0-9a-f]{16}$/);
    assert.notEqual((await opened(join(newHome(), 'x'))).hostId, again.hostId);
    assert.deepEqual(
      readdirSync(path).filter((name) => name.startsWith('id')),
      ['id'],
    );
  });

  it('gets a new name when the file with it is damaged', async () => {
    const path = join(newHome(), '.sts-sessions');
    await opened(path);
    writeFileSync(join(path, 'id'), 'x\n');
    const { folderId } = await opened(path);
    assert.equal((await opened(path)).folderId, folderId);
  });

  it('is tightened when others may read it, and refused when others may write to it', async () => {
    const path = join(newHome(), '.sts-sessions');
    await opened(path);
    chmodSync(path, 0o755);
    await opened(path);
    assert.equal(statSync(path).mode & 0o777, 0o700);
    chmodSync(path, 0o770);
    assert.deepEqual(await openFolder(path), { ok: false, problem: { kind: 'notPrivate', path } });
  });

  it('is refused when it is a link, a file, or cannot be named in the config file', async () => {
    const home = newHome();
    const elsewhere = join(home, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o700 });
    const path = join(home, '.sts-sessions');
    symlinkSync(elsewhere, path);
    assert.deepEqual(await openFolder(path), { ok: false, problem: { kind: 'notAFolder', path } });
    assert.deepEqual(readdirSync(elsewhere), []);
    const taken = join(home, 'file');
    writeFileSync(taken, '');
    assert.deepEqual(await openFolder(taken), { ok: false, problem: { kind: 'notAFolder', path: taken } });
    for (const name of ['a\nb', 'a #b', 'a ;b']) {
      const odd = join(home, name);
      assert.deepEqual(await openFolder(odd), { ok: false, problem: { kind: 'unusablePath', path: odd } });
    }
    const nowhere = join(home, 'no', 'such');
    assert.deepEqual(await openFolder(nowhere), {
      ok: false,
      problem: { kind: 'failed', path: nowhere, code: 'ENOENT' },
    });
  });

  it('has room for sockets however long its path is', async () => {
    const home = join(newHome(), 'x'.repeat(100));
    mkdirSync(home);
    const folder = await opened(join(home, '.sts-sessions'));
    const path = await socketPath(folder, 'window');
    assert.ok(Buffer.byteLength(path) <= 103);
    assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
    await leaveSocketPath(folder, path);
    assert.equal(existsSync(dirname(path)), false, 'no folder of a closed window is left below /tmp');
    const short = await opened(join(newHome(), '.s'));
    const below = await socketPath(short, 'window');
    assert.equal(below, join(short.path, 's', 'window'));
    await leaveSocketPath(short, below);
    assert.ok(existsSync(dirname(below)));
  });

  it('holds the helper, which only its owner may run', async () => {
    const folder = await installedFolder(newHome());
    assert.equal(statSync(join(folder.path, 'fetch')).mode & 0o777, 0o700);
    assert.equal(statSync(join(folder.path, 'fetch.cjs')).mode & 0o777, 0o600);
    assert.equal(readFileSync(join(folder.path, 'node'), 'utf8'), `${process.execPath}\n`);
  });

  it('keeps a newer helper, and replaces an older or damaged one', async () => {
    const home = newHome();
    const folder = await installedFolder(home);
    const path = join(folder.path, 'fetch');
    const ours = readFileSync(path, 'utf8');
    const install = () =>
      installHelper(folder, {
        from: join(home, 'built'),
        executable: '/another/node',
        platform: 'linux',
        localAppData: undefined,
      });
    const newer = ours.replace(/sts-sessions-helper \d+/, 'sts-sessions-helper 999');
    writeFileSync(path, newer);
    await install();
    assert.equal(readFileSync(path, 'utf8'), newer);
    assert.equal(readFileSync(join(folder.path, 'node'), 'utf8'), '/another/node\n');
    writeFileSync(path, '#!/bin/sh\n');
    await install();
    assert.equal(readFileSync(path, 'utf8'), ours);
    assert.equal(readFileSync(join(HELPER_SOURCES, 'fetch.sh'), 'utf8'), ours);
  });

  it('spells the editor’s path on Windows so that every code page reads it alike', async () => {
    const home = newHome();
    const folder = await installedFolder(home);
    const install = (executable: string) =>
      installHelper(folder, {
        from: join(home, 'built'),
        executable,
        platform: 'win32',
        localAppData: 'C:\\Users\\Zoë\\AppData\\Local',
      });
    await install('c:\\users\\zoë\\appdata\\local\\Programs\\Code\\Code.exe');
    assert.equal(
      readFileSync(join(folder.path, 'node'), 'utf8'),
      '%LOCALAPPDATA%\\Programs\\Code\\Code.exe\n',
    );
    assert.ok(existsSync(join(folder.path, 'fetch.cmd')));
    await install('C:\\Program Files\\Code\\Code.exe');
    assert.equal(readFileSync(join(folder.path, 'node'), 'utf8'), 'C:\\Program Files\\Code\\Code.exe\n');
  });

  describeIf(
    process.getuid?.() === 0,
    'only root can become somebody else',
    'as another user sees it',
    () => {
      it('is closed: no token, no list of windows, no socket', async () => {
        const home = newHome();
        chmodSync(temporary.path, 0o755);
        chmodSync(home, 0o755);
        const folder = await opened(join(home, '.sts-sessions'));
        const server = await serve({ kind: 'socket', path: await socketPath(folder, 'one') });
        const endpoint = await serve({ kind: 'tcp', tokenFile: () => join(folder.tokens, 'one') });
        const script = `
        const [home, folder, socket, token] = process.argv.slice(1);
        const { readdirSync, readFileSync } = require('node:fs');
        const said = (look) => { try { look(); return 'open'; } catch (error) { return error.code; } };
        const seen = [() => readdirSync(home), () => readdirSync(folder), () => readFileSync(token)].map(said);
        require('node:net').connect(socket, () => console.log([...seen, 'open'].join(' ')))
          .on('error', (error) => console.log([...seen, error.code].join(' ')));`;
        const path = server.address.kind === 'socket' ? server.address.path : '';
        const other = spawn('node', ['-e', script, home, folder.path, path, join(folder.tokens, 'one')], {
          uid: 65_534,
          gid: 65_534,
          env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
          cwd: '/',
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let seen = '';
        other.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text));
        await once(other, 'close');
        await server.dispose();
        await endpoint.dispose();
        assert.equal(seen.trim(), 'open EACCES EACCES EACCES');
      });
    },
  );

  it('is written to whole or not at all', async () => {
    const home = newHome();
    const path = join(home, 'file');
    await writePrivately(path, 'one');
    await Promise.all(Array.from({ length: 20 }, (_, at) => writePrivately(path, `text ${at}`)));
    assert.match(readFileSync(path, 'utf8'), /^text \d+$/);
    await assert.rejects(writePrivately(join(home, 'no', 'such'), 'x'), { code: 'ENOENT' });
    await assert.rejects(writePrivately(home, 'x'));
    assert.deepEqual(readdirSync(home), ['file']);
  });
});
