import * as vscode from 'vscode';
import { redact } from '../aws/redact.ts';

/** The extension's own output channel. Whatever looks like a secret is taken out of every line. */
export class Log {
  readonly #name: string;
  #channel: vscode.LogOutputChannel | undefined;
  #ended = false;

  /** `name` is what people see in the list of channels. The channel is made with its first line. */
  constructor(name: string) {
    this.#name = name;
  }

  info(text: string): void {
    this.#write(text, (line) => this.#open().info(line));
  }

  warn(text: string): void {
    this.#write(text, (line) => this.#open().warn(line));
  }

  /** `error` is whatever was thrown; of an Error the stack is logged. */
  error(text: string, error?: unknown): void {
    const cause =
      error instanceof Error ? (error.stack ?? error.message) : typeof error === 'string' ? error : '';
    this.#write(cause === '' ? text : `${text}: ${cause}`, (line) => this.#open().error(line));
  }

  /** Shows the channel and leaves the focus where it is. */
  show(): void {
    this.#open().show(true);
  }

  /** What is still said after this is lost: whoever waits for an answer while a window closes has nobody to tell. */
  dispose(): void {
    this.#ended = true;
    this.#channel?.dispose();
  }

  #open(): vscode.LogOutputChannel {
    this.#channel ??= vscode.window.createOutputChannel(this.#name, { log: true });
    return this.#channel;
  }

  /** Line by line: what is cut out of one must not take its neighbours with it. */
  #write(text: string, line: (redacted: string) => void): void {
    for (const part of this.#ended ? [] : text.split('\n')) {
      line(redact(part));
    }
  }
}
