import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { runOrThrow } from '../support/processes.ts';
import { root } from '../support/rig.ts';
import { launchWorkbench } from '../support/workbench.ts';

/** The compiled suite's entry, for VS Code's `extensionTestsPath`. */
export const hostEntry = join(root, 'out/test/host/index.cjs');

/** The variable that tells the suite where to write mocha's report. */
export const RESULTS_VARIABLE = 'STS_SESSIONS_HOST_RESULTS';

const LIMIT_MS = 3 * 60_000;

/** Builds the extension and the suite: the extension host loads CommonJS. */
export async function buildHostSuite(): Promise<void> {
  await runOrThrow(process.execPath, [join(root, 'esbuild.mjs')], { cwd: root });
  const folder = join(root, 'test/host');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
  const out = join(root, 'out/test/host');
  await rm(out, { recursive: true, force: true });
  await build({
    entryPoints: files.map((name) => join(folder, name)),
    outdir: out,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // Mocha comes from node_modules: its own workings look for files beside them.
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
}

/**
 * Runs the suite in the extension host of a workbench; mocha's report is then in `results`. Resolves with what was
 * logged when the suite did not end as it should, undefined otherwise.
 */
export async function runHostSuite(results: string): Promise<string | undefined> {
  await buildHostSuite();
  const home = await mkdtemp(join(tmpdir(), 'sts-host-'));
  const workspace = join(home, 'project');
  await mkdir(workspace);
  const workbench = await launchWorkbench({
    home,
    workspace,
    vsix: undefined,
    env: { [RESULTS_VARIABLE]: results },
  });
  try {
    const authority = new URL(workbench.url).host;
    const log: string[] = [];
    let timer: NodeJS.Timeout | undefined;
    const ended = new Promise<number>((resolve) => {
      timer = setTimeout(() => {
        log.push(`Nothing ended within ${String(LIMIT_MS)} ms.`);
        resolve(1);
      }, LIMIT_MS);
      const expose = {
        codeAutomationLog: (type: string, args: readonly unknown[]) => log.push(`${type}: ${args.join(' ')}`),
        codeAutomationExit: (code: number) => resolve(code),
      };
      const remote = (path: string): string => `vscode-remote://${authority}${path}`;
      const payload = [
        ['extensionDevelopmentPath', remote(root)],
        ['extensionTestsPath', remote(hostEntry)],
        ['skipWelcome', 'true'],
      ] as const;
      workbench.openPage({ payload, expose, wait: false }).catch((error: unknown) => {
        log.push(String(error));
        resolve(1);
      });
    });
    const code = await ended;
    clearTimeout(timer);
    return code === 0 ? undefined : [...log, workbench.output()].join('\n');
  } finally {
    await workbench.stop();
    await rm(home, { recursive: true, force: true });
  }
}
