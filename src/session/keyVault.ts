import { keysIn, sameKeys, withKeys, withoutKeys, withoutPointer } from '../aws/keyLines.ts';
import type { KeyLayout, KeyLinesProblem } from '../aws/keyLines.ts';
import { appendProfile } from '../aws/edit.ts';
import type { FileRole } from '../aws/problems.ts';
import { readProfiles } from '../aws/profiles.ts';
import { vaultIdIn, vaultPointer } from '../aws/vaultPointer.ts';
import type { UserKeys } from '../aws/vaultPointer.ts';
import { errorName } from './errorName.ts';
import type { Disposable, Event } from './emitter.ts';
import { entryOf, fileFor, isRestarted } from './keyRecord.ts';
import type { KeyEntry, KeyRecord } from './keyRecord.ts';
import { KeyRecords, type KeyRecordsPorts } from './keyRecords.ts';

/** How an edit of a file ended; `files/safeWrite` says more. */
export type KeyEdit = 'done' | 'failed';

/** All that the vault asks of the world. */
export interface KeyVaultPorts extends KeyRecordsPorts {
  /** Reads one of the shared files; '' when there is none. Rejects when it cannot be read. */
  readFile(file: FileRole): Promise<string>;
  /** Changes it in place, safely. `forKeys`: keys go into it, so that nobody but its owner may read it afterwards. */
  editFile(file: FileRole, change: (text: string) => string, forKeys: boolean): Promise<KeyEdit>;
  /** The command of the helper, which tools get the keys by; undefined where there can be none. */
  helper(): Promise<string | undefined>;
  /** Ids that were never used before: `vault-` and 20 hex digits. */
  newId(): string;
  /** Runs work while no other window does so. Rejects when another one takes too long. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

/** What came of putting keys into the vault. */
export type PutResult =
  | { readonly kind: 'stored'; readonly id: string }
  /** The file does not have them as they must be. */
  | { readonly kind: 'problem'; readonly why: KeyLinesProblem; readonly file: FileRole }
  /** The other file has keys of the profile, too. */
  | { readonly kind: 'bothFiles' }
  /** They are on their way already. */
  | { readonly kind: 'pending' }
  /** There are keys of this id, readable or not: others would take the only copy away. */
  | { readonly kind: 'held' }
  /** The store does not give back what it was given. */
  | { readonly kind: 'notKept' }
  /** A file could not be written. */
  | { readonly kind: 'fileFailed'; readonly file: FileRole }
  | { readonly kind: 'storeFailed' | 'noHelper' | 'busy' };

/** What came of putting keys back. */
export type BackResult =
  | { readonly kind: 'back'; readonly file: FileRole }
  /** They are in a file, and still in the vault: this one, in which a profile leads there, could not be changed. */
  | { readonly kind: 'bothPlaces'; readonly file: FileRole; readonly profile: string }
  /** The profile has other credentials by now. */
  | { readonly kind: 'taken'; readonly file: FileRole }
  | { readonly kind: 'fileFailed'; readonly file: FileRole }
  /** They are in the file, and the store could not forget them. */
  | { readonly kind: 'notForgotten'; readonly file: FileRole }
  | { readonly kind: 'gone' | 'storeFailed' | 'busy' };

/** What became of keys that were on their way when the window was restarted. */
export interface Settled {
  readonly profile: string;
  readonly kind:
    /** They have left the file. */
    | 'moved'
    /** They were never in a file, and the store has kept them. */
    | 'proven'
    /** The store has lost them; those that were in a file stand there as before. */
    | 'lost'
    /** The file is not as it was, so that nothing was taken out of it. */
    | 'changed'
    /** They are in no file, and no profile leads to them: the store has the only copy. */
    | 'alone'
    /** The file could not be written: they stand in both places. */
    | 'fileFailed';
  /** Where they stood before; undefined: nowhere. */
  readonly file: FileRole | undefined;
}

/**
 * Long-term keys in SecretStorage, in the place of lines in the shared files. Whatever stops it at whatever moment, the keys
 * are in the store or in the file: they are written to one before they are taken from the other, and the record says which
 * way they were going.
 */
export class KeyVault implements Disposable {
  readonly #ports: KeyVaultPorts;
  readonly #records: KeyRecords;

  constructor(ports: KeyVaultPorts) {
    this.#ports = ports;
    this.#records = new KeyRecords(ports);
  }

