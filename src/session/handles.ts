/**
 * Pointers at sessions that say nothing about them: for places, such as VS Code's own list of accounts, whose words
 * another program may read. They live as long as the window and the session.
 */
export class Handles {
  readonly #random: () => string;
  readonly #handles = new Map<string, string>();

  /** `random` gives another unguessable text at each call. */
  constructor(random: () => string) {
    this.#random = random;
  }

  /** The handle of a session, always the same one until the session is dropped. */
  of(session: string): string {
    const known = this.#handles.get(session);
    if (known !== undefined) {
      return known;
    }
    const made = this.#random();
    this.#handles.set(session, made);
    return made;
  }

  /** The session that a handle stands for; undefined for any other text. */
  session(handle: string): string | undefined {
    return Array.from(this.#handles).find(([, each]) => each === handle)?.[0];
  }

  /** The handle of a session that was ended stands for nothing. */
  drop(session: string): void {
    this.#handles.delete(session);
  }
}
