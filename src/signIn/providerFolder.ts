import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** An identity provider that a browser of ours remembers the person at. */
export interface KnownProvider {
  /** With its port where that is an unusual one; cut where it is very long. */
  readonly host: string;
  /** Absolute. */
  readonly folder: string;
}

/** The profile folder of an identity provider: one for each host, below `root`. */
export function providerFolder(root: string, loginUrl: string): string {
  const { host } = new URL(loginUrl);
  // Short, since Windows has little room for paths. The end keeps apart what was cut, and away from Windows's own names.
  const end = createHash('sha256').update(host).digest('hex').slice(0, 8);
  return join(root, `${encodeURIComponent(host).slice(0, 40)}-${end}`);
}

/** What is locked while a browser runs with a folder. */
export function folderKey(folder: string): string {
  return `saml ${folder}`;
}

/** The identity providers that have a folder below one of these, by name. */
export async function knownProviders(roots: readonly string[]): Promise<readonly KnownProvider[]> {
  const found = await Promise.all(
    roots.map(async (root) => {
      const names = await readdir(root).catch(() => []);
      return names
        .filter((name) => /-[0-9a-f]{8}$/.test(name))
        .map((name) => ({ host: decoded(name.slice(0, -9)), folder: join(root, name) }));
    }),
  );
  return found.flat().sort((a, b) => a.host.localeCompare(b.host, 'en'));
}

/** Removes all that a browser remembers of a provider. Rejects with the system's error. */
export async function forgetProvider({ folder }: KnownProvider): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    // Cut in the middle of a character.
    return name;
  }
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
