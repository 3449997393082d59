import { existsSync } from 'node:fs';
import { mkdir, rm, stat, writeFile, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run, runOrThrow } from '../support/processes.ts';
import { CODE_SERVER, codeServerFolder, codeServerMarker, findBrowser, findProgram } from '../support/rig.ts';

/** Debian's names for what the tests use, each with what shows that it is there already, wherever from. */
const SYSTEM_PACKAGES: readonly { readonly name: string; readonly present: () => boolean }[] = [
  { name: 'chromium', present: () => findBrowser() !== undefined },
  { name: 'awscli', present: () => findProgram('aws') !== undefined },
  { name: 'python3-boto3', present: () => existsSync('/usr/lib/python3/dist-packages/boto3') },
  { name: 'curl', present: () => findProgram('curl') !== undefined },
  // code-server compiles its kerberos module.
  { name: 'g++', present: () => isBuilt() || findProgram('g++') !== undefined },
  { name: 'make', present: () => isBuilt() || findProgram('make') !== undefined },
  { name: 'python3', present: () => isBuilt() || findProgram('python3') !== undefined },
  { name: 'libkrb5-dev', present: () => isBuilt() || existsSync('/usr/include/krb5.h') },
];

/**
 * Brings what the tests in a browser and with real AWS tools need. Where it may not install (not root, no apt-get),
 * it says in one line what to run. Never throws for a missing tool: the tests that need it are reported as skipped.
 */
export async function installRig(): Promise<void> {
  await installSystemPackages();
  if (findBrowser() !== undefined) {
    await installCodeServer();
  }
}

async function installSystemPackages(): Promise<void> {
  const missing = SYSTEM_PACKAGES.filter(({ present }) => !present()).map(({ name }) => name);
  if (missing.length === 0) {
    return;
  }
  if (findProgram('apt-get') === undefined) {
    console.log(`Some tests will be skipped. They need: ${missing.join(', ')}`);
    return;
  }
  if (process.getuid?.() !== 0) {
    console.log(`Some tests will be skipped. To have them: sudo apt-get install -y ${missing.join(' ')}`);
    return;
  }
  console.log(`Installing Debian packages for the tests: ${missing.join(' ')}…`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const update = await run('apt-get', ['update', '-qq'], { env });
  const install = await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
    env,
  });
  if (install.code !== 0) {
    console.log(`apt-get could not install them; the tests that need them will be skipped.`);
    console.log(`${update.stderr}${install.stderr}`.trim());
  }
}

async function installCodeServer(): Promise<void> {
  if (isBuilt()) {
    return;
  }
  await mkdir(dirname(codeServerFolder), { recursive: true });
  const release = await lock(`${codeServerFolder}.lock`);
  try {
    if (isBuilt()) {
      return;
    }
    console.log(
      `Installing code-server ${CODE_SERVER} into ${codeServerFolder} (once per user; two minutes)…`,
    );
    await rm(codeServerFolder, { recursive: true, force: true });
    await mkdir(codeServerFolder, { recursive: true });
    await writeFile(`${codeServerFolder}/package.json`, JSON.stringify(CODE_SERVER_PACKAGE));
    // On Windows npm is a script, which only a shell can start.
    const npm = process.env['npm_execpath'];
    const args = ['install', '--no-audit', '--no-fund', '--loglevel=error'];
    const options = { cwd: codeServerFolder, env: npmEnvironment() };
    await (npm !== undefined && /\.c?js$/.test(npm)
      ? runOrThrow(process.execPath, [npm, ...args], options)
      : runOrThrow('npm', args, options));
    await writeFile(codeServerMarker, `${CODE_SERVER}\n`);
  } catch (error) {
    console.log('code-server could not be installed; the tests in a workbench will be skipped.');
    console.log(error instanceof Error ? error.message : String(error));
  } finally {
    await release();
  }
}

const CODE_SERVER_PACKAGE = {
  private: true,
  dependencies: { 'code-server': CODE_SERVER },
  // npm asks for leave before it runs a dependency's install script.
  allowScripts: { 'code-server': true, argon2: true },
};

function isBuilt(): boolean {
  return existsSync(codeServerMarker);
}

/** Without the settings that npm hands to the scripts it runs: they would redirect the inner install. */
function npmEnvironment(): NodeJS.ProcessEnv {
  const own = /^npm_(?:package|lifecycle|command|config_(?:local_prefix|prefix))/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

/** One installer at a time on a machine. A lock whose owner died is taken over. Returns how to release it. */
async function lock(folder: string): Promise<() => Promise<void>> {
  const owner = `${folder}/pid`;
  for (;;) {
    try {
      await mkdir(folder);
      await writeFile(owner, String(process.pid));
      return () => rm(folder, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw error;
      }
    }
    const since = await stat(folder).catch(() => undefined);
    // Younger ones may not have written their process id yet.
    if (since !== undefined && Date.now() - since.mtimeMs > 2_000 && !(await isAlive(owner))) {
      await rm(folder, { recursive: true, force: true });
      continue;
    }
    await delay(300);
  }
}

async function isAlive(owner: string): Promise<boolean> {
  try {
    process.kill(Number(await readFile(owner, 'utf8')), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
