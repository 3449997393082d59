import type { DeliveryMode } from '../session/delivery.ts';

/** What holds when a setting is not set, or holds what it may not. The manifest test compares them with package.json. */
export const defaults = {
  delivery: 'profile',
  warnBeforeMinutes: 10,
  mfaSessionDurationSeconds: 43_200,
  mfaCodeFromClipboard: false,
} as const;

/** The smallest and the largest value that a number setting may have; package.json says the same. */
export const limits = {
  warnBeforeMinutes: [1, 60],
  /** GetSessionToken's DurationSeconds: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
  mfaSessionDurationSeconds: [900, 129_600],
} as const;

/** `stsSessions.delivery`. settings.json may hold anything: what is unknown counts as unset. */
export function deliveryMode(value: unknown): DeliveryMode {
  return value === 'endpoint' || value === 'environment' ? value : defaults.delivery;
}

/** An integer setting within its limits; the default for anything else. */
export function integerSetting(name: keyof typeof limits, value: unknown): number {
  const [min, max] = limits[name];
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
    ? value
    : defaults[name];
}
