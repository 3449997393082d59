import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { endTree } from './endTree.ts';
import { programEnvironment } from './programEnvironment.ts';

/** A browser that was started with a pipe to its DevTools. */
export interface StartedBrowser {
  readonly toBrowser: Writable;
  readonly fromBrowser: Readable;
  /** Resolves when it has ended, with its exit status; undefined where it was killed. Never rejects. */
  readonly exited: Promise<number | undefined>;
  /** Ends it and all its processes, now. */
  kill(): void;
}

/**
 * Starts a browser with the file descriptors 3 (what it reads) and 4 (what it writes) that `--remote-debugging-pipe` speaks
 * on. On Windows Node hands them over in the way of Microsoft's C runtime, from which Chromium takes them
 * (content/browser/devtools/devtools_pipe_handler.cc), as VS Code's own JavaScript debugger does. When the pipe closes, the
 * browser ends by itself: it does not outlive us. Resolves with the system's error code where it cannot be started.
 */
export async function startBrowser(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<StartedBrowser | { readonly failed: string }> {
  let child: ChildProcess;
  try {
    child = spawn(path, args, {
      env: browserEnvironment(env),
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    // Both once and for all: without a listener Node throws what goes wrong later.
    child.on('error', () => undefined);
    await once(child, 'spawn');
  } catch (error) {
    return { failed: error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN' };
  }
  const [, , , toBrowser, fromBrowser] = child.stdio;
  const exited = new Promise<number | undefined>((resolve) => {
    child.once('exit', (status) => resolve(status ?? undefined));
  });
  if (!isWritable(toBrowser) || !isReadable(fromBrowser)) {
    endTree(child);
    return { failed: 'EPIPE' };
  }
  return { toBrowser, fromBrowser, exited, kill: () => endTree(child) };
}

/** The environment for a browser: pages can do nothing with AWS's variables, and crash reports take along what they find. */
export function browserEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(programEnvironment(env)).filter(([name]) => !/^(?:AWS_|VSCODE_)/i.test(name)),
  );
}

function isWritable(stream: Writable | Readable | null | undefined): stream is Writable {
  return stream !== null && stream !== undefined && 'write' in stream;
}

function isReadable(stream: Writable | Readable | null | undefined): stream is Readable {
  return stream !== null && stream !== undefined && 'read' in stream;
}
