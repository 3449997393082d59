import { readFile } from 'node:fs/promises';

/**
 * What a process of ours was started with, by name; undefined where the system does not say (only Linux does, in
 * proc(5)), or when the process is over. Never rejects.
 */
export async function launchEnvironment(
  pid: number,
): Promise<((name: string) => string | undefined) | undefined> {
  if (process.platform !== 'linux' || !Number.isSafeInteger(pid) || pid <= 0) {
    return undefined;
  }
  const text = await readFile(`/proc/${String(pid)}/environ`, 'utf8').catch(() => '');
  return text === ''
    ? undefined
    : (name) => {
        const entry = text.split('\0').find((each) => each.startsWith(`${name}=`));
        return entry?.slice(name.length + 1);
      };
}
