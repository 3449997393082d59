import { createHash } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SignIn, SignInToken } from '../aws/sources/identityCenterApi.ts';
import { cacheKey, readToken, writeToken } from '../aws/sources/identityCenterToken.ts';
import type { Disposable } from '../session/emitter.ts';
import { FileWatcher } from './fileWatcher.ts';
import { writeSecretFile } from './safeWrite.ts';

/** A token file is below 10 kB, bytes. */
const maxTokenBytes = 256 * 1024;

/** The folder of token files that the AWS CLI and the SDKs use too (`locateTokenCache`). */
export class TokenCache {
  readonly #folder: string;
  readonly #onError: (error: unknown) => void;

  /** `onError` hears why a file cannot be watched. */
  constructor(folder: string, onError: (error: unknown) => void = () => undefined) {
    this.#folder = folder;
    this.#onError = onError;
  }

  /** The file of a sign-in, named as the AWS CLI names it. */
  path(signIn: Pick<SignIn, 'session' | 'startUrl'>): string {
    return join(this.#folder, `${createHash('sha1').update(cacheKey(signIn)).digest('hex')}.json`);
  }

  /** The token that is there; undefined for none, and for a file that cannot be read or holds something else. */
  async read(signIn: SignIn): Promise<SignInToken | undefined> {
    const path = this.path(signIn);
    try {
      const stats = await stat(path);
      return stats.isFile() && stats.size <= maxTokenBytes
        ? readToken(await readFile(path, 'utf8'))
        : undefined;
    } catch {
      return undefined;
    }
  }

  /** Puts a token in place, readable by its owner only. False when the disk said no. */
  async write(signIn: SignIn, token: SignInToken): Promise<boolean> {
    const { kind } = await writeSecretFile(this.path(signIn), writeToken(signIn, token));
    return kind === 'written';
  }

  /** Takes a token away. False when the disk said no. */
  async remove(signIn: SignIn): Promise<boolean> {
    try {
      await rm(this.path(signIn), { force: true });
      return true;
    } catch {
      return false;
    }
  }

  /** Calls `listener` when the token's file may have changed, whoever changed it. */
  follow(signIn: SignIn, listener: () => void): Disposable {
    const watcher: FileWatcher = new FileWatcher(
      [this.path(signIn)],
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
