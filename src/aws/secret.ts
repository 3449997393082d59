/**
 * A string that must never be printed: a secret access key, a session token, an MFA code.
 * JSON, template strings and `util.inspect` show a placeholder, so a secret cannot reach a log by accident;
 * whoever needs the text says so with `reveal()`, which is easy to search for.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Call it where the secret is used, and keep the result nowhere. */
  reveal(): string {
    return this.#text;
  }

  toJSON(): string {
    return '[secret]';
  }

  toString(): string {
    return '[secret]';
  }
}
