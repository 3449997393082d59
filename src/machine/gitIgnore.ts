import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findProgram } from './findProgram.ts';
import { programEnvironment } from './programEnvironment.ts';
import { runProgram } from './runProgram.ts';

/** Git answers in milliseconds, also in a large repository. */
const limits = { ms: 5000, bytes: 4096 };

/**
 * A repository names programs in its configuration that git runs by itself, also one that lies in another as some of its
 * files. https://git-scm.com/docs/git-config#Documentation/git-config.txt-safebareRepository
 */
const harmless = ['-c', 'core.fsmonitor=false', '-c', 'safe.bareRepository=explicit'];

/** A repository may say where git is to fetch from, and with what, when a file of it is missing. */
const alone = { GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: 'none' };

/** What is asked of the machine. */
export interface GitPorts {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `workspace.isTrusted`: git is not run where the person has not said that programs may be. */
  readonly isTrusted: boolean;
}

/**
 * True when a file at this absolute path could be committed: it is in a git work tree that does not ignore it, or git
 * cannot be asked.
 */
export async function isCommittable(
  path: string,
  { env, isTrusted }: GitPorts,
  signal: AbortSignal,
): Promise<boolean> {
  const folder = dirname(path);
  if (!(await isInWorkTree(folder))) {
    return false;
  }
  const git = isTrusted ? await findProgram('git', env, process.platform) : undefined;
  if (git === undefined) {
    return true;
  }
  const argv = [git, '-C', folder, ...harmless, 'check-ignore', '--quiet', '--', path];
  const place = { env: { ...programEnvironment(env), ...alone }, folder: dirname(git) };
  const end = await runProgram(argv, limits, signal, place);
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
