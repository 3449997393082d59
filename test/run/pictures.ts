// `node test/run/pictures.ts`: takes the README's pictures from the real product, in the demo's world. With names
// behind it, only those: `node test/run/pictures.ts terminals`.
import { appendFile, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoData, samlText, writeDemoHome } from '../sandbox/demo.ts';
import { demoSignIn, startDemoIdp, withDemoIdp } from '../sandbox/demoSaml.ts';
import { startOidcIdp } from '../sandbox/identityProviders/oidcIdp.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import { issuerRole, issuerWorld } from '../support/issuerWorld.ts';
import { packagedExtension } from '../support/packaged.ts';
import { requireRig, root } from '../support/rig.ts';
import { SamlPerson } from '../support/samlPerson.ts';
import { launchWorkbench } from '../support/workbench.ts';
import type { WorkbenchPage } from '../support/workbenchPage.ts';
import { installRig } from './installRig.ts';

const pictures = join(root, 'media/readme');

await installRig();
await mkdir(pictures, { recursive: true });
const base = await mkdtemp(join(tmpdir(), 'sts-pictures-'));
const home = join(base, 'home');
const workspace = join(home, 'shop');
await mkdir(workspace, { recursive: true });
const idp = await startDemoIdp(demoData(), 0);
const person = await SamlPerson.sit(join(base, 'person'), requireRig().browser);
// Past 127.0.0.1, which a workbench in the browser opens through itself.
const issuer = await startOidcIdp({ host: '127.0.0.2' });
const sandbox = await startSandbox({ data: issuerWorld(issuer, withDemoIdp(demoData(), idp)) });
await writeDemoHome(home, sandbox.url);
// A short prompt, and a CLI that finds the sandbox without a long option in the picture.
const rc = `PS1='$ '\naws() { command aws --endpoint-url ${sandbox.url} "$@"; }\n`;
await writeFile(join(home, '.bashrc'), rc);
const workbench = await launchWorkbench({
  home,
  workspace,
  vsix: await packagedExtension(),
  companion: true,
  env: {
    AWS_ENDPOINT_URL_SSO: sandbox.url,
    AWS_ENDPOINT_URL_SSO_OIDC: sandbox.url,
    AWS_ENDPOINT_URL_SIGNIN: sandbox.url,
    AWS_ENDPOINT_URL_STS: sandbox.url,
  },
});
try {
  const page = await workbench.openPage();
  await page.page.setViewportSize({ width: 1200, height: 700 });
  await startSessions(page);
  const steps: readonly (readonly [string, (page: WorkbenchPage) => Promise<void>])[] = [
    ['overview', overview],
    ['switcher', switcher],
    ['assume-role', roleQuestion],
    ['terminals', terminals],
    ['identity-center', identityCenter],
    ['console-sign-in', consoleSignIn],
    ['saml', saml],
    ['web-identity', webIdentity],
  ];
  const chosen = process.argv.slice(2);
  for (const [name, step] of steps) {
    if (chosen.length === 0 || chosen.includes(name)) {
      await step(page);
    }
  }
} finally {
  await workbench.stop();
  await idp.close();
  await issuer.close();
  await sandbox.close();
  await rm(base, { recursive: true, force: true });
}

async function startSessions(page: WorkbenchPage): Promise<void> {
  await page.openView('AWS Sessions');
  await widenSideBar(page);
  await page.clickTreeButton('staging-dev', 'Start');
  await page.press('Add Profiles', page.dialog());
  await page.waitForStatus(/staging-dev/);
  await page.clickTreeButton('prod-admin', 'Start');
  await page.answerInput(sandbox.currentCode('alice'));
  await page.waitForStatus(/prod-admin/);
}

/** The tree, the status bar, and a terminal that is the role. */
async function overview(page: WorkbenchPage): Promise<void> {
  await page.openTerminal();
  await page.waitForTerminalText('$');
  await page.typeInTerminal('aws sts get-caller-identity --query Arn\n');
  await page.waitForTerminalText('assumed-role/admin');
  await page.runCommand('STS: New Terminal As');
  await page.pick('staging-dev');
  await page.terminalTabs().nth(1).waitFor();
  await page.waitForTerminalText('$');
  await page.typeInTerminal('aws sts get-caller-identity --query Arn\n');
  await page.waitForTerminalText('assumed-role/staging-dev');
  await page.clearNotifications();
  await page.quickInput().waitFor({ state: 'hidden' });
  await take(page, 'overview');
}

