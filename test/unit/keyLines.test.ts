import assert from 'node:assert/strict';
import {
  keysIn,
  sameKeys,
  withKeys,
  withoutKeys,
  withoutPointer,
  withoutPointers,
} from '../../src/aws/keyLines.ts';
import type { FileRole } from '../../src/aws/problems.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { Secret } from '../../src/aws/secret.ts';
import { planFor } from '../../src/aws/plan.ts';
import { isVaultId, vaultIdOf, vaultPointer, withVaultKeys } from '../../src/aws/vaultPointer.ts';

const keys = {
  accessKeyId: 'AKIAEXAMPLEALICE0001',
  secretAccessKey: new Secret('EXAMPLEKEY/alice/0123456789abcdefghijklm'),
};
const other = { accessKeyId: 'AKIAEXAMPLEALICE0002', secretAccessKey: new Secret('EXAMPLEKEY/other') };
const id = 'vault-0123456789abcdef0123';
const command = vaultPointer('/bin/sh /home/alice/.sts-sessions/fetch', id);
const secret = keys.secretAccessKey.reveal();

/** Takes the keys out and puts them back; what stands in between, and what stands in the end. */
function roundTrip(text: string, file: FileRole = 'credentials', profile = 'alice'): [string, string] {
  const found = keysIn(text, file, profile);
  assert.ok(typeof found !== 'string');
  assert.ok(sameKeys(found.keys, keys));
  const out = withoutKeys(text, file, profile, found.keys, command);
  assert.ok(typeof out !== 'string');
  const back = withKeys(out.text, profile, id, found.keys, found.layout);
  assert.ok(back !== 'taken');
  return [out.text, back.text];
}

const idLine = `aws_access_key_id = ${keys.accessKeyId}`;
const secretLine = `aws_secret_access_key = ${secret}`;

