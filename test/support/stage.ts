import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxData } from '../sandbox/data.ts';
import type { JournalEntry } from '../sandbox/journal.ts';
import { demoData, writeDemoHome } from '../sandbox/demo.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { packagedExtension } from './packaged.ts';
import { findProgram, resultsFolder } from './rig.ts';
import { launchWorkbench, type Workbench, type WorkbenchOptions } from './workbench.ts';
import { poll, type WorkbenchPage } from './workbenchPage.ts';

/** Debian's AWS CLI before any other of the PATH; undefined when there is none. */
export const awsCli = existsSync('/usr/bin/aws') ? '/usr/bin/aws' : findProgram('aws');

/** Why a suite that types `aws` into a terminal is skipped. */
export const noAwsCli = 'no AWS CLI on this machine';

/** How a file of end-to-end tests sets its stage. */
export interface StageOptions {
  /** The world of the sandbox, or what makes it when the stage is set; the demo's when absent. */
  readonly data?: SandboxData | (() => Promise<SandboxData>);
  /** Fills the home folder; the demo's `~/.aws` when absent. */
  readonly fill?: (home: string, sandboxUrl: string) => Promise<unknown>;
  /** Fills the folder that is opened. */
  readonly project?: (workspace: string, sandboxUrl: string) => Promise<unknown>;
  /** What of that folder is opened, such as a `.code-workspace` file; the folder itself when absent. */
  readonly open?: string;
  readonly workbench?: (sandboxUrl: string) => Pick<WorkbenchOptions, 'env' | 'trust' | 'settings'>;
}

/** What an identity call in a terminal printed: the ARN, or what went wrong. */
export interface Answer {
  readonly code: number;
  readonly text: string;
}

/** A home folder, a sandbox AWS and a workbench with one window, shared by the tests of one file in their order. */
export class Stage {
  readonly home: string;
  readonly workspace: string;
  readonly sandbox: Sandbox;
  readonly workbench: Workbench;
  /** The first window. */
  readonly page: WorkbenchPage;
  #answers = 0;

  constructor(parts: Pick<Stage, 'home' | 'workspace' | 'sandbox' | 'workbench' | 'page'>) {
    this.home = parts.home;
    this.workspace = parts.workspace;
    this.sandbox = parts.sandbox;
    this.workbench = parts.workbench;
    this.page = parts.page;
  }

  get configFile(): string {
    return join(this.home, '.aws', 'config');
  }

  get credentialsFile(): string {
    return join(this.home, '.aws', 'credentials');
  }

  /** The calls of this operation that AWS has answered with yes, since `from`. */
  granted(operation: string, from = 0): readonly JournalEntry[] {
    return this.sandbox.journal
      .slice(from)
      .filter((call) => call.operation === operation && call.status === 200);
  }

  /** Starts a session, or switches to it, by the switcher, and waits until it is live. `mfa`: a code is asked for. */
  async start(profile: string, { mfa = false, page = this.page } = {}): Promise<void> {
    await page.runCommand('STS: Switch Session');
    await page.quickTitle('AWS session').waitFor();
    await page.quickInput().fill(profile);
    await page.pick(profile);
    if (mfa) {
      await page.quickTitle(/^MFA Code/).waitFor();
      await page.answerInput(this.sandbox.unusedCode('alice'));
    }
    // Not merely being started: what comes next would take place under the session of before.
    await page.waitForLive(profile);
  }

  /** Starts a first session and answers the question that comes with it. */
  async startFirst(
    profile: string,
    { mfa = false, consent = 'Add Profiles' }: { mfa?: boolean; consent?: string } = {},
  ): Promise<void> {
    await this.start(profile, { mfa });
    await this.answerConsent(consent);
  }

  /** Answers whether managed profiles may be added; after a yes, waits until terminals get the session. */
  async answerConsent(answer: string): Promise<void> {
    const { page } = this;
    await page.press(answer, page.dialog());
    await page.dialog().waitFor({ state: 'detached' });
    if (answer === 'Add Profiles') {
      await page.waitForNotification('Open a terminal, it runs as');
      await page.clearNotifications();
    }
  }

  /** What stands behind `aws sts get-caller-identity` in the active terminal. Its answer goes to a file: a terminal breaks lines. */
  async whoAmI(page = this.page): Promise<Answer> {
    return this.runAside(this.askIdentity(), page);
  }

  /** Runs a line in the active terminal, with its output to a file, and reads the file. */
  async runAside(line: string, page = this.page): Promise<Answer> {
    this.#answers += 1;
    const file = join(this.home, `answer-${String(this.#answers)}`);
    const { code } = await page.runInTerminal(`{ ${line}; } >${file} 2>&1`);
    return { code, text: (await readFile(file, 'utf8')).trim() };
  }

  /** The line that asks the sandbox who one is; what it prints on success is the ARN. */
  askIdentity(): string {
    return `${awsCli ?? 'aws'} sts get-caller-identity --endpoint-url ${this.sandbox.url} --query Arn --output text`;
  }

