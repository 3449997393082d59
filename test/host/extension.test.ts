import assert from 'node:assert/strict';
import { commands, extensions } from 'vscode';

interface Manifest {
  readonly publisher: string;
  readonly name: string;
  readonly contributes?: { readonly commands?: readonly { readonly command: string }[] };
}

const extension = extensions.all.find(({ id }) => id.endsWith('.sts-sessions'));
const manifest = extension?.packageJSON as Manifest | undefined;

describe('the extension in its host', () => {
  it('is there', () => {
    assert.ok(extension, 'VS Code does not list it');
  });

  it('activates without an error', async () => {
    await extension?.activate();
    assert.equal(extension?.isActive, true);
  });

  it('registers every command that its manifest contributes', async () => {
    await extension?.activate();
    const registered = new Set(await commands.getCommands(true));
    const contributed = (manifest?.contributes?.commands ?? []).map(({ command }) => command);
    assert.ok(contributed.length > 0, 'the manifest contributes no command');
    assert.deepEqual(
      contributed.filter((id) => !registered.has(id)),
      [],
    );
  });
});
