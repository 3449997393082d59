import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readProcesses, searchFolder, searchProcess, showsProcesses } from '../support/leakPlaces.ts';
import { LeakPlants } from '../support/leakPlants.ts';
import { describeLeaks, type Leak, LeakSearch, type Secret } from '../support/leakSearch.ts';
import { type LeakStage, setLeakStage } from '../support/leakStage.ts';
import { LeakWitness } from '../support/leakWitness.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, eventually, noAwsCli, type Stage } from '../support/stage.ts';

const billing = /^arn:aws:sts::111122223333:assumed-role\/billing-read\//;
const admin = /^arn:aws:sts::444455556666:assumed-role\/admin\//;
/** AWS grants this many seconds; the clocks of AWS and of the windows then move past them. */
const granted = 600;

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
    const witness = new LeakWitness();
    const typedCodes: string[] = [];
    let set: LeakStage;
    let stage: Stage;
    let plants: LeakPlants;
    /** The shell that ran a command with credentials on purpose, which the programs of that command get from it. */
    let ranWithKeys: number | undefined;
    /** What led the browser to the console. */
    let consolePage = '';
    let leaks: readonly Leak[] | undefined;
    let failed = false;

    before(async () => {
      set = await setLeakStage();
      ({ stage } = set);
      plants = new LeakPlants(set);
      witness.listenTo(stage.page);
    });
    beforeEach(() => {
      const missing = 'these tests build on each other, and one before this failed';
      assert.ok(!failed || leaks !== undefined, missing);
    });
    afterEach(async function () {
      failed ||= this.currentTest?.state === 'failed';
      if (this.currentTest?.state === 'failed' && leaks === undefined) {
        await stage.page.screenshot(`failed: ${this.currentTest.title}`.slice(0, 100));
      }
    });
    after(async () => {
      witness.processes.dispose();
      plants.dispose();
      await set.remove();
    });

    const look = (moment: string): Promise<void> => witness.lookAt(stage.page, moment);
    const code = (): string => {
      const unused = stage.sandbox.unusedCode('alice');
      typedCodes.push(unused);
      return unused;
    };
    const moveClock = async (ms: number): Promise<void> => {
      await stage.quiet();
      await set.issuer.moveClock(ms);
      await stage.moveClock(ms);
    };
    /** All that must not be found anywhere. */
    const realSecrets = (): readonly Secret[] => [
      plants.kept,
      ...[...new Set([...stage.sandbox.secrets(), ...typedCodes])].map((value, index) => ({
        name: `${kindOf(value)} ${String(index)}`,
        value,
      })),
      ...set.issuer.tokens.map((value, index) => ({ name: `issuer token ${String(index)}`, value })),
    ];
    /** Not by its row, which moves while refusals come and go above it. */
    const startByName = async (profile: string): Promise<void> => {
      const { page } = stage;
      await page.runCommand('STS: Start Session from Profile…');
      await page.quickTitle(/^Start Session/).waitFor();
      await page.quickInput().fill(profile);
      await page.pick(profile);
    };

    it('starts with a wrong and a right MFA code', async () => {
      const { page, sandbox } = stage;
      sandbox.control.grantSeconds(granted);
      await page.openView('AWS Sessions');
      await page.clickTreeButton('prod-admin', 'Start');
      await page.quickTitle(/^MFA Code/).waitFor();
      // Chromium keeps what stands in other boxes for a second or more in the file that restores its tabs.
      assert.equal(await page.quickInput().getAttribute('type'), 'password');
      typedCodes.push('918273');
      await page.answerInput('918273');
      await page.quickMessage().filter({ hasText: 'did not accept that code' }).waitFor();
      await look('with a wrong code');
      await page.answerInput(code());
      await stage.answerConsent('Add Profiles');
      await page.waitForStatus(/^ ?prod-admin [89]m$/);
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

    // While the response is young: AWS takes it for five minutes.
    it('starts from a SAML response, a web identity and a console sign-in', async () => {
      for (const profile of ['corp-command', 'from-the-web', 'console']) {
        await stage.start(profile);
        await look(`with ${profile}`);
      }
      assert.ok(stage.granted('AssumeRoleWithSAML').length >= 1);
      assert.ok(stage.granted('AssumeRoleWithWebIdentity').length >= 1);
    });

    it('runs terminals under two sessions, one of them renewed', async () => {
      const { page } = stage;
      await stage.start('billing-read');
      await page.waitForStatus(/^ ?billing-read 9m$/);
      await page.openTerminal();
      assert.match((await stage.whoAmI()).text, billing);
      // Other sessions that are live renew themselves as well.
      const renewals = (): number =>
        stage
          .granted('AssumeRole')
          .filter(({ params }) => params['RoleArn']?.endsWith('/billing-read') === true).length;
      const calls = renewals();
      await moveClock((granted + 5) * 1000);
      await eventually(renewals, (now) => now > calls, 'it renews itself');
      assert.match((await stage.whoAmI()).text, billing);
      await page.waitForStatus(/^ ?billing-read [89]m$/);
      assert.equal(renewals(), calls + 1);
      await page.runCommand('STS: Show Who I Am (GetCallerIdentity)');
      await page.waitForNotification('assumed-role/billing-read');
      await look('with its identity');
    });

    it('signs in at Identity Center, and lists and starts what that opens', async () => {
      const { page } = stage;
      await page.clickTreeButton('acme', 'Sign In');
      await page.dialog().filter({ hasText: 'must show' }).waitFor();
      const opening = page.page.context().waitForEvent('page');
      await page.press('Copy Code and Open Page', page.dialog());
      const opened = await opening;
      await opened.getByText('Confirm and continue').click();
      await opened.getByText('Request approved').waitFor();
      await opened.close();
      await page.waitForNotification('You are signed in to acme');
      await stage.start('sso-dev');
      await look('with a sign-in');
      // Past the end of the access token: another one comes by the refresh token.
      const tokens = stage.granted('CreateToken').length;
      await moveClock(2 * 3_600_000);
      await page.runCommand('STS: Renew Session Now');
      await eventually(
        () => stage.granted('CreateToken').length,
        (now) => now > tokens,
        'a new token',
      );
      await look('with a new token');
    });

    it('signs in at an OpenID Connect issuer, and gets the next identity by its refresh token', async () => {
      const { page } = stage;
      const { issuer: url, clientId } = set.issuer;
      const corp = { url, clientId, scopes: ['email', 'offline_access'], sessionNameClaim: 'email' };
      await (await page.companion).ask('writeSetting', { name: 'stsSessions.issuers', value: { corp } });
      await startByName('from-an-issuer');
      const opening = page.page.context().waitForEvent('page');
      await page.press('Copy Code and Open Page', page.dialog().filter({ hasText: 'must show' }));
      await page.press('Open', page.dialog().filter({ hasText: 'external website' }));
      const opened = await opening;
      await opened.getByRole('button', { name: 'Continue' }).click();
      await opened.getByPlaceholder('Enter any login').fill('alice');
      await opened.getByPlaceholder('and password').fill('EXAMPLE-PASSWORD');
      await opened.getByRole('button', { name: 'Sign-in' }).click();
      await opened.getByRole('button', { name: 'Continue' }).click();
      await opened.getByText('Sign-in Success').waitFor();
      await opened.close();
      await look('with the claims');
      await page.press('Go On', page.dialog().filter({ hasText: 'Subject: alice' }));
      await page.waitForStatus(/^ ?from-an-issuer 9m$/);
      await look('with an issuer');
      // Past the end of the identity.
      await moveClock(3_600_000);
      await eventually(
        () => set.issuer.grants,
        (grants) => grants === 2,
        'it renews itself with another identity',
      );
      await page.waitForStatus(/^ ?from-an-issuer [89]m$/);
      await look('with the next identity');
    });

    it('keeps an authenticator, and makes codes from it', async () => {
      const { page, sandbox } = stage;
      const seed = sandbox.secrets().find((value) => /^[A-Z2-7]{32}$/.test(value)) ?? '';
      await page.runCommand('STS: Add Authenticator…');
      await page.pick('Type or paste it');
      await page.page.locator('.quick-input-widget:visible input[type=password]').waitFor();
      await page.answerInput(`otpauth://totp/aws:alice?secret=${seed}`);
      await page.quickRows().filter({ hasText: 'mfa/alice' }).first().click();
      await page.press('Keep Authenticator', page.dialog().filter({ hasText: 'Keep the authenticator' }));
      await page.waitForNotification('Sessions now take their MFA codes from the authenticator: alice');
      await stage.start('prod-admin');
      await look('with an authenticator');
      await stage.start('billing-read');
    });

    it('gives credentials to another extension, and remembers that it may have them', async () => {
      const { page } = stage;
      const companion = await page.companion;
      const [session] = (await companion.ask('apiList', {})).filter(({ state }) => state === 'live');
      const [given] = await Promise.all([
        companion.ask('apiCredentials', { session: session?.id ?? '' }),
        page.press('Always Allow', page.dialog()),
      ]);
      assert.match(given.value?.sessionToken ?? '', /^EXAMPLETOKEN/);
      await page.runCommand('STS: Manage Extension Access');
      await page.quickRows().filter({ hasText: 'always, since' }).waitFor();
      await look('with what an extension may do');
      await page.leaveQuickInput();
      const [account] = await Promise.all([
        companion.ask('account', { scopes: [session?.name ?? ''], create: true }),
        page.press('Allow', page.dialog()).then(() => page.pick(session?.name ?? '')),
      ]);
      assert.match(account.value?.accessToken ?? '', /^sts-sessions:/);
    });

    it('copies credentials, which are the clipboard’s until it is cleared', async () => {
      const { page } = stage;
      await page.runCommand('STS: Copy Credentials As…');
      await page.pick('JSON');
      const notification = await page.waitForNotification('Credentials are on the clipboard');
      const clipboard = await (await page.companion).ask('readClipboard', {});
      assert.deepEqual(secretsIn(clipboard), { keys: 1, tokens: 1 });
      await look('with credentials on the clipboard');
      await page.press('Clear Now', notification);
      await page.notifications().filter({ hasText: 'on the clipboard' }).waitFor({ state: 'detached' });
      await eventually(
        async () => (await page.companion).ask('readClipboard', {}).then(secretsIn),
        ({ keys, tokens }) => keys + tokens === 0,
        'the clipboard is cleared',
      );
    });

    it('opens the console in a window for the account alone, by a page that leads there', async () => {
      const { page, home } = stage;
      const [browser, said] = [join(home, 'browser'), join(home, 'browser-said')];
      await writeFile(browser, `#!/bin/sh\nprintf '%s\\n' "$@" >'${said}.new'\nmv '${said}.new' '${said}'\n`);
      await chmod(browser, 0o700);
      const companion = await page.companion;
      await companion.ask('writeSetting', { name: 'stsSessions.samlBrowser', value: browser });
      await companion.ask('writeSetting', { name: 'stsSessions.consoleBrowser', value: 'isolated' });
      await page.runCommand('STS: Open AWS Console');
      await page.waitForNotification('The AWS console opens in a window for account 1111-2222-3333');
      const address = await eventually(
        () =>
          readFile(said, 'utf8').then(
            (text) => /^file:.+$/m.exec(text)?.[0] ?? '',
            () => '',
          ),
        (found) => found !== '',
        'the browser is started',
      );
      consolePage = fileURLToPath(address);
      assert.match(await readFile(consolePage, 'utf8'), /EXAMPLESIGNIN-/);
      await look('with the console');
      await page.clearNotifications();
    });

    it('writes credentials into a file, and takes them out again', async () => {
      const { page, credentialsFile } = stage;
      const written = async () => secretsIn(await readFile(credentialsFile, 'utf8')).tokens;
      await page.runCommand('STS: Write Credentials into a File Once…');
      await page.pick('Profile in the credentials file');
      await page.quickMessage().filter({ hasText: 'The name of the profile' }).waitFor();
      await page.answerInput('written-once');
      await page.press('Write', page.dialog());
      await page.waitForNotification('Credentials are written');
      assert.equal(await written(), 1);
      await look('with written credentials');
      await page.clearNotifications();
      await page.runCommand('STS: Remove Written Credentials…');
      await page.pick(/written-once/);
      await page.waitForNotification('Credentials are taken out');
      assert.equal(await written(), 0);
      await page.clearNotifications();
    });

    it('lists the terminals, and lets agents have what one of them has', async () => {
      const { page } = stage;
      await page.runCommand('STS: Show Terminals and Their Sessions');
      await page.quickRows().filter({ hasText: 'billing-read' }).first().waitFor();
      await look('with the list of terminals');
      await page.leaveQuickInput();
      await page.runCommand('STS: Choose What Agents Get…');
      await page.pick('The Same');
      await eventually(
        async () => (await page.companion).ask('readSetting', { name: 'stsSessions.agentAccess' }),
        (value) => value === 'same',
        'what agents get is in the settings',
      );
      // A call to AWS would be signed with the time of this machine, which does not move along.
      const fetch = `AI_AGENT=1 sh -c 'eval "$(aws configure get credential_process)"' | grep -c AccessKeyId`;
      assert.equal((await stage.runAside(fetch)).text, '1');
      await look('with an agent');
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
        describeLeaks(holders.flatMap((view) => searchProcess(search, view))),
      );
      ranWithKeys = pid;
      await look('with a command');
    });

    it('leaves no page that leads to the console', async () => {
      assert.notEqual(consolePage, '');
      // A browser that has to be started has a minute to read it.
      await eventually(
        () => existsSync(consolePage),
        (there) => !there,
        'the page is gone',
        100_000,
      );
    });

    it('goes through a reload, a second window, files, logs and an end', async () => {
      const { page, workbench, credentialsFile } = stage;
      await page.reload();
      // The new host has the machine's clock again.
      await page.waitForStatus(/^ ?billing-read (\d+h )?\d+m$/);
      const second = await workbench.openPage();
      witness.listenTo(second);
      await second.openView('AWS Sessions');
      await second.treeRow('prod-admin').waitFor();
      await second.runCommand('STS: Switch Session…');
      await second.pick('hub');
      await witness.lookAt(second, 'in the second window');
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
      await plants.throughExtension();
      await plants.inBrowser();
      await plants.inFiles();
      await plants.inProcesses();
      await look('with what was planted');
    });

    it('quits and comes back', async () => {
      const { page, workbench } = stage;
      await witness.lookAtTerminals(page, 'before quitting', 3);
      // As a person leaves: the page is told.
      await page.page.goto('about:blank');
      await workbench.closeBrowser();
      const restored = await workbench.openPage();
      witness.listenTo(restored);
      // The one of the command has ended, and need not come back.
      await witness.lookAtTerminals(restored, 'after quitting', 2);
      await witness.lookAt(restored, 'after quitting');
      await restored.page.goto('about:blank');
      await workbench.closeBrowser();
      witness.processes.look();
      await workbench.stop({ keepFiles: true });
    });

    it('is searched', async () => {
      const search = new LeakSearch([...realSecrets(), ...plants.secrets]);
      const allowed = await set.tokenFiles();
      assert.ok(allowed.size >= 2, 'the tokens are where the AWS CLI has them');
      const files = await searchFolder(search, set.folder, new Map([...set.inputs, ...allowed]));
      assert.ok(files.files > 200 && files.bytes > 10_000_000, `${String(files.files)} files were read`);
      const audit = await stage.audit();
      assert.ok(
        stage.workbench.userDataDir.startsWith(set.folder),
        'the audit log is where the search looks',
      );
      for (const to of ['clipboard', 'console', 'file', 'command']) {
        assert.ok(
          audit.some((line) => line['to'] === to),
          `the audit log tells what went to the ${to}`,
        );
      }
      leaks = [
        ...files.leaks,
        ...witness.search(search, ranWithKeys),
        ...search.inText(stage.workbench.output(), 'output of the server'),
      ];
    });

    it('had what could have given secrets away before it', async () => {
      const calls = await readdir(set.curlCalls);
      assert.ok(calls.length >= 3, `${String(calls.length)} calls of curl are recorded`);
      const shells = witness.processes.views.filter(({ command }) => command.includes('bash'));
      assert.ok(shells.some(({ environment }) => environment.includes('AWS_PROFILE=vscode-')));
      const { keys, tokens } = secretsIn(stage.sandbox.secrets().join(' '));
      assert.ok(keys >= 8 && tokens >= 5, `${String(keys)} keys, ${String(tokens)} tokens`);
      const kinds = new Set(realSecrets().map(({ name }) => name.replace(/ \d+$/, '')));
      for (const kind of [
        'SAML response',
        'web identity',
        'issuer token',
        'sign-in token',
        'refresh token',
        'MFA seed',
      ]) {
        assert.ok(kinds.has(kind), `${kind} among ${[...kinds].join()}`);
      }
    });

    it('is found to hold everything that was planted', () => {
      assert.deepEqual(plants.missedBy(leaks ?? []), []);
    });

    it('holds no secret of AWS, of the files or of SecretStorage', () => {
      assert.ok(leaks);
      const real = new Set(realSecrets().map(({ name }) => name));
      assert.equal(describeLeaks(leaks.filter(({ secret }) => real.has(secret))), '');
    });
  },
);

function kindOf(secret: string): string {
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(secret)) {
    return 'web identity';
  }
  if (secret.startsWith('EXAMPLEREFRESH')) {
    return 'refresh token';
  }
  if (/^EXAMPLE[A-Z]+-/.test(secret)) {
    return 'sign-in token';
  }
  if (secret.length > 2000) {
    return 'SAML response';
  }
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