async function switcher(page: WorkbenchPage): Promise<void> {
  await page.runCommand('STS: Switch Session');
  await page.quickRows().first().waitFor();
  await take(page, 'switcher');
  await page.page.keyboard.press('Escape');
}

async function roleQuestion(page: WorkbenchPage): Promise<void> {
  await page.runCommand('STS: Assume Role…');
  await page.quickTitle('Assume Role').waitFor();
  await page.quickInput().fill('arn:aws:iam::4444:role/audit');
  await page.quickMessage().filter({ hasText: '12 digits' }).waitFor();
  await take(page, 'assume-role');
  await page.page.keyboard.press('Escape');
}

/** Two terminals under two sessions, one of them guarded, and the list of both. */
async function terminals(page: WorkbenchPage): Promise<void> {
  const companion = await page.companion;
  const guard = { match: { account: '444455556666' }, name: 'PROD', color: 'red' };
  await companion.ask('writeSetting', { name: 'stsSessions.guards', value: [guard] });
  await page.waitForStatus(/PROD/);
  await page.runCommand('View: Toggle Primary Side Bar Visibility');
  await page.runCommand('Terminal: Kill All Terminals');
  await page.terminalTabs().first().waitFor({ state: 'hidden' });
  for (const [at, name] of ['staging-dev', 'prod-admin'].entries()) {
    await page.runCommand('STS: New Terminal As');
    await page.quickTitle('New Terminal As').waitFor();
    await page.pick(name);
    await page.quickInput().waitFor({ state: 'hidden' });
    if (at > 0) {
      // A terminal alone has no tab.
      await page.terminalTabs().filter({ hasText: name }).waitFor();
    }
    await page.waitForTerminalText('$');
    await page.typeInTerminal('aws sts get-caller-identity --query Arn\n');
    await page.waitForTerminalText('assumed-role');
    await page.idle();
  }
  await page.runCommand('Terminal: Join Terminals');
  await page.pick('staging-dev');
  await page.page.locator('.terminal-split-pane, .split-view-view .xterm').nth(1).waitFor();
  await page.clearNotifications();
  await page.runCommand('STS: Show Terminals and Their Sessions');
  await page.quickTitle('Terminals and Their Sessions').waitFor();
  await page.quickRows().nth(1).waitFor();
  await take(page, 'terminals');
  await page.page.keyboard.press('Escape');
  await companion.ask('writeSetting', { name: 'stsSessions.guards', value: [] });
  await page.runCommand('View: Toggle Primary Side Bar Visibility');
}

/** A sign-in by code, its accounts and roles, and a terminal that is one of them. */
async function identityCenter(page: WorkbenchPage): Promise<void> {
  await page.runCommand('STS: End All Sessions');
  await page.waitForStatus(/^ ?AWS$/);
  await page.clickTreeButton('acme', 'Sign In');
  const opening = page.page.context().waitForEvent('page');
  await page.press('Copy Code and Open Page', page.dialog());
  const opened = await opening;
  await opened.getByText('Confirm and continue').click();
  await opened.getByText('Request approved').waitFor();
  await opened.close();
  await page.treeRow('alice').click();
  await page.treeRow('Acme Production').click();
  await page.clickTreeButton('Admin', 'Start');
  await page.waitForStatus(/Acme Production/);
  await page.runCommand('Terminal: Kill All Terminals');
  await page.openTerminal();
  await page.waitForTerminalText('$');
  await page.typeInTerminal('aws sts get-caller-identity --query Arn\n');
  await page.waitForTerminalText('AWSReservedSSO_Admin');
  await page.clearNotifications();
  await page.quickInput().waitFor({ state: 'hidden' });
  await take(page, 'identity-center');
}

