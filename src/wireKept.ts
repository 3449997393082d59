import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { withoutPointers } from './aws/keyLines.ts';
import { isManaged } from './aws/profiles.ts';
import type { ProfileSet } from './aws/profiles.ts';
import { vaultIdIn } from './aws/vaultPointer.ts';
import { isThere, isWeaklyEncrypted, removeAll } from './files/keptFiles.ts';
import { editFile } from './files/safeWrite.ts';
import type { SharedPaths } from './files/sharedFiles.ts';
import { installHelper, removeHelper } from './outlets/install.ts';
import type { WindowHost } from './outlets/windowHost.ts';
import { DisposableStore, type Disposable, type Event } from './session/emitter.ts';
import { errorName } from './session/errorName.ts';
import { openRotations } from './session/rotationNote.ts';
import type { Sessions } from './session/sessions.ts';
import type { Peers } from './session/types.ts';
import type { Context } from './ui/context.ts';
import type { Inventory, KeptFile, NotDeleted } from './ui/inventory.ts';
import type { KeptPorts } from './ui/kept.ts';
import type { HostState } from './ui/hostState.ts';
import type { Log } from './ui/log.ts';
import type { CommandParts, KeptPort } from './ui/parts.ts';
import { isIndexKey } from './ui/secretItems.ts';
import type { KeptSecret } from './ui/secretItems.ts';
import { whereOf } from './ui/text/giveAway.ts';
import { consoleFolders } from './wireConsole.ts';
import { KeptStore, placeNow } from './wireKeptStore.ts';

/** What it is made from. */
export interface KeptParts extends Pick<
  CommandParts,
  'authenticators' | 'delivery' | 'written' | 'saml' | 'keys' | 'isAsking'
> {
  readonly context: Context;
  readonly sessions: Sessions;
  readonly host: Promise<WindowHost>;
  readonly hostState: HostState;
  readonly peers: Peers;
  /** Of the two shared files. */
  readonly paths: SharedPaths;
  readonly log: Log;
  files(): Promise<ProfileSet>;
  readonly onDidChangeFiles: Event<void>;
  /** ms UTC. */
  now(this: void): number;
}

/** All that is kept here, as the interface sees it. */
export interface WiredKept extends KeptPort, Disposable {
  /** False when the secret store has lost what an earlier run of the editor put there; undefined: nobody knows. */
  outlives(): Promise<boolean | undefined>;
}

/** The family of secrets that stand nowhere else. */
const onlyCopyFamily = 'keys';
/** The global state's: notes about these keys, which stay with them. */
const onlyCopyNotes = /^key(?:Vault|s)/i;
/** A browser window of a sign-in that is under way is waited for, ms. */
const patienceMs = 3000;

/** Where an editor keeps its `argv.json`, by its scheme; https://code.visualstudio.com/docs/configure/command-line */
const editorFolders: Readonly<Record<string, string>> = {
  vscode: '.vscode',
  'vscode-insiders': '.vscode-insiders',
  vscodium: '.vscode-oss',
  cursor: '.cursor',
  windsurf: '.windsurf',
};

