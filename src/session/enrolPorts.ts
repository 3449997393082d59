import type { CallerIdentity } from '../aws/effects.ts';
import type { Fault } from '../aws/faults.ts';
import type { DeviceOwner, MfaDevicesApi, NewMfaDevice } from '../aws/mfaDevices.ts';
import type { IamCaller } from '../aws/roles/iamApi.ts';
import type { Secret } from '../aws/secret.ts';
import type { Seed } from '../aws/seed.ts';
import type { Disposable } from './emitter.ts';
import type { PendingDevices } from './pendingDevices.ts';

/** What an enrolment waits for, as people are told. */
export type EnrolWait = 'looking' | 'creating' | 'nextCode' | 'enabling' | 'deleting';

/** Where the codes that enable the device come from: typed from the phone, or from the seed, which is then kept here. */
export type CodeWay = 'typed' | 'kept';

/** Why something is asked again. */
export type EnrolAgain = 'nameTaken' | 'wrongCodes' | 'notKept';

/** What a person is asked. Undefined is always: they left. The signal aborts when they took too long. */
export interface EnrolPerson {
  /** The device's name. `devices`: how many the user has, undefined when AWS does not say. */
  name(known: {
    readonly user: string;
    readonly devices: number | undefined;
    readonly suggested: string;
    readonly again: EnrolAgain | undefined;
  }): Promise<string | undefined>;
  /** Shows the QR code until it is disposed of. */
  show(device: NewMfaDevice): Disposable;
  way(serial: string, again: EnrolAgain | undefined, signal: AbortSignal): Promise<CodeWay | undefined>;
  /** Whether the seed may be kept here, after a word about what that means. */
  mayKeep(device: NewMfaDevice): Promise<boolean>;
  codes(
    serial: string,
    again: EnrolAgain | undefined,
    signal: AbortSignal,
  ): Promise<readonly [Secret, Secret] | undefined>;
  /** Shows that something is waited for, until when (ms UTC) where that is known; the signal aborts when they cancel. */
  wait<T>(
    what: EnrolWait,
    work: (signal: AbortSignal) => Promise<T>,
    until?: () => number | undefined,
  ): Promise<T>;
}

/** All that enrolling asks of the world. */
export interface EnrolPorts {
  readonly devices: MfaDevicesApi;
  identity(caller: EnrolCaller, signal: AbortSignal): Promise<CallerIdentity | Fault>;
  readonly pending: PendingDevices;
  /** Where seeds are kept; `add` is false when the store did not keep it. Either may reject. */
  readonly seeds: {
    add(device: NewMfaDevice, owner: string): Promise<boolean>;
    remove(serial: string): Promise<void>;
  };
  /** Remembers that these codes are used up. Never rejects. */
  spend(serial: string, codes: readonly Secret[]): Promise<void>;
  codeOf(seed: Seed, step: number): Promise<string>;
  /** ms UTC by AWS's clock. */
  now(): number;
  setTimer(ms: number, callback: () => void): Disposable;
}

/** Who enrols, and where AWS is. */
export interface EnrolCaller {
  readonly profile: string;
  readonly iam: IamCaller;
  readonly sts: IamCaller;
}

/** How an enrolment ended. */
export type Enrolled =
  | { readonly kind: 'enrolled'; readonly serial: string; readonly isKept: boolean }
  /** The person left before there was anything to leave behind. */
  | { readonly kind: 'left' }
  | { readonly kind: 'notUser'; readonly owner: Exclude<DeviceOwner, { kind: 'user' }> }
  | { readonly kind: 'full'; readonly user: string }
  /** AWS refused before there was a device; `devices` is how many the user has, where that is known. */
  | { readonly kind: 'failed'; readonly fault: Fault; readonly devices: number | undefined }
  /** The device that was made is deleted again. */
  | { readonly kind: 'undone'; readonly serial: string; readonly why: EnrolEnd }
  /** It could not be deleted: the fault says why. */
  | { readonly kind: 'remains'; readonly serial: string; readonly why: EnrolEnd; readonly fault: Fault };

/** Why a device was not enabled: the person left, nobody answered in time, or AWS refused. */
export type EnrolEnd = 'left' | 'tooLate' | Fault;

/** How a device that was left behind went. `enabled`: it belongs to a user, and stays. */
export type CleanedUp = 'deleted' | 'enabled' | Fault;
