import { PassThrough } from 'node:stream';
import type { StartedBrowser } from '../../src/machine/startBrowser.ts';

/** A command as the browser reads it. */
export interface Command {
  readonly id: number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A browser's end of the pipe: notes what it is told, and answers as a test has it. */
export class FakeBrowser implements StartedBrowser {
  readonly toBrowser = new PassThrough();
  readonly fromBrowser = new PassThrough();
  readonly commands: Command[] = [];
  readonly exited: Promise<number | undefined>;
  killed = 0;
  #exit: (status: number | undefined) => void = () => undefined;
  #rest = '';
  readonly #waiting: { readonly method: string; readonly resolve: (command: Command) => void }[] = [];
  readonly #answer: (command: Command) => unknown;

  /** `answer` gives the result of a command; undefined leaves it unanswered. */
  constructor(answer: (command: Command) => unknown = () => ({})) {
    this.#answer = answer;
    this.exited = new Promise((resolve) => (this.#exit = resolve));
    this.toBrowser.setEncoding('utf8').on('data', (text: string) => this.#read(text));
  }

  /** The commands of one method. */
  of(method: string): readonly Command[] {
    return this.commands.filter((command) => command.method === method);
  }

  /** The next command of a method, or the one that has come already. */
  async next(method: string): Promise<Command> {
    return this.of(method)[0] ?? new Promise((resolve) => this.#waiting.push({ method, resolve }));
  }

  event(method: string, params: unknown): void {
    this.write(`${JSON.stringify({ method, params })}\0`);
  }

  write(bytes: string | Buffer): void {
    this.fromBrowser.write(bytes);
  }

  end(status: number | undefined): void {
    this.fromBrowser.end();
    this.#exit(status);
  }

  kill(): void {
    this.killed += 1;
    this.end(undefined);
  }

  #read(text: string): void {
    const messages = (this.#rest + text).split('\0');
    this.#rest = messages.pop() ?? '';
    for (const message of messages) {
      const command = JSON.parse(message) as Command;
      this.commands.push(command);
      const result = this.#answer(command);
      if (result !== undefined) {
        this.write(`${JSON.stringify({ id: command.id, result })}\0`);
      }
      if (command.method === 'Browser.close' && result !== undefined) {
        this.end(0);
      }
      const index = this.#waiting.findIndex(({ method }) => method === command.method);
      if (index !== -1) {
        this.#waiting.splice(index, 1)[0]?.resolve(command);
      }
    }
  }
}