  /** Keys came, went or changed, in whatever window of the desktop. */
  get onDidChange(): Event<void> {
    return this.#records.onDidChange;
  }

  /** The keys of an id; undefined when there are none. Rejects when the store fails and they were never read before. */
  find(id: string): Promise<KeyRecord | undefined> {
    return this.#records.find(id);
  }

  /** All keys, without what is secret, by profile. Rejects when the store fails. */
  async list(): Promise<readonly KeyEntry[]> {
    const records = await this.#records.all();
    return records.map(entryOf).sort((a, b) => a.profile.localeCompare(b.profile));
  }

  /**
   * Stores the keys that a profile has in a file. They stay there until a window that was restarted has read them from the
   * store (`settle`).
   */
  async move(profile: string, file: FileRole): Promise<PutResult> {
    return this.#alone<PutResult>(async () => {
      const helper = await this.#ports.helper();
      if (helper === undefined) {
        return { kind: 'noHelper' };
      }
      const text = await this.#ports.readFile(file);
      const found = keysIn(text, file, profile);
      if (typeof found === 'string') {
        return { kind: 'problem', why: found, file };
      }
      const other = file === 'config' ? 'credentials' : 'config';
      if (keysIn(await this.#ports.readFile(other), other, profile) !== 'none') {
        return { kind: 'bothFiles' };
      }
      const id = this.#ports.newId();
      const trial = withoutKeys(text, file, profile, found.keys, vaultPointer(helper, id));
      if (typeof trial === 'string') {
        return { kind: 'problem', why: trial === 'changed' ? 'odd' : trial, file };
      }
      const others = (await this.#records.all()).filter(
        (record) => record.profile === profile && record.stage === 'in',
      );
      if (others.some(({ keys }) => sameKeys(keys, found.keys))) {
        return { kind: 'pending' };
      }
      return this.#store({ profile, keys: found.keys, layout: found.layout, stage: 'in' }, id);
    });
  }

