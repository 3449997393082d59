import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { browserEnvironment } from './startBrowser.ts';

/** A browser with a folder of its own to remember things in. */
export interface IsolatedBrowser {
  /** Absolute. */
  readonly path: string;
  /** Below this are the folders, one for each `who`. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True when we run as root on Linux, where Chromium has no sandbox and does not start unless told to go without. */
  readonly isRoot: boolean;
  /** By the clock of the file system, ms UTC. */
  now(): number;
}

/**
 * A browser that has to be started first reads its page within this, ms; a slow disk included. Until then nobody takes it
 * away, however many are opened side by side.
 */
const pageMs = 60_000;

/** How the page that leads on is named; whatever is left of one goes with the next. */
const pageName = /^open-[0-9a-f]{16}\.html$/;

/**
 * Opens an address in a browser window that shares no cookie with others: `who` has a folder to itself, so that several
 * people or accounts stand side by side. The address is no argument of the browser, because those can be read by everybody
 * on the machine: a page that only its owner can read leads there, and goes again. False when the browser cannot be started.
 */
export async function openIsolated(browser: IsolatedBrowser, who: string, address: string): Promise<boolean> {
  const folder = join(browser.root, createHash('sha256').update(who).digest('hex').slice(0, 16));
  const page = join(folder, `open-${randomBytes(8).toString('hex')}.html`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    await removePages(folder, browser.now());
    await writeFile(page, pageTo(address), { mode: 0o600, flag: 'wx' });
    setTimeout(() => void rm(page, { force: true }).catch(() => undefined), pageMs).unref();
    const child = spawn(
      browser.path,
      [
        `--user-data-dir=${folder}`,
        '--no-first-run',
        '--no-default-browser-check',
        ...(browser.isRoot ? ['--no-sandbox'] : []),
        pathToFileURL(page).href,
      ],
      { env: browserEnvironment(browser.env), stdio: 'ignore', detached: true },
    );
    child.on('error', () => undefined);
    await once(child, 'spawn');
    // It is the person's from now on, and outlives the editor.
    child.unref();
    return true;
  } catch {
    await rm(page, { force: true }).catch(() => undefined);
    return false;
  }
}

/** Removes the pages that are left below a root, of a window that closed too soon. `now`: ms UTC. */
export async function sweepPages(root: string, now: number): Promise<void> {
  const folders = await readdir(root).catch(() => []);
  await Promise.all(folders.map((folder) => removePages(join(root, folder), now)));
}

async function removePages(folder: string, now: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const pages = names.filter((name) => pageName.test(name)).map((name) => join(folder, name));
  await Promise.all(pages.map((page) => removeOld(page, now).catch(() => undefined)));
}

/** One from the future is left of a clock that was wrong. */
async function removeOld(page: string, now: number): Promise<void> {
  const { mtimeMs } = await stat(page);
  if (Math.abs(now - mtimeMs) >= pageMs) {
    await rm(page, { force: true });
  }
}

function pageTo(address: string): string {
  // A script may hold any text but the end of a script.
  const text = JSON.stringify(address).replaceAll('<', '\\u003c');
  return `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>AWS</title><script>location.replace(${text})</script>`;
}
