import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Linux's PF_FORKNOEXEC (include/linux/sched.h): the process is a copy of its parent still, with its environment. */
const stillCopy = 0x40;
/** How often, and after how many milliseconds each, a process is looked at that is not what it will be. */
const looks = 20;
const lookAgainMs = 25;

/**
 * What a process of ours was started with, by name; undefined where the system does not say (only Linux does, in
 * proc(5)), or when the process is over or takes more than half a second to become what it will be. Never rejects.
 */
export async function launchEnvironment(
  pid: number,
): Promise<((name: string) => string | undefined) | undefined> {
  if (process.platform !== 'linux' || !Number.isSafeInteger(pid) || pid <= 0) {
    return undefined;
  }
  for (let look = 1; look <= looks; look++) {
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'latin1').catch(() => '');
    const text = await readFile(`/proc/${String(pid)}/environ`, 'utf8').catch(() => '');
    // Field 9; the name in field 2 may hold spaces and brackets, so count after the last.
    const flags = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[6]);
    if (stat === '' || Number.isNaN(flags)) {
      return undefined;
    }
    // A shell that has just become itself has none for a moment.
    if ((flags & stillCopy) === 0 && text !== '') {
      return (name) =>
        text
          .split('\0')
          .find((each) => each.startsWith(`${name}=`))
          ?.slice(name.length + 1);
    }
    await delay(lookAgainMs);
  }
  return undefined;
}
