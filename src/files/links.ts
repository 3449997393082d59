import { lstat, readlink, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf, systemError } from './errno.ts';

/** A chain of links longer than this goes in circles; Linux draws the line there as well. */
const maxLinks = 40;

/**
 * The file that a link at `path` means, whether that file exists yet or not.
 *
 * @throws the system's error, ELOOP among them.
 */
export async function followLinks(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < maxLinks; links++) {
    try {
      return await realpath(target);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') {
        throw error;
      }
    }
    try {
      if (!(await lstat(target)).isSymbolicLink()) {
        return target;
      }
      target = resolve(dirname(target), await readlink(target));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') {
        return target;
      }
      throw error;
    }
  }
  throw systemError('ELOOP');
}
