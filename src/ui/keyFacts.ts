import type { Memento } from 'vscode';
import { Emitter, type Event } from '../session/emitter.ts';

/** What is known of a long-term key. Nothing of it is secret. */
export interface KeyFacts {
  /** ms UTC; undefined: nobody has asked AWS. */
  readonly createdAt?: number | undefined;
  /** ms UTC at which a session was first started with it here: it is at least so old. */
  readonly seenAt?: number | undefined;
  /** Whose it is: an account's root user, or not; undefined: nobody has asked AWS. */
  readonly isRoot?: boolean | undefined;
  /** Whose account it is of; undefined: nobody has asked AWS. */
  readonly accountId?: string | undefined;
}

const stateKey = 'accessKeys';
/** More keys than a person has; the ones that were learned of first go. */
const kept = 200;

/** What AWS has told of long-term keys, and what was seen of them, in the global state, by access key ID: asked once, remembered from then on. */
export class KnownKeys {
  readonly #state: Memento;
  readonly #changes = new Emitter<string>();

  constructor(state: Memento) {
    this.#state = state;
  }

  /** Fires with the access key ID. */
  get onDidChange(): Event<string> {
    return this.#changes.event;
  }

  of(accessKeyId: string): KeyFacts | undefined {
    return readFacts(this.#all()[accessKeyId]);
  }

  /** Adds to what is known of a key. */
  async learn(accessKeyId: string, facts: KeyFacts): Promise<void> {
    const { [accessKeyId]: before, ...others } = this.#all();
    const all = [...Object.entries(others), [accessKeyId, { ...readFacts(before), ...facts }] as const];
    await this.#state.update(stateKey, Object.fromEntries(all.slice(-kept)));
    this.#changes.fire(accessKeyId);
  }

  #all(): Readonly<Record<string, unknown>> {
    return this.#state.get<Record<string, unknown>>(stateKey, {});
  }
}

function readFacts(value: unknown): KeyFacts | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const { createdAt, seenAt, isRoot, accountId } = fields;
  return {
    ...(typeof createdAt === 'number' && { createdAt }),
    ...(typeof seenAt === 'number' && { seenAt }),
    ...(typeof isRoot === 'boolean' && { isRoot }),
    ...(typeof accountId === 'string' && { accountId }),
  };
}
