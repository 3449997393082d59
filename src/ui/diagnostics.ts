import * as vscode from 'vscode';
import type { FileRole } from '../aws/problems.ts';
import { DisposableStore } from '../session/emitter.ts';
import { problemsOfFile } from './diagnosticsModel.ts';
import type { PlanOf, ProfileSource } from './sources.ts';

/** What the diagnostics read. `paths` are the files as they are opened. */
export interface DiagnosticsOptions {
  readonly paths: Readonly<Record<FileRole, string>>;
  readonly profiles: ProfileSource;
  readonly plan: PlanOf;
}

const severities = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
};

/** Marks problems in the two shared files while a tab shows them, and takes the marks away with the last tab. */
export class Diagnostics {
  readonly #options: DiagnosticsOptions;
  readonly #store = new DisposableStore();
  readonly #collection: vscode.DiagnosticCollection;

  constructor(options: DiagnosticsOptions) {
    this.#options = options;
    this.#collection = this.#store.add(vscode.languages.createDiagnosticCollection('sts-sessions'));
    // Documents outlive their tabs for minutes, so the tabs are asked, not the documents.
    this.#store.add(vscode.window.tabGroups.onDidChangeTabs(() => void this.#update()));
    this.#store.add(options.profiles.onDidChange(() => void this.#update()));
    void this.#update();
  }

  /** Looks again: the plans may be others, though the files are the same. */
  refresh(): void {
    void this.#update();
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Never rejects: what is wrong with the files is what it shows. */
  async #update(): Promise<void> {
    const open = openFiles();
    const roles = (['config', 'credentials'] as const).filter((role) => open.has(this.#uri(role).toString()));
    if (roles.length === 0) {
      this.#collection.clear();
      return;
    }
    const set = await this.#options.profiles.read().catch(() => undefined);
    this.#collection.clear();
    for (const role of set ? roles : []) {
      if (set && openFiles().has(this.#uri(role).toString())) {
        this.#collection.set(
          this.#uri(role),
          problemsOfFile(set, this.#options.plan, role).map(
            ({ line, severity, message }) =>
              // Past the end of a line VS Code draws to its end.
              new vscode.Diagnostic(
                new vscode.Range(line, 0, line, Number.MAX_SAFE_INTEGER),
                message,
                severities[severity],
              ),
          ),
        );
      }
    }
  }

  #uri(role: FileRole): vscode.Uri {
    return vscode.Uri.file(this.#options.paths[role]);
  }
}

function openFiles(): ReadonlySet<string> {
  const uris = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .flatMap(({ input }) =>
      input instanceof vscode.TabInputText
        ? [input.uri]
        : input instanceof vscode.TabInputTextDiff
          ? [input.modified]
          : [],
    );
  return new Set(uris.map((uri) => uri.toString()));
}
