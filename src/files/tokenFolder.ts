import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disposable } from '../session/emitter.ts';
import { FileWatcher } from './fileWatcher.ts';
import { writeSecretFile } from './safeWrite.ts';

/** A token file is below 10 kB, bytes. */
const maxTokenBytes = 256 * 1024;

/** How tokens of one kind are kept in files. */
export interface TokenFormat<Key extends Named, Token, Named> {
  /** The name of the file, without its folder. */
  name(key: Named): string;
  /** The token in a file's text; undefined when there is none that could be used. */
  read(text: string): Token | undefined;
  /** The file's text. */
  write(key: Key, token: Token): string;
}

/** A folder of token files that the AWS CLI and the SDKs use too. Nothing here rejects. */
export class TokenFolder<Key extends Named, Token, Named = Key> {
  readonly #folder: string;
  readonly #format: TokenFormat<Key, Token, Named>;
  readonly #onError: (error: unknown) => void;

  /** `onError` hears why a file cannot be watched. */
  constructor(
    folder: string,
    format: TokenFormat<Key, Token, Named>,
    onError: (error: unknown) => void = () => undefined,
  ) {
    this.#folder = folder;
    this.#format = format;
    this.#onError = onError;
  }

  /** The file of a sign-in, named as the AWS CLI names it. */
  path(key: Named): string {
    return join(this.#folder, this.#format.name(key));
  }

  /** The token that is there; undefined for none, and for a file that cannot be read or holds something else. */
  async read(key: Named): Promise<Token | undefined> {
    const path = this.path(key);
    try {
      const stats = await stat(path);
      return stats.isFile() && stats.size <= maxTokenBytes
        ? this.#format.read(await readFile(path, 'utf8'))
        : undefined;
    } catch {
      return undefined;
    }
  }

  /** Puts a token in place, readable by its owner only. False when the disk said no. */
  async write(key: Key, token: Token): Promise<boolean> {
    const { kind } = await writeSecretFile(this.path(key), this.#format.write(key, token));
    return kind === 'written';
  }

  /** Takes a token away. False when the disk said no. */
  async remove(key: Named): Promise<boolean> {
    try {
      await rm(this.path(key), { force: true });
      return true;
    } catch {
      return false;
    }
  }

  /** Calls `listener` when the token's file may have changed, whoever changed it. */
  follow(key: Named, listener: () => void): Disposable {
    const watcher: FileWatcher = new FileWatcher(
      [this.path(key)],
      () => {
        listener();
        void watcher.arm();
      },
      this.#onError,
    );
    void watcher.arm();
    return watcher;
  }
}
