import type { AccessNote, AccessOnce } from './accessNote.ts';
import { Emitter, type Disposable, type Event } from './emitter.ts';

/** An extension that gets the credentials of a session without asking again. No secret is in it. */
export interface AccessEntry {
  readonly extension: string;
  /** The session's id, and its name when it was allowed. */
  readonly session: string;
  readonly name: string;
  /** ms UTC. */
  readonly since: number;
}

/** Where it is remembered. */
export interface AccessStore {
  read(): unknown;
  write(list: readonly AccessEntry[]): PromiseLike<void>;
}

/**
 * What the person has allowed other extensions for good. Read anew at each look: another window may have changed it.
 */
export class ExtensionAccess implements Disposable {
  readonly #store: AccessStore;
  readonly #note: AccessNote;
  readonly #changes = new Emitter<string>();

  /** `note`: what the other windows must know of at once. */
  constructor(store: AccessStore, note: AccessNote) {
    this.#store = store;
    this.#note = note;
    note.onTakenBack((extension) => this.#changes.fire(extension));
  }

  /** Fires with the id of an extension that may do more or less than before. */
  get onDidChange(): Event<string> {
    return this.#changes.event;
  }

  /** All of it; what somebody else has written into the store counts as nothing. */
  list(): readonly AccessEntry[] {
    const stored = this.#store.read();
    // VS Code takes a moment to tell its windows what is in the store.
    const isHeld = ({ extension, session, since }: AccessEntry): boolean =>
      !this.#note.isTakenBack(extension, session, since);
    return Array.isArray(stored) ? stored.filter(isEntry).filter(isHeld) : [];
  }

  /** What extensions have on a single yes in any window, as of the last look. */
  once(): readonly AccessOnce[] {
    return this.#note.once();
  }

  /** What `since` and `at` are counted by, ms UTC. */
  now(): number {
    return this.#note.now();
  }

  /** Looks what other windows have given and taken back. Never rejects. */
  look(): Promise<void> {
    return this.#note.look();
  }

  /** An extension got credentials on a single yes. Never rejects. */
  gave(given: AccessOnce): Promise<void> {
    return this.#note.given(given);
  }

  /** True when what was given at `at` (ms UTC) has been taken back since, in whatever window. */
  isTakenBack(extension: string, session: string, at: number): boolean {
    return this.#note.isTakenBack(extension, session, at);
  }

  has(extension: string, session: string): boolean {
    return this.list().some((each) => isOf(each, extension, session));
  }

  async allow(allowed: AccessEntry): Promise<void> {
    const others = this.list().filter((each) => !isOf(each, allowed.extension, allowed.session));
    await this.#store.write([...others, allowed]);
    this.#changes.fire(allowed.extension);
  }

  /** Takes it back; fires also when nothing was remembered, for what was allowed this once. */
  async takeBack(extension: string, session: string): Promise<void> {
    await this.#note.takeBack({ extension, session, at: this.now() });
    await this.#store.write(this.list().filter((each) => !isOf(each, extension, session)));
    this.#changes.fire(extension);
  }

  dispose(): void {
    this.#changes.dispose();
  }
}

function isOf(allowed: AccessEntry, extension: string, session: string): boolean {
  return allowed.extension === extension && allowed.session === session;
}

function isEntry(value: unknown): value is AccessEntry {
  const { extension, session, name, since } = (value ?? {}) as Partial<Record<keyof AccessEntry, unknown>>;
  return [extension, session, name].every((each) => typeof each === 'string') && typeof since === 'number';
}
