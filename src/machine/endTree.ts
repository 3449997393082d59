import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { win32 } from 'node:path';

/** What a program gets to finish by itself between being asked to end and being ended, ms. */
const graceMs = 2000;

/**
 * Asks a program and all that it started to end, and ends what is left of them. Elsewhere than on Windows the program must
 * have been started `detached`, as the leader of a process group.
 */
export function endTree({ pid }: Pick<ChildProcess, 'pid'>): void {
  if (pid === undefined) {
    return;
  }
  if (process.platform === 'win32') {
    // By its whole path: Windows would look in the current folder first.
    const taskkill = win32.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'taskkill.exe');
    spawn(taskkill, ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true }).once(
      'error',
      () => undefined,
    );
    return;
  }
  killGroup(pid, 'SIGTERM');
  // Not unref'ed: a window that closes in between must not leave the program behind.
  setTimeout(() => killGroup(pid, 'SIGKILL'), graceMs);
}

/** The group lives on while one of its members does, whatever became of its leader. */
function killGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left.
  }
}
