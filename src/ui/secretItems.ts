import type * as vscode from 'vscode';

/** The parts of an extension's context that secrets need. */
export interface SecretContext {
  readonly secrets: vscode.SecretStorage & { keys?: () => Thenable<string[]> };
  readonly globalState: vscode.Memento;
}

/** One family of secrets: what its items are called in the store. */
export interface SecretFamily {
  /** `session`: the first part of the keys. */
  readonly name: string;
  /** In the key: an older version of the extension must not overwrite what a newer one keeps. */
  readonly version: number;
  /** Where the global state keeps the list of keys. It holds no secret. */
  readonly indexKey: string;
}

/** Runs work while no other window of this host does the same (Peers.exclusive). */
export type Exclusive = <T>(key: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>;

/** Writing a list takes milliseconds; another window that takes longer hangs. */
const patienceMs = 2000;

/**
 * The one module that reads and writes SecretStorage: small items of JSON, each under a key of its own, because a store
 * may lose any of them and a large item with the rest.
 *
 * On the desktop that store lies on the machine of the UI, even for a remote host
 * (https://github.com/microsoft/vscode/issues/176320), so every key carries the host's id and a host sees only its own
 * items. `SecretStorage.keys()` exists from VS Code 1.105; before that an index in the global state says which items
 * there are. Every call may reject when the platform's store fails.
 */
export class SecretItems {
  readonly #context: SecretContext;
  readonly #family: SecretFamily;
  readonly #prefix: string;
  readonly #exclusive: Exclusive;

  constructor(context: SecretContext, family: SecretFamily, hostId: string, exclusive: Exclusive) {
    this.#context = context;
    this.#family = family;
    this.#prefix = `${family.name}.v${family.version}.${hostId}.`;
    this.#exclusive = exclusive;
  }

  /** The ids of the items that are there, as far as anybody knows. */
  async ids(): Promise<readonly string[]> {
    const { secrets } = this.#context;
    const keys = secrets.keys ? await secrets.keys() : this.#index();
    return keys.filter((key) => key.startsWith(this.#prefix)).map((key) => key.slice(this.#prefix.length));
  }

  /** An item's value; undefined when there is none. An item that a crash cut short is as good as none. */
  async read(id: string): Promise<unknown> {
    const text = await this.#context.secrets.get(this.#prefix + id);
    return text === undefined ? undefined : parseJson(text);
  }

  /** Writes an item, over the one that is there. */
  async write(id: string, value: object): Promise<void> {
    await this.#context.secrets.store(this.#prefix + id, JSON.stringify(value));
    await this.#changeIndex((keys) => keys.add(this.#prefix + id));
  }

  /** Removes an item; one that is not there is no error. */
  async remove(id: string): Promise<void> {
    await this.#context.secrets.delete(this.#prefix + id);
    await this.#changeIndex((keys) => keys.delete(this.#prefix + id));
  }

  /** Calls back with the id of an item that was written or removed, here or in another window of the desktop. */
  onDidChange(listener: (id: string) => void): vscode.Disposable {
    return this.#context.secrets.onDidChange(({ key }) => {
      if (key.startsWith(this.#prefix)) {
        listener(key.slice(this.#prefix.length));
      }
    });
  }

  #index(): readonly string[] {
    return this.#context.globalState.get<string[]>(this.#family.indexKey, []);
  }

  async #changeIndex(change: (keys: Set<string>) => void): Promise<void> {
    if (this.#context.secrets.keys) {
      return;
    }
    const write = async (): Promise<void> => {
      const keys = new Set(this.#index());
      change(keys);
      await this.#context.globalState.update(this.#family.indexKey, [...keys]);
    };
    // Two windows that add at once must not lose each other's key.
    await inTurn(this.#exclusive, `secrets ${this.#family.name}`, write);
  }
}

const keysHostKey = 'keysHost';
const aHostId = /^[0-9a-f]{16}$/;

/**
 * The host's id that the only copy of keys is stored under, and found again by: the first one that this machine had. The
 * folder that the id comes from is somebody's to delete, and with it those keys would be out of reach. `isHere`: the store is
 * this machine's own, so that all keys in it are: none are put into another's. `isSure`: the id comes from the folder, and
 * may be remembered. Never rejects.
 */
export async function hostOfKeys(
  context: SecretContext,
  hostId: string,
  { isHere, isSure }: { readonly isHere: boolean; readonly isSure: boolean },
): Promise<string> {
  const { globalState } = context;
  if (!isHere) {
    return hostId;
  }
  const noted = globalState.get<unknown>(keysHostKey);
  if (typeof noted === 'string' && aHostId.test(noted)) {
    return noted;
  }
  const kept = await keptSecrets(context).catch(() => undefined);
  const hosts = new Set(kept?.filter(({ family }) => family === 'keys').map((secret) => secret.hostId));
  // The state of another profile of the editor has the note, and the store is one for all of them.
  const [only] = hosts.size === 1 ? hosts : [];
  if (kept !== undefined && (isSure || only !== undefined)) {
    await Promise.resolve(globalState.update(keysHostKey, only ?? hostId)).catch(() => undefined);
  }
  return only ?? hostId;
}

/** Does the work when no other window does it; also when its turn does not come, for then one hangs. */
export async function inTurn(exclusive: Exclusive, key: string, work: () => Promise<void>): Promise<void> {
  let begun: Promise<void> | undefined;
  await exclusive(key, AbortSignal.timeout(patienceMs), () => (begun = work())).catch(() => begun ?? work());
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An item of the store, of whatever family and host. */
export interface KeptSecret {
  /** Its key in the store. */
  readonly key: string;
  readonly family: string;
  readonly version: number;
  readonly hostId: string;
  readonly id: string;
}

/** All that is in the store, of a newer version and of other hosts too. Rejects when the store fails. */
export async function keptSecrets({ secrets, globalState }: SecretContext): Promise<readonly KeptSecret[]> {
  const keys = secrets.keys ? await secrets.keys() : indexes(globalState).flatMap(([, listed]) => listed);
  return [...new Set(keys)].flatMap((key) => {
    const [, family, version, hostId, id] = /^([A-Za-z]+)\.v(\d+)\.([^.]+)\.(.+)$/s.exec(key) ?? [];
    return family === undefined || hostId === undefined || id === undefined
      ? []
      : [{ key, family, version: Number(version), hostId, id }];
  });
}

/** Removes an item of whatever family. Rejects when the store fails: then it is still there. */
export async function removeSecret(
  { secrets, globalState }: SecretContext,
  exclusive: Exclusive,
  { key, family }: KeptSecret,
): Promise<void> {
  await secrets.delete(key);
  for (const [indexKey] of indexes(globalState)) {
    await inTurn(exclusive, `secrets ${family}`, async () => {
      const listed = new Map(indexes(globalState)).get(indexKey) ?? [];
      if (listed.includes(key)) {
        await globalState.update(
          indexKey,
          listed.filter((one) => one !== key),
        );
      }
    });
  }
}

/** True for what the global state keeps so that items can be found again. */
export function isIndexKey(key: string): boolean {
  return key === keysHostKey || key.endsWith('Index');
}

/** The lists of keys in the global state, whichever family they are for. */
function indexes(globalState: vscode.Memento): readonly (readonly [string, readonly string[]])[] {
  return globalState
    .keys()
    .filter(isIndexKey)
    .map((key) => {
      const listed = globalState.get<unknown>(key);
      return [key, Array.isArray(listed) ? listed.filter((one) => typeof one === 'string') : []] as const;
    });
}
