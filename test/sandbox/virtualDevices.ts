import { randomBytes } from 'node:crypto';
import type { MfaDevice } from './mfa.ts';

/** A virtual MFA device of an account, given to a user or not. */
export interface VirtualDevice extends MfaDevice {
  readonly accountId: string;
  /** ARN of the user or root user who has it; undefined until it is enabled. */
  readonly owner: string | undefined;
  /** Milliseconds UTC. */
  readonly enabledAt: number | undefined;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const mostDevices = 8;

/** The virtual devices that exist, and the devices of each user: those of the data, and those that calls make. */
export class VirtualDevices {
  readonly #devices = new Map<string, VirtualDevice>();
  /** By the ARN of their owner. Callers hold the same list: a session knows a device that was enabled after it began. */
  readonly #lists = new Map<string, MfaDevice[]>();

  /** Takes in the devices that an owner has in the data; returns the list that changes with them. */
  adopt(owner: string, accountId: string, devices: readonly MfaDevice[]): readonly MfaDevice[] {
    const list = [...devices];
    this.#lists.set(owner, list);
    for (const device of devices.filter(({ serial }) => serial.startsWith('arn:'))) {
      this.#devices.set(device.serial, { ...device, accountId, owner, enabledAt: 0 });
    }
    return list;
  }

  /** The device with this ARN. */
  get(serial: string): VirtualDevice | undefined {
    return this.#devices.get(serial);
  }

  /** Those of an account. */
  all(accountId: string): readonly VirtualDevice[] {
    return [...this.#devices.values()].filter((device) => device.accountId === accountId);
  }

  /** Those that a user has, hardware ones too. */
  of(owner: string): readonly MfaDevice[] {
    return this.#lists.get(owner) ?? [];
  }

  /** Makes one with a seed as long as AWS's. */
  create(serial: string, accountId: string): VirtualDevice {
    const random = Array.from(randomBytes(53), (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32] ?? '');
    const seed = `EXAMPLESEED${random.join('')}`;
    const device: VirtualDevice = { serial, seed, accountId, owner: undefined, enabledAt: undefined };
    this.#devices.set(serial, device);
    return device;
  }

  enable(device: VirtualDevice, owner: string, now: number): void {
    this.#devices.set(device.serial, { ...device, owner, enabledAt: now });
    this.#lists.set(owner, this.#lists.get(owner) ?? []);
    this.#lists.get(owner)?.push({ serial: device.serial, seed: device.seed });
  }

  deactivate(device: VirtualDevice): void {
    this.#devices.set(device.serial, { ...device, owner: undefined, enabledAt: undefined });
    const list = this.#lists.get(device.owner ?? '') ?? [];
    list.splice(
      list.findIndex(({ serial }) => serial === device.serial),
      1,
    );
  }

  remove(serial: string): void {
    this.#devices.delete(serial);
  }
}
