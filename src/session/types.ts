import type { Credentials } from '../aws/credentials.ts';
import type { Fault } from '../aws/faults.ts';
import type { SessionRequest } from '../aws/planModel.ts';
import type { Event } from './emitter.ts';

/** A session as everybody sees it: no secret in it except inside `credentials`. */
export interface Session {
  /** Hash of the plan (record.ts): the same plan has the same id in every window and after a reload. */
  readonly id: string;
  readonly name: string;
  readonly request: SessionRequest;
  /** The region for tools, when the plan names one. */
  readonly region: string | undefined;
  readonly accountId: string | undefined;
  readonly roleArn: string | undefined;
  /** True when a renewal must ask a person (an MFA code, and its authenticator is not stored). */
  readonly needsPerson: boolean;
  /** True when a renewal takes another sign-in of a person: what they signed in with lasts for minutes only. */
  readonly signsInAnew?: boolean;
  /** Percent of what AWS allows policies and tags to take, as it said with the credentials; absent where it said nothing. */
  readonly packedPolicyPercent?: number;
  /** The profile with whose MFA session the role was got, and is renewed; absent for any other session. */
  readonly mfaSource?: string;
  /** The role of Identity Center that it is; absent for any other session. */
  readonly permissionSet?: string;
  /** ms UTC of the last start: what a guard counts from. Absent before, and in what an earlier version started. */
  readonly begunAt?: number;
  readonly state: SessionState;
}

/** What ending a session leaves behind. */
export interface EndedSession {
  readonly id: string;
  readonly name: string;
  /** What was fetched before stays valid at AWS until then (ms UTC, maybe past); undefined: nobody knows. */
  readonly validUntil: number | undefined;
}

/** What a session is doing now. One setter in sessions.ts changes it and fires one event. */
export type SessionState =
  | { readonly kind: 'starting' }
  | {
      readonly kind: 'live';
      readonly credentials: Credentials;
      readonly startedAt: number;
      readonly renewing: boolean;
    }
  | { readonly kind: 'expired'; readonly at: number; readonly renewing: boolean }
  /** The first start failed; it stays until started again or dismissed. */
  | { readonly kind: 'failed'; readonly fault: Fault };

/** What a fetch for a session id gets (helper, endpoint). */
export type Supply =
  | { readonly kind: 'credentials'; readonly session: Session; readonly credentials: Credentials }
  /** Ended by a person: what was fetched before stays valid at AWS until `validUntil` (ms UTC). */
  | { readonly kind: 'ended'; readonly name: string; readonly validUntil: number | undefined }
  | { readonly kind: 'unknown' }
  /** Over, and a person has been asked but has not answered within the time given. */
  | { readonly kind: 'needsPerson'; readonly name: string }
  | { readonly kind: 'failed'; readonly name: string; readonly fault: Fault };

/** A record as it is stored and passed between windows. Versioned in record.ts; holds secrets in clear text. */
export interface StoredSession {
  readonly version: 1;
  readonly id: string;
  readonly name: string;
  readonly request: SessionRequest;
  readonly region: string | undefined;
  readonly accountId: string | undefined;
  readonly roleArn: string | undefined;
  readonly needsPerson: boolean;
  /** Serials of the MFA devices whose codes a renewal needs. */
  readonly mfaSerials: readonly string[];
  /** Seconds that a person chose instead of the plan's; renewals ask for the same. */
  readonly durationSeconds: number | undefined;
  /** ms UTC at which the credentials came. */
  readonly startedAt: number;
  /**
   * ms UTC at which the last start, renewal or end was asked for, never less than before: the newer record wins. It is
   * the moment of asking, so that an end beats a renewal that was under way in another window.
   */
  readonly changedAt: number;
  /** Undefined in the tombstone of a session that a person ended. */
  readonly credentials:
    | {
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
        readonly sessionToken: string | undefined;
        readonly expiresAt: number | undefined;
        readonly accountId: string | undefined;
        readonly arn: string | undefined;
        /** As in Credentials. */
        readonly last?: true;
      }
    | undefined;
  /**
   * Until when what was fetched stays valid (ms UTC). In a tombstone: all of it, undefined when nobody knows. In a live
   * record: the latest end among the credentials before the present ones, undefined when there were none.
   */
  readonly endedValidUntil: number | undefined;
  /** As in Session; absent where it is not so. */
  readonly signsInAnew?: boolean;
  /** As in Session; absent in records from before there were session policies. */
  readonly packedPolicyPercent?: number;
  /** As in Session; absent in records from before MFA sessions were shared. */
  readonly mfaSource?: string;
  /** As in Session; absent in records from before there were guards. */
  readonly permissionSet?: string;
  /** ms UTC of the last start: what a guard counts from. Absent in records from before there were guards. */
  readonly begunAt?: number;
}

/** Where records survive a reload: SecretStorage, one item a session. Any call may throw. */
export interface SessionStore {
  load(): Promise<readonly StoredSession[]>;
  save(record: StoredSession): Promise<void>;
  remove(id: string): Promise<void>;
}

/** The other windows of this host. */
export interface Peers {
  /** Every record that the other living windows hold. Never throws; a window that does not answer is left out. */
  pull(signal: AbortSignal): Promise<readonly StoredSession[]>;
  /** Tells the others that something here changed; they pull. */
  announce(): void;
  /** Another window announced. */
  readonly onDidChange: Event<void>;
  /**
   * Runs `work` while no other window of this host runs work under the same key; a window that died holding it does
   * not block. Rejects with the signal's reason when aborted while waiting.
   */
  exclusive<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}
