import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { ProfileSet } from './aws/profiles.ts';
import { vaultIdsIn, withVaultKeys } from './aws/vaultPointer.ts';
import type { UserKeys } from './aws/vaultPointer.ts';
import { readShared } from './files/readShared.ts';
import { editFile, sweepTemporaries } from './files/safeWrite.ts';
import type { SharedFiles } from './files/sharedFiles.ts';
import type { SupplyRequest } from './outlets/server.ts';
import type { WindowHost } from './outlets/windowHost.ts';
import type { AgentRefusal } from './session/agentAccess.ts';
import { DisposableStore } from './session/emitter.ts';
import { errorName } from './session/errorName.ts';
import { keysAuditLine } from './session/keyAudit.ts';
import { guardedKeys, keysRefusal } from './session/keySupply.ts';
import type { KeysSupply } from './session/keySupply.ts';
import { KeyVault } from './session/keyVault.ts';
import type { KeyNote } from './session/keyRecords.ts';
import type { Settled } from './session/keyVault.ts';
import type { LongTermKeys } from './session/longTermKeys.ts';
import type { Peers } from './session/types.ts';
import { vaultKeys } from './session/vaultKeys.ts';
import type { Context } from './ui/context.ts';
import type { Log } from './ui/log.ts';
import type { KeysPort } from './ui/parts.ts';
import { SecretItems } from './ui/secretItems.ts';
import { agentAccess } from './ui/settings.ts';
import { hindranceOfPlace, keysText, settledSentence } from './ui/text/keys.ts';
import type { WiredAudit } from './wireAudit.ts';
import type { WiredGuards } from './wireGuards.ts';
import { editorProcess, keysHost, placeNow } from './wireKeptStore.ts';

const notesKey = 'keysOnTheirWay';

/** Moving keys takes milliseconds; another window that takes longer hangs, ms. */
const patienceMs = 10_000;

/** A store that takes longer to give keys is left out for now: the profiles of the files must not wait for it, ms. */
const storePatienceMs = 3000;

/** What a VS Code without telemetry says in the place of an id of the window (NullTelemetryService in its sources). */
const noWindowId = 'someValue.sessionId';

/** What the vault is made from. */
export interface KeyParts {
  readonly context: Context;
  readonly host: Promise<WindowHost>;
  readonly peers: Peers;
  readonly files: () => SharedFiles;
  readonly guards: () => Pick<WiredGuards, 'atWorst'>;
  readonly audit: () => Pick<WiredAudit, 'note'>;
  /** What AWS has told of a key's account. */
  accountOf(this: void, accessKeyId: string): string | undefined;
  /** See `WiredKept`. */
  outlives(this: void): Promise<boolean | undefined>;
  readonly log: Log;
  now(this: void): number;
}

/** Long-term keys in SecretStorage, for the files, for tools and for the interface. */
export interface WiredKeys extends KeysPort, vscode.Disposable {
  /** See `SharedFilesOptions.complete`. */
  complete(set: ProfileSet): Promise<ProfileSet>;
  /** Serves a profile's own command. */
  supply(
    id: string,
    request: Pick<SupplyRequest, 'agent'>,
  ): Promise<KeysSupply | { readonly kind: 'refused'; readonly name: string; readonly why: AgentRefusal }>;
  /** For a rotation. */
  readonly longTerm: LongTermKeys;
  /** Goes on with what was on its way before the window was restarted. */
  begin(): void;
}

