import { access, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** True when something is at the path. */
export function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Removes a file or a folder with all that is in it; false when it could not be. */
export function removeAll(path: string): Promise<boolean> {
  return rm(path, { recursive: true, force: true, maxRetries: 3 }).then(
    () => true,
    () => false,
  );
}

/**
 * True when an editor is told to encrypt its secrets weakly. `folder`: where its `argv.json` lies, below the home folder.
 * https://code.visualstudio.com/docs/configure/settings-sync#_recommended-configure-the-keyring-to-use-with-vs-code
 */
export async function isWeaklyEncrypted(home: string, folder: string): Promise<boolean> {
  const text = await readFile(join(home, folder, 'argv.json'), 'utf8').catch(() => '');
  return /^\s*"password-store"\s*:\s*"basic"/m.test(text);
}
