import type { AccessKeyInfo, AccessKeysApi } from '../aws/accessKeys.ts';
import type { Keys } from '../aws/credentials.ts';
import type { CallerIdentity } from '../aws/effects.ts';
import type { Fault } from '../aws/faults.ts';
import type { IamCaller } from '../aws/roles/iamApi.ts';
import type { LongTermKeys } from './longTermKeys.ts';
import type { RotationNote, RotationNotes } from './rotationNote.ts';

/** What a rotation does at the moment. `count` of `of` answers in a row were right. */
export type RotationStep =
  | { readonly kind: 'looking' | 'creating' | 'switching' | 'deactivating' | 'deleting' | 'goingBack' }
  | { readonly kind: 'testing'; readonly count: number; readonly of: number };

/** Why a step was not done. */
export type RotationTrouble =
  | { readonly kind: 'fault'; readonly fault: Fault }
  /** The store has not shown yet that it keeps them: it might lose the new key, too. */
  | { readonly kind: 'unproven' }
  /** AWS does not list the key among those of whoever asks: a session of another user stands in for it. */
  | { readonly kind: 'notListed' }
  /** The user has two keys already. */
  | { readonly kind: 'twoKeys'; readonly keys: readonly AccessKeyInfo[] }
  /** AWS did not take the new key everywhere within `seconds`. */
  | { readonly kind: 'notEverywhere'; readonly seconds: number }
  /** Other keys stand in the place of the old ones. */
  | { readonly kind: 'changed' }
  /** The new keys could not be written; `code` is the system's. */
  | { readonly kind: 'notWritten'; readonly code: string }
  /** The secret of the old key is not there any more, so that it cannot be put back. */
  | { readonly kind: 'oldSecretLost' };

/** How a rotation stands. */
export type Rotated =
  /** The new key is in its place, the old one is switched off: what is left is to delete it, or to go back. */
  | { readonly kind: 'deactivated'; readonly note: RotationNote }
  /** Nothing was changed, or all of it was taken back: the old key works and stands where it stood. */
  | { readonly kind: 'asBefore'; readonly trouble: RotationTrouble }
  /** The new key is in its place, or a key of ours is left at AWS: what stands is in the note. */
  | { readonly kind: 'stopped'; readonly note: RotationNote; readonly trouble: RotationTrouble };

/** What a rotation asks of the world. */
export interface RotationPorts {
  readonly iam: AccessKeysApi;
  /** Who these keys are; never rejects. */
  identity(caller: IamCaller, signal: AbortSignal): Promise<CallerIdentity | Fault>;
  readonly keys: LongTermKeys;
  /** How IAM is called with these keys: with a session's credentials in their place where the person has one. */
  callerOf(keys: Keys): IamCaller;
  /** How STS is called with these keys, and with no others. */
  testerOf(keys: Keys): IamCaller;
  readonly notes: RotationNotes;
  /** Keeps the old keys until the rotation is over, for the way back after a crash. Never rejects. */
  readonly old: {
    read(accessKeyId: string): Promise<Keys | undefined>;
    write(keys: Keys): Promise<void>;
    remove(accessKeyId: string): Promise<void>;
  };
  /**
   * A new key is about to come in the place of an old one: sessions of the old one go on with it. Never rejects.
   */
  succeeds(accessKeyId: string, oldId: string): Promise<void>;
  /** Resolves after so many ms, or when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** ms UTC. */
  now(): number;
  onStep(this: void, step: RotationStep): void;
}
