import { timeLeft } from '../aws/credentials.ts';
import { pausedUntil, pauseMs } from './allowance.ts';
import type { HeldSession } from './kept.ts';
import type { StartResult } from './ports.ts';
import type { RenewalNote } from './renewalNote.ts';
import { aheadAt } from './schedule.ts';
import type { Session } from './types.ts';

const second = 1000;
const minute = 60 * second;

/**
 * What was over for longer is not renewed by itself any more: the laptop was closed over a day, and what its person then
 * wants is theirs to say.
 */
const longestOverMs = 24 * 60 * minute;

/** Renewals at once, after a first one has gone well. */
const abreast = 4;

/** A renewal that gave nothing and is in no trouble (another window's, an end) is looked at again after this, ms. */
const lookAgainMs = 30 * second;

/** What renewing ahead asks of the sessions. */
export interface RenewalPorts {
  /** ms UTC, by AWS's clock. */
  now(): number;
  /** ms UTC by the clock on the wall. */
  wall(): number;
  /** 0 to 1. */
  random(): number;
  held(): readonly HeldSession[];
  look(id: string): Session | undefined;
  /** Where the session's last calls went, when this window has made one. */
  hostOf(id: string): string | undefined;
  /** Gets new credentials without a person. Never rejects. */
  renew(id: string): Promise<StartResult>;
  /** Takes in what the other windows have got. */
  pull(): Promise<void>;
  /** Runs `work` when no other window of the host is at it, or after a while all the same. Never rejects. */
  inTurn(work: () => Promise<void>): Promise<void>;
  readonly note: RenewalNote;
  isClosed(): boolean;
  /** The next moment may be another now. */
  onChange(): void;
}

/**
 * Renews live sessions ahead of their end. The rule: as long as VS Code runs and nobody has ended it, a session that
 * needs no person lasts, through sleep and outages, whether or not it is used: what works in the morning works after
 * lunch. Who wants less sets a guard. What ended while VS Code was closed stays over until somebody asks for it; so does
 * what was over for more than a day, and whatever a base that is over itself cannot renew.
 */
export class Renewals {
  readonly #ports: RenewalPorts;
  /** By this, the windows of a host do not all come at once. */
  readonly #share: number;
  /** Credentials that this window has seen live: ms UTC at which they came. */
  readonly #seen = new Map<string, number>();
  /** ms UTC by AWS's clock before which a session is left alone, and for the how manieth time in a row. */
  readonly #later = new Map<string, { readonly at: number; readonly tries: number }>();
  readonly #flying = new Set<string>();
  #rounds = 0;

  constructor(ports: RenewalPorts) {
    this.#ports = ports;
    this.#share = ports.random();
  }

  /** When the next renewal is due, ms UTC by AWS's clock, maybe past; undefined: none will be. */
  nextAt(now: number): number | undefined {
    let next: number | undefined;
    for (const kept of this.#ports.held()) {
      const at = this.#dueAt(kept, now);
      if (at !== undefined) {
        next = Math.min(next ?? Infinity, at);
      }
    }
    // Until the round that is under way ends, there is nothing to wake for.
    return this.#rounds > 0 ? undefined : next;
  }

  /** The time came, or something changed: begins what is due. */
  tick(): void {
    if (this.#rounds === 0 && this.#next() !== undefined) {
      void this.#round();
    }
  }

  async #round(): Promise<void> {
    this.#rounds += 1;
    try {
      await this.#ports.inTurn(async () => {
        // What another window has done or found out meanwhile is not done again.
        await this.#ports.note.look();
        if (this.#next() !== undefined) {
          await this.#ports.pull();
        }
        // Alone, the first finds out whether it is of any use.
        if (await this.#renewNext()) {
          await Promise.all(Array.from({ length: abreast }, () => this.#renewAll()));
        }
      });
    } finally {
      this.#rounds -= 1;
      this.#ports.onChange();
    }
  }

  async #renewAll(): Promise<void> {
    while (await this.#renewNext()) {
      // Each goes on until nothing is due, or something has failed.
    }
  }

  /** False when nothing was due, or nothing came of it. */
  async #renewNext(): Promise<boolean> {
    const kept = this.#next();
    if (kept === undefined || this.#ports.isClosed()) {
      return false;
    }
    const { id } = kept;
    this.#flying.add(id);
    const result = await this.#ports.renew(id);
    this.#flying.delete(id);
    const session = this.#ports.look(id);
    const isLonger =
      result.ok &&
      session?.state.kind === 'live' &&
      (session.state.credentials.expiresAt ?? Infinity) > (kept.credentials.expiresAt ?? 0) + minute;
    if (isLonger) {
      this.#later.delete(id);
    } else {
      // The source gave what it had given before, or nothing.
      const tries = this.#later.get(id)?.tries ?? 0;
      const ms = result.ok ? pauseMs(tries, this.#ports.random()) : lookAgainMs;
      this.#later.set(id, { at: this.#ports.now() + ms, tries: tries + 1 });
    }
    return result.ok;
  }

  /** What is due, that which ends first before the others. */
  #next(): HeldSession | undefined {
    const now = this.#ports.now();
    let next: { readonly kept: HeldSession; readonly at: number } | undefined;
    for (const kept of this.#ports.held()) {
      const at = this.#dueAt(kept, now);
      if (at !== undefined && at <= now && (next === undefined || at < next.at)) {
        next = { kept, at };
      }
    }
    return next?.kept;
  }

  #dueAt(kept: HeldSession, now: number): number | undefined {
    const { id, credentials, startedAt } = kept;
    const due = aheadAt(credentials, startedAt, (this.#share + shareOf(id)) % 1);
    if (due === undefined || this.#flying.has(id)) {
      return undefined;
    }
    const left = timeLeft(credentials, now);
    if (left > 0) {
      this.#seen.set(id, startedAt);
    } else if (this.#seen.get(id) !== startedAt || now - (credentials.expiresAt ?? now) > longestOverMs) {
      return undefined;
    }
    const session = this.#ports.look(id);
    const { state } = session ?? {};
    const busy = (state?.kind !== 'live' && state?.kind !== 'expired') || state.renewing;
    if (session === undefined || busy || session.needsPerson || session.signsInAnew === true) {
      return undefined;
    }
    return Math.max(due, this.#later.get(id)?.at ?? 0, now + this.#pauseLeft(id));
  }

  /** How long the session or its host is still in trouble, ms, as far as this window has heard; -Infinity: not at all. */
  #pauseLeft(id: string): number {
    const { hosts, sessions } = this.#ports.note.last;
    const wall = this.#ports.wall();
    const host = hosts.get(this.#ports.hostOf(id) ?? '');
    const until = Math.max(pausedUntil(host, wall), pausedUntil(sessions.get(id), wall));
    // Windows that wait for the same moment come one after the other.
    return until > wall ? until - wall + this.#share * 5 * second : -Infinity;
  }
}

/** Spreads sessions that were started together: 0 to 1, the same for the same id. */
function shareOf(id: string): number {
  let hash = 7;
  for (let at = 0; at < id.length; at += 1) {
    hash = (hash * 31 + id.charCodeAt(at)) % 65_521;
  }
  return hash / 65_521;
}
