import type { Memento } from 'vscode';
import type { SamlRole } from '../aws/planModel.ts';
import { originKey } from '../session/assertions.ts';
import type { AssertionOrigin } from '../session/assertions.ts';
import { Emitter, type Event } from '../session/emitter.ts';

const stateKey = 'samlRoles';

/** Sign-ins and roles of each that are remembered: more than anybody has, and little enough for the global state. */
const most = { signIns: 30, roles: 500 } as const;

interface Remembered {
  readonly key: string;
  readonly roles: readonly SamlRole[];
  /** What was chosen last. */
  readonly last: SamlRole | undefined;
}

/** The roles that a SAML sign-in offered last, by their ARNs alone, and which of them was chosen, in the global state. */
export class SamlMemory {
  readonly #state: Memento;
  readonly #changes: Emitter<void>;

  constructor(state: Memento, onError: (error: unknown) => void) {
    this.#state = state;
    this.#changes = new Emitter<void>(onError);
  }

  /** Fires when other roles are remembered than before. */
  get onDidChange(): Event<void> {
    return this.#changes.event;
  }

  /** The roles that were offered last; none before the first sign-in. */
  rolesOf(origin: AssertionOrigin): readonly SamlRole[] {
    return this.#of(origin)?.roles ?? [];
  }

  /** The role that was chosen last. */
  lastOf(origin: AssertionOrigin): SamlRole | undefined {
    return this.#of(origin)?.last;
  }

  /** Remembers what was offered now, in place of what was offered before. */
  async offered(origin: AssertionOrigin, roles: readonly SamlRole[]): Promise<void> {
    const kept = roles.slice(0, most.roles);
    const before = this.#of(origin);
    if (JSON.stringify(before?.roles) !== JSON.stringify(kept)) {
      await this.#set({ key: originKey(origin), roles: kept, last: before?.last });
      this.#changes.fire();
    }
  }

  /** Remembers what was chosen. */
  async chosen(origin: AssertionOrigin, last: SamlRole): Promise<void> {
    await this.#set({ key: originKey(origin), roles: this.rolesOf(origin), last });
  }

  #all(): readonly Remembered[] {
    return this.#state.get<readonly Remembered[]>(stateKey, []);
  }

  #of(origin: AssertionOrigin): Remembered | undefined {
    const key = originKey(origin);
    return this.#all().find((each) => each.key === key);
  }

  async #set(changed: Remembered): Promise<void> {
    const others = this.#all().filter(({ key }) => key !== changed.key);
    await this.#state.update(stateKey, [changed, ...others].slice(0, most.signIns));
  }
}
