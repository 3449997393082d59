import type { AgentQuestion, AgentRefusal, ToolSupply } from './agentAccess.ts';
import { errorName } from './errorName.ts';
import type { Session } from './types.ts';

/** An agent that is refused tries again, and again: after a no, nobody is asked about the same for so long. */
const quietAfterNoMs = 10 * 60_000;

/** What asking a person about agents needs. */
export interface ConsentPorts {
  /** Has the person choose what agents get. Resolves when they have, or have put the question away. */
  askToChoose(session: Session): Promise<void>;
  /** Asks for a yes; false for a no, and when the question was put away. */
  ask(question: AgentQuestion, session: Session): Promise<boolean>;
  /** Says that agents get nothing of a session. */
  tellRefused(session: Session, why: AgentRefusal): void;
  /** False when the session was ended. */
  isThere(id: string): boolean;
  /** ms UTC. */
  now(): number;
  /** One line for the log, without a secret. */
  log(line: string): void;
}

/** What a fetch comes to now: an answer, or something to wait for and what to say when that takes too long. */
export type Next =
  | { readonly kind: 'answer'; readonly answer: ToolSupply }
  | { readonly kind: 'serve'; readonly id: string }
  | { readonly kind: 'wait'; readonly for: Promise<void>; readonly late: ToolSupply };

/** An answer of no credentials. */
export function refused(name: string, why: AgentRefusal): Next {
  return { kind: 'answer', answer: { kind: 'refused', name, why } };
}

/** What a person is asked and told about agents: each once, however many fetches wait for it. */
export class AgentConsent {
  readonly #ports: ConsentPorts;
  /** The one question about what agents get, until somebody has chosen. */
  #choosing = false;
  /** Under way for a key: a question to the person, or what needs none. */
  readonly #underWay = new Map<string, Promise<void>>();
  /** When a person said no (ms UTC), by what they were asked about. */
  readonly #saidNoAt = new Map<string, number>();
  /** Guarded sessions that the person has let agents have. */
  readonly #allowed = new Set<string>();
  /** Sessions of which somebody was told that agents get nothing. */
  readonly #told = new Set<string>();

  constructor(ports: ConsentPorts) {
    this.#ports = ports;
  }

  /** True when the person has let agents have a guarded session, since it was started. */
  isAllowed(id: string): boolean {
    return this.#allowed.has(id);
  }

  /** Tells the person what they can do about a refusal, where that is not their own choice. */
  tell(session: Session, why: AgentRefusal): void {
    if (why.kind === 'notChosen' && !this.#choosing) {
      this.#choosing = true;
      this.#ports.askToChoose(session).catch((error: unknown) => {
        this.#ports.log(`agents: ${errorName(error)}`);
      });
    } else if (why.kind === 'cannotBeReadOnly' && !this.#told.has(session.id)) {
      this.#told.add(session.id);
      this.#ports.tellRefused(session, why);
    }
  }

  /** Asks once for all that wait, and does what a yes wants done: false when nothing came of that either. */
  ask(what: AgentQuestion, session: Session, key: string, onYes: () => Promise<boolean>): Next {
    const { id, name } = session;
    const at = this.#saidNoAt.get(key);
    const now = this.#ports.now();
    if (at !== undefined && now >= at && now - at < quietAfterNoMs) {
      return refused(name, { kind: 'saidNo' });
    }
    const asking = this.once(key, async () => {
      const yes = await this.#ports.ask(what, session);
      // Nothing is started for a session that was ended while the question stood there.
      const done = yes && this.#ports.isThere(id) && (await onYes());
      if (!done) {
        this.#saidNoAt.set(key, this.#ports.now());
      }
    });
    return { kind: 'wait', for: asking, late: { kind: 'refused', name, why: { kind: 'asked', what } } };
  }

  /** Asks whether agents may have a guarded session. */
  askGuarded(session: Session): Next {
    return this.ask('guarded', session, session.id, () => {
      this.#allowed.add(session.id);
      return Promise.resolve(true);
    });
  }

  /** One piece of work at a time under a key, however many fetches wait for it. Never rejects. */
  once(key: string, work: () => Promise<void>): Promise<void> {
    const before = this.#underWay.get(key);
    if (before !== undefined) {
      return before;
    }
    const begun = work()
      .catch((error: unknown) => {
        this.#saidNoAt.set(key, this.#ports.now());
        this.#ports.log(`agents: ${errorName(error)}`);
      })
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, begun);
    return begun;
  }

  /** A session was ended: what was said about it, or about what agents had of it (`key`), counts no more. */
  forget(id: string, key: string | undefined): void {
    this.#allowed.delete(id);
    this.#told.delete(id);
    this.#saidNoAt.delete(id);
    if (key !== undefined) {
      this.#saidNoAt.delete(key);
    }
  }

  /** The person has chosen: when the choice is taken back, they are asked once more. */
  chosen(): void {
    this.#choosing = false;
    this.#saidNoAt.clear();
    this.#told.clear();
  }
}
