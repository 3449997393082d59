import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writePrivately, type HelperFolder } from './folder.ts';
import { errorCode } from './liveness.ts';

/** The file in which the windows of one host tell each other which MFA codes are used up. */
export interface CodesFile {
  /** What it holds; undefined when there is none yet. Rejects when it cannot be read. */
  read(): Promise<unknown>;
  /** Replaces it whole. Rejects with Node's error. */
  write(value: unknown): Promise<void>;
}

/** The file in the helper's folder; where no folder can be trusted, a window remembers only its own codes. */
export function codesFile(folder: HelperFolder | undefined): CodesFile {
  if (folder === undefined) {
    return { read: () => Promise.resolve(undefined), write: () => Promise.resolve() };
  }
  const path = join(folder.path, 'codes');
  return {
    async read() {
      try {
        const value: unknown = JSON.parse(await readFile(path, 'utf8'));
        return value;
      } catch (error) {
        if (errorCode(error) === 'ENOENT') {
          return undefined;
        }
        throw error;
      }
    },
    write: (value) => writePrivately(path, JSON.stringify(value)),
  };
}
