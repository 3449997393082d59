import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** How many connections a server keeps, and how long one may take to say what it wants. */
export interface RoomLimits {
  /** Of all connections; whoever has not said what it wants makes room, the one that is silent for longest first. */
  readonly most: number;
  /** Milliseconds for the head of the request. */
  readonly headMs: number;
}

/** What http.Server itself answers. */
const TOO_SLOW = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';

/**
 * Keeps silent connections from shutting out those that ask. `http.Server.maxConnections` turns newcomers away, so
 * whoever holds that many connections open has the server for itself; here the newcomer stays and the longest silence
 * goes. One timer, and only while somebody is silent: `http.Server` would look every second for ever.
 */
export class WaitingRoom {
  readonly #limits: RoomLimits;
  /** Since when each is silent (ms of the monotonic clock), the oldest first. */
  readonly #silent = new Map<Socket, number>();
  readonly #asking = new Set<Socket>();
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: RoomLimits) {
    this.#limits = limits;
  }

  /** A connection has come. */
  enter(socket: Socket): void {
    this.#silent.set(socket, performance.now());
    socket.once('close', () => {
      this.#silent.delete(socket);
      this.#asking.delete(socket);
    });
    if (this.#silent.size + this.#asking.size > this.#limits.most) {
      this.#evictOldest();
    }
    this.#arm();
  }

  /** Its request has a whole head: it may stay until that is answered. */
  hasAsked(socket: Socket): void {
    if (this.#silent.delete(socket)) {
      this.#asking.add(socket);
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The newcomer itself when all others wait for their answers. */
  #evictOldest(): void {
    const [oldest] = this.#silent.keys();
    if (oldest !== undefined) {
      this.#silent.delete(oldest);
      oldest.destroy();
    }
  }

  #arm(): void {
    const [since] = this.#silent.values();
    if (since === undefined || this.#timer !== undefined) {
      return;
    }
    const ms = Math.max(1, Math.ceil(since + this.#limits.headMs - performance.now()));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sendAwayTheSlow();
      this.#arm();
    }, ms).unref();
  }

  #sendAwayTheSlow(): void {
    const now = performance.now();
    for (const [socket, since] of this.#silent) {
      if (now - since < this.#limits.headMs) {
        return;
      }
      this.#silent.delete(socket);
      socket.write(TOO_SLOW);
      socket.destroySoon();
    }
  }
}