/** A profile of `aws login`, whose sign-in ends with a text to paste where the browser cannot come back. */
async function consoleSignIn(page: WorkbenchPage): Promise<void> {
  await page.runCommand('STS: End All Sessions');
  await page.waitForStatus(/^ ?AWS$/);
  await appendFile(
    join(home, '.aws', 'config'),
    '\n[profile console]\nlogin_session = arn:aws:iam::111122223333:user/alice\nregion = eu-central-1\n',
  );
  await page.treeRow('console').waitFor();
  const opening = page.page.context().waitForEvent('page');
  await page.clickTreeButton('console', 'Start');
  const opened = await opening;
  await opened.getByText('Continue as user/alice').click();
  const text = await opened.getByLabel('Authorization code').inputValue();
  await opened.close();
  await page.quickTitle('Console Sign-In').waitFor();
  await take(page, 'console-sign-in');
  await page.answerInput(text);
  await page.waitForStatus(/console/);
}

/** The roles of an assertion. The profile comes only now, so that the pictures before stay as they are. */
async function saml(page: WorkbenchPage): Promise<void> {
  await page.runCommand('STS: End All Sessions');
  await page.waitForStatus(/^ ?AWS$/);
  await page.runCommand('Terminal: Kill All Terminals');
  const profile = `${samlText(idp)}region = eu-central-1\nendpoint_url = ${sandbox.url}\n`;
  await appendFile(join(home, '.aws', 'config'), profile);
  const chosen = { name: 'stsSessions.samlBrowser', value: person.program };
  await (await page.companion).ask('writeSetting', chosen);
  await page.clickTreeButton('corp-saml', 'Start');
  await person.signIn(idp.loginUrl, { ...demoSignIn, code: sandbox.currentCode('alice') });
  await page.quickTitle(/^corp-saml: choose a role/).waitFor();
  await take(page, 'saml');
  await page.page.keyboard.press('Escape');
}

/** What AWS is about to learn from an issuer. */
async function webIdentity(page: WorkbenchPage): Promise<void> {
  const companion = await page.companion;
  const corp = {
    url: issuer.issuer,
    clientId: issuer.clientId,
    scopes: ['email'],
    sessionNameClaim: 'email',
  };
  await companion.ask('writeSetting', { name: 'stsSessions.issuers', value: { corp } });
  await companion.ask('writeSetting', { name: 'stsSessions.signInWith', value: 'browser' });
  await page.clearNotifications();
  await page.runCommand('STS: Assume Role with Web Identity');
  await page.pick('corp');
  await page.quickTitle('(2/4)').waitFor();
  await page.answerInput(issuerRole);
  await page.quickTitle('(3/4)').waitFor();
  await page.answerInput('');
  await page.quickTitle('(4/4)').waitFor();
  const opening = page.page.context().waitForEvent('page');
  await page.answerInput('');
  await page.press('Open', page.dialog());
  const opened = await opening;
  await opened.getByPlaceholder('Enter any login').fill('alice');
  await opened.getByPlaceholder('and password').fill('EXAMPLE-PASSWORD');
  await opened.getByRole('button', { name: 'Sign-in' }).click();
  await opened.getByRole('button', { name: 'Continue' }).click();
  await opened.getByText('You can close this page').waitFor();
  await opened.close();
  await page.dialog().filter({ hasText: 'Subject: alice' }).waitFor();
  await take(page, 'web-identity');
}

async function widenSideBar(page: WorkbenchPage): Promise<void> {
  const box = await page.page.locator('.part.sidebar').boundingBox();
  if (box) {
    const edge = box.x + box.width;
    await page.page.mouse.move(edge, 400);
    await page.page.mouse.down();
    await page.page.mouse.move(edge + 90, 400, { steps: 5 });
    await page.page.mouse.up();
  }
}

async function take(page: WorkbenchPage, name: string): Promise<void> {
  await page.page.mouse.move(800, 300);
  // A bar that shows progress goes on for as long as somebody is asked: nobody waits for its end.
  await page.page.evaluate(
    `Promise.all(
      document
        .getAnimations()
        .filter((each) => each.effect?.getComputedTiming().endTime !== Infinity)
        .map((each) => each.finished.catch(() => 0)),
    )`,
  );
  await copyFile(await page.screenshot(`picture-${name}`), join(pictures, `${name}.png`));
  console.log(`media/readme/${name}.png`);
}
