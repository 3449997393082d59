import { homedir } from 'node:os';
import type { ProcessLimits } from '../aws/effects.ts';
import { programEnvironment } from './programEnvironment.ts';
import { runProgram } from './runProgram.ts';

/**
 * Runs a line with `/bin/sh -c`, on Windows with cmd.exe, and resolves with what it printed. It runs in the home folder:
 * our own may be the one that VS Code was started in, and what lies there is not to be looked at. What it starts ends with
 * it. Standard error goes nowhere: it may repeat the line. Rejects with an Error that says neither the line nor what was
 * printed, and with the signal's reason when aborted.
 */
export async function runShell(line: string, limits: ProcessLimits, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const windows = process.platform === 'win32';
  const end = await runProgram(
    // As Node's own `shell: true` does on Windows.
    windows ? [process.env['ComSpec'] ?? 'cmd.exe', '/d', '/s', '/c', `"${line}"`] : ['/bin/sh', '-c', line],
    limits,
    signal,
    { env: programEnvironment(process.env), folder: homedir(), verbatim: windows },
  );
  switch (end.kind) {
    case 'exited':
      if (end.status === 0) {
        return end.output.reveal();
      }
      throw new Error(`ended with ${end.status}`);
    case 'killed':
      throw new Error('ended with a signal');
    case 'notStarted':
      throw new Error('not started');
    case 'timedOut':
      throw new Error('timed out');
    case 'tooMuch':
      throw new Error('printed too much');
    case 'cancelled':
      throw new Error('cancelled', { cause: signal.reason });
  }
}