  /**
   * Stores keys that never were in a file, and writes a profile for them into the config file. `id`: the one that a profile
   * leads to already whose keys are lost.
   */
  async add(profile: string, keys: UserKeys, region: string | undefined, id?: string): Promise<PutResult> {
    return this.#alone<PutResult>(async () => {
      const helper = await this.#ports.helper();
      if (helper === undefined) {
        return { kind: 'noHelper' };
      }
      // A store that was locked, or a record of a newer version, makes keys look lost that are not.
      if (id !== undefined && (await this.#records.isTaken(id))) {
        return { kind: 'held' };
      }
      const stored = await this.#store({ profile, keys, layout: undefined, stage: 'added' }, id);
      if (stored.kind !== 'stored' || id !== undefined) {
        return stored;
      }
      const properties = [
        ...(region === undefined ? [] : [['region', region] as const]),
        ['credential_process', vaultPointer(helper, stored.id)] as const,
      ];
      const edited = await this.#ports.editFile(
        'config',
        (text) => appendProfile(text, profile, properties, 'config'),
        false,
      );
      if (edited === 'failed') {
        // The person still has what was typed or pasted: nothing half done is left.
        await this.#records.forget(stored.id);
        return { kind: 'fileFailed', file: 'config' };
      }
      return stored;
    });
  }

  /**
   * Other keys in the place of those of an id, and of the same ones under other ids: after a rotation. False when the store
   * does not keep them all, or has not shown yet that it keeps these; then what it did take is taken back, as far as it goes.
   * Those that stand in a file still are left: that file says what becomes of them.
   */
  async replace(id: string, keys: UserKeys): Promise<boolean> {
    return this.#ports.alone(async () => {
      const record = await this.find(id);
      if (record?.stage !== 'kept') {
        return false;
      }
      const { accessKeyId } = record.keys;
      const copies = (await this.#records.all()).filter(
        (each) => each.id !== id && each.keys.accessKeyId === accessKeyId && each.stage !== 'in',
      );
      if (copies.some(({ stage }) => stage !== 'kept')) {
        return false;
      }
      const begun: KeyRecord[] = [];
      for (const each of [record, ...copies]) {
        begun.push(each);
        if (!(await this.#records.write({ ...each, keys }).catch(() => false))) {
          // Half of a change is none: the old keys still work.
          for (const one of begun) {
            await this.#records.write(one).catch(() => false);
          }
          return false;
        }
      }
      return true;
    });
  }

  /**
   * Puts keys back into a file, takes away what led to them, and forgets them, in this order. `profile`: the one that leads to
   * them now, where it was renamed since they were stored.
   */
  async moveBack(id: string, profile?: string): Promise<BackResult> {
    return this.#alone<BackResult>(async () => {
      const found = await this.find(id);
      if (found === undefined) {
        return { kind: 'gone' };
      }
      const record = { ...found, profile: profile ?? found.profile };
      // After a crash the next start has to know what the keys in the file mean.
      if (record.stage !== 'out' && !(await this.#records.write({ ...record, stage: 'out' }))) {
        return { kind: 'storeFailed' };
      }
      const result = await this.#putBackAll(record);
      if (result.kind !== 'back') {
        await this.#records.write({ ...record, stage: record.stage === 'out' ? 'kept' : record.stage });
        return result;
      }
      try {
        await this.#records.forget(id);
      } catch (error) {
        this.#ports.log(`keys not forgotten: ${errorName(error)}`);
        return { kind: 'notForgotten', file: result.file };
      }
      return result;
    });
  }

  /**
   * Goes on with what was on its way before the window was restarted. Tells what became of it. Rejects when the store
   * cannot be looked through, or another window is at it.
   */
  async settle(): Promise<readonly Settled[]> {
    return this.#ports.alone(async () => {
      const records = await this.#records.all();
      const settled: Settled[] = [];
      for (const record of records) {
        try {
          const result = await this.#settle(record);
          if (result !== undefined) {
            settled.push(result);
          }
        } catch (error) {
          // The others, and what is told of them, do not wait for a file that cannot be read.
          this.#ports.log(`keys not settled: ${errorName(error)}`);
        }
      }
      const missed = await this.#records.missed(records);
      return [...settled, ...missed.map(({ profile, file }) => ({ profile, kind: 'lost' as const, file }))];
    });
  }

  dispose(): void {
    this.#records.dispose();
  }

  async #settle(record: KeyRecord): Promise<Settled | undefined> {
    const { id, profile, stage, layout, boot } = record;
    switch (stage) {
      case 'kept':
        return undefined;
      case 'out': {
        // The keys are in the file or not: if they are, what is left of the way back is done; if not, they stay here.
        const isBack = await this.#isBack(record);
        if (isBack && (await this.#putBackAll(record)).kind === 'back') {
          await this.#records.forget(id);
        } else if (!isBack) {
          await this.#records.write({ ...record, stage: 'kept' });
        }
        return undefined;
      }
      case 'added':
        if (!isRestarted(boot, this.#ports.boot)) {
          return undefined;
        }
        await this.#records.write({ ...record, stage: 'kept' });
        await this.#records.unnote(id);
        return { profile, kind: (await this.#isLedTo(record)) ? 'proven' : 'alone', file: undefined };
      case 'in':
        return layout && isRestarted(boot, this.#ports.boot) ? this.#takeOut(record, layout) : undefined;
    }
  }

  /** Takes the keys out of their file: they have just been read from the store. */
  async #takeOut(record: KeyRecord, { file }: KeyLayout): Promise<Settled | undefined> {
    const { id, profile, keys } = record;
    const helper = await this.#ports.helper();
    if (helper === undefined) {
      return { profile, kind: 'fileFailed', file };
    }
    const command = vaultPointer(helper, id);
    const seen: { outcome: TakenOut; stillThere: boolean } = { outcome: 'none', stillThere: false };
    const edited = await this.#ports.editFile(
      file,
      (text) => {
        const result = withoutKeys(text, file, profile, keys, command);
        seen.stillThere = text.includes(keys.secretAccessKey.reveal());
        if (typeof result !== 'string') {
          seen.outcome = 'done';
          return result.text;
        }
        // A crash came after the file and before the record.
        const isDone = result === 'none' && withoutPointer(text, file, profile, id) !== text;
        seen.outcome = isDone ? 'done' : result;
        return text;
      },
      false,
    );
    if (edited === 'failed') {
      return { profile, kind: 'fileFailed', file };
    }
    if (seen.outcome !== 'done' && (seen.outcome === 'changed' || seen.stillThere)) {
      // Whoever put other keys there had the old ones before their eyes; or the same are there, in another way.
      await this.#records.forget(id);
      return { profile, kind: 'changed', file };
    }
    await this.#records.write({ ...record, stage: 'kept' });
    await this.#records.unnote(id);
    return { profile, kind: seen.outcome === 'done' ? 'moved' : 'alone', file };
  }

  async #isBack({ profile, keys, layout }: KeyRecord): Promise<boolean> {
    const file = fileFor(layout);
    const found = keysIn(await this.#ports.readFile(file), file, profile);
    return typeof found !== 'string' && sameKeys(found.keys, keys);
  }

  /** False when the profile was not written, or has been taken away since. */
  async #isLedTo(record: KeyRecord): Promise<boolean> {
    return (await this.#leadingTo(record)).length > 0;
  }

  /** The profiles whose own lines lead to keys, and the file of these: a person may have copied the first one. */
  async #leadingTo({
    id,
  }: KeyRecord): Promise<readonly { readonly profile: string; readonly file: FileRole }[]> {
    const texts = {
      config: await this.#ports.readFile('config'),
      credentials: await this.#ports.readFile('credentials'),
    };
    // One that only includes such a profile gets no keys where nobody wrote any.
    const fileOf = (profile: string): FileRole | undefined =>
      fileRoles.find((file) => withoutPointer(texts[file], file, profile, id) !== texts[file]);
    return [...readProfiles(texts).profiles.values()].flatMap((each) => {
      const file = vaultIdIn(each) === id ? fileOf(each.name) : undefined;
      return file === undefined ? [] : [{ profile: each.name, file }];
    });
  }

  /** Into each profile that leads to them: one that still did would lead to nothing. */
  async #putBackAll(record: KeyRecord): Promise<PutBack> {
    const result = await this.#putBack(record);
    if (result.kind === 'back') {
      for (const { profile, file } of await this.#leadingTo(record)) {
        const also = await this.#putBack({ ...record, profile });
        if (also.kind !== 'back') {
          return { kind: 'bothPlaces', file, profile };
        }
      }
    }
    return result;
  }

  async #putBack({ id, profile, keys, layout }: KeyRecord): Promise<PutBack> {
    const into = layout ?? newLayout;
    const file = fileFor(layout);
    let isTaken = false;
    const edited = await this.#ports.editFile(
      file,
      (text) => {
        const back = withKeys(text, profile, id, keys, into);
        isTaken = back === 'taken';
        return back === 'taken' ? text : back.text;
      },
      true,
    );
    if (edited === 'failed' || isTaken) {
      return { kind: isTaken ? 'taken' : 'fileFailed', file };
    }
    const other = file === 'config' ? 'credentials' : 'config';
    // What leads to them may also stand in the other file: it did from the beginning, or somebody has moved it.
    const cleaned = await this.#ports.editFile(
      other,
      (text) => withoutPointer(text, other, profile, id),
      false,
    );
    return cleaned === 'failed' ? { kind: 'bothPlaces', file: other, profile } : { kind: 'back', file };
  }

  async #store(
    part: Pick<KeyRecord, 'profile' | 'keys' | 'layout' | 'stage'>,
    id = this.#ports.newId(),
  ): Promise<PutResult> {
    return (await this.#records.add({ ...part, id })) ? { kind: 'stored', id } : { kind: 'notKept' };
  }

  async #alone<T>(
    work: () => Promise<T | { readonly kind: 'storeFailed' | 'busy' }>,
  ): Promise<T | { readonly kind: 'storeFailed' | 'busy' }> {
    let hasBegun = false;
    try {
      return await this.#ports.alone(() => {
        hasBegun = true;
        return work();
      });
    } catch (error) {
      // What a platform's store says may quote what it was given.
      this.#ports.log(`keys: ${errorName(error)}`);
      return { kind: hasBegun ? 'storeFailed' : 'busy' };
    }
  }
}

/** What came of putting keys into files. */
type PutBack = Extract<BackResult, { readonly file: FileRole }>;

/** What came of looking for the keys in their file. */
type TakenOut = 'done' | 'changed' | KeyLinesProblem;

const fileRoles = ['config', 'credentials'] as const;

const newLayout: KeyLayout = {
  file: 'credentials',
  id: ['aws_access_key_id = ', ''],
  secret: ['aws_secret_access_key = ', ''],
  apart: 1,
};
