/** A call as the sandbox saw it. It holds no secret: not the token, not the signature, not the MFA code. */
export interface JournalEntry {
  /** Position in the journal, from 0. */
  readonly index: number;
  /** Milliseconds on the sandbox's clock, when the call arrived. */
  readonly at: number;
  /** `waiting` while it is held or delayed; `dropped` when no answer left the sandbox. */
  readonly state: 'waiting' | 'answered' | 'dropped';
  /** `AssumeRole`; empty when the call named none. */
  readonly operation: string;
  readonly params: Readonly<Record<string, string>>;
  readonly accessKeyId: string | undefined;
  /** ARN, once the signature was found right. */
  readonly caller: string | undefined;
  /** Of the credential scope. */
  readonly region: string | undefined;
  /** HTTP status of the answer. */
  readonly status: number | undefined;
  readonly errorCode: string | undefined;
  readonly requestId: string;
  readonly userAgent: string;
}

/** What is known when a call ends. */
export type Outcome = Pick<JournalEntry, 'caller' | 'status' | 'errorCode'> & {
  readonly state: 'answered' | 'dropped';
};

type Listener = (entry: JournalEntry) => void;

/** The calls in the order of their arrival. An entry is replaced when its call ends, never changed. */
export class Journal {
  readonly entries: JournalEntry[] = [];
  readonly #listeners = new Set<Listener>();

  open(call: Omit<JournalEntry, 'index' | 'state' | 'caller' | 'status' | 'errorCode'>): number {
    const index = this.entries.length;
    this.#set({
      ...call,
      index,
      state: 'waiting',
      caller: undefined,
      status: undefined,
      errorCode: undefined,
    });
    return index;
  }

  end(index: number, outcome: Outcome): void {
    const entry = this.entries[index];
    if (entry?.state === 'waiting') {
      this.#set({ ...entry, ...outcome });
    }
  }

  /** Calls the listener when a call arrives and again when it ends. Returns the way to stop. */
  onCall(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * The first entry from position `from` on for which the predicate holds, past or to come.
   * Rejects after `timeoutMs` with an Error that lists what did come.
   */
  waitFor(
    predicate: (entry: JournalEntry) => boolean,
    timeoutMs: number,
    from: number,
  ): Promise<JournalEntry> {
    const known = this.entries.slice(from).find(predicate);
    if (known !== undefined) {
      return Promise.resolve(known);
    }
    return new Promise((resolve, reject) => {
      const finish = (end: () => void): void => {
        clearTimeout(timer);
        stop();
        end();
      };
      const stop = this.onCall((entry) => {
        if (entry.index >= from && predicate(entry)) {
          finish(() => resolve(entry));
        }
      });
      const timer = setTimeout(() => {
        const seen = this.entries
          .slice(from)
          .map((entry) => `${entry.operation} ${entry.status ?? entry.state}`);
        finish(() =>
          reject(new Error(`no such call within ${timeoutMs} ms; seen: ${seen.join(', ') || 'nothing'}`)),
        );
      }, timeoutMs);
    });
  }

  #set(entry: JournalEntry): void {
    this.entries[entry.index] = entry;
    for (const listener of this.#listeners) {
      listener(entry);
    }
  }
}
