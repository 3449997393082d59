import type { AwsCredentials, SessionInfo, SessionRef, StsSessionsErrorCode } from '../../src/api.ts';

/** What a test may ask of the companion, by the name of the action, with the answer it gets. All of it is JSON. */
export interface CompanionActions {
  /** Milliseconds by which the extensions' clock goes forward. */
  moveClock: { request: { ms: number }; answer: null };
  executeCommand: { request: { id: string; args: unknown[] }; answer: unknown };
  terminalNames: { request: object; answer: string[] };
  /** The terminals of this window as their own extension host sees them, in the order of their opening. */
  terminals: { request: object; answer: readonly TerminalFacts[] };
  readClipboard: { request: object; answer: string };
  writeClipboard: { request: { text: string }; answer: null };
  /** Writes a user setting; undefined removes it. */
  writeSetting: { request: { name: string; value?: unknown }; answer: null };
  /** What holds of a setting, the folder's word included where VS Code takes it. */
  readSetting: { request: { name: string }; answer: unknown };
  /** Takes so many folders away from one on, not the first, puts others there, and waits until the window has them. */
  changeFolders: { request: { at: number; remove: number; add: readonly string[] }; answer: boolean };
  openFile: { request: { path: string }; answer: null };
  /** What stands underlined in an open file. */
  diagnostics: { request: { path: string }; answer: string[] };
  extension: { request: { id: string }; answer: { present: boolean; active: boolean } };
  /** Activates extensions that are not active yet, one after another, and measures each. */
  activate: { request: { ids: readonly string[] }; answer: readonly Activation[] };
  /** How the extension host is, after a collection. */
  host: { request: object; answer: HostFigures };
  commands: { request: object; answer: string[] };
  /** Calls what STS Sessions exports, as another extension does; `caller`: pretends to be that one. */
  apiList: { request: { caller?: string }; answer: readonly SessionInfo[] };
  /** `giveUpMs`: aborts after so long. */
  apiCredentials: { request: { session: SessionRef; giveUpMs?: number }; answer: ApiAnswer<AwsCredentials> };
  apiStart: { request: { profile: string }; answer: ApiAnswer<SessionInfo> };
  /** How often the sessions have changed since this was asked for the first time. */
  apiChanges: { request: object; answer: number };
  /** Asks VS Code for one of our accounts. */
  account: { request: { scopes: readonly string[]; create: boolean }; answer: ApiAnswer<HeldAccount> };
  /** The names of the language-model tools that VS Code has of one extension's kind. */
  toolNames: { request: { prefix: string }; answer: string[] };
  /** Invokes a language-model tool, as a chat does: its text, or why it gave none. */
  invokeTool: { request: { name: string; input: object }; answer: ApiAnswer<string> };
  /** What is being debugged now, as VS Code handed it to the debugger; null when nothing is. */
  debugConfiguration: { request: object; answer: Readonly<Record<string, unknown>> | null };
  /** See `pretend.ts`; absent: nothing any more. */
  pretend: { request: { as?: Pretence }; answer: null };
  /** How many of so many keys that were changed at once the global state holds: by itself, and as an OrderedState. */
  rushState: { request: { count: number }; answer: { readonly alone: number; readonly ordered: number } };
  /** Puts a made-up secret into each of these places. */
  plant: { request: { secrets: PlantedSecrets }; answer: null };
}

/** What a workbench in a browser is taken for: one on the desktop. */
export interface Pretence {
  /** `vscode.env.remoteName`. */
  readonly remoteName?: string;
}

/** What a call of the exported interface gave. */
export type ApiAnswer<T> =
  | { readonly value: T; readonly error?: undefined }
  | {
      readonly value?: undefined;
      readonly error: {
        readonly name: string;
        readonly code?: StsSessionsErrorCode;
        readonly message: string;
      };
    };

/** An account that VS Code has let the companion have. */
export interface HeldAccount {
  readonly id: string;
  readonly label: string;
  readonly accessToken: string;
  readonly scopes: readonly string[];
}

/** A terminal as an extension sees it. */
export interface TerminalFacts {
  readonly name: string;
  readonly processId: number | null;
  /** What `createTerminal` was given, as far as VS Code still says; `{}` for a terminal of before a reload. */
  readonly creationOptions: object;
}

/** A secret for each place that an extension can write to. */
export interface PlantedSecrets {
  readonly outputChannel: string;
  readonly logChannel: string;
  readonly console: string;
  readonly workspaceState: string;
  readonly globalState: string;
  /** A variable for every terminal. */
  readonly variableCollection: string;
  /** A variable for one terminal. */
  readonly terminalVariable: string;
  readonly message: string;
  /** Where secrets belong: nothing may find it. */
  readonly secretStorage: string;
}

/** What the companion writes into the folder that STS_SESSIONS_COMPANION names, one file per extension host. */
export interface CompanionAddress {
  readonly port: number;
  /** Sent back in `Authorization`, so that no page in the browser can drive the host. */
  readonly token: string;
}

/** What an extension host holds. */
export interface HostFigures {
  readonly pid: number;
  readonly heapBytes: number;
  /** Timers of the extension under test. */
  readonly timers: number;
}

/** What activating one extension took. */
export interface Activation {
  readonly id: string;
  readonly ms: number;
  /** Heap held after it, above what was held before. */
  readonly heapBytes: number;
  /** The same two seconds later, when what it loads in a quiet moment is there. */
  readonly settledBytes: number;
}
