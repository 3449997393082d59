import { createHash, randomBytes } from 'node:crypto';
import type { Disposable } from '../session/emitter.ts';

/** What keeping a clipboard clean takes. */
export interface ClipboardPorts {
  readText(): Thenable<string>;
  writeText(text: string): Thenable<void>;
  /** False where it cannot be read now: a browser shows it to the window that has the focus only. */
  isReadable(): boolean;
  /** Seconds until what was put there is cleared; 0: it stays. */
  keepSeconds(): number;
  /** Calls back once after `ms`, unless disposed of before. */
  setTimer(ms: number, callback: () => void): Disposable;
  /** For what went wrong; nothing secret is in it. */
  log(line: string): void;
}

/**
 * Secrets on the clipboard, for a while: cleared again unless the person has copied something else since. Only a salted
 * hash of what was put there is kept for that.
 */
export class SecretClipboard implements Disposable {
  readonly #ports: ClipboardPorts;
  readonly #salt = randomBytes(16);
  #mark: string | undefined;
  #timer: Disposable | undefined;
  /** Its time is over, and it could not be looked at. */
  #overdue = false;

  constructor(ports: ClipboardPorts) {
    this.#ports = ports;
  }

  /** Puts a secret there, in place of an earlier one. Gives the seconds after which it is cleared; 0: it stays. */
  async put(text: string): Promise<number> {
    this.#forget();
    await this.#ports.writeText(text);
    this.#mark = this.#hash(text);
    const seconds = this.#ports.keepSeconds();
    if (seconds > 0) {
      this.#timer = this.#ports.setTimer(seconds * 1000, () => void this.clear());
    }
    return seconds;
  }

  /** Clears what was put there, unless something else is there by now. Never rejects. */
  async clear(): Promise<void> {
    const mark = this.#mark;
    if (mark === undefined) {
      return;
    }
    if (!this.#ports.isReadable()) {
      this.#overdue = true;
      return;
    }
    try {
      if (this.#hash(await this.#ports.readText()) === mark) {
        await this.#ports.writeText('');
      }
      if (this.#mark === mark) {
        this.#forget();
      }
    } catch (error) {
      // Another program may hold it for a moment; the next focus of the window tries again.
      this.#overdue = true;
      this.#ports.log(`clipboard: ${error instanceof Error ? error.name : 'not readable'}`);
    }
  }

  /** The window has the focus: what could not be cleared in time is cleared now. */
  async focused(): Promise<void> {
    if (this.#overdue) {
      await this.clear();
    }
  }

  dispose(): void {
    this.#forget();
  }

  #forget(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#mark = undefined;
    this.#overdue = false;
  }

  #hash(text: string): string {
    // A browser on Windows writes other line ends than it was given, and what passes texts on between machines may cut the last.
    const plain = text.replaceAll('\r\n', '\n').trimEnd();
    return createHash('sha256').update(this.#salt).update(plain).digest('hex');
  }
}
