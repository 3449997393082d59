import type { Fault } from '../aws/faults.ts';
import type { Plan } from '../aws/planModel.ts';
import type { Session } from './types.ts';

/** Who wanted something done about a session. */
export type Asker =
  | { readonly kind: 'person' }
  /** A tool fetched credentials that were due. */
  | { readonly kind: 'tool' }
  /** The time came: nobody was there. */
  | { readonly kind: 'schedule' }
  /** Another extension, through the exported interface; its id. */
  | { readonly kind: 'extension'; readonly id: string }
  /** A coding agent: its terminal, a language-model tool, or a server of its. */
  | { readonly kind: 'agent' }
  /** VS Code's Accounts menu: a person, or an extension that asked there; VS Code does not say which one. */
  | { readonly kind: 'accountsMenu' }
  /** A rule that the person has set; `why`: it had lasted as long as it may, or nobody had used it. */
  | { readonly kind: 'guard'; readonly why?: 'limit' | 'idle' };

/** Who asks where nothing else is said. */
export const person = { kind: 'person' } as const satisfies Asker;

/** Where a person put credentials, or what opens the console with them. */
export type HandedTo =
  /** `form`: which of the forms of “Copy Credentials As…”. */
  | { readonly kind: 'clipboard'; readonly form: string }
  /** The environment of a command, this once; what is run may hold a password and is not told. */
  | { readonly kind: 'command' }
  | { readonly kind: 'file'; readonly form: string; readonly path: string }
  /** The AWS console, opened in a browser. */
  | { readonly kind: 'console' }
  /** A link that opens the console, on the clipboard. */
  | { readonly kind: 'consoleLink' };

/** Something that happened to a session in this window, for the audit log. No secret is in it. */
export type Happening = {
  /** ms UTC. */
  readonly at: number;
  readonly by: Asker;
  readonly session: Pick<Session, 'id' | 'name' | 'request' | 'accountId' | 'roleArn'>;
} & (
  | {
      /** New credentials came from AWS; `plan` is how. */
      readonly kind: 'started' | 'renewed';
      readonly plan: Plan;
      /** ms UTC; undefined: nobody knows. */
      readonly until: number | undefined;
    }
  /** No new credentials came; whoever cancels makes nothing happen. `step`: of the plan, -1 for its base. */
  | { readonly kind: 'failed'; readonly fault: Fault['kind']; readonly step: number | undefined }
  /** What was fetched before stays valid at AWS until `until` (ms UTC); undefined: nobody knows. */
  | { readonly kind: 'ended'; readonly until: number | undefined }
  /** Its credentials ended without a renewal, at `until` (ms UTC): every window that knows it tells so. */
  | { readonly kind: 'expired'; readonly until: number }
  /**
   * Somebody who had to ask for them got credentials, valid until `until` (ms UTC); undefined: nobody knows. `to`: where
   * a person put them.
   */
  | { readonly kind: 'handedOut'; readonly until: number | undefined; readonly to?: HandedTo }
);
