import { lstat, readFile, rm } from 'node:fs/promises';
import type { Credentials } from '../aws/credentials.ts';
import {
  withoutWrittenKeys,
  withoutWrittenProfile,
  withWrittenProfile,
  writtenText,
} from '../aws/writtenKeys.ts';
import type { TakenOut, WrittenNote } from '../session/written.ts';
import { codeOf } from './errno.ts';
import { editFile } from './safeWrite.ts';
import type { EditResult } from './safeWrite.ts';

/** How writing keys into a file ended. */
export type WriteResult =
  | { readonly kind: 'written' }
  /** Something is there already, and is left as it is. */
  | { readonly kind: 'taken' }
  /** `code` is the system's. */
  | { readonly kind: 'failed'; readonly code: string };

/** What is written. */
export interface WrittenKeys {
  readonly credentials: Credentials;
  readonly region: string | undefined;
}

/**
 * Writes keys where a note says: as a section of the credentials file, everything else in it kept, or as a file of their
 * own, 0600, where there was none. Never rejects.
 */
export async function writeKeys(
  { form, path, name, sessionName }: WrittenNote,
  { credentials, region }: WrittenKeys,
): Promise<WriteResult> {
  if (form === 'profile') {
    let isTaken = false;
    const result = await editFile(path, (text) => {
      const profile = { name: name ?? '', session: sessionName, credentials, region };
      const edited = withWrittenProfile(text, profile);
      isTaken = edited === undefined;
      return edited ?? text;
    }).catch((): EditResult => ({ kind: 'failed', code: 'EINVAL' }));
    return isTaken ? { kind: 'taken' } : resultOf(result);
  }
  if (await exists(path)) {
    return { kind: 'taken' };
  }
  let isTaken = false;
  const result = await editFile(path, (text) => {
    isTaken = text !== '';
    return isTaken ? text : writtenText(form, credentials, region);
  });
  return isTaken ? { kind: 'taken' } : resultOf(result);
}

/** Takes them out again; a file that holds nothing else goes. Never rejects. */
export async function takeOutKeys({ form, path, name, accessKeyId }: WrittenNote): Promise<TakenOut> {
  const without = (text: string): string =>
    form === 'profile'
      ? withoutWrittenProfile(text, name ?? '', accessKeyId)
      : withoutWrittenKeys(form, text, accessKeyId);
  try {
    const text = await readFile(path, 'utf8');
    if (without(text) === text) {
      return { kind: 'notThere' };
    }
    if (form !== 'profile' && without(text) === '') {
      await rm(path, { force: true });
      return { kind: 'gone' };
    }
    const result = await editFile(path, without);
    return result.kind === 'written' || result.kind === 'unchanged'
      ? { kind: 'gone' }
      : { kind: 'failed', code: codeFor(result) };
  } catch (error) {
    const code = codeOf(error) ?? 'UNKNOWN';
    // Node's own, of a file that is too large, have a code.
    if (error instanceof RangeError && code === 'UNKNOWN') {
      return { kind: 'failed', code: 'EINVAL', byHand: true };
    }
    return code === 'ENOENT' ? { kind: 'notThere' } : { kind: 'failed', code };
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function resultOf(result: EditResult): WriteResult {
  return result.kind === 'written' ? { kind: 'written' } : { kind: 'failed', code: codeFor(result) };
}

function codeFor(result: EditResult): string {
  return 'code' in result ? result.code : 'EBUSY';
}
