import { parseRoleArn } from './arn.ts';
import { partitionById } from './partitions.ts';

/** What is wrong with something that a person typed: a value, which the interface turns into a sentence. */
export type InputProblem =
  | { readonly kind: 'empty' }
  | { readonly kind: 'tooShort'; readonly min: number }
  | { readonly kind: 'tooLong'; readonly max: number }
  /** The first character that may not stand there. */
  | { readonly kind: 'badCharacter'; readonly character: string }
  | { readonly kind: 'notRoleArn' }
  /** `arn:aws:sts::…:assumed-role/…`: the ARN of a session, which people copy from get-caller-identity. */
  | { readonly kind: 'assumedRoleArn' }
  | { readonly kind: 'badAccount' }
  | { readonly kind: 'unknownPartition'; readonly partition: string }
  /** `arn:…:user/name` where the device `arn:…:mfa/name` belongs. */
  | { readonly kind: 'mfaSerialIsUser' }
  /**
   * `arn:…:u2f/…`: a security key or passkey. STS takes six digits, which it does not give.
   * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_fido.html
   */
  | { readonly kind: 'mfaSerialIsSecurityKey' }
  | { readonly kind: 'notSixDigits' }
  | { readonly kind: 'notAccessKeyId' }
  | { readonly kind: 'notRegion' }
  | { readonly kind: 'notStartUrl' }
  /** A source identity that begins with AWS's own prefix. */
  | { readonly kind: 'beginsWithAws' }
  /** A key that is to be passed on, but no tag has it. */
  | { readonly kind: 'notATag'; readonly tag: string }
  | { readonly kind: 'notDuration' }
  /** Seconds. */
  | { readonly kind: 'outOfRange'; readonly min: number; readonly max: number };

/** Seconds that AWS accepts for DurationSeconds: https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html */
export const durations = {
  /** Of every operation. */
  min: 900,
  /** Of AssumeRole, where the role's own MaxSessionDuration allows it. */
  maxRole: 43_200,
  /** Of AssumeRole with temporary keys, those of GetSessionToken included (“role chaining”). */
  maxChained: 3600,
  /** Of GetSessionToken for an IAM user. */
  maxSessionToken: 129_600,
} as const;

// Lengths and characters: the API model of STS (AssumeRole, GetSessionToken, GetFederationToken).
const sessionNameLimits: Limits = { min: 2, max: 64, refused: /[^\w+=,.@-]/u };
const federatedNameLimits: Limits = { min: 2, max: 32, refused: /[^\w+=,.@-]/u };
const externalIdLimits: Limits = { min: 2, max: 1224, refused: /[^\w+=,.@:/-]/u };
const mfaSerialLimits: Limits = { min: 9, max: 256, refused: /[^\w+=/:,.@-]/u };
// What the SDK specification allows; a name is also a line in an INI file, so 256 is plenty.
const profileNameLimits: Limits = { min: 1, max: 256, refused: /[^\w\-/.%@:+]/u };

interface Limits {
  readonly min: number;
  readonly max: number;
  /** Finds the first character that may not stand there; `u`, so that it finds a whole one. */
  readonly refused: RegExp;
}

function textProblem(text: string, limits: Limits): InputProblem | undefined {
  if (text === '') {
    return { kind: 'empty' };
  }
  const character = limits.refused.exec(text)?.[0];
  if (character !== undefined) {
    return { kind: 'badCharacter', character };
  }
  if (text.length < limits.min) {
    return { kind: 'tooShort', min: limits.min };
  }
  return text.length > limits.max ? { kind: 'tooLong', max: limits.max } : undefined;
}

