import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SilenceLimits } from '../../src/outlets/doubt.ts';
import { openFolder } from '../../src/outlets/folder.ts';
import { judgeRecord } from '../../src/session/record.ts';
import type { SandboxData } from '../sandbox/data.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { damagedFiles, damagedIn, parseJson } from './helperFiles.ts';
import { ClockHand } from './sharedClock.ts';
import { buildWindow, WindowProcess, type WindowBuild } from './windowProcess.ts';

/** What the machine of the window processes is made from. */
export interface WorldOptions {
  readonly data: SandboxData;
  /** Fills the home folder. */
  fill(home: string, sandboxUrl: string): Promise<unknown>;
  /** Base32 by serial number: the authenticators that the person has stored. */
  readonly seeds: Readonly<Record<string, string>>;
  /** As in WindowSetup. */
  readonly guards?: readonly object[];
  readonly silence?: SilenceLimits;
  /** The environment that profiles see. */
  env?(sandboxUrl: string): Readonly<Record<string, string>>;
}

/** A machine with an AWS, a home folder, a store and a clock of its own, on which window processes run. */
export class WindowWorld {
  readonly folder: string;
  readonly sandbox: Sandbox;
  readonly hand: ClockHand;
  /** What must not be, as it came to light: whatever a test expects besides, this stays empty. */
  readonly problems: string[] = [];
  readonly #build: WindowBuild;
  readonly #options: WorldOptions;
  readonly #windows = new Set<WindowProcess>();

  constructor(
    parts: Pick<WindowWorld, 'folder' | 'sandbox' | 'hand'>,
    build: WindowBuild,
    options: WorldOptions,
  ) {
    this.folder = parts.folder;
    this.sandbox = parts.sandbox;
    this.hand = parts.hand;
    this.#build = build;
    this.#options = options;
  }

  get home(): string {
    return join(this.folder, 'h');
  }

  /** The folder in which windows and helpers find each other. */
  get helperFolder(): string {
    return join(this.home, '.sts-sessions');
  }

  /** What the windows have written down. */
  get logFile(): string {
    return join(this.folder, 'log');
  }

  open(name: string): WindowProcess {
    const setup = {
      name,
      home: this.home,
      env: this.#options.env?.(this.sandbox.url) ?? {},
      storeFolder: join(this.folder, 'store'),
      clockFolder: join(this.folder, 'clock'),
      helperFiles: this.#build.helperFiles,
      logFile: this.logFile,
      seeds: this.#options.seeds,
      ...(this.#options.guards && { guards: this.#options.guards }),
      ...(this.#options.silence && { silence: this.#options.silence }),
    };
    const window = new WindowProcess(this.#build.script, setup, (what) => this.problems.push(what));
    this.#windows.add(window);
    void this.#bury(window);
    return window;
  }

  /** Every file of the windows that does not hold what it should: none, whenever whoever wrote it was killed. */
  damaged(): readonly string[] {
    const isRecord = (text: string): boolean => judgeRecord(parseJson(text)).kind === 'record';
    return [...damagedFiles(this.helperFolder), ...damagedIn(join(this.folder, 'store'), isRecord)];
  }

  /** The files below the helper's folder, as paths from there; those that others than their owner can read bear a `!`. */
  files(): readonly string[] {
    return readdirSync(this.helperFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        const open = (statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o077;
        return `${path.slice(this.helperFolder.length + 1)}${open === 0 ? '' : '!'}`;
      });
  }

  /** Ends what still runs and removes every file. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#windows, (window) => window.kill()));
    this.hand.close();
    await this.sandbox.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #bury(window: WindowProcess): Promise<void> {
    await window.gone;
    this.#windows.delete(window);
    this.hand.release(window.name);
  }
}

/** 2026-01-01 12:00 UTC. */
const noon = 1_767_268_800_000;

/** Makes a machine. Its clock stands still until it is started. */
export async function openWorld(options: WorldOptions): Promise<WindowWorld> {
  // Short, because sockets lie in it.
  const folder = mkdtempSync(join(tmpdir(), 'sts-'));
  const at = (name: string): string => join(folder, name);
  for (const name of ['h', 'store', 'clock', 'built']) {
    mkdirSync(at(name), { mode: 0o700 });
  }
  const hand = new ClockHand(at('clock'), noon);
  const sandbox = await startSandbox({ data: options.data, clock: () => hand.now() });
  await options.fill(at('h'), sandbox.url);
  await openFolder(join(at('h'), '.sts-sessions'));
  return new WindowWorld({ folder, sandbox, hand }, await buildWindow(at('built')), options);
}
