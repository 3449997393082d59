import { spawn } from 'node:child_process';

/** How long a command may take and how much it may print. */
export interface ShellLimits {
  /** Milliseconds. */
  readonly ms: number;
  readonly bytes: number;
}

/**
 * Runs a line with `/bin/sh -c`, on Windows with cmd.exe, and resolves with what it printed. What it starts ends with
 * it. Standard error goes nowhere: it may repeat the line. Rejects with an Error that says neither the line nor what was
 * printed, and with the signal's reason when aborted.
 */
export function runShell(line: string, limits: ShellLimits, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(line, {
      shell: process.platform === 'win32' ? true : '/bin/sh',
      stdio: ['ignore', 'pipe', 'ignore'],
      // A process group of its own, so that all of it can be ended.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    let output = '';
    const finish = (failed: Error | undefined): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      child.stdout.destroy();
      if (failed) {
        endGroup(child.pid);
        reject(failed);
      } else {
        resolve(output);
      }
    };
    const abort = (): void => finish(new Error('cancelled', { cause: signal.reason }));
    const timer = setTimeout(() => finish(new Error('timed out')), limits.ms);
    signal.addEventListener('abort', abort, { once: true });
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.length > limits.bytes) {
        finish(new Error('printed too much'));
      }
    });
    child.once('error', () => finish(new Error('not started')));
    child.once('close', (status) => {
      finish(status === 0 ? undefined : new Error(`ended with ${status ?? 'a signal'}`));
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) {
    return;
  }
  try {
    if (process.platform === 'win32') {
      spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true }).once(
        'error',
        () => undefined,
      );
    } else {
      process.kill(-pid, 'SIGKILL');
    }
  } catch {
    // It is gone already.
  }
}
