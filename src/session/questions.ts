import { errorName } from './errorName.ts';
import type { SupplyOptions } from './ports.ts';
import type { Session } from './types.ts';

/** One notification a minute about the same session is enough, whatever the number of tools that retry. */
const askAgainMs = 60_000;

/** What asking needs. */
export interface QuestionPorts {
  /** ms UTC. */
  now(): number;
  /** Asks the other windows for what they know. */
  pull(): Promise<void>;
  /** True for one window of the host: no other has asked within `forMs`. Rejects when the window closes. */
  claim(id: string, forMs: number): Promise<boolean>;
  /** Whoever asks next may do so at once. */
  release(id: string): void;
  /** True while the session is over and nobody is renewing it. */
  isOver(id: string): boolean;
  /** When the last operation failed (ms UTC); undefined when it did not. */
  failedAt(id: string): number | undefined;
  /** The person put the question away without an answer. */
  saidNo(id: string): void;
  /** One line for the log, without a secret. */
  log(line: string): void;
}

/** Asks a person to renew a session that is over: once for all who wait for it, in whichever window of the host. */
export class Questions {
  readonly #ports: QuestionPorts;
  readonly #askedAt = new Map<string, number>();

  constructor(ports: QuestionPorts) {
    this.#ports = ports;
  }

  /** Asks, unless that was done a moment ago or is no longer needed. Never rejects. */
  async ask(session: Session, onNeedsPerson: SupplyOptions['onNeedsPerson']): Promise<void> {
    const { id } = session;
    const now = this.#ports.now();
    const last = this.#askedAt.get(id);
    if (last !== undefined && now >= last && now - last < askAgainMs) {
      return;
    }
    this.#askedAt.set(id, now);
    // Nobody is disturbed for what another window has renewed.
    await this.#ports.pull();
    if (!this.#ports.isOver(id)) {
      return;
    }
    try {
      if (!(await this.#ports.claim(id, askAgainMs))) {
        return;
      }
      const answered = onNeedsPerson(session);
      if (answered !== undefined) {
        await answered;
        this.#takeNo(id, now);
      }
    } catch (error) {
      this.#ports.log(`${id}: a person could not be asked: ${errorName(error)}`);
    }
  }

  /** The next fetch may ask again: the person has answered, with a yes or with a no. */
  forget(id: string): void {
    if (this.#askedAt.delete(id)) {
      this.#ports.release(id);
    }
  }

  /** The question is off the screen. When nothing came of it, that was a no: nobody is held for an answer any more. */
  #takeNo(id: string, askedAt: number): void {
    const failedSince = (this.#ports.failedAt(id) ?? -Infinity) >= askedAt;
    if (this.#askedAt.get(id) === askedAt && this.#ports.isOver(id) && !failedSince) {
      this.#ports.saidNo(id);
    }
  }
}
