import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { editFile } from '../../src/files/safeWrite.ts';
import { Emitter } from '../../src/session/emitter.ts';
import type { Boot } from '../../src/session/keyRecord.ts';
import type { KeyItems, KeyNote } from '../../src/session/keyRecords.ts';
import type { KeyVaultPorts } from '../../src/session/keyVault.ts';

/** The command of the helper in these tests. */
export const helper = '/bin/sh /home/alice/.sts-sessions/fetch';

/** Called before and after everything that outlives the process. */
export type Step = (name: string) => Promise<void>;

/** Where a vault in a test keeps its things: both files, a store and the notes, in one folder. */
export function keyPorts(folder: string, boot: Boot, step: Step = () => Promise.resolve()): KeyVaultPorts {
  const paths = { config: join(folder, 'config'), credentials: join(folder, 'credentials') };
  const notes = join(folder, 'notes');
  let ids = 0;
  return {
    items: Promise.resolve(itemsIn(join(folder, 'store'), step)),
    readFile: (file) => Promise.resolve(existsSync(paths[file]) ? readFileSync(paths[file], 'utf8') : ''),
    editFile: async (file, change, ownerOnly) => {
      await step(`edit ${file}`);
      const { kind } = await editFile(paths[file], change, { ownerOnly });
      await step(`edited ${file}`);
      return kind === 'written' || kind === 'unchanged' ? 'done' : 'failed';
    },
    helper: () => Promise.resolve(helper),
    boot,
    newId: () => {
      ids += 1;
      return `vault-${createHash('sha256').update(`${boot.extension} ${ids}`).digest('hex').slice(0, 20)}`;
    },
    notes: {
      get: () => (existsSync(notes) ? (JSON.parse(readFileSync(notes, 'utf8')) as readonly KeyNote[]) : []),
      set: async (list) => {
        await step('note');
        put(notes, JSON.stringify(list));
        await step('noted');
      },
    },
    alone: (work) => work(),
    log: () => undefined,
  };
}

/** One file an item, whole or not at all, as a platform's store keeps them. */
function itemsIn(folder: string, step: Step): KeyItems {
  mkdirSync(folder, { recursive: true });
  const changes = new Emitter<string>();
  return {
    ids: () => Promise.resolve(readdirSync(folder).filter((name) => !name.startsWith('.'))),
    read: (id) => {
      const path = join(folder, id);
      return Promise.resolve(
        existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as unknown) : undefined,
      );
    },
    write: async (id, value) => {
      await step('store');
      put(join(folder, id), JSON.stringify(value));
      await step('stored');
      changes.fire(id);
    },
    remove: async (id) => {
      await step('remove');
      rmSync(join(folder, id), { force: true });
      await step('removed');
      changes.fire(id);
    },
    onDidChange: changes.event,
  };
}

function put(path: string, text: string): void {
  const half = join(path, '..', `.half-${String(process.pid)}`);
  writeFileSync(half, text, { mode: 0o600 });
  renameSync(half, path);
}