/** Builds what shows and deletes all that is kept. Nothing is looked at before the person asks. */
export function wireKept(parts: KeptParts): WiredKept {
  const { sessions, host, log } = parts;
  let isHelperGone = false;
  const store = new KeptStore(parts);
  const putBack = (): void => {
    if (isHelperGone) {
      isHelperGone = false;
      void putHelperBack(parts).catch((error: unknown) => log.warn(`helper: ${errorName(error)}`));
    }
  };
  const listening = new DisposableStore();
  listening.add(
    sessions.onDidHappen(({ kind, by }) => {
      if (kind === 'started') {
        putBack();
        if (by.kind === 'person' && !store.mark.isLeft) {
          void store.mark.leave().catch((error: unknown) => log.info(`mark: ${errorName(error)}`));
        }
      }
    }),
  );
  /** Something leads to the helper again: a profile of ours, or keys in the vault. */
  const lookForPointers = async (): Promise<void> => {
    const { profiles } = await parts.files();
    if ([...profiles.values()].some((each) => isManaged(each) || vaultIdIn(each) !== undefined)) {
      putBack();
    }
  };
  listening.add(
    parts.onDidChangeFiles(() => {
      if (isHelperGone) {
        void lookForPointers();
      }
    }),
  );
  const ports: KeptPorts = {
    look: () => look(parts, store),
    deleteAll: async (withKeys) => {
      const left = await deleteAll(parts, store, withKeys);
      const { secrets } = await store.look();
      const { folder } = await host;
      // Keys that stay are got by the helper.
      const isNeeded = secrets?.some(({ family }) => family === onlyCopyFamily) !== false;
      isHelperGone =
        !isNeeded &&
        folder !== undefined &&
        (await removeHelper(folder).catch((error: unknown) => {
          log.warn(`helper: ${errorName(error)}`);
          return false;
        }));
      return left;
    },
    isAsking: () => parts.isAsking(),
  };
  return {
    show: async () => (await import('./ui/kept.ts')).showKept(ports),
    deleteAll: async () => (await import('./ui/kept.ts')).deleteKept(ports),
    outlives: () => store.mark.outlives().catch(() => undefined),
    dispose: () => listening.dispose(),
  };
}

/** Terminals and tools of the sessions that start from now on need it again. */
async function putHelperBack({ context, host }: KeptParts): Promise<void> {
  const { folder } = await host;
  const { env, execPath, platform } = process;
  await (folder &&
    installHelper(folder, {
      from: join(context.extensionPath, 'dist', 'helper'),
      executable: execPath,
      platform,
      localAppData: env['LOCALAPPDATA'],
    }));
}

async function look(parts: KeptParts, store: KeptStore): Promise<Inventory> {
  const { context, authenticators, written, saml, sessions } = parts;
  const outlives = await store.mark.outlives().catch(() => undefined);
  const { secrets, ofOthers } = await store.look();
  const families = [...new Set(secrets?.map(({ family }) => family) ?? [])].sort();
  const set = await parts.files();
  const place = placeNow();
  const folder = editorFolders[vscode.env.uriScheme];
  const providers = await saml.knownProviders();
  return {
    at: parts.now(),
    place,
    outlives,
    isWeak: place === 'linux' && folder !== undefined && (await isWeaklyEncrypted(homedir(), folder)),
    secrets:
      secrets &&
      families.map((name) => ({ name, count: secrets.filter(({ family }) => family === name).length })),
    ofOthers,
    sessions: sessions.list().map(({ name }) => name),
    authenticators: authenticators.list().map(({ serial }) => serial),
    onlyCopies: (await onlyCopies(parts, secrets ?? [])).map(({ name }) => name),
    rotations: openRotations(parts.hostState).map(({ profile, oldId }) => `${profile} (${oldId})`),
    files: await filesOf(parts),
    managed: [...set.profiles.values()].filter(isManaged).map(({ name }) => name),
    configPath: parts.paths.config,
    written: written.list().map(whereOf),
    browsers: providers.map(({ host }) => host),
    stateEntries: context.globalState.keys().length,
  };
}

/** Access keys that stand in no file: those on their way into the vault stand in one still. */
async function onlyCopies(
  { keys }: KeptParts,
  secrets: readonly KeptSecret[],
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const entries = new Map((await keys.list().catch(() => [])).map((entry) => [entry.id, entry]));
  return secrets
    .filter(({ family, id }) => family === onlyCopyFamily && entries.get(id)?.stage !== 'in')
    .map(({ id }) => {
      const entry = entries.get(id);
      // Of a newer version, or broken: nobody here can tell what it is.
      return { id, name: entry === undefined ? id : `${entry.profile} (${entry.accessKeyId})` };
    });
}

