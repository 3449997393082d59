import type { Readable, Writable } from 'node:stream';
import { isRecord } from './cdpMessages.ts';
import type { Fields } from './cdpMessages.ts';

/** Who hears what the browser says by itself. */
export interface CdpListener {
  /** An event, with parameters of which nothing is known. */
  onEvent(method: string, params: Fields): void;
  /** A message was larger than `maxMessageBytes` and thrown away unread. */
  onTooLarge(): void;
  /** The browser closed the pipe, as it does when it ends. Once. */
  onEnd(): void;
}

/** A megabyte of form comes as text and once more as base64, with room to spare. */
export const maxMessageBytes = 4 * 1024 * 1024;

/** How long the browser may take to answer, ms. */
const answerMs = 10_000;

/**
 * The DevTools protocol over a pipe: JSON in UTF-8, each message ended by a NUL, spoken with the browser as a whole.
 * https://chromedevtools.github.io/devtools-protocol/
 */
export class CdpPipe {
  readonly #toBrowser: Writable;
  readonly #listener: CdpListener;
  readonly #waiting = new Map<number, (answer: Fields | undefined) => void>();
  #lastId = 0;
  #ended = false;

  constructor(toBrowser: Writable, fromBrowser: Readable, listener: CdpListener) {
    this.#toBrowser = toBrowser;
    this.#listener = listener;
    const cutter = new MessageCutter(maxMessageBytes);
    const end = (): void => this.#end();
    fromBrowser.on('data', (chunk: Buffer) => {
      for (const message of cutter.push(chunk)) {
        this.#take(message);
      }
    });
    fromBrowser.once('end', end).once('close', end).once('error', end);
    toBrowser.on('error', end);
  }

  /**
   * Sends a command and resolves with its result; undefined when the browser refuses it, says nothing for `limitMs`, or is
   * gone. Never rejects.
   */
  send(
    method: string,
    params: Readonly<Record<string, unknown>> = {},
    limitMs = answerMs,
  ): Promise<Fields | undefined> {
    if (this.#ended) {
      return Promise.resolve(undefined);
    }
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      const settle = (answer: Fields | undefined): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(() => settle(undefined), limitMs);
      this.#waiting.set(id, settle);
      this.#toBrowser.write(`${JSON.stringify({ id, method, params })}\0`);
    });
  }

  #take(message: Buffer | 'tooLarge'): void {
    if (this.#ended) {
      return;
    }
    if (message === 'tooLarge') {
      this.#listener.onTooLarge();
      return;
    }
    const read = parse(message);
    if (typeof read?.['id'] === 'number') {
      this.#waiting.get(read['id'])?.(isRecord(read['result']) ? read['result'] : undefined);
    } else if (typeof read?.['method'] === 'string') {
      this.#listener.onEvent(read['method'], isRecord(read['params']) ? read['params'] : {});
    }
  }

  #end(): void {
    if (!this.#ended) {
      this.#ended = true;
      this.#toBrowser.destroy();
      this.#waiting.forEach((settle) => settle(undefined));
      this.#listener.onEnd();
    }
  }
}

function parse(message: Buffer): Fields | undefined {
  try {
    const read: unknown = JSON.parse(message.toString('utf8'));
    return isRecord(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** Cuts a stream of bytes at its NULs, and keeps at most `maxBytes` of what has none yet. */
export class MessageCutter {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The messages that are complete with this chunk; `tooLarge` stands for one that was thrown away. */
  push(chunk: Buffer): readonly (Buffer | 'tooLarge')[] {
    const messages: (Buffer | 'tooLarge')[] = [];
    let start = 0;
    for (let end = chunk.indexOf(0); end !== -1; end = chunk.indexOf(0, start)) {
      this.#keep(chunk.subarray(start, end));
      messages.push(this.#size > this.#maxBytes ? 'tooLarge' : Buffer.concat(this.#parts));
      this.#parts = [];
      this.#size = 0;
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return messages;
  }

  #keep(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > this.#maxBytes) {
      this.#parts = [];
    } else {
      this.#parts.push(part);
    }
  }
}
