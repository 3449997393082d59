import type { Keys } from './credentials.ts';
import { setProperty } from './edit.ts';
import type { Fault } from './faults.ts';
import { parseIni } from './ini.ts';
import type { IamCaller } from './roles/iamApi.ts';

// Long-term keys of IAM users: what IAM knows of them, and how one takes another's place in a file.

/** A long-term key as IAM lists it: everything but its secret. */
export interface AccessKeyInfo {
  readonly accessKeyId: string;
  /** False for one that is switched off. */
  readonly isActive: boolean;
  /** Milliseconds UTC. */
  readonly createdAt: number;
}

/** When and for what a key was used last; undefined members: never, or before AWS began to count. */
export interface KeyUse {
  /** Milliseconds UTC; AWS is some minutes behind. */
  readonly at: number | undefined;
  /** AWS's short name of the service, as in `s3`. */
  readonly service: string | undefined;
}

/** The part of IAM that looks after a user's own keys. No call rejects; only faults have a `kind`. */
export interface AccessKeysApi {
  /** ListAccessKeys of whoever calls. */
  list(caller: IamCaller, signal: AbortSignal): Promise<readonly AccessKeyInfo[] | Fault>;
  /** GetAccessKeyLastUsed. */
  lastUse(caller: IamCaller, accessKeyId: string, signal: AbortSignal): Promise<KeyUse | Fault>;
  /** CreateAccessKey for whoever calls: never sent twice, since each time makes a key. */
  create(
    caller: IamCaller,
    signal: AbortSignal,
  ): Promise<{ readonly keys: Keys; readonly createdAt: number } | Fault>;
  /** UpdateAccessKey; undefined when done. */
  setActive(
    caller: IamCaller,
    accessKeyId: string,
    active: boolean,
    signal: AbortSignal,
  ): Promise<Fault | undefined>;
  /** DeleteAccessKey; undefined when done, or when it is gone already. */
  remove(caller: IamCaller, accessKeyId: string, signal: AbortSignal): Promise<Fault | undefined>;
}

/** A user may have two keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const mostAccessKeys = 2;

/** A day, ms. */
const day = 86_400_000;

/** How many whole days old a key is that was made at `createdAt`, both ms UTC; never negative. */
export function ageInDays(createdAt: number, now: number): number {
  return Math.max(0, Math.floor((now - createdAt) / day));
}

/** True for the ARN of an account's root user. */
export function isRootArn(arn: string): boolean {
  return /^arn:aws[a-z-]*:iam::\d{12}:root$/.test(arn);
}

/**
 * The text of a shared file with another key in the place of `accessKeyId`, wherever it stands: one key in several
 * profiles is still one key. Everything else stays, to the byte. The same text when it stands nowhere with its secret.
 *
 * @throws RangeError for a key that cannot stand in the file.
 */
export function withOtherKey(text: string, accessKeyId: string, next: Keys): string {
  let edited = text;
  for (const header of headersOf(text, accessKeyId)) {
    edited = setProperty(edited, header, 'aws_access_key_id', next.accessKeyId);
    edited = setProperty(edited, header, 'aws_secret_access_key', next.secretAccessKey.reveal());
  }
  return edited;
}

/** The headers of the sections that hold this key with its secret and without a session token, each once. */
function headersOf(text: string, accessKeyId: string): ReadonlySet<string> {
  // The role does not matter to the parser beyond the places that it gives out.
  const sections = parseIni(text, 'credentials').sections.filter(
    ({ properties }) =>
      properties.get('aws_access_key_id')?.value === accessKeyId &&
      properties.has('aws_secret_access_key') &&
      !properties.has('aws_session_token') &&
      !properties.has('aws_security_token'),
  );
  return new Set(sections.map(({ header }) => header));
}
