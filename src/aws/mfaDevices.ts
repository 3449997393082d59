import type { Fault } from './faults.ts';
import type { IamCaller } from './roles/iamApi.ts';
import type { Seed } from './seed.ts';
import type { Secret } from './secret.ts';

// Virtual MFA devices of IAM users: what IAM makes, and what must be known before one is made.

/** A virtual device that IAM has just made. It belongs to nobody until it is enabled. */
export interface NewMfaDevice {
  readonly serial: string;
  readonly seed: Seed;
  /** IAM's own picture of the QR code (PNG), in Base64: it holds the seed. Undefined where IAM sent none. */
  readonly picture: Secret | undefined;
}

/** The part of IAM that looks after MFA devices. No call rejects; only faults have a `kind`. */
export interface MfaDevicesApi {
  /** ListMFADevices: the serials of the caller's devices. */
  list(caller: IamCaller, signal: AbortSignal): Promise<readonly string[] | Fault>;
  /** CreateVirtualMFADevice: never sent twice, the second copy would find the first one's device. */
  create(caller: IamCaller, name: string, signal: AbortSignal): Promise<NewMfaDevice | Fault>;
  /** EnableMFADevice with two codes in a row; undefined when done. Never sent twice, AWS takes a code once. */
  enable(
    caller: IamCaller,
    device: { readonly user: string; readonly serial: string; readonly codes: readonly [Secret, Secret] },
    signal: AbortSignal,
  ): Promise<Fault | undefined>;
  /** DeleteVirtualMFADevice: never one that somebody has; undefined when done, or when it is gone already. */
  remove(caller: IamCaller, serial: string, signal: AbortSignal): Promise<Fault | undefined>;
}

/** A user may have eight devices: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const mostMfaDevices = 8;

/** Whose credentials somebody works with, as far as MFA devices go. */
export type DeviceOwner =
  | { readonly kind: 'user'; readonly partition: string; readonly accountId: string; readonly name: string }
  | { readonly kind: 'root' }
  /** A role's session or a federated user: neither can have a device. `name` is what people know it by. */
  | { readonly kind: 'session'; readonly name: string };

/** Reads the ARN of GetCallerIdentity. */
export function deviceOwner(arn: string): DeviceOwner {
  const [, partition, accountId, resource = ''] =
    /^arn:(aws[a-z-]*):(?:iam|sts)::(\d{12}):(.+)$/.exec(arn) ?? [];
  if (partition !== undefined && accountId !== undefined && resource.startsWith('user/')) {
    return { kind: 'user', partition, accountId, name: resource.slice(resource.lastIndexOf('/') + 1) };
  }
  return resource === 'root' ? { kind: 'root' } : { kind: 'session', name: resource.split('/')[1] ?? arn };
}

/** The ARN that a device of this name will have. */
export function serialOf(owner: Extract<DeviceOwner, { kind: 'user' }>, name: string): string {
  return `arn:${owner.partition}:iam::${owner.accountId}:mfa/${name}`;
}

/** True for a name that IAM takes: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export function isDeviceName(text: string): boolean {
  return /^[\w+=,.@-]{1,226}$/.test(text);
}

/** A name that none of these devices has: the user's, which many policies want, else one with a number. */
export function freeDeviceName(user: string, taken: ReadonlySet<string>): string {
  const names = new Set(Array.from(taken, (serial) => serial.slice(serial.lastIndexOf('/') + 1)));
  let name = user;
  for (let number = 2; names.has(name); number += 1) {
    name = `${user}-${String(number)}`;
  }
  return name;
}

/** True when IAM may have done what was asked although its answer says otherwise, or never came. */
export function mayHaveWorked(fault: Fault): boolean {
  switch (fault.kind) {
    case 'cancelled':
    case 'timedOut':
    case 'network':
    case 'notAws':
    case 'unavailable':
    case 'internal':
      return true;
    default:
      return false;
  }
}

/** True for this refusal of IAM's, by its code: `EntityAlreadyExists`. */
export function isRefusal(fault: Fault | undefined, code: string): boolean {
  return fault?.kind === 'refused' && fault.code === code;
}
