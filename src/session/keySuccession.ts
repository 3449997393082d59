import { errorName } from './errorName.ts';
import type { NoteFile } from './renewalNote.ts';
import type { Peers } from './types.ts';

/** More rotations than a person makes while a session lasts; the oldest go. */
const most = 200;

/** Another window that holds the note longer hangs, ms. */
const patienceMs = 5000;

/** What the note asks of the world. */
export interface SuccessionPorts {
  readonly file: NoteFile;
  readonly exclusive: Peers['exclusive'];
  /** Tells the other windows to hear. */
  announce(): void;
  /** One line for the log. */
  log(line: string): void;
}

/**
 * Which long-term key came in the place of which, by rotations in any window of the host, so that a session goes on with
 * the new key everywhere. It lies beside the sessions' other notes and not in what VS Code keeps, which differs between
 * editors, profiles and browsers while the sessions are the same. Access key IDs are not secret, and none is given out twice.
 */
export class KeySuccession {
  readonly #ports: SuccessionPorts;
  /** By access key ID, the first key of its line: what this window knows, the oldest first. */
  #firsts: ReadonlyMap<string, string> = new Map();

  constructor(ports: SuccessionPorts) {
    this.#ports = ports;
  }

  /** The access key ID of the first of the keys in whose place this one has come, as of what was heard; its own otherwise. */
  firstOf(accessKeyId: string): string {
    return this.#firsts.get(accessKeyId) ?? accessKeyId;
  }

  /** Takes in what other windows have noted. Never rejects: what cannot be read stays as it was known. */
  async hear(): Promise<void> {
    try {
      // What this window knows and could not write stays true.
      this.#know([...this.#firsts, ...parse(await this.#ports.file.read())]);
    } catch (error) {
      this.#ports.log(`key succession not read: ${errorName(error)}`);
    }
  }

  /** A key is about to come in the place of another. Resolves when the other windows can know it. Never rejects. */
  async succeeds(accessKeyId: string, oldId: string): Promise<void> {
    let noting: Promise<void> | undefined;
    const note = (): Promise<void> => (noting ??= this.#note(accessKeyId, oldId));
    try {
      await this.#ports.exclusive('key-succession', AbortSignal.timeout(patienceMs), note);
    } catch (error) {
      this.#ports.log(`key succession: no lock between windows: ${errorName(error)}`);
      await note();
    }
    this.#ports.announce();
  }

  async #note(accessKeyId: string, oldId: string): Promise<void> {
    await this.hear();
    this.#know([...this.#firsts, [accessKeyId, this.firstOf(oldId)]]);
    try {
      await this.#ports.file.write({ version: 1, firsts: [...this.#firsts] });
    } catch (error) {
      this.#ports.log(`key succession not noted: ${errorName(error)}`);
    }
  }

  #know(pairs: readonly (readonly [string, string])[]): void {
    this.#firsts = new Map([...new Map(pairs)].slice(-most));
  }
}

/** Trusts nothing: the file may be cut short, or a later version's. */
function parse(value: unknown): readonly (readonly [string, string])[] {
  const { version, firsts }: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  return version === 1 && Array.isArray(firsts) ? firsts.filter((each) => isPair(each)) : [];
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'string');
}
