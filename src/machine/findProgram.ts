import { posix, win32 } from 'node:path';
import { browserFiles } from './findBrowser.ts';

/**
 * Where the PATH of `env` has a program; undefined where it does not. Never in a relative folder of it, and never in the
 * current folder, where Windows looks before the PATH: that may be one that is open in the editor. `platform`:
 * `process.platform`.
 */
export async function findProgram(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
): Promise<string | undefined> {
  const windows = platform === 'win32';
  const paths = windows ? win32 : posix;
  // Windows has it as `Path`, and a copy of its environment tells the cases apart.
  const key = windows ? Object.keys(env).find((each) => each.toUpperCase() === 'PATH') : 'PATH';
  const places = (key === undefined ? undefined : env[key]) ?? '';
  for (const folder of places.split(paths.delimiter)) {
    const file = paths.join(folder, windows ? `${name}.exe` : name);
    if (paths.isAbsolute(folder) && (await browserFiles.isProgram(file))) {
      return file;
    }
  }
  return undefined;
}
