import type { Guard } from '../aws/guards.ts';
import { DisposableStore, type Disposable } from './emitter.ts';
import { GuardWatch, type GuardEnd } from './guardWatch.ts';
import type { Sessions } from './sessions.ts';
import type { EndedSession, Session } from './types.ts';

/** What guarding sessions asks of the world. */
export interface GuardingPorts {
  readonly sessions: Pick<
    Sessions,
    'list' | 'get' | 'now' | 'moment' | 'endOnce' | 'onDidChange' | 'onDidHappen'
  >;
  /** False while there are no guards: nothing is looked at then. */
  isWanted(): boolean;
  guardOf(session: Omit<Session, 'state'>): Guard | undefined;
  /** The last uses, across the windows of the host. Neither rejects. */
  readonly uses: {
    note(id: string, at: number): Promise<void>;
    of(id: string): Promise<number | undefined>;
  };
  /** A guard has ended a session in this window. */
  onEnded(session: Session, end: GuardEnd, ended: EndedSession): void;
  log(line: string): void;
}

/**
 * What a window does for the guards of live sessions, its own and others': it notes each use, and ends each once when
 * its time has come.
 */
export class Guarding implements Disposable {
  readonly #ports: GuardingPorts;
  readonly #store = new DisposableStore();
  readonly #usedHere = new Map<string, number>();
  readonly #watch: GuardWatch;

  constructor(ports: GuardingPorts) {
    this.#ports = ports;
    const { sessions, uses } = ports;
    this.#watch = this.#store.add(
      new GuardWatch({
        sessions: () => (ports.isWanted() ? sessions.list() : []),
        session: (id) => (ports.isWanted() ? sessions.get(id) : undefined),
        guardOf: (session) => ports.guardOf(session),
        now: () => sessions.now(),
        moment: (at, signal) => sessions.moment(at, signal),
        usedHere: (id) => this.#usedHere.get(id),
        usedAnywhere: (id) => uses.of(id),
        end: (id, due) => sessions.endOnce(id, due),
        onEnded: (session, end, ended) => ports.onEnded(session, end, ended),
        log: (line) => ports.log(line),
      }),
    );
    this.#store.add(sessions.onDidChange(() => this.#watch.look()));
    this.#store.add(
      // What a person asks for anew is used, whoever fetches it.
      sessions.onDidHappen(({ kind, by, session, at }) => {
        if (kind === 'started' || kind === 'handedOut' || (kind === 'renewed' && by.kind === 'person')) {
          this.served(session.id, at);
        }
      }),
    );
  }

  /** Looks again at what is due and when. */
  look(): void {
    this.#watch.look();
  }

  /** A tool got credentials at `at`, ms UTC. */
  served(id: string, at: number): void {
    this.#usedHere.set(id, at);
    // Without a guard here, too: another editor or profile has other settings, and a tool is answered by any window.
    void this.#ports.uses.note(id, at);
  }

  /** See `SessionPorts.endsAt`. */
  endsAt(about: Omit<Session, 'state'>, begunAt: number): number | undefined {
    const seconds = this.#ports.guardOf(about)?.maxSeconds;
    return seconds === undefined ? undefined : begunAt + seconds * 1000;
  }

  /** Serves a fetch after the guards have had a look at the session: it may be over by now. */
  async judged<T>(id: string, serve: () => Promise<T>): Promise<T> {
    await this.#watch.judge(id);
    return serve();
  }

  dispose(): void {
    this.#store.dispose();
  }
}
