import { mfaSerialProblem } from './limits.ts';
import type { MfaUse } from './planModel.ts';

/** `stsSessions.mfaUse`: what the person chose for the roles of a profile's keys, by profile. Never throws. */
export function readMfaUse(value: unknown): ReadonlyMap<string, MfaUse> {
  const chosen = new Map<string, MfaUse>();
  for (const [profile, use] of entriesOf(value)) {
    if (use === 'oneSession' || use === 'eachRole') {
      chosen.set(profile, use);
    }
  }
  return chosen;
}

/** `stsSessions.mfaDevices`: the device that the person chose for a profile's keys, by profile. Never throws. */
export function readMfaDevices(value: unknown): ReadonlyMap<string, string> {
  const chosen = new Map<string, string>();
  for (const [profile, serial] of entriesOf(value)) {
    if (typeof serial === 'string' && mfaSerialProblem(serial) === undefined) {
      chosen.set(profile, serial);
    }
  }
  return chosen;
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

/** A user's devices as STS sees them. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
export interface SortedDevices {
  /** Serials of devices that show codes. */
  readonly withCodes: readonly string[];
  /** Names of security keys and passkeys: they answer to a browser, and STS takes six digits only. */
  readonly securityKeys: readonly string[];
}

/** Sorts what ListMFADevices gave. */
export function sortDevices(serials: readonly string[]): SortedDevices {
  const isKey = (serial: string): boolean => /^arn:[a-z-]+:iam::\d*:u2f\//.test(serial);
  return {
    withCodes: serials.filter((serial) => !isKey(serial)),
    securityKeys: serials.filter(isKey).map((serial) => serial.slice(serial.lastIndexOf('/') + 1)),
  };
}
