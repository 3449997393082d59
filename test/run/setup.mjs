// Runs before every npm script, under whatever Node the machine has (20 or newer) and with nothing installed:
// brings node_modules, and with it Node 24 for the script that follows. Only Node's own modules may be used here.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const modules = join(root, 'node_modules');
const windows = process.platform === 'win32';

if (!isInstalled()) {
  withLock(join(root, 'node_modules.lock'), () => {
    if (!isInstalled()) {
      install();
    }
  });
}

/**
 * npm writes `node_modules/.package-lock.json` as the last act of an install, so a half-finished one has none, and
 * one that is older than package-lock.json belongs to an older list.
 */
function isInstalled() {
  const done = join(modules, '.package-lock.json');
  const node = join(modules, '.bin', windows ? 'node.cmd' : 'node');
  return (
    existsSync(done) &&
    existsSync(node) &&
    statSync(done).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs
  );
}

function install() {
  console.log('Installing what package-lock.json lists (once; about a minute)…');
  // `npm ci` empties node_modules first. Windows refuses that while the Node inside it is the one running this.
  const verb = windows && process.execPath.startsWith(modules) ? 'install' : 'ci';
  const args = [verb, '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  if (npm !== undefined && /\.c?js$/.test(npm)) {
    execFileSync(process.env.npm_node_execpath ?? process.execPath, [npm, ...args], {
      cwd: root,
      stdio: 'inherit',
    });
  } else {
    execFileSync('npm', args, { cwd: root, stdio: 'inherit', shell: windows });
  }
  if (!isInstalled()) {
    throw new Error(
      'npm has finished, but node_modules is not complete: remove it and run the command again.',
    );
  }
}

/** Two commands started at once must not empty node_modules under each other. */
function withLock(folder, work) {
  while (!take(folder)) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  }
  try {
    work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function take(folder) {
  const owner = join(folder, 'pid');
  try {
    mkdirSync(folder);
    writeFileSync(owner, String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') {
      throw error;
    }
  }
  // Left behind by a process that died.
  const age = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age > 2_000 && !isAlive(owner)) {
    rmSync(folder, { recursive: true, force: true });
  }
  return false;
}

function isAlive(owner) {
  try {
    process.kill(Number(readFileSync(owner, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