/** What leads to keys that are gone would make tools fail in a way that nobody understands. */
async function removePointers({ keys, paths }: KeptParts): Promise<boolean> {
  let isDone = true;
  for (const { id } of await keys.list()) {
    for (const file of ['config', 'credentials'] as const) {
      const { kind } = await editFile(paths[file], (text) => withoutPointers(text, file, id));
      isDone &&= kind === 'written' || kind === 'unchanged';
    }
  }
  return isDone;
}

async function filesOf({ context, host }: KeptParts): Promise<readonly KeptFile[]> {
  const storage = context.globalStorageUri.fsPath;
  const helper = (await host).folder?.path;
  const all: readonly KeptFile[] = [
    ...(helper === undefined ? [] : [{ what: 'helper', path: helper } as const]),
    { what: 'auditLog', path: join(storage, 'audit') },
    ...(await consoleFolders(storage)).map((path) => ({ what: 'browser', path }) as const),
  ];
  const there = await Promise.all(all.map(({ path }) => isThere(path)));
  return all.filter((_, index) => there[index]);
}

/** In the order in which nothing comes back: what makes things before what it has made. */
async function deleteAll(
  parts: KeptParts,
  store: KeptStore,
  withKeys: boolean,
): Promise<readonly NotDeleted[]> {
  const { sessions, authenticators, delivery, written, saml } = parts;
  const left: NotDeleted[] = [];
  const attempt = async (
    name: string,
    work: () => Promise<boolean>,
    what: NotDeleted['what'] = 'other',
  ): Promise<void> => {
    const done = await work().catch((error: unknown) => {
      parts.log.warn(`delete: ${errorName(error)}`);
      return false;
    });
    if (!done) {
      left.push({ what, name });
    }
  };
  await sessions.endAll();
  await sessions.settled();
  for (const note of written.list()) {
    await attempt(whereOf(note), async () => (await written.takeOut(note)).kind !== 'failed');
  }
  await attempt(parts.paths.config, async () => (await delivery.removeManagedProfiles()).ok);
  for (const { serial } of authenticators.list()) {
    await attempt(serial, async () => {
      await authenticators.remove(serial);
      return true;
    });
  }
  if (withKeys) {
    await attempt(parts.paths.config, () => removePointers(parts));
  }
  const removeSecrets = async (): Promise<boolean> => {
    const { secrets } = await store.look();
    if (secrets === undefined) {
      return false;
    }
    const stays = new Set(withKeys ? [] : (await onlyCopies(parts, secrets)).map(({ id }) => id));
    return store.removeAll(secrets.filter(({ family, id }) => family !== onlyCopyFamily || !stays.has(id)));
  };
  await attempt('', removeSecrets, 'secrets');
  for (const provider of await saml.knownProviders()) {
    const signOut = (): Promise<boolean> => saml.signOut(provider, AbortSignal.timeout(patienceMs));
    await attempt(provider.host, signOut, 'browser');
  }
  for (const { what, path } of await filesOf(parts)) {
    if (what !== 'helper') {
      await attempt(path, () => removeAll(path));
    }
  }
  await attempt('', () => forgetState(parts, withKeys), 'state');
  return left;
}

/** What other computers keep in the same state stays, and so do the notes about keys that stay. */
async function forgetState({ context, host, hostState }: KeptParts, withKeys: boolean): Promise<boolean> {
  const { hostId } = await host;
  await hostState.known;
  for (const key of context.globalState.keys()) {
    const isOfOther =
      hostState.isOfOther(key) || (key.startsWith('authenticators.') && !key.endsWith(hostId));
    if (!isOfOther && !isIndexKey(key) && (withKeys || !onlyCopyNotes.test(key))) {
      await context.globalState.update(key, undefined);
    }
  }
  for (const key of context.workspaceState.keys()) {
    await context.workspaceState.update(key, undefined);
  }
  return true;
}
