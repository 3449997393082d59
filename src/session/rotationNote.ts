/** How far a rotation is. What was begun is noted before it is done, so that a crash leaves no key that nobody knows of. */
export type RotationPhase =
  /** A new key may have been made; nothing uses it. */
  | 'creating'
  /** The new key is about to take the place of the old one. */
  | 'switching'
  /** The new key is in its place, and the old one is about to be switched off. */
  | 'deactivating'
  /** The old key is switched off. */
  | 'deactivated';

/** A rotation that is under way. No secret is in it. */
export interface RotationNote {
  readonly version: 1;
  readonly profile: string;
  readonly oldId: string;
  /** Keys that the user had before; what is not among them and came later is ours. */
  readonly before: readonly string[];
  /** Undefined until AWS has told it. */
  readonly newId: string | undefined;
  readonly phase: RotationPhase;
  /** ms UTC. */
  readonly startedAt: number;
  /** The person has put the last step off: nobody reminds them of it. */
  readonly isPutOff: boolean;
}

const prefix = 'keyRotation ';

/** What notes are kept in: it outlives the window. */
export interface NoteStore {
  keys(): readonly string[];
  get(key: string): unknown;
  set(key: string, value: RotationNote | undefined): Promise<void>;
}

/** The rotations that are under way, by profile. Trusts nothing in what was stored. */
export class RotationNotes {
  readonly #store: NoteStore;

  constructor(store: NoteStore) {
    this.#store = store;
  }

  list(): readonly RotationNote[] {
    return openRotations(this.#store);
  }

  /** The rotation of this profile, or of the key that it holds. */
  of(profile: string): RotationNote | undefined {
    return this.list().find((note) => note.profile === profile);
  }

  keep(note: RotationNote): Promise<void> {
    return this.#store.set(prefix + note.profile, note);
  }

  forget({ profile }: Pick<RotationNote, 'profile'>): Promise<void> {
    return this.#store.set(prefix + profile, undefined);
  }
}

/** All rotations that are not over. */
export function openRotations(store: Pick<NoteStore, 'keys' | 'get'>): readonly RotationNote[] {
  return store
    .keys()
    .filter((key) => key.startsWith(prefix))
    .map((key) => readNote(store.get(key)))
    .filter((note) => note !== undefined);
}

const phases: readonly unknown[] = ['creating', 'switching', 'deactivating', 'deactivated'];

function readNote(value: unknown): RotationNote | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const { version, profile, oldId, before, newId, phase, startedAt, isPutOff } = fields;
  if (
    version !== 1 ||
    typeof profile !== 'string' ||
    typeof oldId !== 'string' ||
    !Array.isArray(before) ||
    !before.every((id) => typeof id === 'string') ||
    (newId !== undefined && typeof newId !== 'string') ||
    !isPhase(phase) ||
    typeof startedAt !== 'number'
  ) {
    return undefined;
  }
  return { version, profile, oldId, before, newId, phase, startedAt, isPutOff: isPutOff === true };
}

function isPhase(value: unknown): value is RotationPhase {
  return phases.includes(value);
}
