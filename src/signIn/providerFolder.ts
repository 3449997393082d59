import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The profile folder of an identity provider: one for each host, below `root`. */
export function providerFolder(root: string, loginUrl: string): string {
  const { host } = new URL(loginUrl);
  // Short, since Windows has little room for paths.
  const readable = host.replaceAll(/[^a-z0-9.-]/g, '_').slice(0, 40);
  return join(root, `${readable}-${createHash('sha256').update(host).digest('hex').slice(0, 8)}`);
}

/** Makes the folder, for nobody else to read, without the pages that a browser which was killed has left in it. */
export async function openFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  await forgetPages(folder);
}

/** True while a browser runs with the folder, or as long as one that was killed has left its mark. */
export async function isInUse(folder: string): Promise<boolean> {
  // https://chromium.googlesource.com/chromium/src/+/main/chrome/browser/process_singleton_posix.cc
  const mark = join(folder, process.platform === 'win32' ? 'lockfile' : 'SingletonLock');
  return lstat(mark).then(
    () => true,
    () => false,
  );
}

/** Removes the pages that the browser has stored, since the last of them held the response. The cookies stay. */
export async function forgetPages(folder: string): Promise<void> {
  for (const name of ['Cache', 'Code Cache', 'Sessions']) {
    // What goes wrong here is made up for the next time.
    await rm(join(folder, 'Default', name), { recursive: true, force: true, maxRetries: 3 }).catch(
      () => undefined,
    );
  }
}
