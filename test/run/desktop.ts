// `npm run test:desktop`: the host suite in a desktop VS Code: the one that VSCODE_EXECUTABLE names, an installed one,
// or else one that @vscode/test-electron downloads.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { resultsFolder, root } from '../support/rig.ts';
import { cleanEnvironment } from '../support/workbench.ts';
import { buildHostSuite, hostEntry, RESULTS_VARIABLE } from './hostSuite.ts';
import { timed } from './parts.ts';
import { conclude, readMochaReport } from './report.ts';

/** The program itself, not the `code` script beside it, which returns before the window closes. */
const executable = [
  process.env['VSCODE_EXECUTABLE'],
  '/usr/share/code/code',
  '/Applications/Visual Studio Code.app/Contents/MacOS/Electron',
  join(process.env['LOCALAPPDATA'] ?? '', 'Programs', 'Microsoft VS Code', 'Code.exe'),
].find((path) => path !== undefined && existsSync(path));

const report = await timed('desktop', async () => {
  await buildHostSuite();
  await mkdir(resultsFolder, { recursive: true });
  const results = join(resultsFolder, 'desktop.json');
  await rm(results, { force: true });
  const home = await mkdtemp(join(tmpdir(), 'sts-desktop-'));
  try {
    const failed = await runTests({
      ...(executable === undefined ? {} : { vscodeExecutablePath: executable }),
      extensionDevelopmentPath: root,
      extensionTestsPath: hostEntry,
      extensionTestsEnv: {
        ...cleanEnvironment(process.env),
        HOME: home,
        USERPROFILE: home,
        [RESULTS_VARIABLE]: results,
      },
      launchArgs: [home, '--user-data-dir', join(home, 'user-data'), '--disable-workspace-trust'],
    }).then(
      () => undefined,
      (error: unknown) => error,
    );
    const found = await readMochaReport(results);
    if (found === undefined) {
      throw new Error('VS Code never reported; VSCODE_EXECUTABLE may name the one to use', { cause: failed });
    }
    return found;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
process.exitCode = conclude([report]);
