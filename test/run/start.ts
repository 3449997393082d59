// `npm start`: the product in a workbench of its own, against a small AWS on this machine that holds two accounts.
//   npm start -- --real      the person's own ~/.aws and the real AWS
//   npm start -- --desktop   the VS Code on the PATH instead of one in the browser
import { spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { demoData, writeDemoHome } from '../sandbox/demo.ts';
import { demoSignIn, startDemoIdp, withDemoIdp } from '../sandbox/demoSaml.ts';
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts';
import { packagedExtension } from '../support/packaged.ts';
import { run, runOrThrow } from '../support/processes.ts';
import { findProgram, findRig, root } from '../support/rig.ts';
import { cleanEnvironment, launchWorkbench, type WorkbenchOptions } from '../support/workbench.ts';
import { installRig } from './installRig.ts';

/** The same at each start when it is free, so that stored sessions and the demo's files still fit. */
const SANDBOX_PORT = 46_771;

/** The same for the page of the demo's SAML identity provider. */
const SAML_PORT = 46_772;

/** Where the product listens for what an identity provider posts: the default of `stsSessions.samlListenerPort`. */
const SAML_LISTENER_PORT = 17_235;

/** The demo's user with an MFA device. */
const MFA_USER = 'alice';

const real = process.argv.includes('--real');
const desktop = process.argv.includes('--desktop');
const place = join(root, '.sandbox');
const workspace = real ? process.cwd() : join(place, 'project');
const endings: (() => Promise<void>)[] = [];

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stop(0));
}
try {
  await start();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  await stop(1);
}

async function start(): Promise<void> {
  await mkdir(workspace, { recursive: true });
  const sandbox = real ? undefined : await startDemo();
  const vsix = await packagedExtension();
  const home = real ? homedir() : join(place, 'home');
  // The person's own variables belong to “real”. The demo's terminals must reach the sandbox, never the real AWS.
  const env = sandbox === undefined ? ownAwsVariables() : { AWS_ENDPOINT_URL: sandbox.url };
  if (desktop) {
    await openDesktop(vsix, home, env);
  } else {
    await openInBrowser({
      home,
      workspace,
      vsix,
      env,
      driver: false,
      folder: join(place, real ? 'real' : 'demo'),
    });
  }
  if (sandbox !== undefined) {
    // AWS_ENDPOINT_URL is known to the AWS CLI from 2.13 and 1.29 on.
    console.log(`In its terminal: aws sts get-caller-identity --endpoint-url ${sandbox.url}`);
    showCodes(sandbox);
  }
  console.log('Ctrl+C ends it.');
}

async function startDemo(): Promise<Sandbox> {
  const idp = await startDemoIdp(demoData(), SAML_PORT);
  endings.push(() => idp.close());
  const data = withDemoIdp(demoData(), idp);
  const sandbox = await startSandbox({ data, port: SANDBOX_PORT }).catch(() => startSandbox({ data }));
  endings.push(() => sandbox.close());
  const home = join(place, 'home');
  const readConfig = (): Promise<string> => readFile(join(home, '.aws', 'config'), 'utf8').catch(() => '');
  const config = await readConfig();
  // What somebody tried out in the demo's files stays, as long as it leads to this sandbox.
  if (!config.includes(sandbox.url) || !config.includes(idp.loginUrl)) {
    // Nobody sees the window that a workbench in a browser would open.
    const method = desktop ? {} : { method: 'listener' };
    await writeDemoHome(home, sandbox.url, { saml: { loginUrl: idp.loginUrl, ...method } });
  }
  if ((await readConfig()).includes('saml_method = listener')) {
    idp.postTo(`http://127.0.0.1:${String(SAML_LISTENER_PORT)}/saml`);
  }
  console.log(`A small AWS answers at ${sandbox.url}; its ~/.aws is ${join(home, '.aws')}`);
  console.log(
    `The profile corp-saml signs in at ${idp.loginUrl} as ${demoSignIn.user}, password ${demoSignIn.password}, with the MFA code of ${MFA_USER}.`,
  );
  return sandbox;
}

async function openInBrowser(options: WorkbenchOptions): Promise<void> {
  await installRig();
  const rig = findRig();
  if ('missing' in rig) {
    throw new Error(
      `Cannot start a workbench here: ${rig.missing}. With VS Code on the PATH: npm start -- --desktop`,
    );
  }
  const workbench = await launchWorkbench(options);
  endings.push(() => workbench.stop({ keepFiles: true }));
  console.log(`\nOpen ${workbench.url}\n`);
  const opener = browserOpener();
  if (opener !== undefined) {
    spawn(opener, [workbench.url], { stdio: 'ignore', detached: true })
      .on('error', () => undefined)
      .unref();
  }
}

async function openDesktop(
  vsix: string,
  home: string,
  more: Readonly<Record<string, string>>,
): Promise<void> {
  const code = findProgram('code');
  if (code === undefined) {
    throw new Error(
      'There is no `code` on the PATH. In VS Code: “Shell Command: Install code command in PATH”.',
    );
  }
  const folder = join(place, real ? 'desktop-real' : 'desktop');
  const folders = [
    '--user-data-dir',
    join(folder, 'user-data'),
    '--extensions-dir',
    join(folder, 'extensions'),
  ];
  const env = { ...cleanEnvironment(process.env), HOME: home, USERPROFILE: home, ...more };
  await runOrThrow(code, [...folders, '--install-extension', vsix, '--force'], { env });
  console.log('\nVS Code is opening; closing its window ends this.\n');
  void run(code, [...folders, '--new-window', '--wait', workspace], { env }).then(({ code }) => stop(code));
}

/** Shows the code of the moment; a new one at Enter, or whenever it changes where nobody can press Enter. */
function showCodes(sandbox: Sandbox): void {
  const show = (): void => {
    try {
      console.log(`MFA code of ${MFA_USER}: ${sandbox.unusedCode(MFA_USER)}`);
    } catch {
      console.log(`Every MFA code of these 30 seconds is used; the next one comes soon.`);
    }
  };
  show();
  if (process.stdin.isTTY) {
    console.log('Enter shows the next MFA code.');
    const lines = createInterface({ input: process.stdin });
    lines.on('line', show);
    lines.on('SIGINT', () => void stop(0));
    return;
  }
  let last = sandbox.currentCode(MFA_USER);
  const timer = setInterval(() => {
    if (sandbox.currentCode(MFA_USER) !== last) {
      last = sandbox.currentCode(MFA_USER);
      show();
    }
  }, 1000);
  endings.push(async () => clearInterval(timer));
}

/** The program that opens an address in the person's browser; undefined where there is no screen. */
function browserOpener(): string | undefined {
  if (process.env['CI'] !== undefined) {
    return undefined;
  }
  if (process.platform === 'darwin') {
    return findProgram('open');
  }
  const screen = process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'];
  return screen === undefined ? undefined : findProgram('xdg-open');
}

function ownAwsVariables(): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (name.startsWith('AWS_') && value !== undefined) {
      own[name] = value;
    }
  }
  return own;
}

async function stop(code: number): Promise<void> {
  await Promise.allSettled(endings.splice(0).map((end) => end()));
  process.exit(code);
}