/** What keeps `text` from being a role's ARN, in any of the eight partitions; a path is allowed. */
export function roleArnProblem(text: string): InputProblem | undefined {
  if (text === '') {
    return { kind: 'empty' };
  }
  if (text.length > 2048) {
    return { kind: 'tooLong', max: 2048 };
  }
  const arn = parseRoleArn(text);
  if (arn === undefined) {
    return { kind: /^arn:[a-z-]+:sts::\d*:assumed-role\//.test(text) ? 'assumedRoleArn' : 'notRoleArn' };
  }
  if (partitionById(arn.partition) === undefined) {
    return { kind: 'unknownPartition', partition: arn.partition };
  }
  return arn.accountId.length === 12 ? undefined : { kind: 'badAccount' };
}

/** What keeps `text` from being an ExternalId. */
export function externalIdProblem(text: string): InputProblem | undefined {
  return textProblem(text, externalIdLimits);
}

/** What keeps `text` from being a RoleSessionName. */
export function sessionNameProblem(text: string): InputProblem | undefined {
  return textProblem(text, sessionNameLimits);
}

/** What keeps `text` from being a SourceIdentity. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html */
export function sourceIdentityProblem(text: string): InputProblem | undefined {
  return /^aws:/i.test(text) ? { kind: 'beginsWithAws' } : textProblem(text, sessionNameLimits);
}

/** What keeps `text` from being the Name of GetFederationToken. */
export function federatedNameProblem(text: string): InputProblem | undefined {
  return textProblem(text, federatedNameLimits);
}

/** `text` made into a RoleSessionName that AWS takes: other characters become `-`, and it is cut at 64. */
export function toSessionName(text: string): string {
  const name = text.replace(/[^\w+=,.@-]+/g, '-').slice(0, sessionNameLimits.max);
  return name.length < sessionNameLimits.min ? `${name}--`.slice(0, sessionNameLimits.min) : name;
}

/** What keeps `text` from being an MFA serial: a virtual device's ARN, or the number on a hardware one. */
export function mfaSerialProblem(text: string): InputProblem | undefined {
  const problem = textProblem(text, mfaSerialLimits);
  if (problem !== undefined) {
    return problem;
  }
  const kind = /^arn:[a-z-]+:iam::\d*:(user|u2f)\//.exec(text)?.[1];
  return kind === undefined
    ? undefined
    : { kind: kind === 'user' ? 'mfaSerialIsUser' : 'mfaSerialIsSecurityKey' };
}

/** What keeps `text` from being an MFA code. Only six-digit codes work at the API, passkeys do not. */
export function mfaCodeProblem(text: string): InputProblem | undefined {
  return /^\d{6}$/.test(text) ? undefined : { kind: 'notSixDigits' };
}

/** What keeps `text` from being the name of a new profile that every SDK reads. */
export function profileNameProblem(text: string): InputProblem | undefined {
  return textProblem(text, profileNameLimits);
}

/** What keeps `text` from being the start URL of an Identity Center. A file line cannot hold blanks or a comment sign. */
export function startUrlProblem(text: string): InputProblem | undefined {
  if (text === '') {
    return { kind: 'empty' };
  }
  const good = /^https:\/\/[^\s#;]+$/.test(text) && URL.canParse(text);
  return good ? undefined : { kind: 'notStartUrl' };
}

/** Seconds meant by `3600`, `90m`, `1h`, `1h 30m` or `1h30m15s`; undefined when it is no duration. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  if (/^\d{1,9}$/.test(trimmed)) {
    return Number(trimmed);
  }
  const [, hours, minutes, seconds] =
    /^(?:(\d{1,5})\s*h)?\s*(?:(\d{1,6})\s*m(?:in)?)?\s*(?:(\d{1,9})\s*s)?$/.exec(trimmed) ?? [];
  if (hours === undefined && minutes === undefined && seconds === undefined) {
    return undefined;
  }
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
}

/** What keeps `text` from being a duration of `min` to `max` seconds. */
export function durationProblem(text: string, min: number, max: number): InputProblem | undefined {
  if (text.trim() === '') {
    return { kind: 'empty' };
  }
  const seconds = parseDuration(text);
  if (seconds === undefined) {
    return { kind: 'notDuration' };
  }
  return seconds < min || seconds > max ? { kind: 'outOfRange', min, max } : undefined;
}
