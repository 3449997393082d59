import type { KeyLayout } from '../aws/keyLines.ts';
import type { FileRole } from '../aws/problems.ts';
import { Secret } from '../aws/secret.ts';
import type { UserKeys } from '../aws/vaultPointer.ts';

/** A run of the extension: what tells whether the window was restarted since. */
export interface Boot {
  /** New at every start of the extension. */
  readonly extension: string;
  /** New at every load of the window; undefined where the editor does not say. */
  readonly window: string | undefined;
  /** The editor's own process, in whose memory a store may lie; undefined where it cannot be seen. */
  readonly editor?: string | undefined;
}

/** What is to be started anew so that a store in memory would be empty: all that can be seen of it. */
export type Restart = 'editor' | 'window';

/**
 * Where keys are on their way.
 * `in`: they stand in the file as well, and leave it when a restarted window has read them from the store.
 * `added`: they were never in a file, and no restarted window has read them yet.
 * `kept`: they are in the vault.
 * `out`: they are on their way back into a file.
 */
export type KeyStage = 'in' | 'added' | 'kept' | 'out';

/** Long-term keys in the vault. Versioned as it is stored. */
export interface KeyRecord {
  readonly id: string;
  readonly profile: string;
  readonly keys: UserKeys;
  /** How they stood in their file; undefined for keys that never were in one. */
  readonly layout: KeyLayout | undefined;
  readonly stage: KeyStage;
  /** Who stored them. */
  readonly boot: Boot;
}

/** Keys in the vault without the secret. */
export interface KeyEntry extends Pick<KeyRecord, 'id' | 'profile' | 'stage'>, Pick<UserKeys, 'accessKeyId'> {
  /** Where they go back to. */
  readonly file: FileRole;
}

/**
 * True when the editor was started anew since `before`, or, where that cannot be seen, its window was: a crash of the
 * extensions alone proves nothing of the store, nor does another window of an editor that keeps secrets in its memory.
 */
export function isRestarted(before: Boot, now: Boot): boolean {
  return (
    before.extension !== now.extension &&
    isOther(before.window, now.window) &&
    isOther(before.editor, now.editor)
  );
}

/** What is not known on one side tells nothing. */
function isOther(before: string | undefined, now: string | undefined): boolean {
  return before === undefined || now === undefined || before !== now;
}

/** A record as it is stored; it holds the secret in clear text. */
export function toStored({ keys, ...record }: KeyRecord): object {
  const { accessKeyId, secretAccessKey } = keys;
  return { version: 1, ...record, accessKeyId, secretAccessKey: secretAccessKey.reveal() };
}

/** A stored record; undefined when it is broken, or of a newer version, which is left as it is. */
export function fromStored(value: unknown): KeyRecord | undefined {
  const { version, id, profile, accessKeyId, secretAccessKey, layout, stage, boot } = fieldsOf(value);
  const { extension, window, editor } = fieldsOf(boot);
  const read = readLayout(layout);
  const right =
    version === 1 &&
    typeof id === 'string' &&
    typeof profile === 'string' &&
    typeof accessKeyId === 'string' &&
    typeof secretAccessKey === 'string' &&
    (stage === 'in' || stage === 'added' || stage === 'kept' || stage === 'out') &&
    typeof extension === 'string' &&
    (layout === undefined || read !== undefined);
  return right
    ? {
        id,
        profile,
        keys: { accessKeyId, secretAccessKey: new Secret(secretAccessKey) },
        layout: read,
        stage,
        boot: {
          extension,
          window: typeof window === 'string' ? window : undefined,
          ...(typeof editor === 'string' && { editor }),
        },
      }
    : undefined;
}

/** A record without what is secret. */
export function entryOf({ id, profile, stage, keys, layout }: KeyRecord): KeyEntry {
  return { id, profile, stage, accessKeyId: keys.accessKeyId, file: fileFor(layout) };
}

/** The file that keys go back to. People share and copy the config file: what never stood in a file goes into the other. */
export function fileFor(layout: KeyLayout | undefined): FileRole {
  return layout?.file ?? 'credentials';
}

function readLayout(value: unknown): KeyLayout | undefined {
  const { file, id, secret, apart, ending } = fieldsOf(value);
  return (file === 'config' || file === 'credentials') &&
    isPair(id) &&
    isPair(secret) &&
    typeof apart === 'number' &&
    Number.isSafeInteger(apart)
    ? { file, id, secret, apart, ...((ending === '\n' || ending === '\r\n') && { ending }) }
    : undefined;
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'string');
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
