import assert from 'node:assert/strict';
import { setManagedBlock } from '../../src/aws/managedBlock.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { showsTheSame } from '../../src/ui/sameProfiles.ts';

const config = '[profile a]\nregion = eu-west-1\ns3 =\n  x = 1\n\n[sso-session s]\nsso_region = eu-west-1\n';
const read = (text: string) => readProfiles({ config: text, credentials: undefined });

describe('showsTheSame', () => {
  it('is true when only our own profiles came, changed or went', () => {
    const block = (names: readonly string[]) =>
      setManagedBlock(config, {
        host: 'h',
        profiles: names.map((name) => ({ name, credentialProcess: '/bin/true', region: undefined })),
      });
    assert.ok(showsTheSame(read(config), read(block(['vscode']))));
    assert.ok(showsTheSame(read(block(['vscode'])), read(block(['vscode', 'vscode-eu-west-1']))));
    assert.ok(showsTheSame(read(block(['vscode'])), read(config)));
  });

  it('is false for anything that a person could see', () => {
    for (const other of [
      `${config}[profile b]\n`,
      config.replace('eu-west-1', 'eu-west-2'),
      config.replace('x = 1', 'x = 2'),
      config.replace('[profile a]', '[profile c]'),
      config.replace('[sso-session s]', '[sso-session t]'),
      `# one line more\n${config}`,
      `${config}broken\n`,
      config.replace('region = eu-west-1\n', ''),
    ]) {
      assert.ok(!showsTheSame(read(config), read(other)), other);
    }
  });
});
