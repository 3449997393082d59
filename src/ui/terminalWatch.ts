import * as vscode from 'vscode';
import { DisposableStore, Emitter } from '../session/emitter.ts';
import type { Event } from '../session/emitter.ts';
import { changeOf, noteOfTerminal, TerminalNotes } from '../session/terminals.ts';
import type { Pointed, TerminalChange, TerminalNote } from '../session/terminals.ts';

/** What watching the terminals asks of its surroundings. */
export interface TerminalWatchOptions {
  /** The workspace's state. */
  readonly state: vscode.Memento;
  isRunning(pid: number): boolean;
  /** Where an environment points tools at; undefined: at none of our sessions. */
  pointed(read: (name: string) => string | undefined): Pointed | undefined;
  /** The environment that a process was started with; undefined where that cannot be asked. */
  launched(pid: number): Promise<((name: string) => string | undefined) | undefined>;
  /** The session that a terminal of this kind gets now, when it has none of its own. */
  shared(terminal: vscode.Terminal): string | undefined;
  /** What a session is called that is there. */
  nameOf(id: string): string | undefined;
  /** Milliseconds UTC. */
  now(): number;
}

/** A terminal and what is known of it. */
export interface WatchedTerminal {
  readonly terminal: vscode.Terminal;
  readonly note: TerminalNote;
}

const stateKey = 'terminals';

/**
 * Knows under which session each terminal of the window runs. VS Code says when a terminal opens and closes, but not when
 * its shell is relaunched, and after a reload it says nothing of a terminal but the number of its process: so each is
 * remembered by that, and looked at again whenever something happens in it.
 */
export class TerminalWatch {
  readonly #options: TerminalWatchOptions;
  readonly #store = new DisposableStore();
  readonly #changes = new Emitter<TerminalChange>();
  readonly #notes: TerminalNotes;
  readonly #seen = new Map<vscode.Terminal, TerminalNote>();
  readonly #looking = new Map<vscode.Terminal, Promise<void>>();
  /** Processes of tasks: the next task takes over the terminal of one that is over, with a session of its own. */
  readonly #tasks = new Set<number>();

