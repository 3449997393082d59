import { spawn, type SpawnOptions } from 'node:child_process';

/** What a finished process left behind. `code` is 128 when a signal ended it. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a process. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which it is killed with everything it started; none by default. */
  readonly timeoutMs?: number;
  /** Also shows the output as it comes. */
  readonly show?: boolean;
}

/** Runs a program to its end and returns what it printed. Rejects only when it cannot be started. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const settings: SpawnOptions = {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    };
    if (options.cwd !== undefined) {
      settings.cwd = options.cwd;
    }
    if (options.env !== undefined) {
      settings.env = options.env;
    }
    const child = spawn(command, args, settings);
    const stop = (): void => killTree(child.pid, 'SIGKILL');
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            stderr += `\nKilled: it took longer than ${String(options.timeoutMs)} ms.\n`;
            stop();
          }, options.timeoutMs);
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (options.show === true) {
        process.stdout.write(text);
      }
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (options.show === true) {
        process.stderr.write(text);
      }
    });
    process.once('exit', stop);
    const end = (): void => {
      clearTimeout(timer);
      process.removeListener('exit', stop);
    };
    child.once('error', (error) => {
      end();
      reject(error);
    });
    child.once('close', (code) => {
      end();
      resolve({ code: code ?? 128, stdout, stderr });
    });
  });
}

/** Like `run`, but an exit code other than 0 rejects with the output in the message. */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const finished = await run(command, args, options);
  if (finished.code !== 0) {
    const output = `${finished.stdout}${finished.stderr}`.trim();
    throw new Error(`${command} ${args.join(' ')} ended with ${String(finished.code)}:\n${output}`);
  }
  return finished;
}

/** Signals a process started with `detached` and all that it started. One that is gone already is not an error. */
export function killTree(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) {
    return;
  }
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}
