import { fork, type ChildProcess } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import type {
  TestMessage,
  WindowAnswer,
  WindowCommand,
  WindowMessage,
  WindowSetup,
} from './windowMessages.ts';

/** What window processes run and what they hand out, built once for a test. */
export interface WindowBuild {
  /** The child's script. */
  readonly script: string;
  /** As the extension's `dist/helper`. */
  readonly helperFiles: string;
}

/** Builds the script of window processes into `folder`, so that each of hundreds starts in a tenth of a second. */
export async function buildWindow(folder: string): Promise<WindowBuild> {
  const source = join(import.meta.dirname, '../../src/outlets/helper');
  const script = join(folder, 'window.cjs');
  const shared = { bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' } as const;
  await Promise.all([
    build({
      ...shared,
      entryPoints: [join(import.meta.dirname, 'sessionChild.ts')],
      outfile: script,
      minify: true,
      mainFields: ['module', 'main'],
    }),
    build({ ...shared, entryPoints: [join(source, 'fetch.ts')], outfile: join(folder, 'fetch.cjs') }),
  ]);
  for (const name of ['fetch.sh', 'fetch.cmd']) {
    copyFileSync(join(source, name), join(folder, name));
  }
  return { script, helperFiles: folder };
}

/** The process ended before it answered. */
export class WindowGone extends Error {}

/** A window as a process of its own, as the test sees it. */
export class WindowProcess {
  readonly name: string;
  readonly pid: number;
  /** The sessions that it found when it opened. Rejects with WindowGone when it ends before. */
  readonly ready: Promise<readonly string[]>;
  /** It is gone, by its own will or killed. */
  readonly gone: Promise<void>;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<
    number,
    { readonly resolve: (answer: WindowAnswer) => void; readonly reject: (why: Error) => void }
  >();
  #number = 0;
  #alive = true;

  /** `onBroken` hears of what must not be: a store that fails, a rejection that nobody waits for. */
  constructor(script: string, setup: WindowSetup, onBroken: (what: string) => void) {
    this.name = setup.name;
    this.#child = fork(script, [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // What one has compiled, the next need not: it is the same for hundreds.
      env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: join(dirname(script), 'compiled') },
      execArgv: ['--expose-gc'],
    });
    this.pid = this.#child.pid ?? 0;
    const gone = (): WindowGone => new WindowGone(`window ${setup.name} is gone`);
    let found: (ids: readonly string[]) => void = () => undefined;
    let lost: (why: Error) => void = () => undefined;
    this.ready = new Promise((resolve, reject) => {
      found = resolve;
      lost = reject;
    });
    this.ready.catch(() => undefined);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => onBroken(`${setup.name}: ${text}`));
    this.#child.on('message', (message: WindowMessage) => {
      switch (message.kind) {
        case 'ready':
          return found(message.ids);
        case 'broken':
          return onBroken(`${setup.name}: ${message.what}`);
        case 'answer':
          this.#waiting.get(message.number)?.resolve(message.answer);
          this.#waiting.delete(message.number);
      }
    });
    this.gone = new Promise((resolve) => {
      // After the last message has been read.
      this.#child.once('close', () => {
        this.#alive = false;
        lost(gone());
        for (const { reject } of this.#waiting.values()) {
          reject(gone());
        }
        this.#waiting.clear();
        resolve();
      });
    });
    this.#send({ kind: 'setup', setup });
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Does what is asked for. Rejects with WindowGone when the process ends meanwhile. */
  ask(command: WindowCommand): Promise<WindowAnswer> {
    return new Promise((resolve, reject) => {
      if (!this.#alive) {
        reject(new WindowGone(`window ${this.name} is gone`));
        return;
      }
      this.#number += 1;
      this.#waiting.set(this.#number, { resolve, reject });
      this.#send({ kind: 'command', number: this.#number, command });
    });
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.gone;
  }

  /** Closes as a window that is closed. */
  async quit(): Promise<void> {
    await this.ask({ kind: 'quit' }).catch(() => undefined);
    await this.gone;
  }

  /** The process does nothing until `resume`, as in a machine that sleeps. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  #send(message: TestMessage): void {
    // The child may be dead already: then `gone` says so.
    this.#child.send(message, () => undefined);
  }
}
