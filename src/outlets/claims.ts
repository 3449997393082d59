import { randomBytes } from 'node:crypto';
import { link, readdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HelperFolder } from './folder.ts';
import { errorCode } from './liveness.ts';

/** AWS takes a code for a minute and a half at most; a claim is of no use to anybody after this, milliseconds. */
const CLAIM_MS = 5 * 60_000;

const ending = '.spent';

/**
 * Claims a name for this window: true for one caller of all windows only, whoever was stopped at whatever moment, for
 * the file is made by the system or not. `name`: hexadecimal digits; `now`: milliseconds UTC. Claims of before are removed.
 * Rejects with Node's error, also where the file system has no links.
 */
export async function claim(folder: HelperFolder, name: string, now: number): Promise<boolean> {
  await forget(folder.locks, now);
  const path = join(folder.locks, `${name.slice(0, 32)}${ending}`);
  // Swept like what is left of a lock. With its time before its name: nobody takes it for an old one.
  const own = join(folder.locks, `${name.slice(0, 32)}.${randomBytes(6).toString('hex')}.own`);
  await writeFile(own, '{}', { mode: 0o600, flag: 'wx' });
  try {
    await utimes(own, now / 1000, now / 1000);
    await link(own, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') {
      return false;
    }
    throw error;
  } finally {
    await unlink(own).catch(() => undefined);
  }
}

async function forget(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.endsWith(ending)) {
      const path = join(folder, name);
      const found = await stat(path).catch(() => undefined);
      // Either side of now: a clock that was set back does not keep them for ever.
      if (found && Math.abs(now - found.mtimeMs) > CLAIM_MS) {
        await unlink(path).catch(() => undefined);
      }
    }
  }
}
