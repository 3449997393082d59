import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isThere, isWeaklyEncrypted, removeAll } from '../../src/files/keptFiles.ts';
import { removeHelper } from '../../src/outlets/install.ts';
import { LastUse, usesFolder } from '../../src/outlets/lastUse.ts';
import { noteNames } from '../../src/outlets/noteFile.ts';
import { openFolder } from '../../src/outlets/folder.ts';
import type { Inventory } from '../../src/ui/inventory.ts';
import { keptPage, keptText } from '../../src/ui/text/kept.ts';
import { assertGoodSentence } from '../support/sentence.ts';

const nothing: Inventory = {
  at: 0,
  place: 'keychain',
  outlives: undefined,
  isWeak: false,
  secrets: [],
  ofOthers: 0,
  sessions: [],
  authenticators: [],
  onlyCopies: [],
  rotations: [],
  files: [],
  managed: [],
  configPath: '/home/x/.aws/config',
  written: [],
  browsers: [],
  stateEntries: 0,
};
const much: Inventory = {
  ...nothing,
  secrets: [
    { name: 'session', count: 2 },
    { name: 'keys', count: 1 },
    { name: 'madeByANewerVersion', count: 3 },
  ],
  ofOthers: 4,
  sessions: ['prod-admin'],
  authenticators: ['arn:aws:iam::111122223333:mfa/ada'],
  onlyCopies: ['rita (AKIAEXAMPLERITA00001)'],
  rotations: ['tom (AKIAEXAMPLETOM000001)'],
  files: [
    { what: 'helper', path: '/home/x/.sts-sessions' },
    { what: 'auditLog', path: '/storage/audit' },
  ],
  managed: ['vscode'],
  written: ['profile copied'],
  browsers: ['idp.example'],
  stateEntries: 7,
};

describe('the page of what is kept', () => {
  it('says of nothing that it is nothing', () => {
    const page = keptPage(nothing);
    assert.match(
      page,
      /## Secrets\n\n.*keychain of this computer.*\n.*known after the next one.*\n\nNothing\./,
    );
    assert.match(page, /## Files\n\nNothing\./);
    assert.doesNotMatch(page, /undefined|\{\d/);
  });

  it('names all that there is, and what a newer version keeps as well', () => {
    const page = keptPage(much);
    for (const line of [
      '- Sessions, ended ones for a while too: 2',
      '- Access keys in the vault: 1',
      '- Others: 3',
      '- Of other computers, in the same store: 4',
      '- prod-admin',
      '- rita (AKIAEXAMPLERITA00001)',
      '- The audit log, without a key in it: /storage/audit',
      '- Profiles in /home/x/.aws/config, without a key in them: vscode',
      '- Credentials in clear text, because you asked for them: profile copied',
      '- Browser window that remembers you: idp.example',
    ]) {
      assert.ok(page.split('\n').includes(line), line);
    }
  });

  it('says how good the store is, as far as that can be known', () => {
    assert.match(keptPage({ ...nothing, place: 'linux', isWeak: true }), /encrypted weakly here/);
    assert.match(keptPage({ ...nothing, outlives: false }), /in memory only, or was emptied/);
    assert.match(keptPage({ ...nothing, outlives: true }), /has outlived a restart/);
    assert.match(keptPage({ ...nothing, place: 'browser' }), /the browser’s own storage/);
    assert.match(keptPage({ ...nothing, place: 'remote' }), /computer that shows this window/);
    assert.doesNotMatch(keptPage({ ...nothing, place: 'remote' }), /restart/);
    assert.match(keptPage({ ...nothing, secrets: undefined }), /The store failed/);
  });

  it('asks and tells by the rules for messages', () => {
    for (const sentence of [
      keptText.shown(),
      keptText.deleted(),
      keptText.deletedButKeys(),
      keptText.notDeleted([
        { what: 'secrets', name: '' },
        { what: 'state', name: '' },
        { what: 'browser', name: 'idp.example' },
        { what: 'other', name: '/storage/audit' },
      ]),
    ]) {
      assertGoodSentence(sentence);
    }
    assert.match(keptText.confirmDetail(much), /prod-admin\.\n\nAuthenticators go for good/);
    assert.doesNotMatch(keptText.confirmDetail(nothing), /Authenticators|Rotations|config file:/);
    assert.match(
      keptText.confirmDetail(much),
      /leave a second key at AWS.*first: tom \(AKIAEXAMPLETOM000001\)\.\n/,
    );
    assert.match(keptText.onlyCopiesDetail(much.onlyCopies), /rita \(AKIAEXAMPLERITA00001\)/);
  });
});

describe('the files that are kept', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'sts-kept-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('are there or not, and go with all that is in them', async () => {
    const path = join(folder, 'audit');
    assert.equal(await isThere(path), false);
    assert.equal(await removeAll(path), true);
    await mkdir(path);
    await writeFile(join(path, 'audit.jsonl'), '{}');
    assert.equal(await isThere(path), true);
    assert.equal(await removeAll(path), true);
    assert.equal(await isThere(path), false);
  });

  it('say when the editor was told to encrypt weakly', async () => {
    await mkdir(join(folder, '.vscode'));
    const argv = join(folder, '.vscode', 'argv.json');
    assert.equal(await isWeaklyEncrypted(folder, '.vscode'), false);
    await writeFile(argv, '// "password-store": "basic"\n{\n\t// "password-store": "basic",\n}');
    assert.equal(await isWeaklyEncrypted(folder, '.vscode'), false);
    await writeFile(argv, '{\n\t"password-store": "basic",\n}');
    assert.equal(await isWeaklyEncrypted(folder, '.vscode'), true);
    await writeFile(argv, '{\n\t"password-store": "gnome-libsecret"\n}');
    assert.equal(await isWeaklyEncrypted(folder, '.vscode'), false);
  });

  it('leave the helper where another window needs it, and what this window listens at in any case', async () => {
    const opened = await openFolder(join(folder, 'helper'));
    assert.ok(opened.ok);
    const { path, windows } = opened.folder;
    const left = ['s/socket', 'w/one', 'w/two'];
    for (const name of ['fetch', 'fetch.cjs', 'node', ...noteNames, ...left]) {
      await writeFile(join(path, name), '');
    }
    await new LastUse(async () => usesFolder(opened.folder), assert.fail).note('prod', 1);
    assert.equal(await removeHelper(opened.folder), false);
    assert.equal(await isThere(join(path, 'fetch')), true);
    await rm(join(windows, 'two'));
    assert.equal(await removeHelper(opened.folder), true);
    assert.deepEqual((await readdir(path)).sort(), ['id', 'locks', 's', 't', 'w']);
    assert.equal(await isThere(join(path, 's/socket')), true);
  });
});
