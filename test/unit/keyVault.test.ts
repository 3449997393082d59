import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readGuards } from '../../src/aws/guardEntries.ts';
import { guardAtWorst } from '../../src/aws/guards.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { Secret } from '../../src/aws/secret.ts';
import { supplyReply } from '../../src/outlets/reply.ts';
import { keysAuditLine } from '../../src/session/keyAudit.ts';
import type { Boot } from '../../src/session/keyRecord.ts';
import { fromStored, isRestarted, toStored } from '../../src/session/keyRecord.ts';
import { guardedKeys, keysRefusal } from '../../src/session/keySupply.ts';
import { KeyVault } from '../../src/session/keyVault.ts';
import type { KeyVaultPorts } from '../../src/session/keyVault.ts';
import { SecretItems } from '../../src/ui/secretItems.ts';
import { FakeSecrets, oneAtATime } from '../support/fakeSecrets.ts';
import { helper, keyPorts } from '../support/keyWorld.ts';
import { sentences } from '../support/outletRig.ts';

const accessKeyId = 'AKIAEXAMPLEALICE0001';
const secret = 'EXAMPLEKEY/alice/0123456789abcdefghijklm';
const keys = { accessKeyId, secretAccessKey: new Secret(secret) };
const credentials = `# mine\n[alice]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secret}\n`;
const one: Boot = { extension: 'one', window: 'first' };
const two: Boot = { extension: 'two', window: 'second' };
const family = { name: 'keys', version: 1, indexKey: 'keysIndex' };

