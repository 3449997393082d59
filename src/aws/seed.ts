import { Secret } from './secret.ts';

/** What makes an authenticator's codes (RFC 6238). */
export interface Seed {
  /** Base32 in capitals, without blanks and padding. */
  readonly secret: Secret;
  readonly algorithm: SeedAlgorithm;
  readonly digits: 6 | 7 | 8;
  /** Seconds for which one code is shown. AWS's devices: 30. */
  readonly period: number;
}

/** The hash functions of RFC 6238. AWS's devices use SHA-1. */
export type SeedAlgorithm = 'SHA1' | 'SHA256' | 'SHA512';

/** A seed with the names that its key URI gives it. */
export interface Authenticator {
  readonly seed: Seed;
  readonly issuer: string | undefined;
  readonly account: string | undefined;
}

/** Why a text is no seed. Nothing in it repeats more of the text than one character or one parameter's value. */
export type SeedProblem =
  | { readonly kind: 'empty' }
  | { readonly kind: 'notBase32'; readonly character: string }
  /** Characters are missing at its end: no number of bytes has this length in Base32. */
  | { readonly kind: 'cutOff' }
  | { readonly kind: 'notKeyUri' }
  /** A key URI of codes that count, not of codes that follow the clock. */
  | { readonly kind: 'notTimeBased' }
  | {
      readonly kind: 'badParameter';
      readonly name: 'algorithm' | 'digits' | 'period';
      readonly value: string;
    };

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The longest period that makes sense: a day. Seconds. */
const longestPeriod = 86_400;

/** Reads what a person pasted: a key URI when it begins like one, else a Base32 seed. Never throws. */
export function parseAuthenticator(text: string): Authenticator | SeedProblem {
  return /^\s*otpauth/i.test(text) ? parseKeyUri(text) : parseSeed(text);
}

/** True for what the readers here return instead of an authenticator. */
export function isSeedProblem(value: Authenticator | SeedProblem): value is SeedProblem {
  return 'kind' in value;
}

/**
 * A Base32 seed as AWS shows it behind “Show secret key”, with AWS's own SHA-1, 6 digits and 30 seconds. Blanks, dashes,
 * lower case and padding do not matter. Never throws.
 */
export function parseSeed(text: string): Authenticator | SeedProblem {
  const secret = readBase32(text);
  return secret instanceof Secret
    ? {
        seed: { secret, algorithm: 'SHA1', digits: 6, period: 30 },
        issuer: undefined,
        account: undefined,
      }
    : secret;
}

/**
 * A key URI, `otpauth://totp/Issuer:account?secret=…`. The issuer parameter beats the label's.
 * https://github.com/google/google-authenticator/wiki/Key-Uri-Format. Never throws.
 */
export function parseKeyUri(text: string): Authenticator | SeedProblem {
  const plain = text.trim();
  const uri = URL.canParse(plain) ? new URL(plain) : undefined;
  if (uri?.protocol !== 'otpauth:') {
    return { kind: 'notKeyUri' };
  }
  const kind = uri.host.toLowerCase();
  if (kind !== 'totp') {
    return { kind: kind === 'hotp' ? 'notTimeBased' : 'notKeyUri' };
  }
  const parameters = new Map([...uri.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  const secret = readBase32(parameters.get('secret') ?? '');
  if (!(secret instanceof Secret)) {
    return secret;
  }
  const algorithm = readAlgorithm(parameters.get('algorithm'));
  if (typeof algorithm === 'object') {
    return algorithm;
  }
  const digits = readDigits(parameters.get('digits'));
  if (typeof digits === 'object') {
    return digits;
  }
  const period = readPeriod(parameters.get('period'));
  if (typeof period === 'object') {
    return period;
  }
  const label = parseLabel(uri.pathname.replace(/^\//, ''));
  return {
    seed: { secret, algorithm, digits, period },
    issuer: parameters.get('issuer')?.trim() || label.issuer,
    account: label.account,
  };
}

/** A key URI's label: `issuer:account`, percent-encoded, the colon too if need be. Empty parts are undefined. */
export function parseLabel(label: string): Pick<Authenticator, 'issuer' | 'account'> {
  const text = decoded(label);
  const colon = text.indexOf(':');
  return {
    issuer: (colon < 0 ? '' : text.slice(0, colon).trim()) || undefined,
    account: text.slice(colon + 1).trim() || undefined,
  };
}

/** The bytes of Base32 in capitals without padding (RFC 4648); bits left over at the end are dropped. */
export function base32Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let value = 0;
  let at = 0;
  for (const character of text) {
    value = ((value << 5) | alphabet.indexOf(character)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (value >>> bits) & 0xff;
    }
  }
  return bytes;
}

/** The number of the time step that `at` (ms UTC) falls into: each has its own code. */
export function stepOf(seed: Pick<Seed, 'period'>, at: number): number {
  return Math.floor(at / 1000 / seed.period);
}

/** Milliseconds for which the code of `at` (ms UTC) is still shown. */
export function timeLeftOfStep(seed: Pick<Seed, 'period'>, at: number): number {
  return (stepOf(seed, at) + 1) * seed.period * 1000 - at;
}

function readBase32(text: string): Secret | SeedProblem {
  const plain = text.replaceAll(/[\s-]/g, '').replace(/=+$/, '').toUpperCase();
  if (plain === '') {
    return { kind: 'empty' };
  }
  const stranger = /[^A-Z2-7]/.exec(plain)?.[0];
  if (stranger !== undefined) {
    return { kind: 'notBase32', character: stranger };
  }
  // 1, 3 or 6 characters in the last group of eight stand for no whole bytes (RFC 4648, section 6).
  return [1, 3, 6].includes(plain.length % 8) ? { kind: 'cutOff' } : new Secret(plain);
}

function readAlgorithm(value: string | undefined): SeedAlgorithm | SeedProblem {
  const name = (value ?? '').toUpperCase().replace(/^HMAC/, '').replace('-', '');
  switch (name) {
    case '':
      return 'SHA1';
    case 'SHA1':
    case 'SHA256':
    case 'SHA512':
      return name;
    default:
      return { kind: 'badParameter', name: 'algorithm', value: value ?? '' };
  }
}

function readDigits(value: string | undefined): Seed['digits'] | SeedProblem {
  const digits = Number(value ?? 6);
  return digits === 6 || digits === 7 || digits === 8
    ? digits
    : { kind: 'badParameter', name: 'digits', value: value ?? '' };
}

function readPeriod(value: string | undefined): number | SeedProblem {
  const period = Number(value ?? 30);
  return Number.isInteger(period) && period >= 1 && period <= longestPeriod
    ? period
    : { kind: 'badParameter', name: 'period', value: value ?? '' };
}

/** A label that is not properly encoded is taken as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
