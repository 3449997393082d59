import { Emitter, type Disposable, type Event } from './emitter.ts';
import { errorName } from './errorName.ts';
import type { NoteFile } from './renewalNote.ts';

/** By then every window has heard of it, and what VS Code keeps for all windows says the same, ms. */
const keptMs = 24 * 3_600_000;

/** Of each kind; more are no list that a person reads. */
const most = 500;

/** Credentials that an extension has on a single yes, in whatever window. No secret is in it. */
export interface AccessOnce {
  readonly extension: string;
  /** The session's id and name. */
  readonly session: string;
  readonly name: string;
  /** When it got them, and until when they last; ms UTC. */
  readonly at: number;
  readonly until: number;
}

/** That a person took back what an extension may do with a session, at `at` (ms UTC). */
type TakenBack = Pick<AccessOnce, 'extension' | 'session' | 'at'>;

interface Note {
  readonly once: readonly AccessOnce[];
  readonly takenBack: readonly TakenBack[];
}

/** What the note asks of the world. */
export interface AccessNotePorts {
  readonly file: NoteFile;
  /** Runs work while no other window does so. */
  exclusive(work: () => Promise<void>): Promise<void>;
  /** Tells the other windows to look. */
  announce(): void;
  /** ms UTC by the clock on the wall, which all windows share: what each knows of AWS's may differ. */
  now(): number;
  /** One line for the log. */
  log(line: string): void;
}

/**
 * What the windows of a host tell each other about other extensions: who has something on a single yes, and what a person
 * has taken back, which then counts in every window. It is lost with the file, and then somebody is asked once more.
 */
export class AccessNote implements Disposable {
  readonly #ports: AccessNotePorts;
  readonly #changes = new Emitter<string>();
  #note: Note = { once: [], takenBack: [] };

  constructor(ports: AccessNotePorts) {
    this.#ports = ports;
  }

  /** Fires with the id of an extension that lost something in another window. */
  get onTakenBack(): Event<string> {
    return this.#changes.event;
  }

  /** Those that last, as of the last look. */
  once(): readonly AccessOnce[] {
    const now = this.#ports.now();
    return this.#note.once.filter(({ until }) => until > now);
  }

  /** True when what was allowed at `at` (ms UTC) has been taken back since. */
  isTakenBack(extension: string, session: string, at: number): boolean {
    return this.#note.takenBack.some((each) => isOf(each, extension, session) && each.at > at);
  }

  /** ms UTC, by the clock that all windows go by. */
  now(): number {
    return this.#ports.now();
  }

  /** Looks what the other windows have written. Never rejects: what cannot be read stays as it was known. */
  async look(): Promise<void> {
    try {
      this.#take(await this.#ports.file.read());
    } catch (error) {
      this.#ports.log(`extension access: ${errorName(error)}`);
    }
  }

  /** An extension got credentials. Never rejects. */
  given(given: AccessOnce): Promise<void> {
    return this.#change(({ once, takenBack }) => ({
      once: [...without(once, given), given],
      // What another window has from before stays taken back.
      takenBack,
    }));
  }

  /** A person took it back, in this window. Never rejects; true for this window at once. */
  takeBack(what: TakenBack): Promise<void> {
    const change = ({ once, takenBack }: Note): Note => ({
      once: without(once, what),
      takenBack: [...without(takenBack, what), what],
    });
    this.#note = change(this.#note);
    return this.#change(change);
  }

  dispose(): void {
    this.#changes.dispose();
  }

  async #change(change: (note: Note) => Note): Promise<void> {
    const ports = this.#ports;
    try {
      await ports.exclusive(async () => {
        this.#take(await ports.file.read());
        this.#note = change(this.#note);
        await ports.file.write(this.#note);
      });
      ports.announce();
    } catch (error) {
      this.#note = change(this.#note);
      ports.log(`extension access: ${errorName(error)}`);
    }
  }

  #take(value: unknown): void {
    const read = value === undefined ? undefined : readNote(value, this.#ports.now());
    if (read === undefined) {
      // Where there is no file, as where no folder can be trusted, a window goes by what it knows.
      return;
    }
    const before = this.#note;
    this.#note = read;
    const lost = read.takenBack.filter(
      ({ extension, session, at }) =>
        !before.takenBack.some((each) => isOf(each, extension, session) && each.at >= at),
    );
    for (const extension of new Set(lost.map((each) => each.extension))) {
      this.#changes.fire(extension);
    }
  }
}

function without<T extends Pick<AccessOnce, 'extension' | 'session'>>(
  list: readonly T[],
  what: Pick<AccessOnce, 'extension' | 'session'>,
): readonly T[] {
  return list.filter((each) => !isOf(each, what.extension, what.session));
}

function isOf(each: Pick<AccessOnce, 'extension' | 'session'>, extension: string, session: string): boolean {
  return each.extension === extension && each.session === session;
}

/** Trusts nothing in the file; what is old is left out. */
function readNote(value: unknown, now: number): Note {
  const list = (name: keyof Note): readonly unknown[] => {
    const of: unknown = isObject(value) ? value[name] : undefined;
    return Array.isArray(of) ? of.slice(-most) : [];
  };
  return {
    once: list('once')
      .filter((each) => isOnce(each))
      .filter(({ until }) => until > now),
    takenBack: list('takenBack')
      .filter((each) => isTakenBack(each))
      .filter(({ at }) => Math.abs(now - at) < keptMs),
  };
}

function isTakenBack(value: unknown): value is TakenBack {
  return (
    isObject(value) &&
    typeof value['extension'] === 'string' &&
    typeof value['session'] === 'string' &&
    typeof value['at'] === 'number'
  );
}

function isOnce(value: unknown): value is AccessOnce {
  return (
    isTakenBack(value) &&
    'name' in value &&
    typeof value.name === 'string' &&
    'until' in value &&
    typeof value.until === 'number'
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
