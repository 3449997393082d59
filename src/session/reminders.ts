import { isAgentRequest } from '../aws/readOnly.ts';
import type { Answer } from './attendance.ts';
import type { HeldSession } from './kept.ts';
import type { RenewalNote } from './renewalNote.ts';
import { remindAgainAt, remindAt } from './schedule.ts';
import type { Session } from './types.ts';

const second = 1000;

/**
 * A window in which nobody is waits so long for another one to ask, ms; longer when it does not even work under the
 * session.
 */
const unfocusedMs = 2 * second;
const elsewhereMs = 5 * second;

/** What asking ahead of the end asks of the sessions. */
export interface ReminderPorts {
  /** ms UTC, by AWS's clock. */
  now(): number;
  /** ms UTC by the clock on the wall. */
  wall(): number;
  warnMs(): number;
  held(): readonly HeldSession[];
  look(id: string): Session | undefined;
  activeId(): string | undefined;
  isFocused(): boolean;
  /** See Attendance. */
  ask(session: Session): Promise<Answer | undefined>;
  /** Takes in what the other windows have got meanwhile. */
  pull(): Promise<void>;
  readonly note: RenewalNote;
  readonly signal: AbortSignal;
  /** The next moment may be another now. */
  onChange(): void;
}

/**
 * Asks a person about live sessions that will not go on without one: once, at the warning time, in one window of the
 * host, and after “Later”, or when nobody has looked, once more shortly before the end. Who closes the question has seen
 * it and is not asked again; “Let it end” says the same in words. Only a tool that waits asks after the end.
 */
export class Reminders {
  readonly #ports: ReminderPorts;
  /** Sessions that seemed to need nobody, and did: ms UTC at which their credentials came. */
  readonly #surprises = new Map<string, number>();
  /** The question about a session that counts, of those that this window has on the screen. */
  readonly #open = new Map<string, number>();
  readonly #claiming = new Set<string>();
  #count = 0;

  constructor(ports: ReminderPorts) {
    this.#ports = ports;
  }

  /** A renewal without a person has found that it needs one. */
  needsPerson(id: string): void {
    const kept = this.#held(id);
    if (kept !== undefined) {
      this.#surprises.set(id, kept.startedAt);
      this.#ports.onChange();
    }
  }

  /** When the next question is due, ms UTC by AWS's clock, maybe past; undefined: none will be. */
  nextAt(now: number): number | undefined {
    let next: number | undefined;
    for (const kept of this.#ports.held()) {
      const at = this.#dueAt(kept, now);
      next = at === undefined ? next : Math.min(next ?? Infinity, at);
    }
    return next;
  }

  /** The time came: asks what is due. */
  tick(): void {
    const now = this.#ports.now();
    for (const kept of this.#ports.held()) {
      if ((this.#dueAt(kept, now) ?? Infinity) <= now) {
        void this.#ask(kept);
      }
    }
  }

  #dueAt(kept: HeldSession, now: number): number | undefined {
    const { id, credentials, startedAt } = kept;
    const first = remindAt(credentials, startedAt, this.#ports.warnMs());
    if (first === undefined || this.#claiming.has(id)) {
      return undefined;
    }
    const session = this.#ports.look(id);
    if (session?.state.kind !== 'live' || session.state.renewing) {
      return undefined;
    }
    // An agent that still wants it asks by itself; nobody types codes for one that is done.
    if (isAgentRequest(session.request)) {
      return undefined;
    }
    // The MFA session has asked for all of its roles: who let it end is not asked by each of them again.
    if (session.mfaSource !== undefined && this.#ports.activeId() !== id) {
      return undefined;
    }
    if (!session.needsPerson && session.signsInAnew !== true && this.#surprises.get(id) !== startedAt) {
      return undefined;
    }
    const asked = this.#ports.note.last.asked.get(id);
    if (asked?.startedAt !== startedAt) {
      return first + this.#delay(id);
    }
    if (asked.again === undefined) {
      return undefined;
    }
    // Who asked first asks again: the new question takes the place of the old one.
    const delay = this.#open.has(id) ? 0 : elsewhereMs + this.#delay(id);
    return now + (asked.again - this.#ports.wall()) + delay;
  }

  #delay(id: string): number {
    return this.#ports.isFocused() ? 0 : this.#ports.activeId() === id ? unfocusedMs : elsewhereMs;
  }

  async #ask(kept: HeldSession): Promise<void> {
    const { id } = kept;
    this.#claiming.add(id);
    try {
      // Nobody is disturbed for what another window has renewed, or has asked already.
      await this.#ports.pull();
      const isSame = this.#held(id)?.startedAt === kept.startedAt;
      if (!isSame || !(await this.#claim(kept))) {
        return;
      }
    } catch {
      // The window closes.
      return;
    } finally {
      this.#claiming.delete(id);
      this.#ports.onChange();
    }
    const session = this.#ports.look(id);
    if (session?.state.kind === 'live' && !this.#ports.signal.aborted) {
      await this.#put(session, kept);
    }
  }

  async #put(session: Session, kept: HeldSession): Promise<void> {
    this.#count += 1;
    const question = this.#count;
    this.#open.set(session.id, question);
    const answer = await this.#ports.ask(session);
    if (this.#open.get(session.id) !== question) {
      // It gave way to the same question, asked anew.
      return;
    }
    this.#open.delete(session.id);
    if (answer === undefined || answer === 'letEnd') {
      await this.#rest(kept).catch(() => undefined);
    }
    this.#ports.onChange();
  }

  /** True for the one window of the host that asks now. */
  #claim(kept: HeldSession): Promise<boolean> {
    const { id, startedAt, credentials } = kept;
    return this.#ports.note.update(this.#ports.signal, (state) => {
      const wall = this.#ports.wall();
      const before = state.asked.get(id);
      const isFirst = before?.startedAt !== startedAt;
      if (!isFirst && (before.again === undefined || before.again > wall)) {
        return [state, false];
      }
      const inMs = isFirst ? remindAgainAt(credentials, this.#ports.now()) : undefined;
      const again = inMs === undefined ? undefined : wall + (inMs - this.#ports.now());
      return [{ ...state, asked: new Map([...state.asked, [id, { startedAt, again }]]) }, true];
    });
  }

  /** These credentials may end. */
  #rest({ id, startedAt }: HeldSession): Promise<void> {
    return this.#ports.note.update(this.#ports.signal, (state) => [
      { ...state, asked: new Map([...state.asked, [id, { startedAt, again: undefined }]]) },
      undefined,
    ]);
  }

  #held(id: string): HeldSession | undefined {
    return this.#ports.held().find((kept) => kept.id === id);
  }
}
