import type { WrittenForm } from '../aws/writtenKeys.ts';

/** Keys that stand in a file until they are taken out again. Nothing secret is in a note. */
export interface WrittenNote {
  readonly form: WrittenForm;
  /** Absolute. */
  readonly path: string;
  /** The section's, for a profile. */
  readonly name: string | undefined;
  readonly accessKeyId: string;
  readonly sessionId: string;
  readonly sessionName: string;
  /** ms UTC; undefined: nobody knows their end, they go with the session. */
  readonly until: number | undefined;
}

/** What came of taking keys out. */
export type TakenOut =
  | { readonly kind: 'gone' }
  /** The file or the keys are not there any more, or others are. */
  | { readonly kind: 'notThere' }
  /** They are still there; `code` is the system's. `byHand`: only a person can take them out of what the file is by now. */
  | { readonly kind: 'failed'; readonly code: string; readonly byHand?: true };

/** What it takes. */
export interface WrittenPorts {
  /** Notes that outlive the window, one a key. */
  readonly store: {
    keys(): readonly string[];
    get(key: string): unknown;
    set(key: string, value: WrittenNote | undefined): Promise<void>;
  };
  /** Takes the keys out of the file. Never rejects. */
  takeOut(note: WrittenNote): Promise<TakenOut>;
  /** False when the session was ended, or is not known any more. */
  isThere(sessionId: string): boolean;
  /** ms UTC. */
  now(): number;
  /** Keys were taken out by themselves, or could not be, which is said once a window. */
  onTakenOut(note: WrittenNote, result: TakenOut): void;
}

const prefix = 'writtenKeys ';

/**
 * The keys that were written into files, and the end of that: with their own end, with their session, at the next start of
 * a window when none was open then. Several windows may do it; the second finds nothing. What only a person can take out is
 * remembered until it has ended and they have been told.
 */
export class Written {
  readonly #ports: WrittenPorts;
  readonly #failed = new Set<string>();
  #sweeping: Promise<void> | undefined;

  constructor(ports: WrittenPorts) {
    this.#ports = ports;
  }

  /** What stands in files now. */
  list(): readonly WrittenNote[] {
    const { store } = this.#ports;
    return store
      .keys()
      .filter((key) => key.startsWith(prefix))
      .map((key) => readNote(store.get(key)))
      .filter((note) => note !== undefined);
  }

  /**
   * Remembers keys and has them written, in this order: a crash in between leaves a note too many, never keys without one.
   * `write` must not reject, and says whether they are there now. `over`: their time is over already, and nothing was done.
   */
  async write<T extends { readonly kind: string }>(
    note: WrittenNote,
    write: () => Promise<T>,
  ): Promise<T | { readonly kind: 'over' }> {
    if (this.#isDue(note)) {
      return { kind: 'over' };
    }
    const { store } = this.#ports;
    const key = keyOf(note);
    // The same keys may stand there from before.
    const before = readNote(store.get(key));
    await store.set(key, note);
    const result = await write();
    if (result.kind !== 'written') {
      await store.set(key, before);
    } else if (this.#isDue(note)) {
      // Whoever looked for them while they were being written found nothing and forgot them.
      await store.set(key, note);
      await this.sweep();
    }
    return result;
  }

  /** Takes the keys out now. */
  async takeOut(note: WrittenNote): Promise<TakenOut> {
    const result = await this.#ports.takeOut(note);
    if (result.kind !== 'failed') {
      await this.#ports.store.set(keyOf(note), undefined);
    }
    return result;
  }

  /** Takes out all whose time is over. Costs nothing while there are none. Never rejects; a second call joins the first. */
  sweep(): Promise<void> {
    if (this.list().some((note) => this.#isDue(note))) {
      this.#sweeping ??= this.#sweep().finally(() => {
        this.#sweeping = undefined;
      });
    }
    return this.#sweeping ?? Promise.resolve();
  }

  async #sweep(): Promise<void> {
    for (const note of this.list().filter((each) => this.#isDue(each))) {
      const key = keyOf(note);
      const result = await this.takeOut(note);
      const isNews = result.kind === 'failed' ? !this.#failed.has(key) : result.kind === 'gone';
      if (result.kind === 'failed') {
        this.#failed.add(key);
      }
      if (isNews) {
        this.#ports.onTakenOut(note, result);
      }
      if (result.kind === 'failed' && result.byHand === true && this.#isOver(note)) {
        await this.#ports.store.set(key, undefined);
      }
    }
  }

  #isDue(note: WrittenNote): boolean {
    return this.#isOver(note) || !this.#ports.isThere(note.sessionId);
  }

  #isOver({ until }: WrittenNote): boolean {
    return until !== undefined && this.#ports.now() >= until;
  }
}

function keyOf({ path, name, accessKeyId }: WrittenNote): string {
  return `${prefix}${JSON.stringify([path, name ?? '', accessKeyId])}`;
}

/** Trusts nothing in what was stored. */
function readNote(value: unknown): WrittenNote | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  const { form, path, name, accessKeyId, sessionId, sessionName, until } = value;
  if (
    (form !== 'profile' && form !== 'env' && form !== 'json') ||
    typeof path !== 'string' ||
    typeof accessKeyId !== 'string' ||
    accessKeyId === '' ||
    typeof sessionId !== 'string' ||
    typeof sessionName !== 'string' ||
    (form === 'profile') !== (typeof name === 'string') ||
    (until !== undefined && typeof until !== 'number')
  ) {
    return undefined;
  }
  return {
    form,
    path,
    name: typeof name === 'string' ? name : undefined,
    accessKeyId,
    sessionId,
    sessionName,
    until,
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