  /**
   * Moves the time of AWS and of every window forward together, from now on and in all. Between calls, not in the middle
   * of one: a window would take what it sees of it for a clock that is wrong.
   */
  async moveClock(ms: number, pages: readonly WorkbenchPage[] = [this.page]): Promise<void> {
    // `control.clear()` puts AWS's clock back, and nothing may be asked in between.
    this.sandbox.control.skewClock(this.#moved);
    await this.quiet(pages);
    this.#moved += ms;
    this.sandbox.control.skewClock(this.#moved);
    for (const page of pages) {
      await (await page.companion).ask('moveClock', { ms });
    }
  }
  #moved = 0;

  /** The lines of the audit log, the oldest first; none while there is no file. */
  async audit(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const storage = join(this.workbench.userDataDir, 'User', 'globalStorage');
    const own = (await readdir(storage)).find((name) => name.startsWith('sts-sessions')) ?? '';
    const text = await readFile(join(storage, own, 'audit', 'audit.jsonl'), 'utf8').catch(() => '');
    // The last line may still be on its way.
    const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    return lines
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  }

  /** Waits until these windows have done what they were told before, and AWS has answered every call. */
  async quiet(pages: readonly WorkbenchPage[] = [this.page]): Promise<void> {
    const windows = (): Promise<unknown> => Promise.all(pages.map((page) => page.heard()));
    await windows();
    await eventually(
      () => this.sandbox.journal.filter(({ state }) => state === 'waiting').map(({ operation }) => operation),
      (calls) => calls.length === 0,
      'every call is answered',
    );
    // They have read the answers too.
    await windows();
  }

  /** A picture of every page that is open, a second window and a provider's page too, as far as they can be had. */
  async pictures(name: string): Promise<void> {
    await mkdir(resultsFolder, { recursive: true });
    for (const [index, page] of this.page.page.context().pages().entries()) {
      const path = join(resultsFolder, `${name}${index === 0 ? '' : ` ${String(index + 1)}`}.png`);
      await page.screenshot({ path }).catch(() => undefined);
    }
  }

  async stop(): Promise<void> {
    await this.workbench.stop();
    await this.sandbox.close();
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Sets a stage. The sandbox and the home are the stage's own. */
export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const home = await mkdtemp(join(tmpdir(), 'sts-e2e-'));
  const workspace = join(home, 'project');
  await mkdir(workspace);
  const data = typeof options.data === 'function' ? await options.data() : options.data;
  const sandbox = await startSandbox({ data: data ?? demoData() });
  await (options.fill ?? writeDemoHome)(home, sandbox.url);
  await options.project?.(workspace, sandbox.url);
  const workbench = await launchWorkbench({
    ...options.workbench?.(sandbox.url),
    home,
    workspace: join(workspace, options.open ?? ''),
    vsix: await packagedExtension(),
    companion: true,
  });
  try {
    const page = await workbench.openPage();
    // The palette lists the extension's commands from here on. The first extension host of a workbench takes its time.
    await page.statusBarItem().waitFor({ timeout: 60_000 });
    return new Stage({ home, workspace, sandbox, workbench, page });
  } catch (error) {
    await workbench.stop();
    await sandbox.close();
    throw error;
  }
}

/**
 * One stage for all tests of the suite, which build on each other: after a failure the rest is not run, because it
 * would only fail for the same reason. Returns how to get at the stage within a test.
 */
export function setStage(options: StageOptions = {}): () => Stage {
  let stage: Stage | undefined;
  let failed: string | undefined;
  before(async () => {
    stage = await openStage(options);
  });
  beforeEach(() => {
    if (failed !== undefined) {
      throw new Error(`The tests of this file build on each other, and this one failed: ${failed}`);
    }
  });
  afterEach(async function () {
    const test = this.currentTest;
    if (test?.state === 'failed') {
      failed = test.title;
      await stage?.pictures(`failed: ${test.title.replaceAll('/', ' ').slice(0, 100)}`);
    }
  });
  after(() => stage?.stop());
  return () => {
    assert.ok(stage, 'the stage is set');
    return stage;
  };
}

/** Waits until `ask` gives something that `fits`, and returns it; fails with what it gave last. */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  fits: (value: T) => boolean,
  what: string,
  timeoutMs = 30_000,
): Promise<T> {
  let last = await ask();
  const ok = await poll(timeoutMs, async () => {
    last = await ask();
    return fits(last);
  });
  assert.ok(ok, `${what}, but it stayed at: ${JSON.stringify(last)}`);
  return last;
}

/** Waits until the tree has these rows and no others: they are drawn one after the other. `part`: the rows that count. */
export async function treeIs(
  page: WorkbenchPage,
  rows: readonly string[],
  part: (all: readonly string[]) => readonly string[] = (all) => all,
): Promise<void> {
  const wanted = JSON.stringify(rows);
  await eventually(
    async () => part(await page.treeShape()),
    (now) => JSON.stringify(now) === wanted,
    `the tree is ${wanted}`,
  );
}
