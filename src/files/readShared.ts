import { isUtf8 } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';
import { devNull } from 'node:os';
import type { FileRole, Problem, ProblemKind } from '../aws/problems.ts';
import { codeOf } from './errno.ts';

/** A shared file beyond this is no shared file: reading it would freeze whoever asked. */
export const maxSharedFileBytes = 32 * 1024 * 1024;

/** One shared file as found on the disk. */
export interface SharedFileText {
  /** Undefined when there is nothing to parse: no such file, or one that cannot be read. */
  readonly text: string | undefined;
  /** False only when nothing is there. */
  readonly exists: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Reads one shared file. Never rejects: a missing file is no problem, every other reason not to have its text is one.
 * Bytes that are not UTF-8 are replaced, so that the profiles around them still show.
 */
export async function readShared(path: string, file: FileRole): Promise<SharedFileText> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) {
      return unreadable({ kind: 'fileIsDirectory', file, path });
    }
    if (path === devNull) {
      return { text: '', exists: true, problems: [] };
    }
    if (!stats.isFile()) {
      // Opening a pipe would wait for whoever writes into it, perhaps forever.
      return unreadable({ kind: 'fileUnreadable', file, path, code: 'ENOTSUP' });
    }
    if (stats.size > maxSharedFileBytes) {
      return unreadable({ kind: 'fileTooLarge', file, path, bytes: stats.size });
    }
    return decode(await readFile(path), file);
  } catch (error) {
    const code = codeOf(error) ?? 'EIO';
    return code === 'ENOENT'
      ? { text: undefined, exists: false, problems: [] }
      : unreadable({ kind: 'fileUnreadable', file, path, code });
  }
}

function decode(bytes: Buffer, file: FileRole): SharedFileText {
  if (isUtf8(bytes)) {
    return { text: bytes.toString('utf8'), exists: true, problems: [] };
  }
  const what: ProblemKind = { kind: 'invalidUtf8', file };
  // UTF-16, as an old PowerShell writes it: as UTF-8 it would be one long broken line after the other.
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return {
    text: utf16 ? '' : bytes.toString('utf8'),
    exists: true,
    problems: [{ what, severity: utf16 ? 'error' : 'warning', place: undefined, profile: undefined }],
  };
}

function unreadable(what: ProblemKind): SharedFileText {
  return {
    text: undefined,
    exists: true,
    problems: [{ what, severity: 'error', place: undefined, profile: undefined }],
  };
}