describe('the lines of keys', () => {
  const texts: Readonly<Record<string, string>> = {
    plain: `[alice]\n${idLine}\n${secretLine}\n`,
    'without an end': `[alice]\n${idLine}\n${secretLine}`,
    'with Windows line ends': `# mine\r\n[alice]\r\n${idLine}\r\n${secretLine}\r\n\r\n[bob]\r\nregion = x\r\n`,
    'with other line ends in the middle': `[alice]\n${idLine}\n${secretLine}\r\n[bob]\nregion = x\n`,
    'with a Windows line end at first': `# mine\r\n[alice]\n${idLine}\n${secretLine}\n`,
    'with other line ends and without an end': `# mine\r\n[alice]\n${idLine}\n${secretLine}`,
    'the secret first': `[alice]\n${secretLine}\n${idLine}\nregion = eu-west-1\n`,
    'apart, with a comment in between': `[alice]\n${idLine}\n# the secret\nregion = eu-west-1\n${secretLine}\n\n[bob]\n`,
    'with other spelling': `[alice]\nAWS_ACCESS_KEY_ID=${keys.accessKeyId}\nAws_Secret_Access_Key   =  ${secret}  \n[b]\n`,
    'with inline comments': `[alice] # me\n${idLine} # rotated in May\n${secretLine} ; do not share\n`,
    'among others': `; first\n[bob]\naws_access_key_id = AKIAEXAMPLEBOB000001\naws_secret_access_key = EXAMPLEKEY/bob\n\n; needs a code\n[alice]\n${idLine}\n${secretLine}\n\n[carol]\nregion = x\n`,
    indented: `[alice]\n  ${idLine}\n  ${secretLine}\n`,
    'with a byte order mark': `\ufeff[alice]\n${idLine}\n${secretLine}\n`,
  };
  for (const [name, text] of Object.entries(texts)) {
    it(`go and come back to the byte: ${name}`, () => {
      const [between, after] = roundTrip(text);
      assert.equal(after, text);
      assert.ok(!between.includes(secret) && !between.includes(keys.accessKeyId));
      const section = readProfiles({ config: undefined, credentials: between }).profiles.get('alice');
      assert.equal(vaultIdOf(section?.properties.get('credential_process')?.value), id);
      // Nothing else has moved.
      const rest = (from: string): string[] =>
        from.split(/\r?\n/).filter((line) => !/aws_(?:access|secret)|credential_process/i.test(line));
      assert.deepEqual(rest(between), rest(text));
    });
  }

  it('go and come back in the config file, under each form of header', () => {
    for (const [header, profile] of [
      ['profile alice', 'alice'],
      ['default', 'default'],
      ['profile "my alice"', 'my alice'],
    ] as const) {
      const text = `[${header}]\nregion = eu-west-1\n${idLine}\n${secretLine}\noutput = json\n`;
      assert.equal(roundTrip(text, 'config', profile)[1], text);
    }
  });

  it('come back into a section that has become shorter, or longer, meanwhile', () => {
    const text = `[alice]\n${idLine}\nregion = eu-west-1\noutput = json\n${secretLine}\n\n[bob]\nregion = x\n`;
    const found = keysIn(text, 'credentials', 'alice');
    assert.ok(typeof found !== 'string');
    const shorter = `[alice]\ncredential_process = ${command}\n[bob]\nregion = x\n`;
    const back = withKeys(shorter, 'alice', id, found.keys, found.layout);
    assert.deepEqual(back, { text: `[alice]\n${idLine}\n${secretLine}\n[bob]\nregion = x\n` });
    const end = withKeys(`[alice]\ncredential_process = ${command}`, 'alice', id, found.keys, found.layout);
    assert.deepEqual(end, { text: `[alice]\n${idLine}\n${secretLine}` });
  });

  it('come back where the profile is gone, or has lost what led to them', () => {
    const found = keysIn(texts['plain'] ?? '', 'credentials', 'alice');
    assert.ok(typeof found !== 'string');
    const put = (text: string) => withKeys(text, 'alice', id, found.keys, found.layout);
    assert.deepEqual(put('[bob]\nregion = x\n'), {
      text: `[bob]\nregion = x\n\n[alice]\n${idLine}\n${secretLine}\n`,
    });
    assert.deepEqual(put('[alice]\nregion = x\n'), {
      text: `[alice]\nregion = x\n${idLine}\n${secretLine}\n`,
    });
    assert.deepEqual(put(texts['plain'] ?? ''), { text: texts['plain'] });
  });

  it('never come over other credentials', () => {
    const found = keysIn(texts['plain'] ?? '', 'credentials', 'alice');
    assert.ok(typeof found !== 'string');
    for (const text of [
      '[alice]\ncredential_process = /opt/other\n',
      `[alice]\naws_access_key_id = ${other.accessKeyId}\naws_secret_access_key = EXAMPLEKEY/other\n`,
      `[alice]\ncredential_process = ${vaultPointer('/bin/sh /x/fetch', 'vault-ffffffffffffffffffff')}\n`,
      `[alice]\n${idLine}\ncredential_process = ${command}\n`,
    ]) {
      assert.equal(withKeys(text, 'alice', id, found.keys, found.layout), 'taken', text);
    }
  });

  it('are led to by nobody any more, whatever the profiles are called', () => {
    const pointer = `credential_process = ${command}\n`;
    const others = `[bob]\ncredential_process = ${vaultPointer('/bin/sh /x/fetch', 'vault-ffffffffffffffffffff')}\n`;
    assert.equal(
      withoutPointers(`[profile a]\n${pointer}[profile b]\nregion = x\n${pointer}${others}`, 'config', id),
      `[profile a]\n[profile b]\nregion = x\n${others}`,
    );
  });

  it('stay where they are when they are not what was stored', () => {
    const text = `[alice]\naws_access_key_id = ${other.accessKeyId}\naws_secret_access_key = ${secret}\n`;
    assert.equal(withoutKeys(text, 'credentials', 'alice', keys, command), 'changed');
    assert.equal(withoutKeys('[alice]\n', 'credentials', 'alice', keys, command), 'none');
  });

  const refused: readonly (readonly [string, string, string])[] = [
    ['no profile', '[bob]\n', 'none'],
    ['half a pair', `[alice]\n${idLine}\n`, 'none'],
    ['an empty secret', `[alice]\n${idLine}\naws_secret_access_key =\n`, 'none'],
    ['a session token', `[alice]\n${idLine}\n${secretLine}\naws_session_token = EXAMPLETOKEN\n`, 'temporary'],
    ['an older token', `[alice]\n${idLine}\n${secretLine}\naws_security_token = EXAMPLETOKEN\n`, 'temporary'],
    ['temporary keys', `[alice]\naws_access_key_id = ASIAEXAMPLEALICE0001\n${secretLine}\n`, 'temporary'],
    ['a line twice', `[alice]\n${idLine}\n${secretLine}\n${secretLine}\n`, 'twice'],
    ['a section twice', `[alice]\n${idLine}\n${secretLine}\n[alice]\nregion = x\n`, 'twice'],
    ['an ID with a blank', `[alice]\naws_access_key_id = AKIA EXAMPLE0000001\n${secretLine}\n`, 'odd'],
    ['a secret of two lines', `[alice]\n${idLine}\n${secretLine}\n  more\n`, 'odd'],
    ['an included section', `[base]\n${idLine}\n${secretLine}\n[alice]\ninclude_profile = base\n`, 'none'],
  ];
  for (const [name, text, problem] of refused) {
    it(`stay where they are: ${name}`, () => {
      assert.equal(keysIn(text, 'credentials', 'alice'), problem);
    });
  }

  it('stay where they are while a copy of the secret would stay in the file', () => {
    for (const copy of [`# ${secretLine}\n`, `[copy]\n${idLine}\n${secretLine}\n`]) {
      const text = `[alice]\n${idLine}\n${secretLine}\n${copy}`;
      assert.equal(withoutKeys(text, 'credentials', 'alice', keys, command), 'twice');
    }
  });

  it('leave no pointer behind', () => {
    const text = `[profile alice]\nregion = x\ncredential_process = ${command}\n`;
    assert.equal(withoutPointer(text, 'config', 'alice', id), '[profile alice]\nregion = x\n');
    assert.equal(withoutPointer(text, 'config', 'alice', 'vault-ffffffffffffffffffff'), text);
    assert.equal(withoutPointer(text, 'config', 'bob', id), text);
  });
});

