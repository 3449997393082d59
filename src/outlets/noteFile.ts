import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NoteFile } from '../session/renewalNote.ts';
import { writePrivately, type HelperFolder } from './folder.ts';
import { errorCode } from './liveness.ts';

/**
 * What the windows of one host tell each other: which MFA codes are used up, how renewals stand, which MFA devices are being
 * enrolled, how far the clock is off, what other extensions may do, and which long-term key came in the place of which.
 */
export const noteNames = ['codes', 'renewals', 'enrolments', 'skew', 'access', 'keys'] as const;

/** One of them. */
export type NoteName = (typeof noteNames)[number];

/**
 * A file in the helper's folder in which the windows of one host tell each other something; where no folder can be
 * trusted, each window goes by what it knows itself. A read rejects when the file cannot be read, a write with Node's error.
 */
export function noteFile(folder: HelperFolder | undefined, name: NoteName): NoteFile {
  if (folder === undefined) {
    return { read: () => Promise.resolve(undefined), write: () => Promise.resolve() };
  }
  const path = join(folder.path, name);
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
