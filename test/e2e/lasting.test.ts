import assert from 'node:assert/strict';
import { describeIf } from '../support/skip.ts';
import { awsCli, noAwsCli, setStage } from '../support/stage.ts';

const billing = /^arn:aws:sts::111122223333:assumed-role\/billing-read\//;

// One window for all: the session of the first test is reloaded over, then ended.
describeIf(awsCli !== undefined, noAwsCli, 'a session over a window reload, and its end', () => {
  const stage = setStage();

  it('starts, and a terminal works under it', async () => {
    await stage().startFirst('billing-read');
    await stage().page.openTerminal();
    assert.match((await stage().whoAmI()).text, billing);
    await stage().page.runInTerminal('MARK=before-the-reload');
  });

  it('goes on after the window was reloaded, in the status bar and in the terminal that was open', async () => {
    const { page } = stage();
    await page.reload();
    await page.waitForStatus(/^ ?billing-read 5\dm$/);
    await page.waitForTerminalText('before-the-reload');
    assert.equal((await page.runInTerminal('echo "$MARK"')).text, 'before-the-reload');
    assert.match((await stage().whoAmI()).text, billing);
  });

  it('gives a terminal that is opened after the reload the same session', async () => {
    const { page } = stage();
    await page.openTerminal();
    assert.equal((await page.runInTerminal('echo "[$MARK]"')).text, '[]');
    assert.match((await stage().whoAmI()).text, billing);
  });

  it('has not called AWS for it again', () => {
    assert.equal(stage().granted('AssumeRole').length, 1);
  });

  it('says when it ended until when AWS takes what was fetched', async () => {
    const { page } = stage();
    await page.runCommand('STS: End Session');
    await page.waitForNotification(
      /Session ended: billing-read.*credentials already fetched stay valid at AWS until (\w{3} )?\d\d:\d\d/i,
    );
    await page.waitForStatus(/^ ?AWS$/);
  });

  it('then fails in the open terminals with a sentence that names it', async () => {
    const { page } = stage();
    for (const tab of await page.terminalTabs().all()) {
      await page.focusTerminal(tab);
      const { code, text } = await stage().whoAmI();
      assert.match(
        text,
        /session was ended in VS Code, what was fetched before stays valid at AWS until (\w{3} )?\d\d:\d\d: billing-read/,
      );
      assert.notEqual(code, 0);
    }
    assert.equal(await page.terminalTabs().count(), 2);
  });

  it('leaves new terminals as they would be without the extension', async () => {
    const { page } = stage();
    await page.openTerminal();
    const { text } = await stage().runAside('env | grep -E "^(AWS|STS)_" | grep -v COMPANION');
    assert.equal(text, '');
    assert.match((await stage().whoAmI()).text, /^arn:aws:iam::111122223333:user\/bob$/);
  });
});