describe('a profile whose keys are in the vault', () => {
  const config = `[profile alice]\nregion = eu-west-1\nmfa_serial = arn:aws:iam::111122223333:mfa/alice\n
[profile admin]\nrole_arn = arn:aws:iam::444455556666:role/admin\nsource_profile = alice\nregion = eu-west-1\n`;
  const env = { region: undefined, endpointUrl: undefined, ignoreConfiguredEndpoints: false };
  const inFile = { config, credentials: `[alice]\n${idLine}\n${secretLine}\n` };
  const led = { config, credentials: `[alice]\ncredential_process = ${command}\n` };
  const plans = (set: ReturnType<typeof readProfiles>) =>
    ['alice', 'admin'].map((profile) => planFor(set, { kind: 'profile', profile }, env));

  it('is planned as if they stood in the file', () => {
    const before = plans(readProfiles(inFile));
    const after = plans(withVaultKeys(readProfiles(led), (asked) => (asked === id ? keys : undefined)));
    const strip = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value, (key, one: unknown) => (key === 'inVault' ? undefined : one)));
    assert.deepEqual(strip(after), strip(before));
    const [alice] = after;
    assert.ok(alice?.ok && alice.plan.base.kind === 'staticKeys');
    assert.equal(alice.plan.base.secretAccessKey.reveal(), secret);
    assert.equal(alice.plan.base.inVault, true);
  });

  it('is never asked through ourselves when they are lost', () => {
    const set = withVaultKeys(readProfiles(led), () => undefined);
    for (const planned of plans(set)) {
      assert.ok(!planned.ok);
      assert.deepEqual(
        planned.problems.map(({ what }) => what.kind),
        ['keysNotInVault'],
      );
    }
  });

  it('keeps keys of its own that stand beside', () => {
    const credentials = `[alice]\ncredential_process = ${command}\naws_access_key_id = ${other.accessKeyId}\naws_secret_access_key = EXAMPLEKEY/other\n`;
    const [alice] = plans(withVaultKeys(readProfiles({ config, credentials }), () => keys));
    assert.ok(alice?.ok && alice.plan.base.kind === 'staticKeys');
    assert.equal(alice.plan.base.accessKeyId, other.accessKeyId);
  });

  it('is told by its command alone', () => {
    for (const line of [
      command,
      "/bin/sh '/home/al ice/.sts-sessions/fetch' id vault-0123456789abcdef0123",
      'C:\\Users\\alice\\sts\\fetch.cmd id vault-0123456789abcdef0123',
      '"C:\\Users\\al ice\\sts\\fetch.cmd" id vault-0123456789abcdef0123',
    ]) {
      assert.equal(vaultIdOf(line), id, line);
    }
    for (const line of [
      '/bin/sh /home/alice/.sts-sessions/fetch',
      '/bin/sh /home/alice/.sts-sessions/fetch id 0123456789abcdef0123',
      '/bin/sh /home/alice/.sts-sessions/fetch id vault-0123',
      `${command} more`,
      '/opt/vault id vault-0123456789abcdef0123',
      undefined,
    ]) {
      assert.equal(vaultIdOf(line), undefined, line);
    }
    assert.ok(isVaultId(id) && !isVaultId('vault') && !isVaultId(`${id}0`));
  });
});
