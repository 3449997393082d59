import assert from 'node:assert/strict';
import {
  readManagedBlock,
  removeManagedBlock,
  setManagedBlock,
  takenNames,
} from '../../src/aws/managedBlock.ts';
import type { ManagedBlock } from '../../src/aws/managedBlock.ts';
import { isManaged, readProfiles } from '../../src/aws/profiles.ts';
import { Seeded } from '../support/seeded.ts';

const block: ManagedBlock = {
  host: 'host-1',
  profiles: [
    { name: 'vscode', credentialProcess: '/run/user/1000/sts/helper fetch', region: undefined },
    { name: 'vscode-eu-west-1', credentialProcess: '/run/user/1000/sts/helper fetch', region: 'eu-west-1' },
  ],
};
const other: ManagedBlock = {
  host: 'host-1',
  profiles: [{ name: 'vscode', credentialProcess: 'helper', region: 'us-east-1' }],
};

describe('the managed block', () => {
  it('is written so that every tool can read it', () => {
    assert.equal(
      setManagedBlock('[default]\nregion = a\n', block),
      `[default]
region = a
# >>> STS Sessions: managed block, written by the VS Code extension, do not edit
[profile vscode]
credential_process = /run/user/1000/sts/helper fetch
sts_sessions_host = host-1
[profile vscode-eu-west-1]
credential_process = /run/user/1000/sts/helper fetch
region = eu-west-1
sts_sessions_host = host-1
# <<< STS Sessions: managed block
`,
    );
  });

  it('reads back as it was written, and its profiles are known as managed', () => {
    const text = setManagedBlock('[profile mine]\r\nregion = a', block);
    assert.deepEqual(readManagedBlock(text), block);
    const { profiles } = readProfiles({ config: text, credentials: undefined });
    assert.deepEqual(
      [...profiles.values()].filter(isManaged).map(({ name }) => name),
      ['vscode', 'vscode-eu-west-1'],
    );
  });

  it('is not there before it is written', () => {
    assert.equal(readManagedBlock('[default]\n'), undefined);
    assert.equal(removeManagedBlock('[default]\n'), '[default]\n');
  });

  it('goes when it has no profiles left', () => {
    const text = '[default]\n';
    assert.equal(setManagedBlock(setManagedBlock(text, block), { host: 'h', profiles: [] }), text);
  });

  it('leaves everything outside it as it is, to the byte, wherever it stands', () => {
    for (let seed = 1; seed <= 3000; seed++) {
      const random = new Seeded(seed);
      const before = someText(random);
      const message = `seed ${seed}: ${JSON.stringify(before)}`;
      const set = setManagedBlock(before, block);
      assert.equal(removeManagedBlock(set), before, message);
      assert.equal(setManagedBlock(set, block), set, message);
      const changed = setManagedBlock(set, other);
      assert.deepEqual(readManagedBlock(changed), other, message);
      assert.equal(removeManagedBlock(changed), before, message);
      if (set.endsWith('\n')) {
        const after = `[profile z]${someText(random)}`;
        assert.equal(removeManagedBlock(set + after), before + after, message);
        const inside = setManagedBlock(set + after, other);
        assert.ok(inside.startsWith(before) && inside.endsWith(after), message);
        assert.equal(removeManagedBlock(inside), before + after, message);
      }
    }
  });

  it('does not swallow what follows when its last line was deleted', () => {
    const text = setManagedBlock('[default]\n', block).replace(
      /# <<<.*\n/,
      '# mine\n[profile z]\nregion = z\n',
    );
    assert.equal(removeManagedBlock(text), '[default]\n# mine\n[profile z]\nregion = z\n');
    assert.equal(removeManagedBlock(text.replace('# mine\n', '')), '[default]\n[profile z]\nregion = z\n');
  });

  it('keeps a profile that somebody wrote between its lines', () => {
    const mine = '[profile mine]\n# of mine\nregion = m\n';
    const text = setManagedBlock('[default]\n', block).replace(
      '[profile vscode-eu',
      `${mine}[profile vscode-eu`,
    );
    assert.equal(removeManagedBlock(text), `[default]\n${mine}`);
    assert.equal(setManagedBlock(text, other), setManagedBlock('[default]\n', other) + mine);
  });

  it('merges two blocks into one', () => {
    const one = setManagedBlock('[default]\n', block);
    assert.equal(
      setManagedBlock(one + one.replace('default', 'profile b'), other),
      `${setManagedBlock('[default]\n', other)}[profile b]\n`,
    );
  });

  it('names the profiles that somebody else has already', () => {
    const text = setManagedBlock('[profile vscode]\nregion = a\n', other);
    assert.deepEqual(takenNames(text, ['vscode', 'vscode-eu-west-1']), ['vscode']);
    assert.deepEqual(takenNames(setManagedBlock('', other), ['vscode']), []);
  });

  it('refuses what would not come back as it is', () => {
    const withCommand = (credentialProcess: string): ManagedBlock => ({
      host: 'h',
      profiles: [{ name: 'vscode', credentialProcess, region: undefined }],
    });
    assert.throws(() => setManagedBlock('', withCommand('a ; b')), RangeError);
    assert.throws(() => setManagedBlock('', withCommand('a\nb')), RangeError);
    assert.throws(
      () => setManagedBlock('', { host: 'h', profiles: [{ ...other.profiles[0]!, name: 'a]b' }] }),
      RangeError,
    );
  });
});

function someText(random: Seeded): string {
  const piece = (): string =>
    random.pick([
      '[profile a]',
      'region = eu',
      ' indented',
      '# note',
      '',
      '\t',
      'ключ = é',
      '=',
      '[broken',
      '\r',
      'x =',
    ]) + random.pick(['\n', '\n', '\n', '\r\n', '\r\n', '\n\n']);
  const body = random.many(random.below(8), piece).join('');
  return (
    (random.chance(10) ? '\ufeff' : '') +
    body +
    (random.chance(50) ? random.pick(['last = 1', '\r', ' ', '[x]', '#']) : '')
  );
}
