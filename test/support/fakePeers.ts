import { Emitter, type Disposable } from '../../src/session/emitter.ts';
import type { Peers, StoredSession } from '../../src/session/types.ts';

interface Turn {
  readonly window: WindowPeers;
  readonly begin: () => void;
}

/** The windows of one host: who hears whom, and whose turn it is. Announcements are delivered when the test says so. */
export class FakeHost {
  readonly windows = new Set<WindowPeers>();
  /** True: an announcement arrives at once. */
  prompt = true;
  readonly #undelivered = new Set<WindowPeers>();
  readonly #queues = new Map<string, Turn[]>();

  /** A window whose records are what `records` gives. */
  open(records: () => readonly StoredSession[]): WindowPeers {
    const window = new WindowPeers(this, records);
    this.windows.add(window);
    return window;
  }

  announced(by: WindowPeers): void {
    for (const window of this.windows) {
      if (window !== by) {
        this.#undelivered.add(window);
      }
    }
    if (this.prompt) {
      this.deliver();
    }
  }

  /** Delivers what has been announced. */
  deliver(): void {
    for (const window of Array.from(this.#undelivered)) {
      this.#undelivered.delete(window);
      if (this.windows.has(window)) {
        window.heard.fire();
      }
    }
  }

  /** The window is gone, and with it the locks it held. What it was doing never ends. */
  kill(window: WindowPeers): void {
    this.windows.delete(window);
    for (const [key, queue] of this.#queues) {
      const [holder] = queue;
      const left = queue.filter((turn) => turn.window !== window);
      this.#queues.set(key, left);
      if (holder?.window === window) {
        left[0]?.begin();
      }
    }
  }

  /** Resolves with the way to let go when it is this window's turn; rejects when aborted before. */
  take(key: string, window: WindowPeers, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    const queue = this.#queues.get(key) ?? [];
    this.#queues.set(key, queue);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        const now = this.#queues.get(key) ?? [];
        const place = now.indexOf(turn);
        if (place >= 0) {
          now.splice(place, 1);
          if (place === 0) {
            now[0]?.begin();
          }
        }
      };
      const abort = (): void => {
        leave();
        reject(signal.reason as Error);
      };
      const turn: Turn = {
        window,
        begin: () => {
          signal.removeEventListener('abort', abort);
          resolve({ dispose: leave });
        },
      };
      signal.addEventListener('abort', abort);
      queue.push(turn);
      if (queue[0] === turn) {
        turn.begin();
      }
    });
  }
}

/** One window's view of the others. */
export class WindowPeers implements Peers {
  readonly heard = new Emitter<void>();
  readonly onDidChange = this.heard.event;
  readonly records: () => readonly StoredSession[];
  /** Set to make the lock fail: before the work ('take') or after it ('release'). */
  brokenLock: 'take' | 'release' | undefined;
  readonly #host: FakeHost;

  constructor(host: FakeHost, records: () => readonly StoredSession[]) {
    this.#host = host;
    this.records = records;
  }

  async pull(): Promise<readonly StoredSession[]> {
    const others = Array.from(this.#host.windows).filter((window) => window !== this);
    // Through JSON, as between processes.
    return others.flatMap((window) => JSON.parse(JSON.stringify(window.records())) as StoredSession[]);
  }

  announce(): void {
    this.#host.announced(this);
  }

  async exclusive<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.brokenLock === 'take') {
      throw new Error('the lock folder is read-only');
    }
    const turn = await this.#host.take(key, this, signal);
    const result = await work().finally(() => turn.dispose());
    if (this.brokenLock === 'release') {
      throw new Error('the lock file is gone');
    }
    return result;
  }
}
