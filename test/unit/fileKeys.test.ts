import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Keys } from '../../src/aws/credentials.ts';
import { Secret } from '../../src/aws/secret.ts';
import { fileKeys } from '../../src/files/fileKeys.ts';
import { keysIn } from '../../src/session/longTermKeys.ts';
import type { LongTermKeys } from '../../src/session/longTermKeys.ts';

const old = { accessKeyId: 'AKIAEXAMPLEOLD000001', secret: 'EXAMPLEKEY/old' };
const next: Keys = {
  accessKeyId: 'AKIAEXAMPLENEW000001',
  secretAccessKey: new Secret('EXAMPLEKEY/new'),
  sessionToken: undefined,
};
const section = (header: string, more = ''): string =>
  `[${header}]\naws_access_key_id = ${old.accessKeyId}\naws_secret_access_key = ${old.secret}\n${more}`;

describe('long-term keys in files', () => {
  let folder: string;
  let keys: LongTermKeys;
  const paths = () => ({ config: join(folder, 'config'), credentials: join(folder, 'credentials') });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sts-file-keys-'));
    keys = fileKeys(paths());
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const text = (file: 'config' | 'credentials'): Promise<string> => readFile(paths()[file], 'utf8');

  it('are read from both files as the AWS CLI reads them, and temporary ones are none', async () => {
    await writeFile(paths().credentials, section('temp', 'aws_session_token = EXAMPLE\n'));
    await writeFile(paths().config, section('profile ada'));
    assert.equal((await keys.read('ada'))?.accessKeyId, old.accessKeyId);
    assert.equal((await keys.read('ada'))?.secretAccessKey.reveal(), old.secret);
    assert.equal(await keys.read('temp'), undefined);
    assert.equal(await keys.read('nobody'), undefined);
  });

  it('are replaced in both files, and nothing else is', async () => {
    const temporary = section('temp', 'aws_session_token = EXAMPLE\n');
    await writeFile(paths().credentials, `${temporary}${section('ada')}`);
    await writeFile(paths().config, `# mine\n${section('profile eve', 'region = eu-west-1\n')}`);
    assert.deepEqual(await keys.replace('ada', old.accessKeyId, next), { kind: 'replaced' });
    const replaced = (header: string, more = ''): string =>
      section(header, more)
        .replace(old.accessKeyId, next.accessKeyId)
        .replace(old.secret, next.secretAccessKey.reveal());
    assert.equal(await text('credentials'), `${temporary}${replaced('ada')}`);
    assert.equal(await text('config'), `# mine\n${replaced('profile eve', 'region = eu-west-1\n')}`);
  });

  it('stay in both files when one of them cannot be written', async () => {
    await writeFile(paths().credentials, section('ada'));
    await writeFile(paths().config, section('profile eve'));
    await chmod(paths().config, 0o400);
    assert.equal((await keys.replace('ada', old.accessKeyId, next)).kind, 'failed');
    assert.equal(await text('credentials'), section('ada'));
    assert.equal(await text('config'), section('profile eve'));
  });

  it('stay when others stand there', async () => {
    await writeFile(paths().credentials, section('ada'));
    assert.deepEqual(await keys.replace('ada', 'AKIAEXAMPLEOTHER0001', next), { kind: 'changed' });
    assert.equal(await text('credentials'), section('ada'));
  });

  it('are found wherever they stand, and not known of where a file cannot be read', async () => {
    await writeFile(paths().credentials, '[ada]\naws_access_key_id = AKIAEXAMPLEOTHER0001\n');
    await writeFile(paths().config, section('profile ada'));
    assert.equal(await keys.holds(old.accessKeyId), true, 'hidden by what the other file says');
    assert.equal(await keys.holds(next.accessKeyId), false);
    await rm(paths().config);
    await mkdir(paths().config);
    await assert.rejects(keys.holds(next.accessKeyId));
  });

  it('stay in the files when a copy elsewhere cannot be replaced', async () => {
    await writeFile(paths().credentials, section('ada'));
    const vault: LongTermKeys = {
      read: async () => undefined,
      holds: async () => true,
      replace: async () => ({ kind: 'failed', code: 'EIO' }),
    };
    assert.deepEqual(await keysIn([keys, vault]).replace('ada', old.accessKeyId, next), {
      kind: 'failed',
      code: 'EIO',
    });
    assert.equal(await text('credentials'), section('ada'));
  });

  it('come from the first place that has them', async () => {
    await writeFile(paths().credentials, section('ada'));
    const asked: string[] = [];
    const vault: LongTermKeys = {
      read: async (profile) => (profile === 'eve' ? next : undefined),
      holds: async () => false,
      replace: async (profile) => {
        asked.push(profile);
        return { kind: 'replaced' };
      },
    };
    const all = keysIn([keys, vault]);
    assert.equal((await all.read('ada'))?.accessKeyId, old.accessKeyId);
    assert.equal((await all.read('eve'))?.accessKeyId, next.accessKeyId);
    assert.equal((await all.replace('eve', next.accessKeyId, next)).kind, 'replaced');
    assert.equal((await all.replace('nobody', next.accessKeyId, next)).kind, 'changed');
    assert.deepEqual(asked, ['eve']);
  });
});
