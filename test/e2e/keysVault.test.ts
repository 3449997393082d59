import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxData } from '../sandbox/data.ts';
import { demoData, writeDemoHome } from '../sandbox/demo.ts';
import { describeLeaks, LeakSearch, type Leak } from '../support/leakSearch.ts';
import { searchFolder } from '../support/leakPlaces.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, setStage } from '../support/stage.ts';

/** Random, so that no part of them stands anywhere by chance; as long as AWS's. */
const newSecret = (): string => randomBytes(30).toString('base64url');
const secret = newSecret();
const bobs = { id: 'AKIAEXAMPLEBOB000001', secret: newSecret() };
/** The demo's text with these secrets. */
const withSecrets = (text: string): string =>
  text
    .replaceAll('EXAMPLEKEY/alice/0123456789abcdefghijklm', secret)
    .replaceAll('EXAMPLEKEY/bob/0123456789abcdefghijklmno', bobs.secret);
const alice = 'arn:aws:iam::111122223333:user/alice';
const bob = 'arn:aws:iam::111122223333:user/bob';

// One window for all: each test goes on where the one before it stopped. The workbench of the tests runs in a browser,
// where keys are refused; the companion makes the extension take it for one on the desktop.
describeIf(awsCli !== undefined, noAwsCli, 'long-term keys in the vault', () => {
  let before = '';
  const stage = setStage({
    data: JSON.parse(withSecrets(JSON.stringify(demoData()))) as SandboxData,
    fill: async (home, url) => {
      const files = await writeDemoHome(home, url);
      before = withSecrets(readFileSync(files.credentialsFile, 'utf8'));
      writeFileSync(files.credentialsFile, before);
    },
  });
  const read = (file: 'configFile' | 'credentialsFile' = 'credentialsFile'): string =>
    readFileSync(stage()[file], 'utf8');
  const pretend = async (as?: { readonly remoteName?: string }): Promise<void> => {
    const { page } = stage();
    await (await page.companion).ask('pretend', as === undefined ? {} : { as });
  };

  /** Chooses from the row's menu, and answers the question that comes. */
  const move = async (command: string, question: RegExp, answer: string): Promise<string> => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await page.treeRow('alice').waitFor();
    await page.chooseFromMenu('alice', command);
    const dialog = page.dialog().filter({ hasText: question });
    await dialog.waitFor();
    const text = (await dialog.textContent()) ?? '';
    await page.press(answer, dialog);
    await dialog.waitFor({ state: 'detached' });
    return text;
  };

  /** Who the AWS CLI is with this profile, in a terminal without a session. */
  const whoIs = async (profile: string): Promise<string> => {
    const answer = await stage().runAside(`AWS_PROFILE=${profile} ${stage().askIdentity()}`);
    assert.equal(answer.code, 0, answer.text);
    return answer.text;
  };

  /** What a reload would bring back is gone: there is one terminal at a time, and it is the one that is asked. */
  const closeTerminals = async (): Promise<void> => {
    const { page } = stage();
    await page.runCommand('Terminal: Kill All Terminals');
    await page.page.locator('.terminal-wrapper').first().waitFor({ state: 'detached' });
  };

  it('is refused in a browser, and where the store lies on another computer', async () => {
    const { page } = stage();
    for (const [as, reason] of [
      [undefined, /not kept where VS Code runs in a browser/],
      [{ remoteName: 'ssh-remote' }, /would keep these keys on another computer than the AWS files/],
    ] as const) {
      await pretend(as);
      await page.openView('AWS Sessions');
      await page.treeRow('alice').waitFor();
      await page.chooseFromMenu('alice', 'Move Keys into the Vault');
      await page.waitForNotification(reason);
      await page.clearNotifications();
      await page.runCommand('STS: Add IAM User Keys…');
      await page.waitForNotification(reason);
      await page.clearNotifications();
    }
    assert.equal(read(), before);
  });

  it('says what it means first, and does nothing when the person leaves', async () => {
    await pretend({});
    const text = await move('Move Keys into the Vault', /Move the keys of alice into the vault/, 'Cancel');
    assert.match(text, /work only while VS Code runs on this computer/);
    assert.match(text, /Move them back before you uninstall STS Sessions, or they are lost/);
    assert.match(text, /leave the file when a restarted window has read them back/);
    assert.equal(read(), before);
  });

  it('stores the keys, and leaves them in the file until the window is restarted', async () => {
    const { page } = stage();
    await move('Move Keys into the Vault', /Move the keys of alice/, 'Move Keys');
    await page.waitForNotification(/The keys are stored, restart the window and they leave the file: alice/);
    await page.clearNotifications();
    assert.equal(read(), before);
    // Asked for again, they are not stored a second time.
    await move('Move Keys into the Vault', /Move the keys of alice/, 'Move Keys');
    const note = await page.waitForNotification(/These keys are stored already/);
    await page.reload(() => page.press('Restart Window', note));
    await page.waitForNotification(/The keys have left the credentials file and are in the vault: alice/);
    await page.clearNotifications();
  });

  it('has taken two lines out of the file, and nothing else', () => {
    const after = read();
    assert.ok(!after.includes(secret) && !after.includes('AKIAEXAMPLEALICE0001'));
    const pointer = /^credential_process = \/bin\/sh \S+\/fetch id vault-[0-9a-f]{20}$/;
    const lines = after.split('\n');
    assert.equal(lines.filter((line) => pointer.test(line)).length, 1);
    const rest = (text: string): string[] =>
      text
        .split('\n')
        .filter(
          (line) => !pointer.test(line) && !line.includes(secret) && !line.includes('AKIAEXAMPLEALICE'),
        );
    assert.deepEqual(rest(after), rest(before));
    assert.equal(statSync(stage().credentialsFile).mode & 0o777, 0o600);
  });

  it('serves the AWS CLI', async () => {
    const { page } = stage();
    await page.openTerminal();
    assert.equal(await whoIs('alice'), alice);
  });

  it('starts sessions itself without asking itself', async () => {
    const { page, sandbox } = stage();
    const from = sandbox.journal.length;
    await page.openView('AWS Sessions');
    await page.clickTreeButton('billing-read', 'Start');
    await page.waitForStatus(/billing-read 59m/);
    await page.press('Add Profiles', page.dialog());
    await page.dialog().waitFor({ state: 'detached' });
    assert.equal(stage().granted('AssumeRole', from).length, 1);
  });

  it('keeps the keys from agents that get less than the person', async () => {
    const answer = await stage().runAside(
      `export AI_AGENT=1; AWS_PROFILE=alice ${stage().askIdentity()}; code=$?; unset AI_AGENT; (exit $code)`,
    );
    assert.notEqual(answer.code, 0);
    assert.match(answer.text, /Agents get no AWS credentials until a person chooses/);
    await closeTerminals();
  });

  it('survives another restart', async () => {
    const { page } = stage();
    await page.reload();
    await page.waitForStatus(/billing-read/);
    await page.openView('AWS Sessions');
    await page.treeRow('alice').waitFor();
    await page.openTerminal();
    assert.equal(await whoIs('alice'), alice);
    await closeTerminals();
  });

  it('puts the keys back as they were, and forgets them', async () => {
    const { page } = stage();
    const text = await move('Move Keys Back', /Move the keys of alice back into a file/, 'Move Back');
    assert.match(text, /in clear text again/);
    await page.waitForNotification(/The keys are back in the file, and the vault has forgotten them: alice/);
    await page.clearNotifications();
    assert.equal(read(), before);
    assert.equal(statSync(stage().credentialsFile).mode & 0o777, 0o600);
    await page.runCommand('STS: Move Keys Back…');
    await page.waitForNotification('The vault holds no keys');
    await page.clearNotifications();
  });

  it('takes a new user’s keys from a CSV on the clipboard, into no file', async () => {
    const { page } = stage();
    const companion = await page.companion;
    await companion.ask('writeClipboard', {
      text: `\ufeffUser name,Access key ID,Secret access key\r\nbob two,${bobs.id},${bobs.secret}\r\n`,
    });
    await page.runCommand('STS: Add IAM User Keys…');
    await page.pick('A CSV on the clipboard');
    await page.quickMessage().filter({ hasText: 'The name of the new profile' }).waitFor();
    await eventually(
      () => page.quickInput().inputValue(),
      (text) => text === 'bob-two',
      'the user’s name is suggested as far as profiles may have it',
    );
    await page.answerInput('bob-two');
    await page.quickMessage().filter({ hasText: 'Region for tools' }).waitFor();
    await page.answerInput('eu-central-1');
    const dialog = page.dialog().filter({ hasText: 'Keep the keys of bob-two in the vault only?' });
    await dialog.waitFor();
    assert.match((await dialog.textContent()) ?? '', /Keep what you have of them/);
    await page.press('Keep Keys', dialog);
    const note = await page.waitForNotification(/The keys are in the vault: bob-two/);
    await page.press('Clear Clipboard', note);
    await eventually(
      async () => companion.ask('readClipboard', {}),
      (text) => text === '',
      'the clipboard is cleared',
    );
    await page.clearNotifications();
    assert.match(
      read('configFile'),
      /\[profile bob-two\]\nregion = eu-central-1\ncredential_process = .* id vault-[0-9a-f]{20}\n/,
    );
    assert.equal(read(), before);
  });

  it('rotates no keys that the store has not shown to keep, and asks AWS nothing', async () => {
    const { page, sandbox } = stage();
    const from = sandbox.journal.length;
    await page.openView('AWS Sessions');
    await page.treeRow('bob-two').waitFor();
    await page.chooseFromMenu('bob-two', 'Rotate Keys');
    await page.waitForNotification(
      /start it again first, to see that its store has kept these keys: bob-two/,
    );
    await page.clearNotifications();
    assert.deepEqual(
      sandbox.journal.slice(from).map(({ operation }) => operation),
      [],
    );
  });

  it('says that they were kept after a restart, and serves them', async () => {
    const { page } = stage();
    await page.reload();
    await page.waitForNotification(/The vault has kept these keys, a CSV file with them can go now: bob-two/);
    await page.clearNotifications();
    await page.openTerminal();
    assert.equal(await whoIs('bob-two'), bob);
  });

  it('takes keys that are typed, in a box that hides the secret', async () => {
    const { page } = stage();
    await page.runCommand('STS: Add IAM User Keys…');
    await page.pick('Type them');
    await page.quickMessage().filter({ hasText: 'The name of the new profile' }).waitFor();
    await page.answerInput('alice');
    await page.quickMessage().filter({ hasText: 'There is a profile of this name' }).waitFor();
    await page.answerInput('carol');
    await page.quickMessage().filter({ hasText: 'Access key ID' }).waitFor();
    await page.answerInput(bobs.id);
    await page.page.locator('.quick-input-widget:visible input[type=password]').waitFor();
    await page.answerInput(bobs.secret);
    await page.quickMessage().filter({ hasText: 'Region for tools' }).waitFor();
    await page.answerInput('');
    const dialog = page.dialog().filter({ hasText: 'Keep the keys of carol in the vault only?' });
    await dialog.waitFor();
    await page.press('Keep Keys', dialog);
    await page.waitForNotification(/The keys are in the vault: carol/);
    await page.clearNotifications();
    await page.openView('AWS Sessions');
    await page.treeRow('carol').waitFor();
    assert.equal(read(), before);
  });

  it('has written a line for each move into the audit log, without a key', async () => {
    const { page, workbench } = stage();
    const log = await eventually(
      async () => {
        const folder = join(
          workbench.userDataDir,
          'User',
          'globalStorage',
          'sts-sessions.sts-sessions',
          'audit',
        );
        return Promise.resolve(readFileSync(join(folder, 'audit.jsonl'), 'utf8'));
      },
      (text) => text.split('keysAdded').length === 3,
      'both additions are in the audit log',
    );
    assert.match(log, /"what":"keysMovedIn","profile":"alice"/);
    assert.match(log, /"what":"keysMovedBack","profile":"alice"/);
    await page.clearNotifications();
  });

  it('tells of a store that kept nothing, and leaves the file as it is', async () => {
    const { page } = stage();
    await move('Move Keys into the Vault', /Move the keys of alice/, 'Move Keys');
    await page.waitForNotification(/The keys are stored/);
    await page.clearNotifications();
    // What a store in memory would do; the browser's is in its local storage.
    await page.page.addInitScript(() => {
      const { localStorage, sessionStorage } = globalThis as unknown as Record<
        'localStorage' | 'sessionStorage',
        {
          removeItem(key: string): void;
          getItem(key: string): string | null;
          setItem(key: string, value: string): void;
        }
      >;
      if (sessionStorage.getItem('forgotten') === null) {
        sessionStorage.setItem('forgotten', 'yes');
        localStorage.removeItem('secrets.provider');
      }
    });
    await page.reload();
    await page.waitForNotification(
      /secret store did not keep the keys, they are in the file as before: alice/,
    );
    await page.clearNotifications();
    assert.equal(read(), before);
    // Known to lose what it is given, it gets no more keys.
    await page.runCommand('STS: Add IAM User Keys…');
    await page.waitForNotification(
      /keeps secrets in memory only here, .* nothing was moved: Add IAM User Keys/,
    );
    assert.equal(await page.quickInput().count(), 0);
    await page.clearNotifications();
  });

  it('has left a secret nowhere that is readable but in the file where it belongs', async () => {
    const { page, workbench, credentialsFile } = stage();
    const search = new LeakSearch([
      { name: 'alice', value: secret },
      { name: 'bob', value: bobs.secret },
    ]);
    const leaks: Leak[] = [...search.inText(workbench.output(), 'output of the server')];
    leaks.push(...search.inText((await page.page.locator('body').textContent()) ?? '', 'page'));
    await workbench.closeBrowser();
    let files = 0;
    for (const folder of workbench.files) {
      const found = await searchFolder(search, folder, new Map([[credentialsFile, before]]));
      files += found.files;
      leaks.push(...found.leaks);
    }
    assert.ok(files > 100, 'there was something to search');
    assert.deepEqual(leaks, [], describeLeaks(leaks));
  });
});
