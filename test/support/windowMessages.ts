import type { SilenceLimits } from '../../src/outlets/doubt.ts';
import type { SessionRequest } from '../../src/aws/planModel.ts';
import type { Supply } from '../../src/session/types.ts';

/** What a window process is told at its beginning, by message: seeds of authenticators stand in no file and no argument. */
export interface WindowSetup {
  readonly name: string;
  /** The person's home folder; the helper's lies in it. */
  readonly home: string;
  /** Added to the environment that plans and sources see. */
  readonly env: Readonly<Record<string, string>>;
  readonly storeFolder: string;
  readonly clockFolder: string;
  readonly helperFiles: string;
  /** Receives one line each of the window's log. */
  readonly logFile: string;
  /** Base32 by serial number: the authenticators that the person has stored. */
  readonly seeds: Readonly<Record<string, string>>;
  /** The entries of `stsSessions.guards`. */
  readonly guards?: readonly object[];
  /** Other limits than the usual ones for a window that holds a lock and does nothing. */
  readonly silence?: SilenceLimits;
}

/** What a window process can be asked for. */
export type WindowCommand =
  | { readonly kind: 'start'; readonly request: SessionRequest; readonly force: boolean }
  | { readonly kind: 'renew' | 'end'; readonly id: string }
  | { readonly kind: 'supply'; readonly id: string; readonly holdMs: number }
  | { readonly kind: 'list' | 'memory' | 'quit' };

/** What the window answers. */
export type WindowAnswer =
  /** Stored; `why` is a fault's kind when it is not `ok`. */
  | {
      readonly kind: 'started' | 'renewed';
      readonly ok: boolean;
      readonly why?: string;
      readonly id?: string;
      /** Of the record that the window holds now: StoredSession.changedAt. */
      readonly changedAt?: number | undefined;
    }
  | { readonly kind: 'ended'; readonly was: boolean }
  | {
      readonly kind: 'supplied';
      readonly what: Supply['kind'];
      readonly why?: string;
      readonly expiresAt?: number;
    }
  | { readonly kind: 'listed'; readonly sessions: readonly { readonly id: string; readonly state: string }[] }
  /** Bytes after a garbage collection. */
  | { readonly kind: 'memory'; readonly heap: number; readonly rss: number }
  | { readonly kind: 'quitting' };

/** From the window to the test. */
export type WindowMessage =
  /** It takes part; these sessions it has found. */
  | { readonly kind: 'ready'; readonly ids: readonly string[] }
  | { readonly kind: 'answer'; readonly number: number; readonly answer: WindowAnswer }
  /** Something that must not be. */
  | { readonly kind: 'broken'; readonly what: string };

/** From the test to the window. */
export type TestMessage =
  | { readonly kind: 'setup'; readonly setup: WindowSetup }
  | { readonly kind: 'command'; readonly number: number; readonly command: WindowCommand };
