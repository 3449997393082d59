import assert from 'node:assert/strict';
import { authentication, commands, extensions } from 'vscode';
import type { StsSessionsExports } from '../../src/api.ts';

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

  it('exports its versioned interface to other extensions, and no version that is not there', async () => {
    const exported = (await extension?.activate()) as StsSessionsExports | undefined;
    assert.ok(extension && exported);
    const api = exported.getApi(1, extension.id);
    assert.deepEqual(await api.list(), []);
    await assert.rejects(api.getCredentials('nobody'), { name: 'StsSessionsError', code: 'Ended' });
    await assert.rejects(api.provider('nobody')(), { code: 'Ended' });
    await assert.rejects(api.start('nobody'), { code: 'Failed' });
    api.onDidChangeSessions(() => undefined).dispose();
    assert.throws(() => exported.getApi(2 as 1, extension.id), /version 2/);
    assert.throws(() => exported.getApi(1, 'nobody.at-all'), /nobody\.at-all/);
  });

  it('offers its sessions to the Accounts menu, which has none of them yet', async () => {
    assert.deepEqual(await authentication.getAccounts('sts-sessions'), []);
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
