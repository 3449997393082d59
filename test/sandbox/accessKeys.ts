/** Whether AWS takes a key. */
export type KeyStatus = 'Active' | 'Inactive';

/** A long-term key as IAM shows it: everything but its secret. */
export interface AccessKey {
  readonly accessKeyId: string;
  /** ARN of the user, or of an account's root user. */
  readonly owner: string;
  readonly status: KeyStatus;
  /** Milliseconds UTC. */
  readonly createdAt: number;
  readonly lastUsed: LastUse | undefined;
}

/** The last call that a key signed. */
export interface LastUse {
  /** Milliseconds UTC. */
  readonly at: number;
  readonly service: string;
  readonly region: string;
}

/** A user may have two keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const mostKeys = 2;

/**
 * What becomes of the first calls with a new key: AWS's places learn of it one after the other, so that a call that
 * works may be followed by one that does not.
 */
const spreading: readonly ('known' | 'unknown')[] = ['unknown', 'unknown', 'known', 'unknown'];

/** The long-term keys of everybody, as IAM manages them. */
export class AccessKeys {
  readonly #keys = new Map<string, AccessKey>();
  readonly #spreading = new Map<string, ('known' | 'unknown')[]>();

  /** Adds a key that every place knows already, or a `fresh` one. */
  add(key: Omit<AccessKey, 'lastUsed'>, fresh = false): void {
    this.#keys.set(key.accessKeyId, { ...key, lastUsed: undefined });
    if (fresh) {
      this.#spreading.set(key.accessKeyId, [...spreading]);
    }
  }

  of(owner: string): readonly AccessKey[] {
    return [...this.#keys.values()].filter((key) => key.owner === owner);
  }

  get(accessKeyId: string): AccessKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  setStatus(accessKeyId: string, status: KeyStatus): void {
    const key = this.#keys.get(accessKeyId);
    if (key !== undefined) {
      this.#keys.set(accessKeyId, { ...key, status });
    }
  }

  remove(accessKeyId: string): void {
    this.#keys.delete(accessKeyId);
    this.#spreading.delete(accessKeyId);
  }

  /** A call with this key has come: false when the place that got it does not take the key. Temporary keys always pass. */
  take(accessKeyId: string, use: LastUse): boolean {
    const key = this.#keys.get(accessKeyId);
    if (key === undefined) {
      return true;
    }
    if (key.status === 'Inactive' || this.#spreading.get(accessKeyId)?.shift() === 'unknown') {
      return false;
    }
    this.#keys.set(accessKeyId, { ...key, lastUsed: use });
    return true;
  }
}
