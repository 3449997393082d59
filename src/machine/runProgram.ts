import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { ProcessEnd, ProcessLimits } from '../aws/effects.ts';
import { Secret } from '../aws/secret.ts';
import { endTree } from './endTree.ts';

/** What it left in the pipe is read at once; a child of its own may hold the pipe open for ever, ms. */
const drainMs = 500;

/** Where a program runs. */
export interface ProgramPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  /** Windows: the arguments are quoted already. */
  readonly verbatim?: boolean;
}

/**
 * `Effects.runProcess`. The program leads a process group of its own, so that what it starts ends with it. Standard error
 * goes nowhere. Never rejects.
 */
export function runProgram(
  argv: readonly string[],
  limits: ProcessLimits,
  signal: AbortSignal,
  place: ProgramPlace,
): Promise<ProcessEnd> {
  const [file = '', ...args] = argv;
  if (signal.aborted) {
    return Promise.resolve({ kind: 'cancelled' });
  }
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(file, args, {
        env: { ...place.env },
        cwd: place.folder,
        stdio: ['ignore', 'pipe', 'ignore'],
        detached: process.platform !== 'win32',
        windowsHide: true,
        windowsVerbatimArguments: place.verbatim === true,
      });
    } catch (error) {
      // A NUL in an argument, or a .cmd file on Windows.
      resolve({ kind: 'notStarted', code: codeOf(error) });
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    let done = false;
    const timers: NodeJS.Timeout[] = [];
    const finish = (end: ProcessEnd): void => {
      if (!done) {
        done = true;
        timers.forEach(clearTimeout);
        signal.removeEventListener('abort', onAbort);
        child.stdout?.destroy();
        resolve(end);
      }
    };
    const stop = (end: ProcessEnd): void => {
      if (!done) {
        endTree(child);
        finish(end);
      }
    };
    const onAbort = (): void => stop({ kind: 'cancelled' });
    signal.addEventListener('abort', onAbort, { once: true });
    timers.push(setTimeout(() => stop({ kind: 'timedOut' }), limits.ms));
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limits.bytes) {
        stop({ kind: 'tooMuch' });
      } else {
        chunks.push(chunk);
      }
    });
    child.once('error', (error) => finish({ kind: 'notStarted', code: codeOf(error) }));
    const onEnd = (status: number | null, killedBy: string | null): void =>
      finish(
        status === null
          ? { kind: 'killed', signal: killedBy ?? '' }
          : { kind: 'exited', status, output: new Secret(Buffer.concat(chunks).toString('utf8')) },
      );
    child.once('close', onEnd);
    child.once('exit', (status, killedBy) => timers.push(setTimeout(() => onEnd(status, killedBy), drainMs)));
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
}