  constructor(options: TerminalWatchOptions) {
    this.#options = options;
    this.#notes = new TerminalNotes(options.state.get(stateKey), (pid) => options.isRunning(pid));
    const look = (terminal: vscode.Terminal): void => void this.#look(terminal, undefined);
    for (const terminal of vscode.window.terminals) {
      look(terminal);
    }
    this.#store.add(
      vscode.window.onDidOpenTerminal((terminal) => {
        const { activeTerminal } = vscode.window;
        // The new one becomes active after this.
        const beside = isSplit(terminal) && activeTerminal !== terminal ? activeTerminal : undefined;
        void this.#look(terminal, beside);
      }),
    );
    this.#store.add(vscode.tasks.onDidStartTaskProcess(({ processId }) => this.#tasks.add(processId)));
    this.#store.add(vscode.window.onDidCloseTerminal((terminal) => this.#close(terminal)));
    this.#store.add(vscode.window.onDidChangeTerminalState(look));
    this.#store.add(vscode.window.onDidChangeTerminalShellIntegration(({ terminal }) => look(terminal)));
    this.#store.add(vscode.window.onDidStartTerminalShellExecution(({ terminal }) => look(terminal)));
    this.#store.add(vscode.window.onDidChangeActiveTerminal((terminal) => terminal && look(terminal)));
  }

  /** Fires when a terminal is under another session than the person would think. */
  get onDidChange(): Event<TerminalChange> {
    return this.#changes.event;
  }

  /** The terminals that are known so far. */
  get known(): readonly TerminalNote[] {
    return [...this.#seen.values()];
  }

  /** Every terminal of the window as it is now, in the order of their opening; those without a process are left out. */
  async all(): Promise<readonly WatchedTerminal[]> {
    // The shell of a terminal that cannot be started has no number, maybe for ever.
    await Promise.race([
      Promise.all(vscode.window.terminals.map((terminal) => this.#look(terminal, undefined))),
      new Promise((resolve) => setTimeout(resolve, patienceMs)),
    ]);
    return vscode.window.terminals.flatMap((terminal) => {
      const note = this.#seen.get(terminal);
      return note === undefined ? [] : [{ terminal, note }];
    });
  }

  dispose(): void {
    this.#store.dispose();
    this.#changes.dispose();
  }

  /** `beside`: the terminal that was split to make it. One after the other for a terminal: two looks would tell twice. */
  #look(terminal: vscode.Terminal, beside: vscode.Terminal | undefined): Promise<void> {
    // Now, and not after waiting: what new terminals get may be something else by then.
    const shared = this.#options.shared(terminal);
    const before = this.#looking.get(terminal) ?? Promise.resolve();
    const looking = before.then(() => this.#lookNow(terminal, shared, beside));
    this.#looking.set(terminal, looking);
    return looking;
  }

  async #lookNow(
    terminal: vscode.Terminal,
    shared: string | undefined,
    beside: vscode.Terminal | undefined,
  ): Promise<void> {
    const pid = await terminal.processId;
    const before = this.#seen.get(terminal);
    if (pid === undefined || before?.pid === pid || terminal.exitStatus !== undefined) {
      return;
    }
    const note = this.#notes.get(pid) ?? (await this.#judge(terminal, pid, shared));
    this.#seen.set(terminal, note);
    if (before) {
      this.#notes.forget(before.pid);
    }
    this.#notes.put(note);
    await this.#keep();
    const change = before
      ? changeOf('relaunch', before, note)
      : changeOf('split', beside && this.#seen.get(beside), note);
    if (change && !(before && this.#tasks.delete(before.pid))) {
      this.#changes.fire(change);
    }
  }

  async #judge(terminal: vscode.Terminal, pid: number, shared: string | undefined): Promise<TerminalNote> {
    const ask = this.#options;
    const options = terminal.creationOptions;
    const env = 'env' in options ? options.env : undefined;
    const own = ask.pointed((name) => env?.[name] ?? undefined);
    const started = own === undefined ? await ask.launched(pid) : undefined;
    const { color } = options;
    return noteOfTerminal({
      pid,
      given: own ?? (started && ask.pointed(started)),
      whole: started !== undefined,
      shared,
      // Of a terminal that was there before this window was loaded, VS Code tells nothing, or at most a folder.
      old: Object.keys(options).every((name) => name === 'cwd'),
      color: own?.own === true ? color?.id : undefined,
      now: ask.now(),
      nameOf: (id) => this.#nameOf(id),
    });
  }

  #nameOf(id: string): string | undefined {
    return (
      this.#options.nameOf(id) ?? this.#notes.toStored().find((note) => note.sessionId === id)?.sessionName
    );
  }

  #close(terminal: vscode.Terminal): void {
    const note = this.#seen.get(terminal);
    this.#seen.delete(terminal);
    this.#looking.delete(terminal);
    // The window closes, and its terminals live on until it is back.
    if (note && terminal.exitStatus?.reason !== vscode.TerminalExitReason.Shutdown) {
      this.#notes.forget(note.pid);
      void this.#keep();
    }
  }

  async #keep(): Promise<void> {
    await this.#options.state.update(stateKey, this.#notes.toStored());
  }
}

/** How long the list waits for terminals whose shells are just being started, milliseconds. */
const patienceMs = 500;

/**
 * True for what VS Code makes when a person splits a terminal: the default shell in the other one's folder, which is
 * written as a text only then. With several folders the person is asked for one, and a split looks like any new terminal.
 */
function isSplit({ creationOptions }: vscode.Terminal): boolean {
  return (
    'shellPath' in creationOptions &&
    typeof creationOptions.cwd === 'string' &&
    creationOptions.name === undefined &&
    creationOptions.env === undefined
  );
}
