import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { PlantedSecrets } from '../companion/protocol.ts';
import {
  ProcessWatch,
  readProcesses,
  searchFolder,
  searchProcess,
  showsProcesses,
} from '../support/leakPlaces.ts';
import { describeLeaks, type Leak, LeakSearch, type Secret } from '../support/leakSearch.ts';
import { freshSecret, type LeakStage, setLeakStage } from '../support/leakStage.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, type Stage } from '../support/stage.ts';
import type { WorkbenchPage } from '../support/workbenchPage.ts';

const billing = /^arn:aws:sts::111122223333:assumed-role\/billing-read\//;
const admin = /^arn:aws:sts::444455556666:assumed-role\/admin\//;
/** AWS grants this many seconds; the clocks of AWS and of the windows then move past them. */
const granted = 600;

/** Made-up secrets that the tests hide on purpose, by where they hide them. */
class Planted {
  readonly byPlace = new Map<string, { readonly secret: Secret; readonly place: RegExp | string }>();

  /** A new secret for a place; `place` is what the search is to report: a whole path, or a pattern. */
  at(name: string, place: RegExp | string): string {
    const secret = { name: `planted in ${name}`, value: freshSecret('PLANTED') };
    this.byPlace.set(name, { secret, place });
    return secret.value;
  }
}

/**
 * One long session in one place, in which everything happens that handles a secret; then everything is searched that it
 * has left. The window's log and VS Code's are as verbose as they get.
 *
 * VS Code writes the environment and the lines of terminals to disk when its desktop application quits. Its server,
 * which is what runs here, does not (TerminalService._onBeforeShutdown returns before it): so the same two things are
 * searched where they come from, the environment of every shell and all lines of every terminal.
 *
 * An MFA code has six digits. Some thirty such words stand in all these files by chance, so one run in several thousand
 * can report one that is none; the report names the file.
 */
