import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FileRead } from '../aws/effects.ts';
import { expandHome } from '../aws/locate.ts';
import { Secret } from '../aws/secret.ts';

/**
 * `Effects.readFile`. Only regular files are opened, since a pipe or a device would hold us for ever, and no more is read
 * than may be there: `/proc` and network folders say that a file is empty, or shorter than it is.
 */
export async function readText(path: string, maxBytes: number, home: string): Promise<FileRead> {
  const file = resolve(home, expandHome(path, home, process.platform === 'win32'));
  try {
    if (!(await stat(file)).isFile()) {
      return { kind: 'notAFile' };
    }
    const handle = await open(file, 'r');
    try {
      const buffer = Buffer.alloc(maxBytes + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
        length += bytesRead;
        if (length > maxBytes) {
          return { kind: 'tooLarge' };
        }
        if (bytesRead === 0) {
          const text = buffer.toString('utf8', 0, length).replace(/^\uFEFF/, '');
          return { kind: 'text', text: new Secret(text) };
        }
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'EIO';
    return code === 'ENOENT' || code === 'ENOTDIR' ? { kind: 'missing' } : { kind: 'unreadable', code };
  }
}
