import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { programEnvironment } from './programEnvironment.ts';
import { runProgram } from './runProgram.ts';

/** Git answers in milliseconds, also in a large repository. */
const limits = { ms: 5000, bytes: 4096 };

/** What is asked of the machine. */
export interface GitPorts {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * True when a file at this absolute path could be committed: it is in a git work tree that does not ignore it, or git
 * cannot be asked.
 */
export async function isCommittable(path: string, { env }: GitPorts, signal: AbortSignal): Promise<boolean> {
  const folder = dirname(path);
  if (!(await isInWorkTree(folder))) {
    return false;
  }
  const place = { env: programEnvironment(env), folder };
  const end = await runProgram(['git', 'check-ignore', '--quiet', '--', path], limits, signal, place);
  return !(end.kind === 'exited' && end.status === 0);
}

async function isInWorkTree(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    // A folder, or a file in a work tree that was added.
    const isHere = await lstat(join(at, '.git')).then(
      () => true,
      () => false,
    );
    if (isHere || at === dirname(at)) {
      return isHere;
    }
  }
}