describeIf(
  awsCli !== undefined && showsProcesses,
  showsProcesses ? noAwsCli : 'no /proc on this system',
  'what a session leaves behind',
  () => {
    const planted = new Planted();
    /** What was on screen, by the moment. */
    const seen: { place: string; text: string }[] = [];
    const typedCodes: string[] = [];
    const children: ChildProcess[] = [];
    let set: LeakStage;
    let stage: Stage;
    let watch: ProcessWatch;
    let leaks: readonly Leak[] | undefined;
    let failed = false;
    /** The command that was run with credentials on purpose. */
    let ranWithKeys: number | undefined;

    before(async () => {
      watch = new ProcessWatch();
      set = await setLeakStage();
      ({ stage } = set);
      listen(stage.page);
    });
    beforeEach(() =>
      assert.ok(
        !failed || leaks !== undefined,
        'these tests build on each other, and one before this failed',
      ),
    );
    afterEach(async function () {
      failed ||= this.currentTest?.state === 'failed';
      if (this.currentTest?.state === 'failed') {
        await stage.page.screenshot(`failed: ${this.currentTest.title}`.slice(0, 100)).catch(() => undefined);
      }
    });
    after(async () => {
      watch.dispose();
      children.forEach((child) => child.kill());
      await set.remove();
    });

    const code = (): string => {
      const unused = stage.sandbox.unusedCode('alice');
      typedCodes.push(unused);
      return unused;
    };
    /** Keeps the whole window as it is now, and what its page stores. */
    const look = async (moment: string, page = stage.page): Promise<void> => {
      watch.look();
      seen.push({ place: `window ${moment}`, text: await page.page.content() });
      const stored = await page.page.evaluate(() =>
        JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]),
      );
      seen.push({ place: `browser storage ${moment}`, text: stored });
    };
    const lookAtTerminals = async (moment: string, page = stage.page): Promise<void> => {
      const tabs = await page.terminalTabs().all();
      for (const [index, tab] of tabs.entries()) {
        await page.focusTerminal(tab);
        seen.push({ place: `terminal ${String(index)} ${moment}`, text: await page.terminalText() });
      }
      assert.ok(tabs.length > 1, 'there is a list of terminals');
    };
    function listen(page: WorkbenchPage): void {
      page.page.on('console', (message) => seen.push({ place: 'browser console', text: message.text() }));
    }

    /** Not by its row, which moves while refusals come and go above it. */
    const startByName = async (profile: string): Promise<void> => {
      await stage.page.runCommand('STS: Start Session from Profile…');
      await stage.page.pick(profile);
    };

    it('starts with a wrong and a right MFA code', async () => {
      const { page, sandbox } = stage;
      sandbox.control.grantSeconds(granted);
      await page.openView('AWS Sessions');
      await page.clickTreeButton('prod-admin', 'Start');
      await page.quickTitle(/^MFA Code/).waitFor();
      typedCodes.push('918273');
      await page.answerInput('918273');
      await page.quickMessage().filter({ hasText: 'did not accept that code' }).waitFor();
      await look('with a wrong code');
      await page.answerInput(code());
      await page.press('Add Profiles', page.dialog());
      await page.waitForStatus(/^ ?prod-admin 9m$/);
      await page.openTerminal();
      assert.match((await stage.whoAmI()).text, admin);
      await look('with a session');
    });

    it('starts an MFA session', async () => {
      const { page } = stage;
      await page.runCommand('STS: Start MFA Session (GetSessionToken)…');
      await page.pick('alice');
      await page.quickMessage().filter({ hasText: 'The MFA device of alice' }).waitFor();
      await page.page.keyboard.press('Enter');
      await page.quickMessage().filter({ hasText: 'How long?' }).waitFor();
      await page.page.keyboard.press('Enter');
      await page.quickTitle(/^MFA Code/).waitFor();
      await page.answerInput(code());
      await page.waitForStatus(/alice.* 9m$/);
      assert.equal(stage.granted('GetSessionToken').length, 1);
      await look('with an MFA session');
    });

    it('meets answers that hold its secrets', async () => {
      const { page, sandbox } = stage;
      await stage.start('hub');
      await page.waitForStatus(/^ ?hub 9m$/);
      const token = sandbox.secrets().at(-1) ?? '';
      assert.match(token, /^EXAMPLETOKEN/);
      // AWS shows the headers that it has signed itself, the session token among them.
      const canonical = `POST\n/\n\nx-amz-security-token:${token}\n\nhost;x-amz-security-token`;
      sandbox.control.raw(
        {
          status: 403,
          headers: { 'Content-Type': 'text/xml' },
          body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this request should have been\n'${canonical}'</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
        },
        { operation: 'AssumeRole', times: 1 },
      );
      await startByName('spoke-a');
      await page.waitForNotification('does not fit the access key');
      await look('after a refused signature');
      // A proxy that shows what it was sent.
      sandbox.control.raw(
        {
          status: 502,
          headers: { 'Content-Type': 'text/html', 'X-Echo': token },
          body: `<html><h1>Bad Gateway</h1><pre>X-Amz-Security-Token: ${token}</pre></html>`,
        },
        { operation: 'AssumeRole', times: 4 },
      );
      await startByName('spoke-a');
      await page.waitForNotification('502');
      sandbox.control.clear();
      sandbox.control.grantSeconds(granted);
      await startByName('root-admin');
      await page.waitForNotification('root user cannot assume roles');
      await startByName('elsewhere');
      await page.waitForNotification('AWS does not know this access key');
      await look('after four refusals');
      await page.runCommand('Notifications: Clear All Notifications');
    });

    it('runs terminals under two sessions, one of them renewed', async () => {
      const { page } = stage;
      await stage.start('billing-read');
      await page.waitForStatus(/^ ?billing-read 9m$/);
      await page.openTerminal();
      assert.match((await stage.whoAmI()).text, billing);
      const calls = stage.granted('AssumeRole').length;
      await stage.moveClock((granted + 5) * 1000);
      await page.waitForStatus(/^ ?billing-read expired$/);
      assert.match((await stage.whoAmI()).text, billing);
      await page.waitForStatus(/^ ?billing-read 9m$/);
      assert.equal(stage.granted('AssumeRole').length, calls + 1);
      await page.runCommand('STS: Show Who I Am (GetCallerIdentity)');
      await page.waitForNotification('assumed-role/billing-read');
      await look('with its identity');
    });

    it('copies credentials, which are the clipboard’s until it is cleared', async () => {
      const { page } = stage;
      await page.runCommand('STS: Copy Credentials As…');
      await page.pick('JSON');
      const notification = await page.waitForNotification('Credentials are on the clipboard');
      const clipboard = await (await page.companion).ask('readClipboard', {});
      assert.deepEqual(secretsIn(clipboard), { keys: 1, tokens: 1 });
      await look('with credentials on the clipboard');
      await page.press('Clear Clipboard', notification);
      await page.notifications().filter({ hasText: 'on the clipboard' }).waitFor({ state: 'detached' });
      await eventually(
        async () => (await page.companion).ask('readClipboard', {}).then(secretsIn),
        ({ keys, tokens }) => keys + tokens === 0,
        'the clipboard is cleared',
      );
    });

    it('runs a command that has them in its environment, and nothing else has', async () => {
      const { page, home } = stage;
      const [gate, pidFile] = [join(home, 'gate'), join(home, 'pid')];
      await page.runCommand('STS: Run Command with Credentials…');
      await page.answerInput(`mkfifo ${gate}; echo $$ >${pidFile}; read -r go <${gate}; rm ${pidFile}`);
      const pid = await eventually(
        () => readFile(pidFile, 'utf8').then(Number, () => 0),
        (found) => found > 0,
        'the command runs',
      );
      const search = new LeakSearch(realSecrets());
      const holders = readProcesses().filter((view) => searchProcess(search, view).length > 0);
      await writeFile(gate, 'go\n');
      await eventually(
        () => existsSync(pidFile),
        (waits) => !waits,
        'the command has ended',
      );
      assert.deepEqual(
        holders.map((holder) => holder.pid),
        [pid],
      );
      ranWithKeys = pid;
      await look('with a command');
    });

    it('goes through a reload, a second window, files, logs and an end', async () => {
      const { page, workbench, credentialsFile } = stage;
      await page.reload();
      // The new host has the machine's clock again.
      await page.waitForStatus(/^ ?billing-read \d+m$/);
      const second = await workbench.openPage();
      listen(second);
      await second.openView('AWS Sessions');
      await second.treeRow('prod-admin').waitFor();
      await second.runCommand('STS: Switch Session…');
      await second.pick('hub');
      await look('in the second window', second);
      await second.close();

      await (await page.companion).ask('openFile', { path: credentialsFile });
      await page.page.locator('.tab', { hasText: 'credentials' }).waitFor();
      await page.runCommand('View: Close All Editors');
      await page.runCommand('STS: Show Log');
      await page.page.locator('.panel .monaco-editor').first().waitFor();
      await look('with the log');

      await page.runCommand('Terminal: Focus Terminal');
      await page.runCommand('STS: End Session');
      await page.pick('billing-read');
      await page.waitForNotification('Session ended: billing-read');
      await look('after the end');
    });

    it('has secrets hidden in every kind of place', async () => {
      const { page, home, workbench } = stage;
      const { userDataDir } = workbench;
      const secrets: PlantedSecrets = {
        outputChannel: planted.at('an output channel', /\/logs\/.*Planted/),
        logChannel: base64(planted.at('a log channel, Base64', /\/logs\/.*Planted Log/)),
        console: planted.at('the console of the extension host', /\/logs\/|browser console/),
        workspaceState: planted.at('the workspace’s state', /\/browser\/|\/workspaceStorage\//),
        globalState: planted.at('the global state', /\/browser\/|\/globalStorage\//),
        variableCollection: planted.at(
          'a variable for all terminals',
          /\/browser\/|Storage\/|process \d+, environment/,
        ),
        terminalVariable: planted.at('a variable of a terminal', /process \d+, environment/),
        message: planted.at('a message', /^window /),
        secretStorage: freshSecret(),
      };
      hidden = { name: 'kept in SecretStorage', value: secrets.secretStorage };
      await (await page.companion).ask('plant', { secrets });
      await page.waitForNotification('A message');
      await page.page.locator('.terminal-tabs-entry', { hasText: 'planted' }).waitFor();
      const shown = planted.at('the lines of a terminal', /^terminal \d+ (?:before|after) quitting/);
      await page.runInTerminal(`echo ${shown}`);

      await page.page.evaluate(
        plantInPage({
          local: planted.at('local storage', /\/browser\/.*Local Storage/),
          indexed: planted.at('IndexedDB', /\/browser\/.*IndexedDB/),
          session: planted.at('session storage', /browser storage|\/browser\//),
        }),
      );
      await look('with what was planted');
      await appendFile(stage.configFile, `# ${planted.at('the config file', /\/\.aws\/config$/)}\n`);
      await appendFile(
        stage.credentialsFile,
        `# ${planted.at('the credentials file', /\/\.aws\/credentials$/)}\n`,
      );
      const written: Record<string, [path: string, write: (secret: string) => string | Uint8Array]> = {
        'the helper’s folder': [join(home, '.sts-sessions', 'x'), (secret) => secret],
        'a packed log': [join(userDataDir, 'logs', 'old.log.gz'), (secret) => gzipSync(`a log ${secret}`)],
        'a setting': [
          join(userDataDir, 'User', 'x.json'),
          (secret) => JSON.stringify(secret).replaceAll('/', '\\/'),
        ],
        'the extensions folder': [
          join(userDataDir, '..', 'extensions', 'x'),
          (secret) => Buffer.from(secret, 'utf16le'),
        ],
        'a temporary file': [join(set.folder, 't', 'x'), (secret) => encodeURIComponent(secret)],
      };
      for (const [name, [path, write]] of Object.entries(written)) {
        await writeFile(path, write(planted.at(name, path)));
      }
      const argument = planted.at('the arguments of a process', /process \d+, arguments/);
      const variable = planted.at('the environment of a process', /process \d+, environment/);
      for (const [args, env] of [
        [[argument], {}],
        [[], { X: variable }],
      ] as const) {
        const child = spawn('/bin/sh', ['-c', 'echo ready; read -r wait', ...args], { env });
        children.push(child);
        await once(child.stdout, 'data');
      }
      watch.look();
    });

    it('quits and comes back', async () => {
      const { page, workbench } = stage;
      await lookAtTerminals('before quitting');
      await page.page.goto('about:blank');
      await workbench.closeBrowser();
      const restored = await workbench.openPage();
      listen(restored);
      await restored.runCommand('Terminal: Focus Terminal');
      await restored.terminalTabs().first().waitFor();
      await lookAtTerminals('after quitting', restored);
      await look('after quitting', restored);
      await restored.page.goto('about:blank');
      await workbench.closeBrowser();
      watch.look();
      await workbench.stop({ keepFiles: true });
    });

    it('is searched', async () => {
      const secrets = [...realSecrets(), ...[...planted.byPlace.values()].map(({ secret }) => secret)];
      const search = new LeakSearch(secrets);
      const folder = await searchFolder(search, set.folder, set.inputs);
      assert.ok(folder.files > 200 && folder.bytes > 10_000_000, JSON.stringify(folder));
      leaks = [
        ...folder.leaks,
        ...watch.views
          .filter(({ pid }) => pid !== ranWithKeys)
          .flatMap((view) => searchProcess(search, view)),
        ...seen.flatMap(({ place, text }) => search.inText(text, place)),
        ...search.inText(stage.workbench.output(), 'output of the server'),
      ];
    });

    it('had what could have given secrets away before it', async () => {
      const calls = await readdir(set.curlCalls);
      assert.ok(calls.length >= 3, `${String(calls.length)} calls of curl are recorded`);
      const shells = watch.views.filter(({ command }) => command.includes('bash'));
      assert.ok(shells.some(({ environment }) => environment.includes('AWS_PROFILE=vscode-')));
      const { keys, tokens } = secretsIn(stage.sandbox.secrets().join(' '));
      assert.ok(keys >= 8 && tokens >= 5, `${String(keys)} keys, ${String(tokens)} tokens`);
    });

    it('is found to hold everything that was planted', () => {
      const missed = [...planted.byPlace.values()].filter(
        ({ secret, place }) => !leaks?.some((leak) => leak.secret === secret.name && fits(place, leak.place)),
      );
      assert.deepEqual(
        missed.map(({ secret }) => secret.name),
        [],
      );
    });

    it('holds no secret of AWS, of the files or of SecretStorage', () => {
      const real = new Set(realSecrets().map(({ name }) => name));
      assert.ok(leaks);
      assert.equal(describeLeaks(leaks.filter(({ secret }) => real.has(secret))), '');
    });

    let hidden: Secret | undefined;

    function realSecrets(): Secret[] {
      const values = new Set([...stage.sandbox.secrets(), ...typedCodes]);
      const named = [...values].map((value, index) => ({ name: `${kindOf(value)} ${String(index)}`, value }));
      return hidden === undefined ? named : [...named, hidden];
    }
  },
);

function kindOf(secret: string): string {
  return /^\d{6}$/.test(secret)
    ? 'MFA code'
    : secret.startsWith('EXAMPLETOKEN')
      ? 'session token'
      : secret.startsWith('EXAMPLEKEY')
        ? 'secret key'
        : 'MFA seed';
}

function secretsIn(text: string): { keys: number; tokens: number } {
  return { keys: text.split('EXAMPLEKEY/').length - 1, tokens: text.split('EXAMPLETOKEN+/').length - 1 };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function fits(expected: RegExp | string, place: string): boolean {
  return typeof expected === 'string' ? place === expected : expected.test(place);
}

/** Runs in the page. */
function plantInPage(secrets: { local: string; session: string; indexed: string }): string {
  return `(async ({ local, session, indexed }) => {
    localStorage.setItem('planted', local);
    sessionStorage.setItem('planted', session);
    const opening = indexedDB.open('planted', 1);
    await new Promise((resolve, reject) => {
      opening.onupgradeneeded = () => opening.result.createObjectStore('store');
      opening.onerror = reject;
      opening.onsuccess = () => {
        const transaction = opening.result.transaction('store', 'readwrite');
        transaction.objectStore('store').put({ nested: indexed }, 'key');
        transaction.oncomplete = resolve;
        transaction.onabort = reject;
      };
    });
  })(${JSON.stringify(secrets)})`;
}
