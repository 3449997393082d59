import type { SessionRequest } from '../aws/planModel.ts';
import { readOnlyRequest } from '../aws/readOnly.ts';
import type { Session } from '../session/types.ts';
import { nameOfRequest } from '../session/view.ts';
import type { HostState } from './hostState.ts';
import { requestKey } from './switcherModel.ts';

/** A folder and what its terminals and tasks run as. */
export interface FolderBinding {
  /** The folder's URI. */
  readonly folder: string;
  readonly request: SessionRequest;
}

/** Folders that are remembered at most; those that were bound last stay. */
const most = 200;

const stateKey = 'folderSessions';

/**
 * The bindings of this computer: a folder of another one, of a container or in WSL, has the same URI there and is none of
 * ours.
 */
export class FolderBindings {
  readonly #state: Pick<HostState, 'known' | 'get' | 'set'>;

  constructor(state: Pick<HostState, 'known' | 'get' | 'set'>) {
    this.#state = state;
  }

  /** None before it is known which computer this is. */
  list(): readonly FolderBinding[] {
    return readBindings(this.#state.get(stateKey));
  }

  /** Binds a folder to a request; undefined unbinds it. Rejects when the editor cannot keep it. */
  async bind(folder: string, request: SessionRequest | undefined): Promise<void> {
    // What is there already is not seen before, and would be lost.
    await this.#state.known;
    await this.#state.set(stateKey, withBinding(this.list(), folder, request));
  }
}

/** Reads what an earlier window stored; anything else counts as none. */
export function readBindings(stored: unknown): readonly FolderBinding[] {
  return Array.isArray(stored) ? stored.filter(isBinding) : [];
}

/** The list with a folder bound to a request; undefined unbinds it. */
export function withBinding(
  bindings: readonly FolderBinding[],
  folder: string,
  request: SessionRequest | undefined,
): readonly FolderBinding[] {
  const others = bindings.filter((each) => each.folder !== folder);
  return request === undefined ? others : [...others, { folder, request }].slice(-most);
}

/**
 * The session of a bound folder, live or over; undefined: it has to be started. A guard may have made it read-only: that
 * is its session too, after the one with all rights.
 */
export function sessionOfBinding(
  sessions: readonly Session[],
  { request }: Pick<FolderBinding, 'request'>,
): Session | undefined {
  const narrowed = readOnlyRequest(request);
  return [request, ...(narrowed === undefined ? [] : [narrowed])]
    .map(requestKey)
    .map((key) =>
      sessions.find(
        (session) =>
          requestKey(session.request) === key &&
          (session.state.kind === 'live' || session.state.kind === 'expired'),
      ),
    )
    .find((session) => session !== undefined);
}

/** What the person is offered when a window opens: a folder's session that does not serve it. */
export interface FolderOffer {
  /** The folder's URI. */
  readonly folder: string;
  readonly folderName: string;
  readonly name: string;
  readonly request: SessionRequest;
  /** True when it is live already, and only has to be used. */
  readonly live: boolean;
}

/** A folder of the window with its binding. */
export interface BoundFolder {
  readonly folderName: string;
  readonly binding: FolderBinding;
}

/**
 * What to offer, each folder once in a window: those in `offered` have been. Where several folders are open each has its own session, which serves it by itself once it is live; a
 * single folder has the window's active one, which is not taken from whoever chose another.
 */
export function offersFor(
  bound: readonly BoundFolder[],
  sessions: readonly Session[],
  window: {
    readonly several: boolean;
    readonly hasActive: boolean;
    readonly offered: ReadonlySet<string>;
  },
): readonly FolderOffer[] {
  return bound.flatMap(({ folderName, binding }) => {
    const session = sessionOfBinding(sessions, binding);
    const live = session?.state.kind === 'live';
    const served = window.several ? live : window.hasActive;
    const { folder, request } = binding;
    return served || window.offered.has(folder)
      ? []
      : [{ folder, folderName, name: nameOfRequest(request), request, live }];
  });
}

function isBinding(value: unknown): value is FolderBinding {
  return (
    typeof value === 'object' &&
    value !== null &&
    'folder' in value &&
    typeof value.folder === 'string' &&
    'request' in value &&
    typeof value.request === 'object' &&
    value.request !== null &&
    'kind' in value.request &&
    typeof value.request.kind === 'string'
  );
}
