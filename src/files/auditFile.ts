import { constants } from 'node:fs';
import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './errno.ts';

/** Bytes at which a file is full, and how many full ones are kept. */
const limits = { bytes: 1024 * 1024, kept: 5 } as const;

/** What the file is written with. */
export interface AuditFileOptions {
  /** Made for its owner only. */
  readonly folder: string;
  /** Runs work while no other window does so. */
  alone(this: void, work: () => Promise<void>): Promise<void>;
  /** Called at each failure, with the error's code. */
  onError(this: void, code: string): void;
  /** For tests. */
  readonly bytes?: number;
}

/**
 * The file of the audit log. Each line is one write at the end of the file, which windows do not tear apart. A full file
 * becomes `audit.1.jsonl`, and so on up to 5; what a window still had open then ends up in that one, and is not lost.
 */
export class AuditFile {
  /** Where the lines of now stand. */
  readonly path: string;
  readonly #options: AuditFileOptions;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: AuditFileOptions) {
    this.#options = options;
    this.path = join(options.folder, 'audit.jsonl');
  }

  /**
   * Adds a line, which brings its end along. `once`: unless it stands there already, because every window sees what it
   * tells. Never rejects.
   */
  append(line: string, once = false): Promise<void> {
    this.#writing = this.#after(this.#writing, line, once);
    return this.#writing;
  }

  async #after(before: Promise<void>, line: string, once: boolean): Promise<void> {
    await before;
    try {
      await (once ? this.#alone(() => this.#appendOnce(line)) : this.#append(line));
    } catch (error) {
      this.#options.onError(codeOf(error) ?? 'unknown');
    }
  }

  /** Runs work alone; with the others when a window that holds the file hangs: a line twice is better than none. */
  async #alone(work: () => Promise<void>): Promise<void> {
    let begun: Promise<void> | undefined;
    const begin = (): Promise<void> => (begun = work());
    await this.#options.alone(begin).catch(() => begun ?? begin());
  }

  /** Resolves when every line so far has been written, or could not be. */
  settled(): Promise<void> {
    return this.#writing;
  }

  /** False while there is nothing to show. */
  async exists(): Promise<boolean> {
    await this.settled();
    return stat(this.path).then(
      () => true,
      () => false,
    );
  }

  async #appendOnce(line: string): Promise<void> {
    const before = await readFile(this.path, 'utf8').catch(() => '');
    if (!before.includes(line)) {
      await this.#append(line);
    }
  }

  async #append(line: string): Promise<void> {
    const { folder, bytes = limits.bytes } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    // A link that somebody put there is not followed. Windows has no such flag.
    const noFollow = (constants.O_NOFOLLOW as number | undefined) ?? 0;
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | noFollow;
    const file = await open(this.path, flags, 0o600);
    let size: number;
    try {
      const { mode } = await file.stat();
      if ((mode & 0o077) !== 0) {
        await file.chmod(0o600);
      }
      await file.write(Buffer.from(line));
      ({ size } = await file.stat());
    } finally {
      await file.close();
    }
    if (size >= bytes) {
      await this.#tryRotate(bytes);
    }
  }

  /** Where another window hangs with the file, the next line tries again: this one is written. */
  async #tryRotate(bytes: number): Promise<void> {
    let begun: Promise<void> | undefined;
    await this.#options.alone(() => (begun = this.#rotate(bytes))).catch(() => begun);
  }

  async #rotate(bytes: number): Promise<void> {
    // Another window may have done it while this one waited.
    if ((await stat(this.path)).size < bytes) {
      return;
    }
    const old = (number: number): string => join(this.#options.folder, `audit.${number}.jsonl`);
    for (let number = limits.kept - 1; number >= 1; number -= 1) {
      await rename(old(number), old(number + 1)).catch(() => undefined);
    }
    await rename(this.path, old(1));
  }
}
