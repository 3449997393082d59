/** What a test may ask of the companion, by the name of the action, with the answer it gets. All of it is JSON. */
export interface CompanionActions {
  /** Milliseconds by which the extensions' clock goes forward. */
  moveClock: { request: { ms: number }; answer: null };
  executeCommand: { request: { id: string; args: unknown[] }; answer: unknown };
  terminalNames: { request: object; answer: string[] };
  readClipboard: { request: object; answer: string };
  writeClipboard: { request: { text: string }; answer: null };
  /** Writes a user setting; undefined removes it. */
  writeSetting: { request: { name: string; value?: unknown }; answer: null };
  openFile: { request: { path: string }; answer: null };
  extension: { request: { id: string }; answer: { present: boolean; active: boolean } };
  /** Activates extensions that are not active yet, one after another, and measures each. */
  activate: { request: { ids: readonly string[] }; answer: readonly Activation[] };
  commands: { request: object; answer: string[] };
  /** Puts a made-up secret into each of these places. */
  plant: { request: { secrets: PlantedSecrets }; answer: null };
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

/** What activating one extension took. */
export interface Activation {
  readonly id: string;
  readonly ms: number;
  /** Heap held after it, above what was held before. */
  readonly heapBytes: number;
}
