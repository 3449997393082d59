import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDemoHome } from '../sandbox/demo.ts';
import { setStage } from '../support/stage.ts';

// One window for all: each test goes on where the one before it stopped.
describe('MFA codes that nobody types', () => {
  const stage = setStage({
    fill: async (home, url) => {
      const { configFile } = await writeDemoHome(home, url);
      const config = await readFile(configFile, 'utf8');
      // The profile of the user alone names it: her roles ask for the same device.
      const changed = config.replace(
        '[profile alice]\n',
        '[profile alice]\nmfa_process = cat "$HOME/code"\n',
      );
      assert.notEqual(changed, config);
      await writeFile(configFile, changed);
    },
  });

  it('come from the profile’s mfa_process', async () => {
    const { page, sandbox, home } = stage();
    await writeFile(join(home, 'code'), `${sandbox.unusedCode('alice')}\n`);
    await stage().startFirst('prod-admin');
    await page.waitForStatus(/prod-admin 5\dm/);
    assert.deepEqual(
      sandbox.journal.map(({ operation, status }) => `${operation} ${String(status)}`),
      ['AssumeRole 200'],
    );
  });

  it('are asked for when it has none, with the reason', async () => {
    const { page, home } = stage();
    await writeFile(join(home, 'code'), 'no key was touched\n');
    await page.openView('AWS Sessions');
    await page.treeRow('alice').waitFor();
    await page.clickTreeButton('alice', 'Start');
    await page.quickTitle(/^MFA Code for alice/).waitFor();
    await page.quickMessage().filter({ hasText: 'mfa_process gave no code' }).waitFor();
    await page.leaveQuickInput();
  });

  it('come from the clipboard once that is allowed', async () => {
    const { page, sandbox } = stage();
    const companion = await page.companion;
    await companion.ask('writeSetting', { name: 'stsSessions.mfaCodeFromClipboard', value: true });
    await page.page.evaluate(async (text) => {
      const window = globalThis as unknown as {
        navigator: { clipboard: { writeText(text: string): Promise<void> } };
      };
      await window.navigator.clipboard.writeText(text);
    }, sandbox.unusedCode('alice'));
    const from = sandbox.journal.length;
    await page.clickTreeButton('alice', 'Start');
    await page.waitForStatus(/^ ?alice 1[12]h/);
    assert.equal(stage().granted('GetSessionToken', from).length, 1);
  });
});
