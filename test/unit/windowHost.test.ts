import assert from 'node:assert/strict';
import { join } from 'node:path';
import { openFolder } from '../../src/outlets/folder.ts';
import { openWindowHost } from '../../src/outlets/windowHost.ts';
import { sentences, temporaryFolder } from '../support/outletRig.ts';

describe('a window among others', () => {
  const temporary = temporaryFolder();
  after(() => temporary.remove());

  it('that must stand alone finds what was stored under its folder’s id', async () => {
    const folder = join(temporary.path, '.sts-sessions');
    const opened = await openFolder(folder);
    const window = await openWindowHost({
      folder,
      helperFiles: join(temporary.path, 'no such files'),
      executable: process.execPath,
      platform: process.platform,
      localAppData: undefined,
      server: {
        supply: () => assert.fail('nobody asks'),
        sentences,
        records: () => [],
        now: () => 0,
        log: () => undefined,
      },
    });
    assert.equal(window.folder, undefined);
    assert.equal(window.hostId, opened.ok ? opened.folder.hostId : '');
    await window.dispose();
  });
});
