import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { writeDemoHome } from '../sandbox/demo.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, noAwsCli, setStage } from '../support/stage.ts';

const sessions = [
  { name: 'billing-read', role: /:assumed-role\/billing-read\//, region: 'eu-central-1' },
  { name: 'hub', role: /:assumed-role\/hub\//, region: 'us-west-2' },
] as const;

// One window for all: both terminals are opened first and asked later.
describeIf(awsCli !== undefined, noAwsCli, 'two terminals side by side', () => {
  const stage = setStage({
    fill: async (home, url) => {
      const { configFile } = await writeDemoHome(home, url);
      const config = await readFile(configFile, 'utf8');
      await writeFile(
        configFile,
        config.replace(/(\[profile hub\]\n(?:.+\n)*?region = )[\w-]+/, '$1us-west-2'),
      );
    },
  });

  const askEach = async (): Promise<void> => {
    const { page, sandbox } = stage();
    for (const { name, role, region } of sessions) {
      await page.focusTerminal(page.terminalTabs().filter({ hasText: name }));
      assert.match((await stage().whoAmI()).text, role);
      const call = sandbox.journal.at(-1);
      assert.equal(call?.operation, 'GetCallerIdentity');
      assert.equal(call?.region, region, `${name} is asked in its region`);
    }
  };

  it('open under a session of their own, named after it', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await stage().startFirst('billing-read');
    await stage().start('hub');
    await page.runCommand('STS: New Terminal As');
    await page.quickTitle('New Terminal As').waitFor();
    await page.newTerminal(() => page.pick('billing-read'));
    await page.newTerminal(() => page.clickTreeButton('hub', 'Open Terminal'));
    await page.terminalTabs().filter({ hasText: 'hub' }).waitFor();
    const names = await (await page.companion).ask('terminalNames', {});
    assert.deepEqual(names, ['billing-read', 'hub']);
  });

  it('answer as two roles, each in the region of its profile', askEach);

  it('stay as they are when the active session changes', async () => {
    for (const { name } of sessions) {
      await stage().start(name);
      await askEach();
    }
    assert.equal(stage().granted('AssumeRole').length, 2);
  });

  it('and stay when the other session ends', async () => {
    const { page } = stage();
    await page.clickTreeButton('hub', 'End Session');
    await page.waitForStatus(/^ ?AWS$/);
    await page.focusTerminal(page.terminalTabs().filter({ hasText: 'billing-read' }));
    assert.match((await stage().whoAmI()).text, sessions[0].role);
    await page.focusTerminal(page.terminalTabs().filter({ hasText: 'hub' }));
    assert.match((await stage().whoAmI()).text, /session was ended in VS Code.*: hub/);
  });
});
