import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { agentVariables } from '../../src/session/agentAccess.ts';
import { companionFiles } from './companion.ts';
import { packagedCompanion } from './packaged.ts';
import { killTree, runOrThrow } from './processes.ts';
import { requireRig, root, type Rig } from './rig.ts';
import { type PageOptions, WorkbenchPage } from './workbenchPage.ts';

/** What a workbench is started with. */
export interface WorkbenchOptions {
  /** The home folder of the extension host and its terminals; `~/.aws` lies in it. */
  readonly home: string;
  /** The folder that pages open. */
  readonly workspace: string;
  /** The packaged extension to install; undefined installs none. */
  readonly vsix: string | undefined;
  /** More .vsix files to install. */
  readonly more?: readonly string[];
  /** Added to the environment of the extension host and the terminals, which holds no AWS_ variable otherwise. */
  readonly env?: Readonly<Record<string, string>>;
  /** False leaves workspace trust on: the folder is then untrusted until somebody trusts it. */
  readonly trust?: boolean;
  /** Installs the companion extension of the tests beside the product. */
  readonly companion?: boolean;
  /** User settings beside the rig's own. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /**
   * False leaves out the smoke-test driver, as a person has it: notifications pop up then, but terminals cannot be
   * read.
   */
  readonly driver?: boolean;
  /** Where the workbench keeps its files; a new temporary folder, removed by `stop`, by default. */
  readonly folder?: string;
}

/** A running VS Code, with the browser that looks at it. */
export interface Workbench {
  /** Opens the workspace in any browser. */
  readonly url: string;
  readonly home: string;
  readonly userDataDir: string;
  /** Every folder that VS Code, the extension and the browser write to: where to search for leaks. */
  readonly files: readonly string[];
  /** Opens a window. All windows share one browser profile, so secrets outlive a page. */
  openPage(options?: PageOptions): Promise<WorkbenchPage>;
  /** Closes the browser only, which writes its profile out; `openPage` starts it again. */
  closeBrowser(): Promise<void>;
  /** What code-server has printed so far. */
  output(): string;
  /** Ends everything. `keepFiles` leaves the folders for a search. */
  stop(options?: { readonly keepFiles?: boolean }): Promise<void>;
}

/** Keeps the pictures and the waiting free of what is not ours. */
const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.untrustedFiles': 'open',
  'chat.disableAIFeatures': true,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'git.enabled': false,
  'terminal.integrated.defaultProfile.linux': 'bash',
  'window.commandCenter': false,
};

