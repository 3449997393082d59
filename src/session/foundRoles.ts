import type { FoundRole } from '../aws/roles/assumable.ts';
import { Emitter, type Event } from './emitter.ts';
import type { Search } from './roleFinder.ts';

/** Where searches outlive the window. Their ARNs are no secrets. */
export interface FoundStore {
  get(key: string): unknown;
  set(key: string, value: unknown): Promise<void>;
}

/** What was found for each profile, the last time that somebody looked. */
export class FoundRoles {
  readonly #store: FoundStore;
  readonly #known = new Map<string, Search | undefined>();
  readonly #changes = new Emitter<string>();

  constructor(store: FoundStore) {
    this.#store = store;
  }

  /** Fires with the profile whose roles are others than before. */
  get onDidChange(): Event<string> {
    return this.#changes.event;
  }

  /** Undefined before the first search. */
  of(profile: string): Search | undefined {
    if (!this.#known.has(profile)) {
      this.#known.set(profile, readSearch(this.#store.get(keyOf(profile))));
    }
    return this.#known.get(profile);
  }

  /** Keeps a search; undefined forgets it. */
  async keep(profile: string, search: Search | undefined): Promise<void> {
    this.#known.set(profile, search);
    await this.#store.set(keyOf(profile), search && { version: 1, ...search });
    this.#changes.fire(profile);
  }
}

function keyOf(profile: string): string {
  return `foundRoles ${profile}`;
}

/** Trusts nothing in what was stored: a broken search is as good as none. */
function readSearch(value: unknown): Search | undefined {
  if (!isObject(value) || value['version'] !== 1) {
    return undefined;
  }
  const { at, caller, roles } = value;
  const found = Array.isArray(roles) ? (roles as readonly unknown[]).map(readRole) : [undefined];
  if (typeof at !== 'number' || typeof caller !== 'string' || !found.every((role) => role !== undefined)) {
    return undefined;
  }
  return { at, caller, roles: found, patterns: texts(value['patterns']), missing: texts(value['missing']) };
}

function readRole(value: unknown): FoundRole | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  const { arn, verdict, needs, unknown } = value;
  const known = verdict === 'yes' || verdict === 'perhaps' || verdict === 'named';
  if (typeof arn !== 'string' || !known || !isObject(needs)) {
    return undefined;
  }
  const text = (name: string): string | undefined => {
    const member = needs[name];
    return typeof member === 'string' ? member : undefined;
  };
  const [externalId, sourceIdentity, sessionName] = [
    text('externalId'),
    text('sourceIdentity'),
    text('sessionName'),
  ];
  return {
    arn,
    verdict,
    needs: {
      mfa: needs['mfa'] === true,
      ...(externalId !== undefined && { externalId }),
      ...(sourceIdentity !== undefined && { sourceIdentity }),
      ...(sessionName !== undefined && { sessionName }),
    },
    unknown: texts(unknown),
  };
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