describe('the vault of keys', () => {
  let folder: string;
  let store: FakeSecrets;
  const alone = oneAtATime();
  const vaults: KeyVault[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sts-keys-'));
    store = new FakeSecrets();
    write('credentials', credentials);
    write('config', '[profile alice]\nregion = eu-west-1\n');
  });
  afterEach(() => {
    for (const vault of vaults.splice(0)) {
      vault.dispose();
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const lines: string[] = [];
  const open = (boot: Boot, over: Partial<KeyVaultPorts> = {}): KeyVault => {
    const items = new SecretItems(store.context(), family, 'host', alone);
    const vault = new KeyVault({
      ...keyPorts(folder, boot),
      items: Promise.resolve(items),
      alone: (work) => alone('keys', AbortSignal.timeout(1000), work),
      log: (line) => lines.push(line),
      ...over,
    });
    vaults.push(vault);
    return vault;
  };
  const moved = async (): Promise<string> => {
    const result = await open(one).move('alice', 'credentials');
    assert.equal(result.kind, 'stored');
    assert.deepEqual(await open(two).settle(), [{ profile: 'alice', kind: 'moved', file: 'credentials' }]);
    return result.kind === 'stored' ? result.id : '';
  };

  it('takes keys out of a file only when the window was restarted, and puts them back as they were', async () => {
    const first = open(one);
    const result = await first.move('alice', 'credentials');
    assert.ok(result.kind === 'stored');
    assert.equal(read('credentials'), credentials);
    assert.deepEqual(await first.settle(), [], 'the same window');
    // A crash of the extensions proves nothing: what is in the window's memory outlives it.
    assert.deepEqual(await open({ extension: 'again', window: 'first' }).settle(), []);
    assert.equal(read('credentials'), credentials);
    const later = open(two);
    assert.deepEqual(await later.settle(), [{ profile: 'alice', kind: 'moved', file: 'credentials' }]);
    assert.equal(read('credentials'), `# mine\n[alice]\ncredential_process = ${helper} id ${result.id}\n`);
    assert.equal((await later.find(result.id))?.keys.secretAccessKey.reveal(), secret);
    assert.deepEqual(await later.settle(), [], 'told once');
    assert.deepEqual(await later.list(), [
      { id: result.id, profile: 'alice', stage: 'kept', accessKeyId, file: 'credentials' },
    ]);
    assert.deepEqual(await later.moveBack(result.id), { kind: 'back', file: 'credentials' });
    assert.equal(read('credentials'), credentials);
    assert.equal(store.items.size, 0);
    assert.deepEqual(await later.list(), []);
  });

  it('puts keys back under the name that their profile has by now, beside another one of the old name', async () => {
    const id = await moved();
    const renamed = read('credentials').replace('[alice]', '[alice-prod]');
    const newer =
      '\n[alice]\naws_access_key_id = AKIAEXAMPLEALICE0002\naws_secret_access_key = EXAMPLEKEY/2\n';
    write('credentials', renamed + newer);
    assert.deepEqual(await open(two).moveBack(id, 'alice-prod'), { kind: 'back', file: 'credentials' });
    assert.equal(read('credentials'), credentials.replace('[alice]', '[alice-prod]') + newer);
  });

  it('knows after a crash under which name they went back', async () => {
    const id = await moved();
    write('credentials', read('credentials').replace('[alice]', '[alice-prod]'));
    // The window is gone as soon as the keys are in the file.
    await new Promise<void>((resolve, reject) => {
      const stuck = open(two, {
        editFile: async (...asked) => {
          await keyPorts(folder, two).editFile(...asked);
          return new Promise<never>(() => resolve());
        },
        alone: (work) => work(),
      });
      void stuck.moveBack(id, 'alice-prod').then(({ kind }) => reject(new Error(kind)), reject);
    });
    await open({ extension: 'three', window: 'third' }).settle();
    assert.equal(read('credentials'), credentials.replace('[alice]', '[alice-prod]'));
    assert.equal(store.items.size, 0);
  });

  it('leaves a file with keys to its owner alone, whoever could read it before', async () => {
    const id = await moved();
    chmodSync(join(folder, 'credentials'), 0o644);
    await open(two).moveBack(id);
    assert.equal(statSync(join(folder, 'credentials')).mode & 0o777, 0o600);
  });

  it('changes nothing where the store forgets at once, or fails', async () => {
    store.forgets = true;
    assert.deepEqual(await open(one).move('alice', 'credentials'), { kind: 'notKept' });
    store.forgets = false;
    store.failing = 'store';
    assert.deepEqual(await open(one).move('alice', 'credentials'), { kind: 'notKept' });
    store.failing = 'all';
    assert.deepEqual(await open(one).move('alice', 'credentials'), { kind: 'storeFailed' });
    store.failing = undefined;
    assert.equal(read('credentials'), credentials);
    assert.deepEqual(await open(two).settle(), []);
    assert.deepEqual(await open(two).list(), []);
  });

  it('tells of a store that was in memory only, and leaves the file as it is', async () => {
    await open(one).move('alice', 'credentials');
    store.items.clear();
    assert.deepEqual(await open(two).settle(), [{ profile: 'alice', kind: 'lost', file: 'credentials' }]);
    assert.deepEqual(await open(two).settle(), [], 'told once');
    assert.equal(read('credentials'), credentials);
  });

  it('moves nothing where other keys stand in the file by now', async () => {
    await open(one).move('alice', 'credentials');
    const newer = credentials.replace(secret, 'EXAMPLEKEY/newer');
    write('credentials', newer);
    assert.deepEqual(await open(two).settle(), [{ profile: 'alice', kind: 'changed', file: 'credentials' }]);
    assert.equal(read('credentials'), newer);
    assert.equal(store.items.size, 0);
  });

  it('keeps the only copy of keys that somebody took out of the file meanwhile', async () => {
    await open(one).move('alice', 'credentials');
    write('credentials', '# mine\n');
    assert.deepEqual(await open(two).settle(), [{ profile: 'alice', kind: 'alone', file: 'credentials' }]);
    const [entry] = await open(two).list();
    assert.deepEqual(await open(two).moveBack(entry?.id ?? ''), { kind: 'back', file: 'credentials' });
    assert.match(read('credentials'), new RegExp(`\\[alice\\]\\naws_access_key_id = ${accessKeyId}`));
  });

  it('says why not: halves, both files, no helper, and twice', async () => {
    assert.deepEqual(await open(one).move('bob', 'credentials'), {
      kind: 'problem',
      why: 'none',
      file: 'credentials',
    });
    assert.deepEqual(
      await open(one, { helper: () => Promise.resolve(undefined) }).move('alice', 'credentials'),
      {
        kind: 'noHelper',
      },
    );
    write(
      'config',
      `[profile alice]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secret}\n`,
    );
    assert.deepEqual(await open(one).move('alice', 'credentials'), { kind: 'bothFiles' });
    write('config', '');
    await open(one).move('alice', 'credentials');
    assert.deepEqual(await open(one).move('alice', 'credentials'), { kind: 'pending' });
    assert.equal(store.items.size, 1);
  });

  it('stores once when two windows are asked at once', async () => {
    const results = await Promise.all([
      open(one).move('alice', 'credentials'),
      open(two).move('alice', 'credentials'),
    ]);
    assert.deepEqual(results.map(({ kind }) => kind).sort(), ['pending', 'stored']);
    assert.equal(store.items.size, 1);
  });

  it('leaves keys in both places where the file cannot be written, and tries again at the next start', async () => {
    await open(one).move('alice', 'credentials');
    const stuck = open(two, { editFile: () => Promise.resolve('failed') });
    assert.deepEqual(await stuck.settle(), [{ profile: 'alice', kind: 'fileFailed', file: 'credentials' }]);
    assert.equal(read('credentials'), credentials);
    assert.deepEqual(await open(two).settle(), [{ profile: 'alice', kind: 'moved', file: 'credentials' }]);
  });

  it('goes on with the others where a file cannot be read, and tells what became of them', async () => {
    write(
      'credentials',
      `${credentials}[bob]\naws_access_key_id = AKIAEXAMPLEBOB000001\naws_secret_access_key = EXAMPLEKEY/bob/0123456789abcdefghijklmno\n`,
    );
    const before = open(one);
    await before.move('alice', 'credentials');
    await before.move('bob', 'credentials');
    const ports = keyPorts(folder, two);
    let first = true;
    const window = open(two, {
      editFile: async (...asked) => {
        const isFirst = first;
        first = false;
        return isFirst ? Promise.reject(new Error('EIO')) : ports.editFile(...asked);
      },
    });
    const [settled, ...rest] = await window.settle();
    assert.deepEqual([settled?.kind, rest], ['moved', []]);
    const other = settled?.profile === 'alice' ? 'bob' : 'alice';
    assert.deepEqual(await open(two).settle(), [{ profile: other, kind: 'moved', file: 'credentials' }]);
  });

  it('says that keys are in both places where only the file that leads to the vault cannot be written', async () => {
    const result = await open(one).add('carol', keys, undefined);
    assert.ok(result.kind === 'stored');
    await open(two).settle();
    const ports = keyPorts(folder, two);
    const window = open(two, {
      editFile: async (file, ...asked) => (file === 'config' ? 'failed' : ports.editFile(file, ...asked)),
    });
    assert.deepEqual(await window.moveBack(result.id), {
      kind: 'bothPlaces',
      file: 'config',
      profile: 'carol',
    });
    assert.ok(read('credentials').includes(`[carol]\naws_access_key_id = ${accessKeyId}\n`));
    assert.equal((await open(two).find(result.id))?.stage, 'kept');
    assert.deepEqual(await open(two).moveBack(result.id), { kind: 'back', file: 'credentials' });
  });

  it('puts keys back into each profile that leads to them', async () => {
    const id = await moved();
    const pointer = /credential_process = .*/.exec(read('credentials'))?.[0] ?? '';
    write(
      'config',
      `[profile alice]\nregion = eu-west-1\n[profile alice-us]\nregion = us-east-1\n${pointer}\n[profile x]\ninclude_profile = alice-us\n`,
    );
    assert.deepEqual(await open(two).moveBack(id), { kind: 'back', file: 'credentials' });
    const both = readProfiles({ config: read('config'), credentials: read('credentials') }).profiles;
    for (const name of ['alice', 'alice-us']) {
      assert.equal(both.get(name)?.properties.get('aws_secret_access_key')?.value, secret, name);
    }
    assert.ok(!`${read('config')}${read('credentials')}`.includes('credential_process'));
    assert.ok(!read('credentials').includes('[x]'));
    assert.equal(store.items.size, 0);
  });

  it('keeps keys that another profile leads to, where that one cannot have them', async () => {
    const id = await moved();
    const pointer = /credential_process = .*/.exec(read('credentials'))?.[0] ?? '';
    write('credentials', `${read('credentials')}[alice-us]\naws_access_key_id = AKIAEXAMPLEOTHER0001\n`);
    write('config', `[profile alice-us]\n${pointer}\n`);
    assert.deepEqual(await open(two).moveBack(id), {
      kind: 'bothPlaces',
      file: 'config',
      profile: 'alice-us',
    });
    assert.equal((await open(two).find(id))?.stage, 'kept');
  });

  it('does not put keys over others, and keeps them then', async () => {
    const id = await moved();
    write('credentials', '[alice]\ncredential_process = /opt/other\n');
    assert.deepEqual(await open(two).moveBack(id), { kind: 'taken', file: 'credentials' });
    assert.equal((await open(two).find(id))?.stage, 'kept');
  });

  it('keeps new keys without a file, and puts them into the credentials file at the person’s wish', async () => {
    const window = open(one);
    const result = await window.add('carol', keys, 'eu-west-1');
    assert.ok(result.kind === 'stored');
    assert.match(
      read('config'),
      /\[profile carol\]\nregion = eu-west-1\ncredential_process = .*fetch id vault-[0-9a-f]{20}\n$/,
    );
    assert.ok(!read('config').includes(accessKeyId));
    assert.deepEqual(await open(two).settle(), [{ profile: 'carol', kind: 'proven', file: undefined }]);
    assert.deepEqual(await open(two).moveBack(result.id), { kind: 'back', file: 'credentials' });
    assert.ok(!read('config').includes('credential_process'));
    assert.ok(
      read('credentials').endsWith(
        `[carol]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secret}\n`,
      ),
    );
  });

  it('leaves nothing of new keys where their profile cannot be written', async () => {
    const window = open(one, { editFile: () => Promise.resolve('failed') });
    assert.deepEqual(await window.add('carol', keys, undefined), { kind: 'fileFailed', file: 'config' });
    assert.equal(store.items.size, 0);
    assert.deepEqual(await open(two).settle(), []);
  });

  it('takes keys again for a profile whose keys were lost, without touching the file', async () => {
    const id = await moved();
    store.items.clear();
    const before = read('credentials');
    assert.equal(await open(two).find(id), undefined);
    assert.deepEqual(await open(two).add('alice', keys, undefined, id), { kind: 'stored', id });
    assert.equal(read('credentials'), before);
    assert.equal((await open(two).find(id))?.keys.accessKeyId, accessKeyId);
  });

  it('puts no keys over those that only looked lost: of a newer version, or in a store that was locked', async () => {
    const id = await moved();
    const [key = ''] = store.items.keys();
    const good = store.items.get(key) ?? '';
    const other = { accessKeyId: 'AKIAEXAMPLEALICE0002', secretAccessKey: new Secret('EXAMPLEKEY/other') };
    const newer = JSON.stringify({ ...(JSON.parse(good) as object), version: 2 });
    for (const text of [good, newer]) {
      store.items.set(key, text);
      assert.deepEqual(await open(two).add('alice', other, undefined, id), { kind: 'held' });
      assert.equal(store.items.get(key), text);
    }
    store.failing = 'get';
    assert.deepEqual(await open(two).add('alice', other, undefined, id), { kind: 'storeFailed' });
    store.failing = undefined;
    assert.equal(store.items.get(key), newer);
  });

  it('puts no keys of a rotation where those before them have not outlived a restart', async () => {
    const added = await open(one).add('carol', keys, undefined);
    assert.ok(added.kind === 'stored');
    const newer = { accessKeyId: 'AKIAEXAMPLEALICE0002', secretAccessKey: new Secret('EXAMPLEKEY/newer') };
    assert.equal(await open(one).replace(added.id, newer), false);
    assert.equal((await open(one).find(added.id))?.keys.accessKeyId, accessKeyId);
    await open(two).settle();
    assert.equal(await open(two).replace(added.id, newer), true);
  });

  it('replaces keys after a rotation', async () => {
    const id = await moved();
    const newer = { accessKeyId: 'AKIAEXAMPLEALICE0002', secretAccessKey: new Secret('EXAMPLEKEY/newer') };
    assert.equal(await open(two).replace(id, newer), true);
    await open(two).moveBack(id);
    assert.equal(
      read('credentials'),
      credentials.replace(accessKeyId, newer.accessKeyId).replace(secret, 'EXAMPLEKEY/newer'),
    );
  });

  it('serves what it has read when the store fails later on', async () => {
    const id = await moved();
    const window = open(two);
    await window.find(id);
    store.failing = 'get';
    assert.equal((await window.find(id))?.keys.accessKeyId, accessKeyId);
    await assert.rejects(open(two).find(id));
    store.failing = undefined;
    store.items.clear();
    assert.equal(await window.find(id), undefined, 'gone is gone');
  });

  it('leaves records of a newer version, and broken ones, as they are', async () => {
    const id = await moved();
    const [key = ''] = store.items.keys();
    const newer = JSON.stringify({ ...(JSON.parse(store.items.get(key) ?? '') as object), version: 2 });
    store.items.set(key, newer);
    assert.equal(await open(two).find(id), undefined);
    assert.deepEqual(await open(two).list(), []);
    await open(two).settle();
    assert.equal(store.items.get(key), newer);
    store.items.set(key, '{"half');
    assert.deepEqual(await open(two).settle(), []);
    assert.equal(store.items.get(key), '{"half');
  });

  it('says nothing secret to the log', () => {
    assert.deepEqual(
      lines.filter((line) => line.includes(secret) || line.includes(accessKeyId)),
      [],
    );
    assert.ok(lines.length > 0);
  });
});

describe('a record of keys', () => {
  const layout = {
    file: 'credentials',
    id: ['aws_access_key_id = ', ''],
    secret: ['aws_secret_access_key = ', ' # x'],
    apart: -2,
  } as const;
  const record = { id: 'vault-0', profile: 'alice', keys, layout, stage: 'in', boot: one } as const;

  it('comes back from the store as it went', () => {
    for (const each of [
      record,
      { ...record, boot: { ...one, editor: 'process 7' } },
      { ...record, layout: { ...layout, ending: '\r\n' } } as const,
      { ...record, layout: undefined, boot: { extension: 'x', window: undefined } },
    ]) {
      const back = fromStored(JSON.parse(JSON.stringify(toStored(each))));
      assert.deepEqual(back, each);
      assert.equal(back?.keys.secretAccessKey.reveal(), secret);
    }
  });

  it('is none when anything in it is not right', () => {
    const stored = toStored(record);
    for (const wrong of [
      undefined,
      null,
      'x',
      {},
      { ...stored, version: 2 },
      { ...stored, stage: 'else' },
      { ...stored, secretAccessKey: 1 },
      { ...stored, boot: {} },
      { ...stored, layout: { ...layout, apart: 'x' } },
      { ...stored, layout: { ...layout, id: ['x'] } },
    ]) {
      assert.equal(fromStored(wrong), undefined);
    }
  });

  it('tells a restarted window from restarted extensions', () => {
    assert.equal(isRestarted(one, two), true);
    assert.equal(isRestarted(one, { ...two, window: 'first' }), false);
    assert.equal(isRestarted(one, one), false);
    // Another window, or a reload, of an editor whose own process runs on.
    const running = { ...one, editor: 'process 7' };
    assert.equal(isRestarted(running, { ...two, editor: 'process 7' }), false);
    assert.equal(isRestarted(running, { ...two, editor: 'process 8' }), true);
    assert.equal(isRestarted(running, two), true);
    // Where VS Code gives its windows no id.
    assert.equal(isRestarted({ ...one, window: undefined }, two), true);
  });
});

describe('long-term keys for tools', () => {
  const id = `vault-${'0'.repeat(20)}`;
  const plainId = `vault-${'1'.repeat(20)}`;

  it('are printed as a credential_process prints them, and go to no endpoint', () => {
    const reply = supplyReply('process', { kind: 'keys', keys }, sentences, 0);
    assert.deepEqual(reply, {
      status: 200,
      body: { Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secret },
      message: undefined,
    });
    assert.equal(supplyReply('container', { kind: 'keys', keys }, sentences, 0).status, 404);
    const none = supplyReply('process', { kind: 'noKeys' }, sentences, 0);
    // The helper goes on to the next window after a 404.
    assert.deepEqual([none.status, none.message], [404, sentences.noKeys()]);
  });

  it('go to agents only where the person gives agents the same as themselves', () => {
    const plain = { readOnly: false, asksFirst: false };
    assert.equal(keysRefusal('same', undefined), undefined);
    assert.equal(keysRefusal('same', plain), undefined);
    assert.equal(keysRefusal('same', { ...plain, readOnly: true })?.kind, 'longTermKeys');
    assert.equal(keysRefusal('same', { ...plain, asksFirst: true })?.kind, 'longTermKeys');
    assert.equal(keysRefusal('readOnly', undefined)?.kind, 'longTermKeys');
    assert.equal(keysRefusal('nothing', undefined)?.kind, 'nothing');
    assert.equal(keysRefusal(undefined, undefined)?.kind, 'notChosen');
  });

  it('are guarded by the account that they are of, and at worst where nobody knows it', () => {
    const { rules } = readGuards([{ match: { account: '111122223333' }, askBeforeStart: true }]);
    const set = readProfiles({
      config: `[profile alice-prod]\nmfa_serial = arn:aws:iam::111122223333:mfa/alice\ncredential_process = ${helper} id ${id}\n[profile plain]\ncredential_process = ${helper} id ${plainId}\n`,
      credentials: undefined,
    });
    const refused = (of: string, accountId: string | undefined): boolean =>
      guardedKeys(set, { id: of, profile: 'alice' }, accountId).some(
        (target) => keysRefusal('same', guardAtWorst(rules, target)) !== undefined,
      );
    assert.equal(refused(id, undefined), true, 'by the device');
    assert.equal(refused(id, '999999999999'), false, 'what AWS has told counts more');
    assert.equal(refused(plainId, undefined), true, 'nobody knows');
    assert.equal(refused(plainId, '111122223333'), true);
    assert.equal(refused(plainId, '999999999999'), false);
    assert.deepEqual(
      guardedKeys(set, { id, profile: 'alice' }, undefined).map(({ profile }) => profile),
      ['alice', 'alice-prod'],
      'under its name of today, too',
    );
    assert.equal(
      guardAtWorst([], { name: 'x', profile: 'x', accountId: undefined, roleArn: undefined }),
      undefined,
    );
  });

  it('leave a line in the audit log without themselves', () => {
    const line = keysAuditLine('keysMovedIn', 'alice', 0);
    assert.deepEqual(JSON.parse(line), {
      at: '1970-01-01T00:00:00.000Z',
      what: 'keysMovedIn',
      profile: 'alice',
      by: 'person',
    });
    assert.ok(line.endsWith('}\n'));
  });
});