const BROWSER_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a VS Code server with its own user data, extensions and port. Rejects with its output when it ends early. */
export async function launchWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const rig = requireRig();
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'sts-workbench-')));
  const userDataDir = join(folder, 'user-data');
  const extensionsDir = join(folder, 'extensions');
  const companions = join(folder, 'companions');
  const browserDir = join(folder, 'browser');
  await mkdir(join(userDataDir, 'User'), { recursive: true });
  await mkdir(extensionsDir, { recursive: true });
  await mkdir(companions, { recursive: true });
  await writeSettings(join(userDataDir, 'User', 'settings.json'), { ...SETTINGS, ...options.settings });
  const env = {
    ...cleanEnvironment(process.env),
    HOME: options.home,
    USERPROFILE: options.home,
    ...(options.companion === true ? { STS_SESSIONS_COMPANION: companions } : {}),
    ...options.env,
  };
  const folders = ['--user-data-dir', userDataDir, '--extensions-dir', extensionsDir];
  const vsixes = [
    ...(options.vsix === undefined ? [] : [options.vsix]),
    ...(options.more ?? []),
    ...(options.companion === true ? [await packagedCompanion()] : []),
  ];
  if (vsixes.length > 0) {
    const install = vsixes.flatMap((vsix) => ['--install-extension', vsix]);
    await runOrThrow(process.execPath, [rig.codeServer, ...folders, '--force', ...install], {
      env,
      timeoutMs: 60_000,
    });
  }
  const port = await freePort();
  const origin = `http://127.0.0.1:${String(port)}`;
  const server = await startServer(rig, port, env, [
    ...folders,
    ...(options.trust === false ? [] : ['--disable-workspace-trust']),
    ...(options.driver === false ? [] : ['--vscode-option', 'enable-smoke-test-driver']),
    options.workspace,
  ]);

  let browser: Promise<BrowserContext> | undefined;
  const openBrowser = (): Promise<BrowserContext> => {
    browser ??= chromium.launchPersistentContext(browserDir, {
      executablePath: rig.browser,
      args: BROWSER_ARGUMENTS,
      viewport: { width: 1280, height: 800 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    return browser;
  };
  const closeBrowser = async (): Promise<void> => {
    const closing = browser;
    browser = undefined;
    await (await closing)?.close();
  };
  return {
    url: `${origin}/?folder=${encodeURIComponent(options.workspace)}`,
    home: options.home,
    userDataDir,
    files: [userDataDir, extensionsDir, browserDir, options.home],
    async openPage(pageOptions = {}) {
      const context = await openBrowser();
      // A persistent context starts with one empty page.
      const blank = context.pages().find((page) => page.url() === 'about:blank');
      const known = await companionFiles(companions);
      const page = new WorkbenchPage(await (blank ?? context.newPage()), {
        origin,
        workspace: options.workspace,
        companions: options.companion === true ? companions : undefined,
        driver: options.driver !== false,
      });
      await page.open(pageOptions, known);
      return page;
    },
    closeBrowser,
    output: () => server.output(),
    async stop({ keepFiles = false } = {}) {
      await closeBrowser();
      await server.stop();
      if (!keepFiles) {
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}

/** Writes the user settings of a new workbench; those of a used one are the person's. */
async function writeSettings(file: string, settings: object): Promise<void> {
  await writeFile(file, JSON.stringify(settings, undefined, 2), { flag: 'wx' }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
  });
}

/**
 * This process's environment without anything that would steer AWS tools, npm, Node or another VS Code, and without what
 * says that an agent runs it: in the workbench a person sits.
 */
export function cleanEnvironment(from: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const unwanted = /^(?:AWS_|npm_|VSCODE_|STS_SESSIONS_|XDG_|NODE_|ELECTRON_|BASH_ENV$|INIT_CWD$)/i;
  const env = Object.fromEntries(
    Object.entries(from).filter(([name]) => !unwanted.test(name) && !agentVariables.includes(name)),
  );
  env['PATH'] = (from['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(join(root, 'node_modules')))
    .join(delimiter);
  env['SHELL'] = '/bin/bash';
  return env;
}

interface Server {
  output(): string;
  stop(): Promise<void>;
}

async function startServer(
  rig: Rig,
  port: number,
  env: NodeJS.ProcessEnv,
  args: readonly string[],
): Promise<Server> {
  const fixed = ['--auth', 'none', '--bind-addr', `127.0.0.1:${String(port)}`];
  const quiet = ['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'];
  const child = spawn(process.execPath, [rig.codeServer, ...fixed, ...quiet, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  let text = '';
  const killNow = (): void => killTree(child.pid, 'SIGKILL');
  process.once('exit', killNow);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: string): void => {
      text += chunk;
      if (text.includes('HTTP server listening')) {
        resolve();
      }
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.once('error', reject);
    child.once('close', () => reject(new Error(`code-server ended before it listened:\n${text}`)));
  });
  return {
    output: () => text,
    async stop() {
      process.removeListener('exit', killNow);
      if (isRunning(child)) {
        // Its own handler ends the extension hosts and terminals with it; what hangs is killed.
        killTree(child.pid, 'SIGTERM');
        const hung = setTimeout(killNow, 10_000);
        await ended;
        clearTimeout(hung);
      }
      killNow();
    },
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
