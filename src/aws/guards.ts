import type { RoleColor } from './roles/savedRole.ts';

/** What a person has set for profiles, accounts or roles that need care. */
export interface Guard {
  /** Its word in the status bar: PROD. */
  readonly name: string;
  readonly color: RoleColor | undefined;
  readonly asksFirst: boolean;
  readonly readOnly: boolean;
  /** The longest that a session may last, seconds. */
  readonly maxSeconds: number | undefined;
  /** The session ends when nobody fetched for so long, seconds. */
  readonly idleSeconds: number | undefined;
}

/** What of a session, or of one that is about to start, a guard's patterns are held against. */
export interface Guarded {
  readonly name: string;
  /** The profile whose lines it starts from. */
  readonly profile: string;
  readonly accountId: string | undefined;
  readonly roleArn: string | undefined;
}
