import { randomBytes } from 'node:crypto';
import { link, readFile, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode, isRunning, ownMark } from './liveness.ts';

/**
 * What is put behind a token in a file: the process that answers to it. Whoever finds the file can tell then whether it
 * leads to a window, without asking whoever listens at its port now.
 */
export function ownerSuffix(): string {
  const { pid, born } = ownMark();
  return `.${String(pid)}${born === undefined ? '' : `.${born}`}`;
}

/**
 * Removes a token file whose window is surely over: a killed window leaves it, and tools would ask whoever has its port by
 * now. Only for files of this process space. Never rejects; one that cannot be told stays.
 */
export async function removeDeadToken(path: string): Promise<void> {
  if (!(await isDead(path))) {
    return;
  }
  // A window may have its port back and write its token in this moment: what is taken away is looked at once more.
  const aside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    await rename(path, aside);
    if (!(await isDead(aside))) {
      await putBack(aside, path);
      return;
    }
    await unlink(aside);
  } catch {
    // Gone already.
  }
}

/** Never over what the window has written there meanwhile, where the file system can tell. */
async function putBack(aside: string, path: string): Promise<void> {
  try {
    await link(aside, path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') {
      await rename(aside, path);
      return;
    }
  }
  await unlink(aside);
}

async function isDead(path: string): Promise<boolean> {
  const text = await readFile(path, 'latin1').catch(() => '');
  const [, pid, born] = /^[0-9a-f]{64}\.(\d{1,10})(?:\.(\d{1,20}))?$/.exec(text) ?? [];
  return pid !== undefined && !isRunning({ pid: Number(pid), born });
}
