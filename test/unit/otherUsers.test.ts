import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { editFile, writeSecretFile } from '../../src/files/safeWrite.ts';
import { noteFile } from '../../src/outlets/noteFile.ts';
import { Endpoint } from '../../src/outlets/endpoint.ts';
import type { HelperFolder } from '../../src/outlets/folder.ts';
import {
  installedFolder,
  NOW,
  openWindow,
  sentences,
  supplyLive,
  temporaryFolder,
} from '../support/outletRig.ts';
import type { FakeWindow } from '../support/outletRig.ts';
import { canBeStranger, spyOnFolder, stranger } from '../support/stranger.ts';
import { describeIf } from '../support/skip.ts';

// Only root can become somebody else, and only then is it certain that nobody gave anything away.
describeIf(canBeStranger, 'only root can act as another user', 'another user of the machine', () => {
  const temporary = temporaryFolder();
  let folder: HelperFolder;
  let window: FakeWindow;
  let endpoint: Endpoint;
  let address: Awaited<ReturnType<Endpoint['open']>>;
  let socket = '';

  before(async () => {
    // As wide as a home can be: what keeps others out below must be ours.
    chmodSync(temporary.path, 0o755);
    folder = await installedFolder(temporary.path);
    window = await openWindow(folder, 'one');
    socket = window.server.address.kind === 'socket' ? window.server.address.path : '';
    endpoint = new Endpoint({
      server: {
        supply: (id) => supplyLive(id),
        sentences,
        records: () => [],
        now: () => NOW,
        log: (line) => assert.fail(line),
      },
      place: () => Promise.resolve({ folder: folder.tokens, prefix: 'here-', ownSpace: true }),
      rememberedPort: () => undefined,
      rememberPort: () => Promise.resolve(),
    });
    address = await endpoint.open();
    await noteFile(folder, 'codes').write(['EXAMPLE']);
  });
  after(async () => {
    await endpoint.dispose();
    await window.dispose();
    temporary.remove();
  });

  it('may look at what lies open in that home, or these tests prove nothing', async () => {
    const open = join(temporary.path, 'open');
    writeFileSync(open, 'everybody');
    chmodSync(open, 0o644);
    assert.deepEqual(await stranger('read', open), { ok: true, text: 'everybody' });
    assert.equal((await stranger('list', temporary.path)).ok, true);
  });

  it('cannot read the token file, nor any file or folder of the helper', async () => {
    assert.match(readFileSync(address.tokenFile, 'utf8'), /^[0-9a-f]{64}\.\d+(\.\d+)?$/);
    assert.deepEqual(await stranger('read', address.tokenFile), { ok: false, text: 'EACCES' });
    const entries = readdirSync(folder.path, { recursive: true, encoding: 'utf8', withFileTypes: true });
    assert.ok(entries.length > 8, 'there is something to read');
    for (const entry of entries.filter((one) => one.isFile() || one.isDirectory())) {
      const action = entry.isFile() ? 'read' : 'list';
      const path = join(entry.parentPath, entry.name);
      assert.deepEqual(await stranger(action, path), { ok: false, text: 'EACCES' }, path);
    }
    assert.deepEqual(await stranger('list', folder.path), { ok: false, text: 'EACCES' });
  });

  it('cannot connect to the socket', async () => {
    assert.ok(existsSync(socket));
    assert.deepEqual(await stranger('connect', socket), { ok: false, text: 'EACCES' });
  });

  it('cannot do so either where the socket lies below /tmp because the home’s path is long', async () => {
    const home = join(temporary.path, 'a'.repeat(90));
    await mkdir(home, { mode: 0o755 });
    const far = await openWindow(await installedFolder(home), 'far');
    const path = far.server.address.kind === 'socket' ? far.server.address.path : '';
    try {
      assert.match(path, /^\/tmp\/sts-sessions-/);
      assert.deepEqual(await stranger('connect', path), { ok: false, text: 'EACCES' });
    } finally {
      await far.dispose();
      rmSync(dirname(path), { recursive: true });
    }
  });

  it('reaches the port, as everybody on the machine does, and gets nothing without the token', async () => {
    const url = `http://127.0.0.1:${address.port}/container/live-a`;
    const { ok, text } = await stranger('fetch', url);
    assert.equal(ok, true);
    assert.match(text, /^403 /);
    assert.doesNotMatch(text, /ASIA/);
  });

  it('cannot leave anything where the windows meet', async () => {
    for (const place of [folder.path, folder.windows, folder.locks, folder.tokens]) {
      const path = join(place, 'planted');
      assert.deepEqual(await stranger('write', path), { ok: false, text: 'EACCES' }, path);
    }
  });

  it('cannot read a file of ~/.aws while it is edited, nor what a sign-in leaves there', async () => {
    const aws = join(temporary.path, '.aws');
    await mkdir(aws, { mode: 0o755 });
    const secretFile = join(aws, 'sso.json');
    const spy = spyOnFolder(aws);
    const temporaries = (): [string, number][] =>
      [...spy.modes].filter(([name, mode]) => name.endsWith('.tmp') && mode !== 0);
    try {
      // Each is there for a moment only: until some have been caught.
      for (let round = 0; round < 200 && temporaries().length < 5; round += 1) {
        const key = `EXAMPLEKEY${round}`;
        await editFile(join(aws, 'credentials'), () => `[default]\naws_secret_access_key = ${key}\n`);
        await writeSecretFile(secretFile, '{"accessToken":"EXAMPLETOKEN"}');
      }
    } finally {
      spy.close();
    }
    assert.ok(temporaries().length >= 5, 'temporary files were seen');
    for (const [name, mode] of spy.modes) {
      assert.equal(mode & 0o077, 0, name);
    }
    for (const path of [join(aws, 'credentials'), secretFile]) {
      assert.equal(statSync(path).mode & 0o777, 0o600);
      assert.deepEqual(await stranger('read', path), { ok: false, text: 'EACCES' });
    }
  });
});