/** Builds the vault, and what leads to it. */
export function wireKeys(parts: KeyParts): WiredKeys {
  const { context, host, peers, log } = parts;
  const store = new DisposableStore();
  const exclusive: Peers['exclusive'] = (key, signal, work) => peers.exclusive(key, signal, work);
  const family = { name: 'keys', version: 1, indexKey: 'keysIndex' };
  const vault = store.add(
    new KeyVault({
      items: keysHost(parts).then((hostId) => new SecretItems(context, family, hostId, exclusive)),
      readFile: async (file) => {
        const { text, problems } = await readShared(parts.files().paths[file], file);
        if (text === undefined && problems.length > 0) {
          throw new Error('unreadable');
        }
        return text ?? '';
      },
      editFile: async (file, change, ownerOnly) => {
        const path = parts.files().paths[file];
        const { kind } = await editFile(path, change, { ownerOnly });
        await sweepTemporaries(path, parts.now());
        return kind === 'written' || kind === 'unchanged' ? 'done' : 'failed';
      },
      helper: async () => (await host).command,
      boot: { extension: randomUUID(), window: windowId(), editor: editorProcess() },
      newId: () => `vault-${randomBytes(10).toString('hex')}`,
      notes: {
        get: () => context.globalState.get<readonly KeyNote[]>(notesKey, []),
        set: async (notes) => context.globalState.update(notesKey, notes),
      },
      alone: (work) => peers.exclusive('keys', AbortSignal.timeout(patienceMs), work),
      log: (line) => log.info(line),
    }),
  );

  /** What was read for the set of files that is shown now. */
  let completed: { readonly from: ProfileSet; readonly to: ProfileSet } | undefined;
  const changed = (): void => {
    completed = undefined;
    parts.files().refresh();
  };
  store.add(vault.onDidChange(changed));

  const find = async (id: string): Promise<UserKeys | undefined> => {
    const reading = vault.find(id);
    const done = new AbortController();
    const limit = delay(storePatienceMs, 'late' as const, { signal: done.signal }).catch(
      () => 'late' as const,
    );
    try {
      const found = await Promise.race([reading, limit]);
      if (found === 'late') {
        // When it does come, the files are shown anew.
        void reading.then(changed, () => undefined);
        return undefined;
      }
      return found?.keys;
    } catch (error) {
      log.warn(`keys: ${errorName(error)}`);
      return undefined;
    } finally {
      done.abort();
    }
  };

  const note = (what: Parameters<typeof keysAuditLine>[0], profile: string): void =>
    parts.audit().note(keysAuditLine(what, profile, parts.now()));
  /** Agents ask again and again. */
  const toldAgents = new Set<string>();

  const tell = async (settled: Settled): Promise<void> => {
    if (settled.kind === 'moved') {
      note('keysMovedIn', settled.profile);
    }
    const text = settledSentence(settled);
    const isGood = settled.kind === 'moved' || settled.kind === 'proven';
    if (isGood || settled.file === undefined) {
      await (isGood ? vscode.window.showInformationMessage(text) : vscode.window.showWarningMessage(text));
      return;
    }
    const open = keysText.openFile();
    if ((await vscode.window.showWarningMessage(text, open)) === open) {
      await vscode.window.showTextDocument(vscode.Uri.file(parts.files().paths[settled.file]));
    }
  };
  const settle = async (): Promise<void> => {
    // A window that was opened elsewhere meanwhile must not take keys out of files that its store cannot give back to.
    // Nor may one without the folder: it meets no other window, and no file could lead to the store by it.
    if (hindranceOfPlace(placeNow()) !== undefined || (await host).folder === undefined) {
      return;
    }
    try {
      const all = await vault.settle();
      if (all.length > 0) {
        changed();
      }
      for (const settled of all) {
        void tell(settled);
      }
    } catch (error) {
      log.warn(`keys not looked through: ${errorName(error)}`);
    }
  };

  return {
    place: placeNow,
    restart: () => (editorProcess() === undefined ? 'window' : 'editor'),
    hindrance: async () =>
      hindranceOfPlace(placeNow()) ?? ((await parts.outlives()) === false ? { kind: 'memory' } : undefined),
    list: () => vault.list(),
    move: (profile, file) => vault.move(profile, file),
    add: async (...added) => {
      const result = await vault.add(...added);
      if (result.kind === 'stored') {
        note('keysAdded', added[0]);
      }
      return result;
    },
    moveBack: async (id, profile) => {
      const result = await vault.moveBack(id, profile);
      if (result.kind === 'back' || result.kind === 'notForgotten') {
        note('keysMovedBack', profile);
      }
      return result;
    },
    longTerm: vaultKeys({
      vault,
      profiles: async () => (await parts.files().read()).set,
      log: (line) => log.warn(line),
    }),
    async complete(set) {
      if (completed?.from === set) {
        return completed.to;
      }
      const ids = vaultIdsIn(set);
      if (ids.size === 0) {
        return set;
      }
      const keys = new Map<string, UserKeys>();
      for (const id of ids) {
        const found = await find(id);
        if (found !== undefined) {
          keys.set(id, found);
        }
      }
      const to = withVaultKeys(set, (id) => keys.get(id));
      // What the store did not give this time may come the next time that somebody looks.
      completed = keys.size === ids.size ? { from: set, to } : undefined;
      return to;
    },
    async supply(id, { agent }) {
      const record = await vault.find(id).catch(() => undefined);
      if (record === undefined) {
        return { kind: 'noKeys' };
      }
      const { profile, keys } = record;
      if (agent) {
        const { set } = await parts.files().read();
        const why = guardedKeys(set, record, parts.accountOf(keys.accessKeyId))
          .map((target) => keysRefusal(agentAccess(), parts.guards().atWorst(target)))
          .find((refusal) => refusal !== undefined);
        if (why !== undefined) {
          return { kind: 'refused', name: profile, why };
        }
        if (!toldAgents.has(id)) {
          toldAgents.add(id);
          note('keysToAgent', profile);
        }
      }
      return { kind: 'keys', keys };
    },
    begin: () => void settle(),
    dispose: () => store.dispose(),
  };
}

/** New at every load of the window, and the same when only the extensions start anew; undefined where VS Code has none. */
function windowId(): string | undefined {
  const { sessionId } = vscode.env;
  return sessionId === noWindowId ? undefined : sessionId;
}
