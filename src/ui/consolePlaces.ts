import type { Memento } from 'vscode';

/** A page and a region that a person has chosen; the page's id, which a later version may not know. */
export interface RememberedPlace {
  readonly page: string;
  readonly region: string | undefined;
}

const stateKey = 'consolePlaces';
/** More than a person goes to, few enough to store. */
const kept = 50;

/** Where people went in the console last, by session. */
export class ConsolePlaces {
  readonly #state: Memento;

  constructor(state: Memento) {
    this.#state = state;
  }

  /** Where somebody went with a session last; undefined for the first time. */
  of(sessionId: string): RememberedPlace | undefined {
    return this.#read().find(([id]) => id === sessionId)?.[1];
  }

  async remember(sessionId: string, place: RememberedPlace): Promise<void> {
    const others = this.#read().filter(([id]) => id !== sessionId);
    await this.#state.update(stateKey, [[sessionId, place], ...others].slice(0, kept));
  }

  #read(): readonly (readonly [id: string, place: RememberedPlace])[] {
    return this.#state.get(stateKey, []);
  }
}
